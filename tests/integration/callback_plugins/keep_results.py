# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what each task with one of our modules has resulted in, for tests/tools/integration.py to compare the two ways of a task."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: keep_results
type: aggregate
short_description: Keep the results of the tasks of this collection
description:
  - Appends a line of JSON for each result to the file in the variable C(results_file) of the play.
  - Nothing is kept without that variable, or of tasks with the tag C(differs).
author:
  - The openvpn.cloudconnexa contributors (@openvpn-cloudconnexa)
"""
PREFIX = "openvpn.cloudconnexa."


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Writes one line for each result."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "keep_results"
    CALLBACK_NEEDS_ENABLED = False  # ansible-test itself says which ones are enabled

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file: Path | None = None

    def v2_playbook_on_play_start(self, play: Any) -> None:
        name = play.get_variable_manager().get_vars(play=play).get("results_file")
        self._file = Path(name) if name else None

    def v2_runner_on_ok(self, result: Any) -> None:
        self._keep("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._keep("failed", result)

    def _keep(self, status: str, result: Any) -> None:
        # Before ansible-core 2.19, a result has only the names with an underscore.
        task, outcome = getattr(result, "task", None) or result._task, getattr(result, "result", None) or result._result
        if self._file is None or not task.resolved_action.startswith(PREFIX) or "differs" in task.tags:
            return
        line = {"task": task.get_name(), "action": task.resolved_action, "status": status, "result": outcome}
        with self._file.open("a") as file:
            file.write(json.dumps(line, default=str) + "\n")
