# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cost in the open: what check mode says a task would cost is what the task then costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .conftest import Playground

ROUTES = [f"10.{number}.0.0/16" for number in range(30)]
PAIR = [{"name": "east", "region": "Frankfurt"}, {"name": "west", "region": "Miami, US"}]
KEY = {"pre_shared_key": "Canary.Key.1"}
TUNNEL = {"platform": "aws", "remote_site_public_ip": "203.0.113.10", **KEY}


class Task(NamedTuple):
    module: str
    options: dict[str, Any]


def berlin(**options: Any) -> Task:
    return Task("connector", {"network": "berlin", **options})


def tunnel(**options: Any) -> Task:
    return Task("connector", {"network": "datacenter", **options})


def routes(*routes: Any, **options: Any) -> Task:
    return Task("route", {"network": "berlin", "routes": routes, **options})


# Name: the tasks that come before, and the one whose cost is predicted.
SITUATIONS: dict[str, list[Task]] = {
    "a network is created": [Task("network", {"name": "paris"})],
    "a network is there": [Task("network", {"name": "berlin"})],
    "a network is changed": [Task("network", {"name": "berlin", "description": "new"})],
    "a network gets gateways": [Task("network", {"name": "paris", "gateways": ["berlin", "frankfurt"]})],
    "a network goes": [Task("network", {"name": "paris"}), Task("network", {"name": "paris", "state": "absent"})],
    "a network goes with all that it holds": [Task("network", {"name": "berlin", "state": "absent", "force": True})],
    "a host is created": [Task("host", {"name": "db2", "domain": "db2.example.com"})],
    "a host gets a gateway": [Task("host", {"name": "db1", "gateways": ["berlin"]})],
    "a host goes": [Task("host", {"name": "db2"}), Task("host", {"name": "db2", "state": "absent"})],
    "a region is looked for": [Task("region", {"region": "Frankfurt"})],
    "another region becomes the default": [Task("region", {"region": "Milan", "default": True})],
    "a region is the default": [Task("region", {"region": "Milan", "default": True})] * 2,
    "a route is created": [Task("route", {"network": "berlin", "subnet": "10.1.0.0/16"})],
    "a route is there": [Task("route", {"network": "berlin", "subnet": "10.1.0.0/16"})] * 2,
    "a route is changed": [Task("route", {"network": "berlin", "subnet": "10.1.0.0/16", "description": text}) for text in ("old", "new")],
    "a route goes": [Task("route", {"network": "berlin", "subnet": "10.1.0.0/16", "state": state}) for state in ("present", "absent")],
    "routes are created": [routes(*ROUTES)],
    "routes are there": [routes(*ROUTES)] * 2,
    "routes come, change and go": [
        routes(*ROUTES),
        routes(*ROUTES[5:20], {"subnet": ROUTES[20], "description": "new"}, "10.21.0.0/17", "10.200.0.0/16", purge=True),
    ],
    "routes go": [routes(*ROUTES), routes(*ROUTES[:7], state="absent")],
    "a connector is created where nothing says": [berlin(name="east")],
    "a connector is created": [berlin(name="east", region="Frankfurt")],
    "a connector is there": [berlin(name="standing", region="us-mia")],
    "a connector is there, by what its region means": [berlin(name="standing", region="Miami")],
    "a connector moves": [berlin(name="standing", region="Frankfurt")],
    "a connector goes": [berlin(name="standing", state="absent")],
    "a connector gets a token": [berlin(name="east", region="us-mia", credentials="token")],
    "a connector gets a new profile": [berlin(name="standing", credentials="profile", credentials_force=True)],
    "a connector has its profile": [berlin(name="standing", credentials="profile")],
    "a connector is suspended": [berlin(name="standing", suspended=True)],
    "a connector is created and suspended": [berlin(name="east", region="us-mia", suspended=True)],
    "a connector is created and not suspended": [berlin(name="east", region="us-mia", suspended=False)],
    "a connector of a host is created": [Task("connector", {"host": "db1", "name": "east", "region": "Frankfurt"})],
    "a tunnel is created and started": [tunnel(name="east", region="us-mia", ipsec=TUNNEL, ipsec_state="started")],
    "a tunnel is changed": [tunnel(name="standing", description="new", ipsec=KEY)],
    "a tunnel is there": [tunnel(name="standing", ipsec={"platform": "other"})],
    "a tunnel gets its key again": [tunnel(name="standing", ipsec=KEY, update_secrets="always")],
    "a tunnel is stopped and suspended": [tunnel(name="standing", ipsec_state="stopped", suspended=True)],
    "connectors are created": [berlin(connectors=PAIR)],
    "connectors are created in the default region, with tokens": [
        berlin(connectors=[{"name": "east"}, {"name": "west"}], credentials="token")
    ],
    "connectors replace others": [berlin(connectors=PAIR, purge=True, suspended=False)],
    "connectors are there": [berlin(connectors=PAIR)] * 2,
    "connectors go": [berlin(connectors=PAIR), berlin(connectors=PAIR, state="absent")],
}


@pytest.fixture
def options(wpc: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Of tasks that share what is known of narrow budgets, and that wait exactly as long as they have to."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    wpc.limit_writes(burst=5, interval=15)
    return {**wpc.by_login, "session_cache": True}


@pytest.mark.parametrize("switches", [{}, {"children_in_list": "omitted"}], ids=["children-listed", "children-apart"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_predicted_cost_is_the_real_one(wpc: Playground, options: dict[str, Any], tmp_path: Path, situation: str) -> None:
    for task in SITUATIONS[situation][:-1]:
        wpc.run(task.module, **options, **sequential(task))
    task = SITUATIONS[situation][-1]
    wpc.run("network", name="told", **options)  # a write tells the tasks of this machine about the budget for writes
    if "credentials" in task.options:
        options = {**options, "credentials_dest": str(tmp_path if "connectors" in task.options else tmp_path / "secret")}
    before = wpc.emulator.state()
    predicted = wpc.run(task.module, check=True, **options, **sequential(task))
    assert wpc.emulator.state() == before
    wpc.emulator.forget_calls()
    done = wpc.run(task.module, **options, **sequential(task))
    calls = wpc.emulator.count()
    assert not done.get("failed"), done
    cost = done["api"]
    assert predicted["api"]["planned"] == {"reads": cost["reads"], "writes": cost["writes"], "seconds": cost["waited"]}
    assert (cost["reads"], cost["writes"]) == (calls["read"], calls["write"])
    assert predicted["changed"] == done["changed"] == (calls["write"] > 0)


def sequential(task: Task) -> dict[str, Any]:
    """The options of a task whose waits add up, whatever it writes."""
    return {**task.options, **({"concurrency": 1} if task.module in ("route", "connector") else {})}
