# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of every module: does the module's job in the controller's own process where nobody can tell the difference.

A module costs a new Python process, which is many times what the job itself costs. Whenever anything is not exactly as it would be for the
module (another connection, interpreter or user, async, dependencies missing here, files or tracebacks of the module asked for), the module
is executed as usual. The variable ``cloudconnexa_on_controller: false`` makes that so in every case. Private to this collection.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from ansible import constants as C  # noqa: N812 its usual name
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as RunModule
from ansible.release import __version__
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _args, _client, _runner

_MODULES = "ansible_collections.openvpn.cloudconnexa.plugins.modules"
_SWITCH = "cloudconnexa_on_controller"
_AT_START = ("LANG", "LC_", "LD_", "OPENSSL_", "PYTHON", "SSLKEYLOGFILE", "TEMP", "TMP")  # a running process does not look again
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")  # as a shell takes it
_DISPLAY_TRACEBACK = getattr(C, "DISPLAY_TRACEBACK", None)  # before ansible-core 2.19, nothing holds the traceback of a module back


class ActionModule(RunModule):  # type: ignore[misc]
    """Runs the job of the task's module here, or the module."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The result of the task, the same on both ways."""
        arguments, environment = self._plain_arguments(), self._environment()
        if arguments is None or not self._is_here(task_vars or {}, environment):
            return dict(super().run(tmp, task_vars))
        name = (self._task.resolved_action or self._task.action).rpartition(".")[2]  # another collection may redirect to ours
        module = importlib.import_module(f"{_MODULES}.{name}")
        with _surroundings(self._loader.get_basedir(), environment):
            result = {**ActionBase.run(self, tmp, task_vars), **self._do(module.JOB, module.SPEC, arguments)}
        if hasattr(C, "INJECT_INVOCATION") and not C.config.get_config_value("INJECT_INVOCATION", variables=task_vars):
            del result["invocation"]  # since ansible-core 2.21, results hold it on request only
        return result

    def _is_here(self, task_vars: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
        """Whether the module would run on this machine, as this user, with this interpreter, while the task waits for it."""
        if _client.IMPORT_ERROR or self._task.async_val or self._connection.become or self._connection.transport != "local":
            return False
        if C.DEFAULT_KEEP_REMOTE_FILES or _DISPLAY_TRACEBACK not in (None, ["never"]):
            return False
        if any(name.startswith(_AT_START) or not _VARIABLE.fullmatch(name) or "\0" in value for name, value in environment.items()):
            return False
        if sys.platform == "darwin" or not os.access(".", os.R_OK | os.X_OK):
            return False  # a forked process there must not ask the system for its proxies; nor could this one come back here
        delegate = self._task.delegate_to
        host_vars = task_vars.get("ansible_delegated_vars", {}).get(delegate, {}) if delegate else task_vars
        interpreter = self._templar.template(host_vars.get("ansible_python_interpreter"))
        wanted = self._templar.template({**task_vars, **host_vars}.get(_SWITCH))
        return bool(interpreter == sys.executable and (wanted in (None, "") or boolean(wanted)))

    def _environment(self) -> dict[str, str]:
        """The environment of the task."""
        variables: dict[str, Any] = {}
        self._compute_environment_string(variables)
        return {str(name): str(value) for name, value in variables.items()}

    def _plain_arguments(self) -> dict[str, Any] | None:
        """The arguments as the module would get them, or None where they hold more than plain values."""
        try:
            arguments: dict[str, Any] = json.loads(json.dumps(self._task.args))
        except (TypeError, ValueError):
            return None
        return arguments

    def _do(self, job: _runner.Job, spec: _args.Spec, arguments: dict[str, Any]) -> dict[str, Any]:
        """Validate, do the job, and censor, as AnsibleModule does."""
        options = spec.arguments()
        del options["supports_check_mode"]
        validated = ArgumentSpecValidator(**options).validate(arguments)
        result: dict[str, Any]
        if validated.error_messages:
            problem = validated.errors.msg
            if isinstance(validated.errors[0], UnsupportedError):
                problem = f"Unsupported parameters for ({self._task.action}) module: {problem}"
            result = {"failed": True, "msg": problem}
        else:
            result = _runner.perform(job, spec, validated.validated_parameters, bool(self._task.check_mode), f"ansible-core/{__version__}")
        if not self._task.diff:
            result.pop("diff", None)
        if _DISPLAY_TRACEBACK:
            result.pop("exception", None)
        result = {"changed": False, **result}
        shown = censored(result, validated._no_log_values)
        shown |= {name: value for name, value in result.items() if value is None or isinstance(value, bool)}
        return {**shown, "invocation": {"module_args": censored(validated.validated_parameters, validated._no_log_values)}}


def censored(members: dict[str, Any], secrets: set[str]) -> dict[str, Any]:
    """Members of a result without secrets, as AnsibleModule gives them.

    To go through a thousand Routes value by value takes far longer than to see that their text holds no secret.
    """
    plain = all(secret.isprintable() and not {"'", '"', "\\"} & set(secret) for secret in secrets)  # so it looks the same in any text

    def is_free(text: str) -> bool:
        return plain and not any(secret in text for secret in secrets)

    return {name: value if is_free(repr(value)) else remove_values(value, secrets) for name, value in members.items()}


@contextlib.contextmanager
def _surroundings(folder: str, variables: Mapping[str, str]) -> Iterator[None]:
    """What a module finds: the folder of the playbook, and the environment of the task. A worker does one task at a time.

    The log of Ansible gets no records of urllib3, which might hold what was answered.
    """
    outside, before = os.open(".", os.O_RDONLY), dict(os.environ)
    library = logging.getLogger("urllib3")
    propagates, library.propagate = library.propagate, False
    try:
        os.chdir(folder)
        os.environ.update(variables)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.fchdir(outside)
        os.close(outside)
        library.propagate = propagates
