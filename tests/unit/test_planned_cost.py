# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode says of the cost where the budget is not known, where several calls are made at once, and where a task waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _runner
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client

from .conftest import Playground
from .test_predictions import PAIR, ROUTES, SITUATIONS, berlin, routes, sequential

ONLINE = {"wait_for": "online"}
SETS = {name: tasks for name, tasks in SITUATIONS.items() if tasks[-1].options.keys() & {"routes", "connectors"}}


def predict_and_do(wpc: Playground, module: str, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The planned cost, and what the task then cost. Both results have to be the same in all that they have in common."""
    before = wpc.emulator.state()
    predicted = wpc.run(module, check=True, **options)
    assert wpc.emulator.state() == before
    wpc.emulator.forget_calls()
    done = wpc.run(module, **options)
    assert not done.get("failed"), done
    cost, calls = done["api"], wpc.emulator.count()
    assert (cost["reads"], cost["writes"]) == (calls["read"], calls["write"])
    assert (predicted["changed"], predicted["diff"]) == (done["changed"], done["diff"])
    return predicted["api"]["planned"], cost


@pytest.mark.parametrize("limited", [False, True], ids=["unlimited", "narrow"])
@pytest.mark.parametrize("situation", [name for name, tasks in SITUATIONS.items() if "credentials" not in tasks[-1].options])
def test_the_calls_are_known_where_the_budget_for_writes_is_not(wpc: Playground, situation: str, limited: bool) -> None:
    *before, task = SITUATIONS[situation]
    for earlier in before:
        wpc.run(earlier.module, **earlier.options)
    if limited:
        wpc.limit_writes(burst=5, interval=15)
    planned, cost = predict_and_do(wpc, task.module, **sequential(task))
    assert planned == {"reads": cost["reads"], "writes": cost["writes"], "seconds": None if cost["writes"] else 0.0}


@pytest.mark.parametrize("situation", [name for name, tasks in SETS.items() if "credentials" not in tasks[-1].options])
def test_the_calls_of_a_set_are_known_however_many_are_made_at_once(wpc: Playground, situation: str) -> None:
    *before, task = SETS[situation]
    for earlier in before:
        wpc.run(earlier.module, **earlier.options)
    planned, cost = predict_and_do(wpc, task.module, **task.options, concurrency=4)
    assert (planned["reads"], planned["writes"]) == (cost["reads"], cost["writes"])


def test_the_time_of_a_set_is_known_however_many_calls_are_made_at_once(
    wpc: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(_runner, "Client", Client)  # threads cannot share a clock that only sleeping moves
    wpc.emulator.set_limits({"write": {"burst": 5, "rate": 20, "interval": 1}})
    options = {**wpc.by_login, "session_cache": True}
    wpc.run("network", name="told", **options)
    planned, cost = predict_and_do(wpc, "route", **options, **routes(*ROUTES).options, concurrency=4)
    assert (planned["reads"], planned["writes"]) == (cost["reads"], cost["writes"]) == (1, 30)
    assert planned["seconds"] == pytest.approx((30 - 5) / 20, abs=0.1)
    assert cost["waited"] == pytest.approx(planned["seconds"], abs=0.3)  # tokens come back while calls are made


def test_check_mode_warns_of_what_a_real_run_would_refuse(wpc: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[str] = []  # where the controller's part of Ansible is loaded, warnings are no part of a module's result
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, warning: told.append(warning))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    wpc.limit_writes(burst=5, interval=15)
    options = {**wpc.by_login, "session_cache": True}
    wpc.run("network", name="told", **options)
    assert wpc.run("route", check=True, **options, **routes(*ROUTES).options)["changed"]
    assert told == []
    assert wpc.run("route", check=True, max_wait=60, **options, **routes(*ROUTES).options)["changed"]
    failed = wpc.fails("route", max_wait=60, **options, **routes(*ROUTES).options)
    problem = "the writes that are left (30) have to wait 390 s at one in 15 s"
    assert problem in failed
    assert len(told) == 1
    assert told[0].startswith(f"A real run would now fail: {problem}")


def test_waiting_for_what_is_online_costs_what_is_planned(wpc: Playground) -> None:
    wpc.emulator.set_connector(wpc.connector()["id"], connectionStatus="ONLINE")
    planned, cost = predict_and_do(wpc, "connector", **berlin(name="standing", description="Front door", **ONLINE).options)
    assert (planned["reads"], planned["writes"]) == (cost["reads"], cost["writes"])


@pytest.mark.parametrize(
    "task", [berlin(name="standing", **ONLINE), berlin(name="east", region="us-mia", **ONLINE), berlin(connectors=PAIR, **ONLINE)]
)
def test_waiting_itself_is_not_planned_but_writes_are(wpc: Playground, task: Any) -> None:
    def connect() -> None:
        for connector in wpc.parent("berlin")["connectors"]:
            wpc.emulator.set_connector(connector["id"], connectionStatus="ONLINE")

    def connect_later() -> None:
        if len(wpc.clock.naps) >= 2:
            connect()

    wpc.clock.during_sleep = connect_later
    planned, cost = predict_and_do(wpc, task.module, **task.options)
    assert planned["writes"] == cost["writes"]
    assert planned["reads"] < cost["reads"]  # check mode does not wait, and nobody knows how long that takes
