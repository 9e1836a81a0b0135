# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of Routes in one task: one plan, the fewest writes, an order that the service accepts."""

from __future__ import annotations

import random
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _runner
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client
from emulator.answers import Answer
from emulator.service import Incoming
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...conftest import Playground


def subnets(wpc: Playground, network: str = "berlin") -> dict[str, str]:
    found = next(entry for entry in wpc.emulator.state()["networks"] if entry["name"] == network)
    return {route["subnet"]: route["description"] for route in found["routes"]}


def counted(wpc: Playground, **options: Any) -> tuple[dict[str, Any], dict[str, int]]:
    wpc.emulator.forget_calls()
    result = wpc.run("route", network="berlin", **options)
    assert not result.get("failed"), result["msg"]
    return result, wpc.emulator.count()


def test_a_set_costs_one_get_and_one_post_for_each_new_route(wpc: Playground) -> None:
    wanted = [f"10.{number}.0.0/16" for number in range(20)]
    result, calls = counted(wpc, routes=wanted)
    assert calls == {"login": 0, "read": 1, "write": 20}
    assert [route["subnet"] for route in result["routes"]] == wanted
    assert all(route["id"] for route in result["routes"])
    result, calls = counted(wpc, routes=wanted, purge=True)
    assert (result["changed"], calls) == (False, {"login": 0, "read": 1, "write": 0})


def test_one_of_a_thousand_that_changes_costs_one_put(wpc: Playground) -> None:
    wanted = [{"subnet": f"10.{number // 256}.{number % 256}.0/24", "description": "Office"} for number in range(1000)]
    assert counted(wpc, routes=wanted)[1] == {"login": 0, "read": 1, "write": 1000}
    assert counted(wpc, routes=wanted, purge=True)[1] == {"login": 0, "read": 1, "write": 0}
    wanted[500]["description"] = "Closed"
    assert counted(wpc, routes=wanted, purge=True)[1] == {"login": 0, "read": 1, "write": 1}
    assert [(call.method, call.status) for call in wpc.emulator.calls if call.kind == "write"] == [("PUT", 200)]


def test_purge_removes_what_is_not_listed_and_nothing_else(wpc: Playground) -> None:
    counted(wpc, routes=["10.1.0.0/16", {"subnet": "10.2.0.0/16", "description": "two"}, "10.3.0.0/16"])
    wpc.run("route", network="frankfurt", subnet="10.9.0.0/16")
    result, calls = counted(wpc, routes=["10.2.0.0/16"], purge=True)
    assert calls["write"] == 2
    assert subnets(wpc) == {"10.2.0.0/16": "two"}
    assert subnets(wpc, "frankfurt") == {"10.9.0.0/16": ""}
    assert result["diff"] == {"before": {"10.1.0.0/16": {"description": ""}, "10.3.0.0/16": {"description": ""}}, "after": {}}


def test_a_route_that_overlaps_a_new_one_becomes_it_in_place(wpc: Playground) -> None:
    counted(wpc, routes=["10.1.0.0/16"])
    before = wpc.run("route_info", network="berlin")["routes"]
    _result, calls = counted(wpc, routes=["10.1.0.0/17", "10.1.128.0/17"], purge=True)
    assert calls["write"] == 2
    assert sorted(subnets(wpc)) == ["10.1.0.0/17", "10.1.128.0/17"]
    assert before[0]["id"] in {route["id"] for route in wpc.run("route_info", network="berlin")["routes"]}
    _result, calls = counted(wpc, routes=["10.0.0.0/8"], purge=True)
    assert calls["write"] == 2
    assert list(subnets(wpc)) == ["10.0.0.0/8"]


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_written(wpc: Playground) -> None:
    wpc.run("route", network="frankfurt", subnet="10.9.0.0/16")
    wpc.emulator.forget_calls()
    message = wpc.fails(
        "route", network="berlin", routes=["10.1.0.1/16", "10.2.0.0/16", "10.2.0.0/255.255.0.0", {"subnet": "x"}, 5, {"net": "y"}]
    )
    for part in ("entry 1: ", "10.1.0.0/16", "entry 3: 10.2.0.0/16 stands in the list twice", "entry 4: ", "entry 5: ", "entry 6: "):
        assert part in message
    message = wpc.fails("route", network="berlin", routes=["10.1.0.0/16", "10.1.0.0/16", "10.1.2.0/24", "10.9.8.0/24", "10.8.0.0/15", "x"])
    for part in (
        "entry 2: 10.1.0.0/16 stands in the list twice",
        "entry 6: ",
        "10.1.2.0/24 overlaps 10.1.0.0/16, another entry",
        '10.9.8.0/24 overlaps 10.9.0.0/16, the Route of the Network "frankfurt"',
        "10.9.8.0/24 overlaps 10.8.0.0/15, another entry",
        '10.8.0.0/15 overlaps 10.9.0.0/16, the Route of the Network "frankfurt"',
    ):
        assert part in message
    assert wpc.emulator.count()["write"] == 0


