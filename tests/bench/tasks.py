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
}
PING = "ansible.builtin.ping"
SHARED = "with a token"
ON_CONTROLLER, AS_MODULE = "on the controller", "as a module"
WAYS = {ON_CONTROLLER: True, AS_MODULE: False}


def measure(emulator: Emulator, rounds: int) -> list[dict[str, Any]]:
    """The median seconds of each task, and what part of a ping that is: of those that were played just before and after it.

    All tasks are played after one another in one play, and that again and again.
    """
    emulator.reset()
    network = {"name": "berlin", "connectors": [{"name": "standing"}], "routes": [{"value": "10.1.0.0/16"}]}
    emulator.seed(networks=[network], hosts=[{"name": "db1"}])
    token = {"base_url": emulator.base_url, "access_token": emulator.issue_token()}
    login = {"base_url": emulator.base_url, "client_id": emulator.client_id, "client_secret": emulator.client_secret}
    regions = {"url": f"{emulator.base_url}/api/v1/regions", "headers": {"Authorization": f"Bearer {token['access_token']}"}}
    ping = {"name": PING, PING: {}}
    tasks: list[dict[str, Any]] = [
        ping,
        {"name": "ansible.builtin.debug", "ansible.builtin.debug": {}},
        {"name": "ansible.builtin.uri", "ansible.builtin.uri": regions},
    ]
    sharing = {f"{module} {SHARED}": (module, options | token) for module, options in TASKS.items()}
    others = {
        "token": ("token", login),
        "route with session_cache": ("route", TASKS["route"] | login | {"session_cache": True}),
        "route with a login": ("route", TASKS["route"] | login),
    }
    for name, (module, options) in {**sharing, **others}.items():
        tasks.append(ping)
        tasks += [
            {"name": f"{name}, {way}", f"{PREFIX}{module}": options, "vars": {"cloudconnexa_on_controller": on_controller}}
            for way, on_controller in WAYS.items()
        ]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        playbook = Path(folder) / "tasks.yml"
        playbook.write_text(
            yaml.safe_dump([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks * rounds + [ping]}])
        )
        seconds, ratios = defaultdict(list), defaultdict(list)
        before, between = 0.0, []
        for name, value in play(emulator, playbook, {}).tasks:
            seconds[name].append(value)
            if name != PING:
                between.append((name, value))
                continue
            ratios[PING].append(1.0)
            for task, took in between:
                ratios[task].append(2 * took / (before + value))
            before, between = value, []
    return [
        {"task": name, "seconds": round(median(values), 4), "ratio": round(median(ratios[name]), 3), "runs": len(values)}
        for name, values in seconds.items()
    ]
