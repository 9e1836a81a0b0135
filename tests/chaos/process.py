# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that run the real modules, one process for each task, as Ansible does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """How a task ended. status: as waitpid tells it: the exit status, or the negative number of the signal. seconds: of real time."""

    status: int
    out: str
    err: str
    seconds: float

    @property
    def result(self) -> dict[str, Any]:
        """What the module printed."""
        result: dict[str, Any] = json.loads(self.out)
        return result


class Starter:
    """Starts tasks, one at a time, by forking a process that has imported everything, see runner.py.

    folder: where the tasks work and find their home. scale: how fast their clock runs: at 0.01 a wait of one second takes 10 ms.
    """

    def __init__(self, folder: Path, scale: float = 1.0) -> None:
        self._folder = folder
        self._command = [sys.executable, "-m", "chaos.runner", str(scale)]

    def __enter__(self) -> Starter:
        home = {"HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder), "TMPDIR": str(self._folder)}
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDCONNEXA_", "XDG_"))}
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, env={**environment, **home}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def command_line(self) -> bytes:
        """What other users of the machine see of the tasks."""
        return Path(f"/proc/{self._process.pid}/cmdline").read_bytes()

    def run(self, module: str, options: dict[str, Any], kill_after: float | None = None) -> Outcome:
        """Run a task to its end. kill_after: seconds after which it gets SIGKILL, if it still runs by then."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"module": module, "options": options, "kill_after": kill_after}) + "\n")
        self._process.stdin.flush()
        return Outcome(**self._answer())

    def _answer(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process that starts the tasks has ended")
        return json.loads(line)