def test_a_partial_failure_says_what_is_done_and_what_is_not_and_the_next_run_completes_it(wpc: Playground) -> None:
    wanted = [f"10.{number}.0.0/16" for number in range(6)]
    wpc.emulator.faults.add("status", status=422, when={"method": "POST", "path": "/networks/routes", "nth": 3})
    result = wpc.run("route", network="berlin", routes=wanted, concurrency=1)
    assert result["failed"]
    assert len(result["error"]["done"]) == len(subnets(wpc)) == 5
    assert result["error"]["left"] == ['create the Route 10.2.0.0/16 of the Network "berlin"']
    assert "Not done: create the Route 10.2.0.0/16" in result["msg"]
    _result, calls = counted(wpc, routes=wanted)
    assert calls["write"] == 1
    assert sorted(subnets(wpc)) == wanted


@pytest.mark.parametrize("kind", ["before", "after"])
def test_lost_answers_are_settled_by_one_look(wpc: Playground, kind: str) -> None:
    wanted = [f"10.{number}.0.0/16" for number in range(6)]
    for nth in (1, 3):
        wpc.emulator.faults.add("drop", phase=kind, when={"method": "POST", "path": "/networks/routes", "nth": nth})
    result, calls = counted(wpc, routes=wanted, concurrency=2)
    assert sorted(subnets(wpc)) == wanted
    assert result["changed"]
    assert [route["subnet"] for route in result["routes"]] == wanted
    assert calls["read"] == 2


def test_absent_removes_the_listed_routes_only(wpc: Playground) -> None:
    counted(wpc, routes=["10.1.0.0/16", "10.2.0.0/16"])
    result, calls = counted(wpc, routes=["10.1.0.0/16", "10.5.0.0/16"], state="absent")
    assert (result["routes"], calls["write"]) == ([], 1)
    assert list(subnets(wpc)) == ["10.2.0.0/16"]


def test_a_description_is_changed_in_place(wpc: Playground) -> None:
    counted(wpc, routes=["10.1.0.0/16", {"subnet": "10.2.0.0/16", "description": "two"}])
    before = wpc.routes()
    result, calls = counted(wpc, routes=["10.1.0.0/16", {"subnet": "10.2.0.0/16", "description": "new"}], purge=True)
    assert calls == {"login": 0, "read": 1, "write": 1}
    assert [call.path for call in wpc.emulator.calls if call.method == "PUT"] == [f"/api/v1/networks/routes/{before['10.2.0.0/16']['id']}"]
    assert wpc.routes() == {**before, "10.2.0.0/16": {**before["10.2.0.0/16"], "description": "new"}}
    assert result["diff"] == {"before": {"10.2.0.0/16": {"description": "two"}}, "after": {"10.2.0.0/16": {"description": "new"}}}


def test_a_route_that_takes_the_place_of_another_does_not_take_its_description(wpc: Playground) -> None:
    counted(wpc, routes=[{"subnet": "10.1.0.0/16", "description": "Old office"}])
    result, calls = counted(wpc, routes=["10.0.0.0/8"], purge=True)
    assert (subnets(wpc), calls["write"]) == ({"10.0.0.0/8": ""}, 1)
    assert result["diff"] == {"before": {"10.1.0.0/16": {"description": "Old office"}}, "after": {"10.0.0.0/8": {"description": ""}}}


