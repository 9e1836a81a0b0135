# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of call and every kind of fault, before and after the call is executed: the task succeeds, and does what it has to do once."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import SEED, Playground

PAGE = "<html><p>Bad gateway</p></html>"
FAULTS: dict[str, dict[str, Any]] = {
    **{
        f"{status} {phase}": {"kind": "status", "status": status, "phase": phase}
        for status in (500, 502, 503, 504)
        for phase in ("before", "after")
    },
    **{f"reset {phase}": {"kind": "drop", "phase": phase} for phase in ("before", "after", "middle")},
    **{f"web page {phase}": {"kind": "html", "phase": phase} for phase in ("before", "after")},
    **{f"accepted {phase}": {"kind": "accepted", "phase": phase} for phase in ("before", "after")},
    "slow": {"kind": "delay", "phase": "after", "seconds": 30},
    "page for 502": {"kind": "status", "status": 502, "body": PAGE, "phase": "after"},
    "limit": {"kind": "status", "status": 429, "headers": {"Retry-After": "7"}},
    "dead token": {"kind": "status", "status": 401},
    "empty": {"kind": "empty", "phase": "after"},
    "invalid text": {"kind": "invalid_utf8", "phase": "after"},
    "executed late": {"kind": "late", "calls": 1},
    "executed very late": {"kind": "late", "calls": 3},
}
CALLS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "login": ("network", {"name": "new"}, {"kind": "login"}),
    "list": ("network", {"name": "new"}, {"method": "GET"}),
    "regions": ("connector", {"network": "berlin", "name": "new", "region": "Paris"}, {"path": "/regions$"}),
    "default Region": ("connector", {"network": "berlin", "name": "new"}, {"path": "/default-region$"}),
    "create a Network": ("network", {"name": "new"}, {"method": "POST", "path": "/networks$"}),
    "create a Host": ("host", {"name": "new"}, {"method": "POST", "path": "/hosts$"}),
    "create a Connector": (
        "connector",
        {"network": "berlin", "name": "new", "region": "us-mia"},
        {"method": "POST", "path": "/connectors$"},
    ),
    "create a Route": ("route", {"network": "berlin", "subnet": "10.1.0.0/16"}, {"method": "POST", "path": "/routes$"}),
    "update": ("network", {"name": "berlin", "description": "new"}, {"method": "PUT"}),
    "remove": ("network", {"name": "frankfurt", "state": "absent", "force": True}, {"method": "DELETE"}),
    "suspend": ("connector", {"network": "berlin", "name": "standing", "suspended": True}, {"path": "/suspend$"}),
    "start a tunnel": ("connector", {"network": "datacenter", "name": "standing", "ipsec_state": "started"}, {"path": "/start$"}),
    "set the default Region": ("region", {"region": "Paris", "default": True}, {"method": "PUT"}),
    "issue a token": (
        "connector",
        {"network": "berlin", "name": "standing", "credentials": "token", "credentials_force": True, "credentials_dest": "token"},
        {"path": "/encrypt$"},
    ),
}


def wpc_without_ids(wpc: Playground) -> Any:
    """What the emulator holds, whatever ids it gave."""

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return sorted((plain(entry) for entry in value), key=str)
        if isinstance(value, dict):
            return {name: plain(entry) for name, entry in value.items() if "id" not in name.lower() or name == "vpnRegionId"}
        return value

    members = ("systemSubnets", "ipV4Address", "ipV6Address", "serverIp")
    state = wpc.emulator.state()
    for parent in state["networks"] + state["hosts"]:
        for entry in (parent, *parent["connectors"], *(connector.get("ipSecConfig", {}) for connector in parent["connectors"])):
            for member in members:
                entry.pop(member, None)
    return plain(state)


REACHED: dict[str, Any] = {}  # the WPC after each of the calls without a fault, which takes a while to find out
MEANINGFUL = {("login", "dead token"), ("default Region", "empty")}  # no faults, but answers: refused, and none


@pytest.mark.parametrize(("call", "fault"), [pair for pair in itertools.product(CALLS, FAULTS) if pair not in MEANINGFUL])
def test_one_fault_changes_nothing_but_the_time_it_takes(
    wpc: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: str, fault: str
) -> None:
    monkeypatch.chdir(tmp_path)
    module, options, when = CALLS[call]
    task = {**options, **wpc.by_login, "timeout": 0.2}
    wpc.emulator.faults.add(**FAULTS[fault], when={**when, "times": 1})
    result = wpc.run(module, **task)
    assert not result.get("failed"), result["msg"]
    assert result["changed"]
    assert [entry.fault for entry in wpc.emulator.calls if entry.fault] == [FAULTS[fault]["kind"]]
    reached = wpc_without_ids(wpc)
    if "suspended" not in options and "credentials" not in options and "ipsec_state" not in options:
        assert wpc.run(module, **task)["changed"] is False
    if "credentials" in options:
        assert (tmp_path / "token").read_text() in wpc.emulator.secrets
    if call not in REACHED:
        wpc.emulator.reset()
        wpc.emulator.seed(**yaml.safe_load(SEED.read_text())["wpc"])
        wpc.run(module, **task)
        REACHED[call] = wpc_without_ids(wpc)
    assert reached == REACHED[call]


