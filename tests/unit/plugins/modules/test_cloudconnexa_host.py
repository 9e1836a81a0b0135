# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_host over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ...conftest import Playground

WRITABLE = ("name", "description", "domain", "internetAccess", "gatewaysIds")
FULL: dict[str, Any] = {
    "name": "web1",
    "description": "Web server",
    "domain": "web1.example.com",
    "internet_access": "split_tunnel_off",
    "gateways": ["berlin", "frankfurt"],
}


def writable(host: dict[str, Any]) -> dict[str, Any]:
    return {member: host[member] for member in WRITABLE}


def names(wpc: Playground) -> list[str]:
    return [host["name"] for host in wpc.emulator.state()["hosts"]]


class TestCosts:
    def test_a_task_costs_one_get_and_one_more_to_find_gateways_by_name(self, wpc: Playground) -> None:
        assert wpc.calls("host", name="db1") == {"login": 0, "read": 1, "write": 0}
        assert wpc.calls("host", name="web1", description="Web server") == {"login": 0, "read": 1, "write": 1}
        assert wpc.calls("host", name="web1", gateways=["berlin"]) == {"login": 0, "read": 2, "write": 1}
        assert wpc.calls("host", name="web1", gateways=["berlin"]) == {"login": 0, "read": 2, "write": 0}
        assert wpc.calls("host", name="web1", gateways=[wpc.parent("berlin")["id"]]) == {"login": 0, "read": 1, "write": 0}
        assert wpc.calls("host", name="web1", state="absent", force=True) == {"login": 0, "read": 1, "write": 1}
        assert wpc.calls("host", name="web1", state="absent") == {"login": 0, "read": 1, "write": 0}

    def test_a_login_is_added_where_there_is_no_token(self, wpc: Playground) -> None:
        assert wpc.calls("host", name="db1", **wpc.by_login) == {"login": 1, "read": 1, "write": 0}


class TestCreation:
    def test_the_service_holds_what_was_asked_for(self, wpc: Playground) -> None:
        result = wpc.run("host", **FULL)
        made = wpc.parent("web1")
        gateways = [wpc.parent("berlin")["id"], wpc.parent("frankfurt")["id"]]
        assert writable(made) == {
            "name": "web1",
            "description": "Web server",
            "domain": "web1.example.com",
            "internetAccess": "SPLIT_TUNNEL_OFF",
            "gatewaysIds": gateways,
        }
        assert result["host"] == {
            "id": made["id"],
            "name": "web1",
            "description": "Web server",
            "domain": "web1.example.com",
            "internet_access": "split_tunnel_off",
            "gateways_ids": gateways,
            "system_subnets": made["systemSubnets"],
        }

    @pytest.mark.parametrize("switches", [{"create_omitted": position} for position in ("vendor_defaults", "minimal", "refused")])
    def test_what_is_left_out_becomes_what_is_documented_whatever_the_service_does(self, wpc: Playground) -> None:
        wpc.run("host", name="web1")
        assert writable(wpc.parent("web1")) == {
            "name": "web1",
            "description": "",
            "domain": "",
            "internetAccess": "SPLIT_TUNNEL_ON",
            "gatewaysIds": [],
        }

    def test_one_that_exists_already_is_adopted(self, wpc: Playground) -> None:
        before = wpc.parent("db1")
        result = wpc.run("host", name="db1")
        assert (result["changed"], result["host"]["id"]) == (False, before["id"])
        assert wpc.parent("db1") == before

    def test_a_host_may_be_called_like_a_network(self, wpc: Playground) -> None:
        wpc.run("host", name="berlin")
        assert names(wpc) == ["db1", "berlin"]

    def test_what_the_service_refuses_is_told(self, wpc: Playground) -> None:
        message = wpc.fails("host", name="web1", domain="x" * 254)
        assert 'Could not create the Host "web1": the API answered 400' in message
        assert "longer than 253" in message
        assert names(wpc) == ["db1"]