def test_an_entry_may_hold_a_number_for_a_text(wpc: Playground) -> None:
    counted(wpc, routes=[{"subnet": "10.1.0.0/16", "description": 2026}])
    assert subnets(wpc) == {"10.1.0.0/16": "2026"}


def test_purge_means_nothing_without_a_set(wpc: Playground) -> None:
    assert "purge means nothing without routes" in wpc.fails("route", network="berlin", subnet="10.1.0.0/16", purge=True)


def test_what_is_left_out_stays(wpc: Playground) -> None:
    counted(wpc, routes=[{"subnet": "10.2.0.0/16", "description": "two"}])
    assert counted(wpc, routes=["10.2.0.0/16"], purge=True)[0]["changed"] is False
    assert subnets(wpc) == {"10.2.0.0/16": "two"}


def test_the_diff_of_a_thousand_routes_names_each_one_that_changes_and_no_other(wpc: Playground) -> None:
    there = [f"10.{number // 250}.{number % 250}.0/24" for number in range(1000)]
    wpc.emulator.seed(networks=[{"name": "paris", "routes": [{"value": entry} for entry in there]}])
    wanted = [{"subnet": there[0], "description": "new"}, *there[2:], "10.200.0.0/16"]
    result = wpc.run("route", network="paris", routes=wanted, purge=True, check=True)
    assert result["diff"] == {
        "before": {there[0]: {"description": ""}, there[1]: {"description": ""}},
        "after": {there[0]: {"description": "new"}, "10.200.0.0/16": {}},
    }
    assert result["api"]["planned"]["writes"] == 3
    assert len(result["routes"]) == 1000


