# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playing a playbook and measuring it."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator import Emulator

QUIET = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}
TIMING = {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit", "JUNIT_HIDE_TASK_ARGUMENTS": "true"}
# A process inherits the high-water mark of the one that starts it, so that a small one has to stand between.
MEMORY = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))
sys.exit(status)
"""


@dataclass(frozen=True)
class Run:
    """What a play took.

    tasks: the seconds of each task, in their order. megabytes: the most that any one process of it had in memory. calls: by kind, those
    that were refused because of the limits only as such.
    """

    tasks: list[tuple[str, float]]
    megabytes: float
    calls: dict[str, int]

    @property
    def seconds(self) -> float:
        """All tasks together: the play without the start of ansible-playbook."""
        return sum(seconds for _name, seconds in self.tasks)


def play(emulator: Emulator, playbook: Path, variables: dict[str, Any]) -> Run:
    """Play it with these extra variables. Raises RuntimeError when it fails."""
    emulator.forget_calls()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, (Path(name) / "output").open("w+") as output:
        folder = Path(name)
        (folder / "variables.json").write_text(json.dumps(variables))
        command = ["ansible-playbook", str(playbook), "--extra-vars", f"@{folder / 'variables.json'}"]
        environment = {**os.environ, **QUIET, **TIMING, "JUNIT_OUTPUT_DIR": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        measured = [sys.executable, "-c", MEMORY, str(folder / "memory"), *command]
        if subprocess.run(measured, env=environment, stdout=output, stderr=output, check=False).returncode:
            output.seek(0)
            raise RuntimeError(f"{playbook.name} failed:\n{output.read()[-3000:]}")
        refused = [call.kind for call in emulator.calls if call.status == 429]
        calls = {kind: number - refused.count(kind) for kind, number in emulator.count().items()}
        return Run(list(_tasks(folder)), float((folder / "memory").read_text()), {**calls, "refused": len(refused)})


def _tasks(folder: Path) -> Iterable[tuple[str, float]]:
    for report in folder.glob("*.xml"):
        for case in ET.parse(report).iter("testcase"):
            yield case.attrib["name"].split(": ", 1)[1], float(case.attrib["time"])


def median(values: Iterable[float]) -> float:
    return statistics.median(values)
