# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""What modules accept: the options that all share, and ways to write the others. Private to this collection."""

from __future__ import annotations

import os
from typing import Any, Dict

from ansible.module_utils.errors import AnsibleFallbackNotFound


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


def enumeration(*choices: str, **more: Any) -> Dict[str, Any]:
    """The option spec of a fixed set of words."""
    return dict(type=any_case, choices=list(choices), **more)


class Spec:
    """What a module accepts: its own options, and the rules among them in the words of AnsibleModule."""

    def __init__(self, options: Dict[str, Dict[str, Any]], **rules: Any) -> None:
        self.options = options
        self.rules = rules

    def arguments(self) -> Dict[str, Any]:
        """The arguments of AnsibleModule, with the connection options added."""
        return {"argument_spec": {**connection_options(), **self.options}, "supports_check_mode": True, **self.rules}


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
