# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_network over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ...conftest import Playground

WRITABLE = ("name", "description", "egress", "internetAccess", "gatewaysIds", "tunnelingProtocol")
FULL: dict[str, Any] = {
    "name": "paris",
    "description": "Offices",
    "egress": False,
    "internet_access": "split_tunnel_off",
    "gateways": ["berlin"],
    "tunneling_protocol": "openvpn",
}


def writable(network: dict[str, Any]) -> dict[str, Any]:
    return {member: network[member] for member in WRITABLE}


def exists(wpc: Playground, name: str) -> bool:
    return any(network["name"] == name for network in wpc.emulator.state()["networks"])


class TestCosts:
    def test_each_step_costs_one_get_and_at_most_one_write(self, wpc: Playground) -> None:
        assert wpc.calls("network", **FULL) == {"login": 0, "read": 1, "write": 1}
        assert wpc.calls("network", **FULL) == {"login": 0, "read": 1, "write": 0}
        assert wpc.calls("network", name="paris", description="") == {"login": 0, "read": 1, "write": 1}
        assert wpc.calls("network", name="paris", state="absent", force=True) == {"login": 0, "read": 1, "write": 1}
        assert wpc.calls("network", name="paris", state="absent") == {"login": 0, "read": 1, "write": 0}

    def test_a_login_is_added_where_there_is_no_token(self, wpc: Playground) -> None:
        assert wpc.calls("network", name="berlin", **wpc.by_login) == {"login": 1, "read": 1, "write": 0}

    def test_a_removal_looks_for_services_that_the_list_does_not_hold(self, wpc: Playground) -> None:
        wpc.emulator.seed(networks=[{"name": "paris"}])
        assert wpc.calls("network", name="paris", state="absent") == {"login": 0, "read": 3, "write": 1}

    def test_many_networks_cost_no_more(self, wpc: Playground) -> None:
        wpc.emulator.seed(networks=[{"name": f"branch-{number}"} for number in range(150)])
        assert wpc.calls("network", name="branch-149") == {"login": 0, "read": 1, "write": 0}


class TestCreation:
    def test_the_service_holds_what_was_asked_for(self, wpc: Playground) -> None:
        result = wpc.run("network", **FULL)
        made = wpc.parent("paris")
        berlin = wpc.parent("berlin")["id"]
        assert writable(made) == {
            "name": "paris",
            "description": "Offices",
            "egress": False,
            "internetAccess": "SPLIT_TUNNEL_OFF",
            "gatewaysIds": [berlin],
            "tunnelingProtocol": "OPENVPN",
        }
        assert (made["connectors"], made["routes"]) == ([], [])
        assert result["network"] == {
            "id": made["id"],
            "name": "paris",
            "description": "Offices",
            "egress": False,
            "internet_access": "split_tunnel_off",
            "gateways_ids": [berlin],
            "tunneling_protocol": "openvpn",
            "system_subnets": made["systemSubnets"],
        }

    @pytest.mark.parametrize("switches", [{"create_omitted": position} for position in ("vendor_defaults", "minimal", "refused")])
    def test_what_is_left_out_becomes_what_is_documented_whatever_the_service_does(self, wpc: Playground) -> None:
        wpc.run("network", name="paris")
        assert writable(wpc.parent("paris")) == {
            "name": "paris",
            "description": "",
            "egress": True,
            "internetAccess": "SPLIT_TUNNEL_ON",
            "gatewaysIds": [],
            "tunnelingProtocol": "OPENVPN",
        }

    def test_one_that_exists_already_is_adopted(self, wpc: Playground) -> None:
        before = wpc.parent("berlin")
        result = wpc.run("network", name="berlin")
        assert (result["changed"], result["network"]["id"]) == (False, before["id"])
        assert wpc.parent("berlin") == before

    def test_a_name_is_compared_exactly(self, wpc: Playground) -> None:
        wpc.run("network", name="Berlin")
        assert exists(wpc, "berlin")
        assert exists(wpc, "Berlin")