class TestUpdates:
    @pytest.mark.parametrize("switches", [{"put_omitted": "blanked"}, {"put_omitted": "kept"}])
    @pytest.mark.parametrize(
        ("option", "value", "member", "expected"),
        [
            ("description", "", "description", ""),
            ("domain", "", "domain", ""),
            ("domain", "www.example.com", "domain", "www.example.com"),
            ("internet_access", "Restricted_Internet", "internetAccess", "RESTRICTED_INTERNET"),
            ("gateways", [], "gatewaysIds", []),
        ],
    )
    def test_one_member_changes_and_the_others_stay(self, wpc: Playground, option: str, value: Any, member: str, expected: Any) -> None:
        wpc.run("host", **FULL)
        before = wpc.parent("web1")
        wpc.run("host", name="web1", **{option: value})
        assert wpc.parent("web1") == {**before, member: expected}
        assert wpc.calls("host", name="web1", **{option: value})["write"] == 0

    def test_another_name_with_the_id_renames(self, wpc: Playground) -> None:
        before = wpc.parent("db1")
        wpc.run("host", id=before["id"], name="db2")
        assert wpc.parent("db2") == {**before, "name": "db2"}
        assert names(wpc) == ["db2"]

    def test_gateways_that_do_not_exist_are_refused_before_any_write(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        assert "gateways: there is no Network with the id or name 'db1'" in wpc.fails("host", name="db1", gateways=["db1"])
        assert wpc.emulator.count()["write"] == 0


class TestMembersThatAListLeavesOut:
    @pytest.fixture
    def switches(self) -> dict[str, str]:
        return {"list_members": "partial"}

    def test_stay_when_another_one_is_changed(self, wpc: Playground) -> None:
        wpc.run("host", **FULL)
        before = wpc.parent("web1")
        assert wpc.calls("host", name="web1", internet_access="restricted_internet") == {"login": 0, "read": 2, "write": 1}
        assert wpc.parent("web1") == {**before, "internetAccess": "RESTRICTED_INTERNET"}

    def test_are_no_difference(self, wpc: Playground) -> None:
        wpc.run("host", **FULL)
        assert wpc.calls("host", **FULL)["write"] == 0


class TestGateways:
    def test_without_egress_are_refused_before_any_write(self, wpc: Playground) -> None:
        wpc.run("network", name="paris", egress=False)
        wpc.emulator.forget_calls()
        for check in (True, False):
            result = wpc.run("host", name="db1", gateways=["paris"], check=check)
            assert 'gateways: the Network "paris" has no egress. Set its egress to true first' in result["msg"]
        assert wpc.emulator.count()["write"] == 0

    def test_that_are_named_twice_are_one(self, wpc: Playground) -> None:
        identity = wpc.parent("berlin")["id"]
        task: dict[str, Any] = dict(name="db1", internet_access="split_tunnel_off", gateways=["berlin", identity, f" {identity} "])
        predicted = wpc.run("host", **task, check=True)
        assert (predicted["host"]["gateways_ids"], wpc.run("host", **task)["diff"]) == ([identity], predicted["diff"])


def test_a_domain_is_the_same_in_any_case(wpc: Playground) -> None:
    wpc.run("host", name="web1", domain="Web1.Example.com")
    assert wpc.calls("host", name="web1", domain="WEB1.example.COM")["write"] == 0


def test_two_hosts_of_one_name_are_refused_with_their_ids(wpc: Playground) -> None:
    twins = wpc.emulator.seed(hosts=[{"name": "twin"}, {"name": "twin"}])["hosts"]
    message = wpc.fails("host", name="twin", state="absent")
    assert "there are 2 Hosts called 'twin'" in message
    assert all(twin["id"] in message for twin in twins)
    assert names(wpc) == ["db1", "twin", "twin"]


def test_an_unknown_id_is_an_error_when_present_and_nothing_when_absent(wpc: Playground) -> None:
    assert "there is no Host with the id 4711" in wpc.fails("host", id="4711", name="web1")
    assert not wpc.run("host", id="4711", state="absent")["changed"]
    assert names(wpc) == ["db1"]


CHILDREN: dict[str, Any] = {"connectors": [{"name": "agent"}], "ipServices": [{"name": "ssh"}], "applications": [{"name": "intranet"}]}


class TestRemoval:
    @pytest.mark.parametrize("switches", [{}, {"children_in_list": "omitted"}])
    def test_children_are_counted_and_named_and_keep_it(self, wpc: Playground) -> None:
        wpc.emulator.seed(hosts=[{"name": "web1", **CHILDREN}])
        before = wpc.emulator.state()
        message = wpc.fails("host", name="web1", state="absent")
        assert 'Host "web1" still holds 1 Connector (agent), 1 IP service (ssh), 1 Application (intranet)' in message
        assert wpc.emulator.state() == before

    @pytest.mark.parametrize("member", CHILDREN)
    def test_any_kind_of_child_keeps_it_and_force_takes_it_along(self, wpc: Playground, member: str) -> None:
        wpc.emulator.seed(hosts=[{"name": "web1", member: CHILDREN[member]}])
        assert "still holds" in wpc.fails("host", name="web1", state="absent")
        result = wpc.run("host", name="web1", state="absent", force=True)
        assert (result["changed"], result["host"], names(wpc)) == (True, {}, ["db1"])

    def test_one_that_holds_nothing_goes_without_force(self, wpc: Playground) -> None:
        wpc.run("host", name="web1")
        assert wpc.run("host", name="web1", state="absent")["changed"]
        assert names(wpc) == ["db1"]

    @pytest.mark.parametrize("switches", [{"missing_object": position} for position in ("code", "text", "404")])
    def test_one_that_somebody_else_removes_first_is_gone_all_the_same(self, wpc: Playground) -> None:
        host_id = wpc.parent("db1")["id"]
        wpc.before_next_write(lambda: wpc.emulator.delete("host", host_id))
        assert wpc.run("host", name="db1", state="absent", force=True)["host"] == {}
        assert names(wpc) == []


@pytest.mark.parametrize("phase", ["before", "after"])
def test_an_answer_lost_on_creation_leaves_exactly_one_host(wpc: Playground, phase: str) -> None:
    wpc.emulator.faults.add("drop", phase=phase, when={"method": "POST", "times": 1})
    wpc.run("host", name="web1")
    assert names(wpc) == ["db1", "web1"]


@pytest.mark.parametrize("options", [{}, {"name": " "}, {"name": "web1", "internet_access": "never"}, {"name": "web1", "egress": True}])
def test_refused_options_are_told_before_any_write(wpc: Playground, options: dict[str, Any]) -> None:
    before = wpc.emulator.state()
    assert wpc.fails("host", **options)
    assert wpc.emulator.state() == before
