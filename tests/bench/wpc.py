# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole WPC in which nothing has changed: 30 Networks, 20 Connectors, 100 Routes."""

from __future__ import annotations

from typing import Any

from emulator import Emulator

from .plays import Run, median, play
from .routes import FOLDER

REGION = "us-mia"
WAYS = {
    "a task for each Network, a set for its Connectors, a set for its Routes": "wpc.yml",
    "one cloudconnexa_network_info, which returns all of them": "wpc_info.yml",
}


def networks() -> list[dict[str, Any]]:
    """Ten Networks with a pair of Connectors and ten Routes, twenty with neither."""
    return [
        {
            "name": f"office {number}",
            "connectors": [{"name": name, "region": REGION} for name in ("first", "second")] if number < 10 else [],
            "routes": [f"10.{number}.{part}.0/24" for part in range(10)] if number < 10 else [],
        }
        for number in range(30)
    ]


def measure(emulator: Emulator, rounds: int) -> list[dict[str, Any]]:
    """The calls and the median seconds of each way. Raises AssertionError where it wrote something."""
    emulator.reset()
    emulator.seed(
        networks=[
            {
                "name": network["name"],
                "connectors": [{"name": connector["name"], "vpnRegionId": REGION} for connector in network["connectors"]],
                "routes": [{"value": subnet} for subnet in network["routes"]],
            }
            for network in networks()
        ]
    )
    variables = {"base_url": emulator.base_url, "client_id": emulator.client_id, "client_secret": emulator.client_secret}
    runs: dict[str, list[Run]] = {way: [] for way in WAYS}
    for _round in range(rounds):
        for way, playbook in WAYS.items():
            runs[way].append(play(emulator, FOLDER / playbook, {**variables, "wpc": networks()}))
            assert runs[way][-1].calls["write"] == 0, way
    return [
        {"way": way, "seconds": round(median(run.seconds for run in found), 3), **found[0].calls, "runs": rounds}
        for way, found in runs.items()
    ]