class TestUpdates:
    @pytest.mark.parametrize("switches", [{"put_omitted": "blanked"}, {"put_omitted": "kept"}])
    @pytest.mark.parametrize(
        ("option", "value", "member", "expected"),
        [
            ("description", "Laboratories", "description", "Laboratories"),
            ("description", "", "description", ""),
            ("egress", True, "egress", True),
            ("internet_access", "restricted_internet", "internetAccess", "RESTRICTED_INTERNET"),
            ("gateways", [], "gatewaysIds", []),
            ("tunneling_protocol", "IPsec", "tunnelingProtocol", "IPSEC"),
        ],
    )
    def test_one_member_changes_and_the_others_stay(self, wpc: Playground, option: str, value: Any, member: str, expected: Any) -> None:
        wpc.run("network", **FULL)
        before = wpc.parent("paris")
        result = wpc.run("network", name="paris", **{option: value})
        assert wpc.parent("paris") == {**before, member: expected}
        assert list(result["diff"]["after"]) == ["name", option if option != "gateways" else "gateways_ids"]

    def test_children_are_not_touched(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet="10.1.0.0/16")
        before = wpc.parent("berlin")
        wpc.run("network", name="berlin", description="Changed")
        assert wpc.parent("berlin") == {**before, "description": "Changed"}

    @pytest.mark.parametrize("switches", [{"protocol_change": "refused"}])
    def test_a_refused_change_of_protocol_is_told(self, wpc: Playground) -> None:
        message = wpc.fails("network", name="berlin", tunneling_protocol="ipsec")
        assert 'Could not update the Network "berlin": the API answered 400' in message
        assert wpc.parent("berlin")["tunnelingProtocol"] == "OPENVPN"