def tracked(wpc: Playground, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many writes the service has at a time, and the most that it ever had."""
    at_once = {"now": 0, "most": 0}
    execute = wpc.emulator.answer

    async def answer(incoming: Incoming) -> Answer:
        writes = incoming.method != "GET"
        at_once["now"] += writes
        at_once["most"] = max(at_once["most"], at_once["now"])
        try:
            return await execute(incoming)
        finally:
            at_once["now"] -= writes

    monkeypatch.setattr(wpc.emulator, "answer", answer)
    return at_once


def test_with_a_concurrency_of_one_writes_are_made_one_after_another_in_the_order_of_the_options(
    wpc: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [f"10.{number}.0.0/16" for number in (3, 1, 4, 0, 5)]
    at_once = tracked(wpc, monkeypatch)
    wpc.emulator.faults.add("delay", seconds=0.02, when={"method": "POST"})
    result, _calls = counted(wpc, routes=wanted, concurrency=1)
    assert at_once["most"] == 1
    assert list(subnets(wpc)) == [route["subnet"] for route in result["routes"]] == wanted


def test_with_more_they_overlap_and_the_result_is_still_in_the_order_of_the_options(
    wpc: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [f"10.{number}.0.0/16" for number in (3, 1, 4, 0, 5, 9, 2, 6)]
    at_once = tracked(wpc, monkeypatch)
    for nth in range(1, len(wanted) + 1):  # the later a call comes, the sooner it is answered
        wpc.emulator.faults.add("delay", seconds=0.02 * (len(wanted) - nth), when={"method": "POST", "nth": nth})
    result, calls = counted(wpc, routes=wanted, concurrency=4)
    assert 1 < at_once["most"] <= 4
    assert [route["subnet"] for route in result["routes"]] == wanted
    assert [route["id"] for route in result["routes"]] == [wpc.routes()[entry]["id"] for entry in wanted]
    assert calls == {"login": 0, "read": 1, "write": 8}


@pytest.mark.parametrize("concurrency", [1, 8])
def test_the_budget_is_kept(wpc: Playground, monkeypatch: pytest.MonkeyPatch, concurrency: int) -> None:
    monkeypatch.setattr(_runner, "Client", Client)  # in real time, which is the service's
    wpc.emulator.set_limits({"burst": 5, "rate": 10, "interval": 1})
    wanted = [f"10.{number}.0.0/16" for number in range(15)]
    _result, calls = counted(wpc, routes=wanted, concurrency=concurrency)
    statuses = [call.status for call in wpc.emulator.calls if call.kind == "write"]
    assert statuses.count(201) == 15
    # A call that is late on a busy machine finds the bucket full, so that what would have gone into it meanwhile is lost.
    assert len(statuses) == calls["write"] <= 15 + 2


def test_what_cannot_be_done_in_time_is_told_at_once_and_nothing_is_written(
    wpc: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    wpc.limit_writes(burst=20, interval=15)
    options = {**wpc.by_login, "session_cache": True, "max_wait": 60}
    counted(wpc, routes=["10.200.0.0/16"], **options)  # tells the tasks of this machine about the limits
    wanted = [f"10.{number}.0.0/16" for number in range(40)]
    wpc.emulator.forget_calls()
    message = wpc.fails("route", network="berlin", routes=wanted, **options)
    assert "left (40) have to wait 315 s at one in 15 s, but max_wait allows 60 s more; nothing has been changed. Not done: " in message
    assert "Set max_wait to 315 or more" in message
    assert wpc.emulator.count() == {"login": 0, "read": 1, "write": 0}
    result, calls = counted(wpc, routes=wanted, **{**options, "max_wait": 315}, concurrency=1)
    assert (calls["write"], result["api"]["waited"]) == (40, 315)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_what_cannot_be_done_in_time_is_told_as_soon_as_the_first_write_tells_the_limit(wpc: Playground, concurrency: int) -> None:
    wpc.limit_writes(burst=2, interval=15)
    routes = [f"10.{number}.0.0/16" for number in range(9)]
    result = wpc.run("route", network="berlin", routes=routes, max_wait=60, concurrency=concurrency)
    told = [f'create the Route {route} of the Network "berlin"' for route in routes]
    assert (result["error"]["kind"], result["error"]["done"], result["error"]["left"]) == ("OutOfTime", told[:1], told[1:])
    assert result["msg"].startswith(
        f"Could not {told[1]}: the writes that are left (8) have to wait 105 s at one in 15 s, but max_wait allows 60 s more. "
        f"Done before that: {told[0]}. Not done: {told[1]}"
    )
    assert result["msg"].endswith("Set max_wait to 105 or more, or do less in one task.")
    assert (list(wpc.routes()), wpc.clock.naps) == (routes[:1], [])


def test_an_overlap_that_appears_meanwhile_is_told_with_what_was_done(wpc: Playground) -> None:
    held = wpc.emulator.wpc
    frankfurt = held.parent("network", wpc.parent("frankfurt")["id"])
    wpc.before_next_write(lambda: held.create_route(frankfurt, {"value": "10.2.128.0/17"}))
    result = wpc.run("route", network="berlin", routes=["10.1.0.0/16", "10.2.0.0/16"], concurrency=1)
    assert result["error"]["kind"] == "ApiError"
    assert result["error"]["done"] == ['create the Route 10.1.0.0/16 of the Network "berlin"']
    assert result["error"]["left"] == ['create the Route 10.2.0.0/16 of the Network "berlin"']
    assert "10.2.0.0/16 overlaps 10.2.128.0/17" in result["msg"]


@pytest.mark.parametrize("switches", [{"conflict": "400"}, {"conflict": "409"}])
def test_a_move_that_meets_a_route_of_another_network_meanwhile_is_told_with_that(wpc: Playground) -> None:
    counted(wpc, routes=["10.1.0.0/16"])
    held = wpc.emulator.wpc
    frankfurt = held.parent("network", wpc.parent("frankfurt")["id"])
    wpc.before_next_write(lambda: held.create_route(frankfurt, {"value": "10.2.128.0/17"}))
    failed = wpc.run("route", network="berlin", routes=["10.0.0.0/8"], purge=True)
    assert (
        'by now, the options cannot be met: routes: 10.0.0.0/8 overlaps 10.2.128.0/17, the Route of the Network "frankfurt"'
        in failed["msg"]
    )
    assert sorted(subnets(wpc)) == ["10.1.0.0/16"]


def test_a_move_that_meets_a_route_of_the_same_network_meanwhile_replaces_that_too(wpc: Playground) -> None:
    counted(wpc, routes=["10.1.0.0/16"])
    held = wpc.emulator.wpc
    berlin = held.parent("network", wpc.parent("berlin")["id"])
    wpc.before_next_write(lambda: held.create_route(berlin, {"value": "10.2.128.0/17"}))
    counted(wpc, routes=["10.0.0.0/8"], purge=True)
    assert sorted(subnets(wpc)) == ["10.0.0.0/8"]


@pytest.mark.parametrize("switches", [{"empty_text": "omitted"}, {"empty_text": "null"}])
def test_empty_descriptions_cost_no_calls_where_a_list_shows_the_others(wpc: Playground) -> None:
    wanted = [{"subnet": f"10.{number}.0.0/16", "description": "Office" if number == 7 else ""} for number in range(20)]
    counted(wpc, routes=wanted)
    result, calls = counted(wpc, routes=wanted)
    assert (result["changed"], calls) == (False, {"login": 0, "read": 1, "write": 0})
    _result, calls = counted(wpc, routes=[{**entry, "description": "Office"} for entry in wanted])
    assert calls == {"login": 0, "read": 1, "write": 19}


def test_a_zone_is_no_part_of_a_subnet(wpc: Playground) -> None:
    assert "'2001:db8::%1/48' is no IPv4 or IPv6 subnet" in wpc.run("route", network="berlin", subnet="2001:db8::%1/48")["msg"]


@pytest.mark.parametrize(("naps", "problem"), [(1, "the next call may be made only in 15 s"), (10, "the API answered 429")])
def test_what_others_spend_meanwhile_is_told_with_what_is_left(wpc: Playground, naps: int, problem: str) -> None:
    def spend() -> None:
        if len(wpc.clock.naps) <= naps:
            wpc.emulator.limits.take("write")

    wpc.limit_writes(burst=5, interval=15)
    wpc.clock.during_sleep = spend
    result = wpc.run("route", network="berlin", routes=[f"10.{number}.0.0/16" for number in range(9)], max_wait=60, concurrency=1)
    left = len(result["error"]["left"])
    assert left == 9 - len(wpc.routes())
    assert problem in result["msg"]
    needed = 60 + 15 * left
    told = f"; the writes that are left ({left}) have to wait {15 * left} s at one in 15 s, but max_wait allows 0 s more. Done before that"
    assert told in result["msg"]
    assert result["msg"].endswith(f"Set max_wait to {needed} or more, or do less in one task.")


@pytest.mark.parametrize("concurrency", [0, -1])
def test_less_than_one_at_a_time_is_refused(wpc: Playground, concurrency: int) -> None:
    assert "concurrency" in wpc.fails("route", network="berlin", routes=["10.1.0.0/16"], concurrency=concurrency)
    assert subnets(wpc) == {}


def nested_subnets() -> st.SearchStrategy[list[str]]:
    """Subnets of 10.0.0.0/28 that are apart from each other, so that two such sets overlap often."""
    every = [str(part) for length in range(28, 33) for part in ip_network("10.0.0.0/28").subnets(new_prefix=length)]

    def apart(seed: int) -> list[str]:
        chosen: list[str] = []
        for entry in random.Random(seed).sample(every, len(every)):
            if not any(ip_network(entry).overlaps(ip_network(other)) for other in chosen):
                chosen.append(entry)
        return chosen[: 1 + seed % 7]

    return st.integers(0, 10_000).map(apart)


@given(first=nested_subnets(), second=nested_subnets())
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_set_becomes_any_other_in_one_task(wpc: Playground, first: list[str], second: list[str]) -> None:
    for wanted in (first, second):
        predicted = wpc.run("route", network="berlin", routes=wanted, purge=True, check=True)
        result, calls = counted(wpc, routes=wanted, purge=True)
        assert sorted(subnets(wpc)) == sorted(wanted)
        assert predicted["diff"] == result["diff"]
        assert predicted["api"]["planned"]["writes"] == result["api"]["writes"] == calls["write"]
        assert counted(wpc, routes=wanted, purge=True)[0]["changed"] is False
    counted(wpc, routes=[], purge=True)
    assert subnets(wpc) == {}
