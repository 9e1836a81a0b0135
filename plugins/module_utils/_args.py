# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""What modules accept: the options that all share, and ways to write the others. Private to this collection."""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping, Sequence, Tuple

from ansible.module_utils.common.validation import check_type_str
from ansible.module_utils.errors import AnsibleFallbackNotFound

from ._errors import InvalidInput


def from_environment(name: str) -> str:
    """The value of an environment variable; an empty one counts as unset, because AWX injects empty strings."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise AnsibleFallbackNotFound
    return value


class _AnyCase(str):
    """Option type of enumerations: the API's words are accepted in any case.

    Ansible converts with it because it can be called; where it compares a spec with its documentation, it is the type "str".
    """

    def __call__(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError("text is expected")
        return value.strip().lower()


any_case = _AnyCase("str")


class _Reference(str):
    """Option type of ids and of what may be an id: blanks around it mean nothing. Works like :class:`_AnyCase`."""

    def __call__(self, value: Any) -> str:
        return str(check_type_str(value)).strip()


reference = _Reference("str")


def enumeration(*choices: str, **more: Any) -> Dict[str, Any]:
    """The option spec of a fixed set of words."""
    return dict(type=any_case, choices=list(choices), **more)


class Spec:
    """What a module accepts: its own options, and the rules among them.

    required_one_of: as of AnsibleModule. exclusive: pairs of options of which one may be given. needs: options that mean nothing without
    another one. The latter two are not left to AnsibleModule, for which an option is given that AWX or a template has left empty.
    """

    def __init__(
        self,
        options: Dict[str, Dict[str, Any]],
        required_one_of: Sequence[Sequence[str]] = (),
        exclusive: Sequence[Tuple[str, str]] = (),
        needs: Mapping[str, str] | None = None,
    ) -> None:
        self.options = options
        self.required_one_of = required_one_of
        self.exclusive = exclusive
        self.needs = needs or {}

    def arguments(self) -> Dict[str, Any]:
        """The arguments of AnsibleModule, with the connection options added."""
        options = {**connection_options(), **self.options}
        return {"argument_spec": options, "supports_check_mode": True, "required_one_of": self.required_one_of}

    def check(self, options: Mapping[str, Any]) -> None:
        """Raises InvalidInput where validated options do not go together."""
        for one, other in self.exclusive:
            if _is_given(options[one]) and _is_given(options[other]):
                raise InvalidInput(f"{one} and {other} are mutually exclusive", f"Leave out {one} or {other}")
        for option, needed in self.needs.items():
            if _is_given(options[option]) and not _is_given(options[needed]):
                raise InvalidInput(f"{option} means nothing without {needed}", f"Give {needed}, or leave out {option}")


def _is_given(value: Any) -> bool:
    """An empty list is given: it means "none"."""
    return value not in (None, "", False)


def connection_options() -> Dict[str, Dict[str, Any]]:
    """Argument spec of the options that say where the API is and who asks."""

    def option(kind: str, variable: str, **more: Any) -> Dict[str, Any]:
        return dict(type=kind, fallback=(from_environment, [f"CLOUDCONNEXA_{variable}"]), **more)

    return dict(
        cloud_id=option("str", "CLOUD_ID"),
        base_url=option("str", "BASE_URL"),
        client_id=option("str", "CLIENT_ID"),
        client_secret=option("str", "CLIENT_SECRET", no_log=True),
        access_token=option("str", "ACCESS_TOKEN", no_log=True),
        validate_certs=option("bool", "VALIDATE_CERTS", default=True),
        ca_path=option("path", "CA_PATH"),
        timeout=option("float", "TIMEOUT", default=30.0),
        max_wait=option("float", "MAX_WAIT", default=600.0),
        session_cache=option("bool", "SESSION_CACHE", default=False),
    )