class TestGateways:
    def test_are_given_by_name_or_id_in_any_order(self, wpc: Playground) -> None:
        berlin, frankfurt = wpc.parent("berlin")["id"], wpc.parent("frankfurt")["id"]
        wpc.run("network", name="paris", gateways=["berlin", frankfurt])
        assert set(wpc.parent("paris")["gatewaysIds"]) == {berlin, frankfurt}
        for same in (["frankfurt", "berlin"], [frankfurt, berlin], [berlin, "frankfurt"], ["berlin", "frankfurt", "berlin"]):
            assert wpc.calls("network", name="paris", gateways=same) == {"login": 0, "read": 1, "write": 0}

    def test_that_do_not_exist_are_refused_before_any_write(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        message = wpc.fails("network", name="paris", gateways=["berlin", "oslo"])
        assert "gateways: there is no Network with the id or name 'oslo'" in message
        assert wpc.emulator.count()["write"] == 0

    def test_of_a_name_that_two_networks_have_are_refused(self, wpc: Playground) -> None:
        twins = wpc.emulator.seed(networks=[{"name": "twin"}, {"name": "twin"}])["networks"]
        message = wpc.fails("network", name="paris", gateways=["twin"])
        assert message.startswith("gateways: there are 2 Networks called 'twin'")
        assert all(twin["id"] in message for twin in twins)

    @pytest.mark.parametrize("switches", [{"gateway_in_use": "refused"}])
    def test_a_network_in_use_as_gateway_is_removed_only_as_the_service_allows(self, wpc: Playground) -> None:
        wpc.run("network", name="paris", gateways=["berlin"])
        message = wpc.fails("network", name="berlin", state="absent", force=True)
        assert 'Could not delete the Network "berlin"' in message
        assert "in use as an internet gateway" in message
        assert exists(wpc, "berlin")


class TestById:
    def test_another_name_renames(self, wpc: Playground) -> None:
        before = wpc.parent("berlin")
        result = wpc.run("network", id=before["id"], name="munich")
        assert wpc.parent("munich") == {**before, "name": "munich"}
        assert result["diff"] == {"before": {"name": "berlin"}, "after": {"name": "munich"}}
        assert not exists(wpc, "berlin")

    def test_a_name_that_another_network_has_is_refused(self, wpc: Playground) -> None:
        before = wpc.emulator.state()
        message = wpc.fails("network", id=wpc.parent("berlin")["id"], name="frankfurt")
        assert "already called 'frankfurt'" in message
        assert wpc.parent("frankfurt")["id"] in message
        assert wpc.emulator.state() == before

    def test_the_name_may_be_left_out(self, wpc: Playground) -> None:
        wpc.run("network", id=wpc.parent("berlin")["id"], description="by id")
        assert wpc.parent("berlin")["description"] == "by id"

    def test_an_unknown_id_is_an_error_when_present_and_nothing_when_absent(self, wpc: Playground) -> None:
        assert "there is no Network with the id 4711" in wpc.fails("network", id="4711", name="paris")
        assert not exists(wpc, "paris")
        assert not wpc.run("network", id="4711", state="absent")["changed"]

    @pytest.mark.parametrize("switches", [{"ids": "digits"}])
    def test_an_id_of_digits_may_be_given_as_a_number(self, wpc: Playground) -> None:
        network_id = int(wpc.parent("berlin")["id"])
        assert wpc.run("network", id=network_id, description="by number")["network"]["id"] == str(network_id)
        assert wpc.parent("berlin")["description"] == "by number"


def test_two_networks_of_one_name_are_refused_with_their_ids(wpc: Playground) -> None:
    twins = wpc.emulator.seed(networks=[{"name": "twin"}, {"name": "twin"}])["networks"]
    before = wpc.emulator.state()
    for state in ("present", "absent"):
        message = wpc.fails("network", name="twin", description="which?", state=state)
        assert "there are 2 Networks called 'twin'" in message
        assert all(twin["id"] in message for twin in twins)
    assert wpc.emulator.state() == before
    wpc.run("network", id=twins[0]["id"], state="absent")
    assert wpc.parent("twin")["id"] == twins[1]["id"]


CHILDREN: dict[str, Any] = {
    "connectors": [{"name": "gate-b"}, {"name": "gate-a"}],
    "routes": [{"value": "10.1.0.0/16"}],
    "ipServices": [{"name": "ssh", "type": "SERVICE_DESTINATION"}],
    "applications": [{"name": "intranet"}],
}


class TestRemoval:
    @pytest.mark.parametrize("switches", [{}, {"children_in_list": "omitted"}])
    @pytest.mark.parametrize("check", [False, True])
    def test_children_are_counted_and_named_and_keep_it(self, wpc: Playground, check: bool) -> None:
        wpc.emulator.seed(networks=[{"name": "paris", **CHILDREN}])
        before = wpc.emulator.state()
        message = wpc.fails("network", name="paris", state="absent", check=check)
        for held in ("2 Connectors (gate-a, gate-b)", "1 Route (10.1.0.0/16)", "1 IP service (ssh)", "1 Application (intranet)"):
            assert held in message
        assert "force: true" in message
        assert wpc.emulator.state() == before

    def test_only_some_of_many_children_are_named(self, wpc: Playground) -> None:
        wpc.emulator.seed(networks=[{"name": "paris", "routes": [{"value": f"10.{number}.0.0/16"} for number in range(1, 9)]}])
        assert "8 Routes (10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16, 10.4.0.0/16, 10.5.0.0/16 and 3 more)" in wpc.fails(
            "network", name="paris", state="absent"
        )

    @pytest.mark.parametrize("member", CHILDREN)
    def test_any_kind_of_child_keeps_it_and_force_takes_it_along(self, wpc: Playground, member: str) -> None:
        wpc.emulator.seed(networks=[{"name": "paris", member: CHILDREN[member]}])
        assert "still holds" in wpc.fails("network", name="paris", state="absent")
        result = wpc.run("network", name="paris", state="absent", force=True)
        assert (result["changed"], result["network"]) == (True, {})
        assert not exists(wpc, "paris")

    def test_the_diff_shows_what_is_lost(self, wpc: Playground) -> None:
        wpc.emulator.seed(networks=[{"name": "paris", "description": "Offices"}])
        diff = wpc.run("network", name="paris", state="absent")["diff"]
        assert diff["after"] == {}
        assert (diff["before"]["name"], diff["before"]["description"]) == ("paris", "Offices")
        assert "id" not in diff["before"]


class TestSurprises:
    @pytest.mark.parametrize("switches", [{"missing_object": position} for position in ("code", "text", "404")])
    def test_a_network_removed_between_look_and_write_is_settled(self, wpc: Playground) -> None:
        network_id = wpc.parent("berlin")["id"]
        wpc.before_next_write(lambda: wpc.emulator.delete("network", network_id))
        result = wpc.run("network", name="berlin", description="again")
        assert result["changed"]
        assert result["network"]["id"] == wpc.parent("berlin")["id"] != network_id
        wpc.before_next_write(lambda: wpc.emulator.delete("network", result["network"]["id"]))
        assert wpc.run("network", name="berlin", state="absent")["network"] == {}

    @pytest.mark.parametrize("phase", ["before", "after"])
    def test_an_answer_lost_on_creation_leaves_exactly_one_network(self, wpc: Playground, phase: str) -> None:
        wpc.emulator.faults.add("drop", phase=phase, when={"method": "POST", "times": 1})
        result = wpc.run("network", name="paris")
        assert [network["id"] for network in wpc.emulator.state()["networks"] if network["name"] == "paris"] == [result["network"]["id"]]

    def test_a_creation_that_takes_effect_late_leaves_exactly_one_network(self, wpc: Playground) -> None:
        wpc.emulator.faults.add("late", calls=3, when={"method": "POST", "times": 1})
        wpc.run("network", name="paris")
        assert [network["name"] for network in wpc.emulator.state()["networks"]].count("paris") == 1


class TestRefusedOptions:
    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({}, "name, id"),
            ({"name": ""}, "name"),
            ({"name": "  "}, "name"),
            ({"id": "", "name": ""}, "name"),
            ({"name": "paris", "internet_access": "sometimes"}, "split_tunnel_on, split_tunnel_off, restricted_internet"),
            ({"name": "paris", "tunneling_protocol": "wireguard"}, "openvpn, ipsec"),
            ({"name": "paris", "egress": "perhaps"}, "egress"),
            ({"name": "paris", "routes": ["10.1.0.0/16"]}, "routes"),
        ],
    )
    def test_are_told_before_any_write(self, wpc: Playground, options: dict[str, Any], told: str) -> None:
        before = wpc.emulator.state()
        assert told in wpc.fails("network", **options)
        assert wpc.emulator.state() == before

    def test_an_object_cannot_lose_its_name(self, wpc: Playground) -> None:
        network_id = wpc.parent("berlin")["id"]
        assert "needs a name" in wpc.fails("network", id=network_id, name=" ")
        assert wpc.parent("berlin")["id"] == network_id


class TestMembersThatAListLeavesOut:
    @pytest.fixture
    def switches(self) -> dict[str, str]:
        return {"list_members": "partial"}

    def test_stay_when_another_one_is_changed(self, wpc: Playground) -> None:
        wpc.run("network", **FULL)
        before = wpc.parent("paris")
        result = wpc.run("network", name="paris", egress=True)
        assert wpc.parent("paris") == {**before, "egress": True}
        assert result["diff"] == {"before": {"name": "paris", "egress": False}, "after": {"name": "paris", "egress": True}}

    def test_are_no_difference(self, wpc: Playground) -> None:
        wpc.run("network", **FULL)
        assert wpc.calls("network", **FULL)["write"] == 0