def test_many_lost_answers_in_one_task_are_settled_as_long_as_it_gets_further(wpc: Playground) -> None:
    wanted = [f"10.{number}.0.0/16" for number in range(20)]
    for nth in range(1, 40, 2):
        wpc.emulator.faults.add("drop", phase="after", when={"method": "POST", "nth": nth})
    result = wpc.run("route", network="berlin", routes=wanted, concurrency=1)
    assert not result.get("failed"), result["msg"]
    assert sorted(wpc.routes()) == sorted(wanted)


def test_a_network_that_vanishes_while_others_are_looked_at_is_no_obstacle(wpc: Playground) -> None:
    wpc.emulator.set_switches({"children_in_list": "omitted", "unknown_filter": "missing"})
    frankfurt = wpc.parent("frankfurt")["id"]
    wpc.emulator.faults.add("page_change", change="remove", when={"path": "/networks$", "times": 1})
    berlin = wpc.parent("berlin")["id"]
    assert wpc.run("route", network="frankfurt", subnet="10.1.0.0/16")["route"]["network_id"] == frankfurt
    assert berlin not in {network["id"] for network in wpc.emulator.state()["networks"]}


@pytest.mark.parametrize("switches", [{"missing_object": "text"}, {"missing_object": "code"}])
def test_an_error_that_was_cut_off_is_asked_for_again(wpc: Playground) -> None:
    connector = wpc.connector()["id"]
    wpc.before_next_write(lambda: wpc.emulator.delete("connector", connector))
    wpc.emulator.faults.add("truncated", when={"method": "DELETE", "times": 1})
    assert wpc.run("connector", network="berlin", name="standing", state="absent")["changed"]
    assert [call.method for call in wpc.emulator.calls].count("DELETE") == 2


@pytest.mark.parametrize("max_wait", [0, 600])
@pytest.mark.parametrize("fault", ["reset after", "503 after", "web page after"])
@pytest.mark.parametrize("call", ["update", "remove", "suspend", "start a tunnel", "set the default Region", "issue a token"])
def test_what_may_have_been_done_is_not_told_as_undone(
    wpc: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: str, fault: str, max_wait: float
) -> None:
    monkeypatch.chdir(tmp_path)
    module, options, when = CALLS[call]
    before = wpc_without_ids(wpc)
    wpc.emulator.faults.add(**FAULTS[fault], when=when)
    result = wpc.run(module, **options, max_wait=max_wait)
    assert result["failed"]
    assert wpc_without_ids(wpc) != before or call == "issue a token"
    (told,) = result["error"]["uncertain"]
    assert result["msg"].startswith(f"Could not {told}: ")
    assert f"It is not known whether this was done: {told}. " in result["msg"]
    assert "un the task again" in result["msg"]
    assert "Not done" not in result["msg"]
    assert "left" not in result["error"]


@pytest.mark.parametrize("max_wait", [0, 600])
def test_what_may_have_been_done_of_a_set_is_told_apart_from_what_was_not_begun(wpc: Playground, max_wait: float) -> None:
    wpc.run("route", network="berlin", routes=["10.1.0.0/16", "10.2.0.0/16"])
    wpc.emulator.faults.add("drop", phase="after", when={"method": "DELETE"})
    result = wpc.run("route", network="berlin", routes=[], purge=True, concurrency=1, max_wait=max_wait)
    first, second = (f'delete the Route {subnet} of the Network "berlin"' for subnet in ("10.1.0.0/16", "10.2.0.0/16"))
    assert (result["error"]["uncertain"], result["error"]["left"]) == ([first], [second])


def test_a_creation_whose_twins_cannot_be_looked_for_is_looked_at_again(wpc: Playground) -> None:
    wpc.emulator.faults.add("drop", phase="before", when={"method": "POST", "times": 1})
    wpc.emulator.faults.add("wrong_json", when={"method": "GET", "nth": 3})  # after the second creation
    result = wpc.run("network", name="new")
    assert not result.get("failed"), result["msg"]
    assert [network["name"] for network in wpc.emulator.state()["networks"]].count("new") == 1
    assert [call.method for call in wpc.emulator.calls] == ["GET", "POST", "GET", "POST", "GET", "GET"]
