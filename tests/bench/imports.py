# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the process of a module imports, and what each of it costs."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from .plays import median

MODULES = "ansible_collections.openvpn.cloudconnexa.plugins.modules"
# A module comes in an archive, so that no compiled form of it can be kept.
ANEW = "import sys\nsys.dont_write_bytecode, sys.pycache_prefix = True, '/nowhere'\n"
STEPS = {
    "the interpreter": "pass",
    "Ansible's part of a module": "import ansible.module_utils.basic",
    "requests": "import requests",
    "tenacity": "import tenacity",
    "our own code, with its compilation": f"{ANEW}import {MODULES}.cloudconnexa_route",
}


def measure(rounds: int) -> list[dict[str, Any]]:
    """The median milliseconds that each step adds to those before it. One process of each after the other, then all over again."""
    names, programs = [*STEPS], [*STEPS.values()]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _round in range(rounds):
        for number, name in enumerate(names):
            start = time.monotonic()
            subprocess.run([sys.executable, "-c", "\n".join(programs[: number + 1])], check=True)
            seconds[name].append(time.monotonic() - start)
    medians = [0.0, *(median(seconds[name]) for name in names)]
    return [
        {"step": name, "milliseconds": round((after - before) * 1000, 1), "runs": rounds}
        for name, before, after in zip(names, medians, medians[1:], strict=False)
    ]
