# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test's integration targets against an emulator, in both ways of a task: integration.py [ARGUMENT FOR ANSIBLE-TEST...].

Targets find it in the variables cloudconnexa_base_url, cloudconnexa_client_id, cloudconnexa_client_secret and cloudconnexa_ca_path.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from emulator import Emulator

# ansible-test's own interpreter is a wrapper, with which every task would be executed as a module.
WAYS: dict[str, dict[str, Any]] = {
    "as modules": {"cloudconnexa_on_controller": False},
    "on the controller": {"cloudconnexa_on_controller": True, "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
}


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


def main(arguments: list[str]) -> int:
    for way, variables in WAYS.items():
        print(f"Tasks are executed {way}.", flush=True)
        if status := run(variables, arguments):
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
