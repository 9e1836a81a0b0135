# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one task costs: each module with nothing to do, beside ansible.builtin.ping."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml
from emulator import Emulator

from .plays import median, play

PREFIX = "openvpn.cloudconnexa.cloudconnexa_"
TASKS: dict[str, dict[str, Any]] = {
    "network": {"name": "berlin"},
    "network_info": {"name": "berlin"},
    "host": {"name": "db1"},
    "host_info": {"name": "db1"},
    "connector": {"network": "berlin", "name": "standing"},
    "connector_info": {"network": "berlin"},
    "route": {"network": "berlin", "subnet": "10.1.0.0/16"},
    "route_info": {"network": "berlin"},
    "region": {"region": "Frankfurt"},
    "region_info": {},
    "token": {},
}
WAYS = {"on the controller": True, "as a module": False}


def measure(emulator: Emulator, rounds: int) -> list[dict[str, Any]]:
    """The median seconds of each task, all played after one another in one play, and that again and again."""
    emulator.reset()
    network = {"name": "berlin", "connectors": [{"name": "standing"}], "routes": [{"value": "10.1.0.0/16"}]}
    emulator.seed(networks=[network], hosts=[{"name": "db1"}])
    token = {"base_url": emulator.base_url, "access_token": emulator.issue_token()}
    login = {"base_url": emulator.base_url, "client_id": emulator.client_id, "client_secret": emulator.client_secret}
    regions = {"url": f"{emulator.base_url}/api/v1/regions", "headers": {"Authorization": f"Bearer {token['access_token']}"}}
    tasks: list[dict[str, Any]] = [
        {"name": "ansible.builtin.debug", "ansible.builtin.debug": {}},
        {"name": "ansible.builtin.ping", "ansible.builtin.ping": {}},
        {"name": "ansible.builtin.uri", "ansible.builtin.uri": regions},
    ]
    for way, on_controller in WAYS.items():
        for module, options in TASKS.items():
            tasks.append(_task(f"{module}, {way}", module, options | (login if module == "token" else token), on_controller))
        tasks.append(_task(f"route with session_cache, {way}", "route", TASKS["route"] | login | {"session_cache": True}, on_controller))
        tasks.append(_task(f"route with a login, {way}", "route", TASKS["route"] | login, on_controller))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        playbook = Path(folder) / "tasks.yml"
        playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks * rounds}]))
        seconds = defaultdict(list)
        for name, value in play(emulator, playbook, {}).tasks:
            seconds[name].append(value)
    medians = {name: median(values) for name, values in seconds.items()}
    ping = medians["ansible.builtin.ping"]
    return [{"task": name, "seconds": round(value, 4), "ratio": round(value / ping, 3), "runs": rounds} for name, value in medians.items()]


def _task(name: str, module: str, options: dict[str, Any], on_controller: bool) -> dict[str, Any]:
    return {"name": name, f"{PREFIX}{module}": options, "vars": {"cloudconnexa_on_controller": on_controller}}
