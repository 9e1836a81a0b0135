# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test's integration targets against an emulator, in both ways of a task: integration.py [ARGUMENT FOR ANSIBLE-TEST...].

Targets find it in the variables cloudconnexa_base_url, cloudconnexa_client_id, cloudconnexa_client_secret and cloudconnexa_ca_path.
What each task results in is kept by tests/integration/callback_plugins, and has to be the same in both ways.
"""

from __future__ import annotations

import difflib
import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from emulator import Emulator

# ansible-test's own interpreter is a wrapper, with which every task would be executed as a module.
WAYS: dict[str, dict[str, Any]] = {
    "as modules": {"cloudconnexa_on_controller": False},
    "on the controller": {"cloudconnexa_on_controller": True, "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
}
# What is another each time: ids, names and secrets of clients, where the emulator and its CA are.
VOLATILE = {
    "ID": r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    "CLIENT": r"\bemulator\.[0-9a-f]{16}\b",
    "SECRET": r"\b[0-9a-f]{32,}\b",
    "ADDRESS": r"https://127\.0\.0\.1:\d+",
    "FOLDER": r"/[\w./-]+/cloudconnexa-emulator-\w+|/[\w./-]*\.tmp/output_dir\b",
}
MOST_TOLD = 5


def run(variables: dict[str, Any], arguments: list[str]) -> int:
    """The exit status of ansible-test, whose targets get these variables."""
    config = Path("tests/integration/integration_config.yml")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    with Emulator(tls=True) as emulator:
        config.write_text(
            yaml.safe_dump({**{name.lower(): value for name, value in emulator.env.items()}, **variables}, explicit_start=True)
        )
        try:
            return subprocess.run(["ansible-test", "integration", "--local", "--python", python, *arguments], check=False).returncode
        finally:
            config.unlink()


def comparable(lines: str) -> list[str]:
    """Each result as a text, without what is another each time."""
    for kind, pattern in VOLATILE.items():
        lines = re.sub(pattern, kind, lines)
    results = [json.loads(line, object_hook=_without_internals) for line in lines.splitlines()]
    return [json.dumps(result, indent=1, sort_keys=True) for result in results]


def _without_internals(members: dict[str, Any]) -> dict[str, Any]:
    """Where failed_when overrules a failure, ansible-core keeps that a module had no traceback to show."""
    return {name: value for name, value in members.items() if name != "failed_when_suppressed_exception"}


def differences(one: str, other: str) -> Iterator[str]:
    """What each task whose results differ has resulted in, as far as it differs."""
    for first, second in itertools.zip_longest(comparable(one), comparable(other), fillvalue=""):
        if first != second:
            name = json.loads(first or second)["task"]
            modules, controller = WAYS
            lines = difflib.unified_diff(first.splitlines(), second.splitlines(), modules, controller, n=1, lineterm="")
            yield f"{name}:\n" + "\n".join(lines)


def main(arguments: list[str]) -> int:
    kept: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for way, variables in WAYS.items():
            print(f"Tasks are executed {way}.", flush=True)
            results = Path(folder, way)
            results.touch()
            if status := run({**variables, "results_file": str(results)}, arguments):
                return status
            kept.append(results.read_text())
    found = list(differences(*kept))
    for difference in found[:MOST_TOLD]:
        print(difference)
    print(f"Of {len(kept[0].splitlines())} results, {len(found)} differ between the two ways.")
    return 1 if found or not kept[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
