# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_route over the wire: single Routes. Sets have their own tests."""

from __future__ import annotations

from typing import Any

import pytest

from ...conftest import Playground

SUBNET = "10.1.0.0/16"


class TestCosts:
    def test_creating_costs_one_get_and_one_post(self, wpc: Playground) -> None:
        assert wpc.calls("route", network="berlin", subnet=SUBNET) == {"login": 0, "read": 1, "write": 1}

    def test_a_second_run_costs_one_get_and_changes_nothing(self, wpc: Playground) -> None:
        task: dict[str, Any] = dict(network="berlin", subnet=SUBNET, description="office")
        wpc.run("route", **task)
        result = wpc.run("route", **task)
        assert not result["changed"]
        assert result["diff"]["before"] == result["diff"]["after"] == {"subnet": SUBNET, "description": "office"}
        assert wpc.calls("route", **task) == {"login": 0, "read": 1, "write": 0}

    def test_a_login_is_added_where_there_is_no_token(self, wpc: Playground) -> None:
        assert wpc.calls("route", network="berlin", subnet=SUBNET, **wpc.by_login) == {"login": 1, "read": 1, "write": 1}

    def test_an_update_and_a_removal_cost_one_get_and_one_write_each(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet=SUBNET)
        assert wpc.calls("route", network="berlin", subnet=SUBNET, description="new") == {"login": 0, "read": 1, "write": 1}
        assert wpc.calls("route", network="berlin", subnet=SUBNET, state="absent") == {"login": 0, "read": 1, "write": 1}

    @pytest.mark.parametrize("switches", [{"children_in_list": "omitted"}])
    def test_where_the_list_holds_no_routes_each_network_costs_one_more_get(self, wpc: Playground) -> None:
        assert wpc.calls("route", network="berlin", subnet=SUBNET) == {"login": 0, "read": 1 + 3, "write": 1}
        assert wpc.calls("route", network="berlin", subnet=SUBNET) == {"login": 0, "read": 2, "write": 0}


class TestCreation:
    def test_the_service_holds_what_was_asked_for(self, wpc: Playground) -> None:
        result = wpc.run("route", network="berlin", subnet="2001:DB8:1:0::/48", description=" Laboratory ")
        made = wpc.routes()["2001:db8:1::/48"]
        assert made["description"] == "Laboratory"
        assert result["route"] == {
            "id": made["id"],
            "subnet": "2001:db8:1::/48",
            "type": "ip_v6",
            "description": "Laboratory",
            "network": "berlin",
            "network_id": wpc.parent("berlin")["id"],
        }
        assert result["diff"] == {"before": {}, "after": {"subnet": "2001:db8:1::/48", "description": "Laboratory"}}

    def test_an_address_without_prefix_is_a_subnet_of_one(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet="10.1.2.3")
        assert list(wpc.routes()) == ["10.1.2.3/32"]
        assert wpc.calls("route", network="berlin", subnet="10.1.2.3/32")["write"] == 0

    def test_a_route_that_exists_already_is_adopted(self, wpc: Playground) -> None:
        wpc.emulator.seed(networks=[{"name": "paris", "routes": [{"value": SUBNET, "description": "by hand"}]}])
        made = wpc.routes("paris")[SUBNET]
        result = wpc.run("route", network="paris", subnet=SUBNET)
        assert (result["changed"], result["route"]["id"], result["route"]["description"]) == (False, made["id"], "by hand")


class TestSubnetText:
    @pytest.mark.parametrize(("given", "meant"), [("10.1.2.3/16", SUBNET), ("2001:db8:1::5/48", "2001:db8:1::/48")])
    def test_host_bits_are_refused_and_the_subnet_is_suggested(self, wpc: Playground, given: str, meant: str) -> None:
        wpc.emulator.forget_calls()
        message = wpc.fails("route", network="berlin", subnet=given)
        assert f"{given!r} has host bits set. Write {meant}, or set normalize: true." in message
        assert wpc.emulator.calls == []

    def test_host_bits_are_masked_on_request(self, wpc: Playground) -> None:
        result = wpc.run("route", network="berlin", subnet="10.1.2.3/16", normalize=True)
        assert result["route"]["subnet"] == SUBNET
        assert list(wpc.routes()) == [SUBNET]

    @pytest.mark.parametrize("switches", [{"route_host_bits": "keep"}])
    def test_a_route_whose_host_bits_the_service_kept_is_the_same_route(self, wpc: Playground) -> None:
        wpc.emulator.seed(networks=[{"name": "paris", "routes": [{"value": "10.1.2.3/16"}]}])
        assert list(wpc.routes("paris")) == ["10.1.2.3/16"]
        assert wpc.calls("route", network="paris", subnet=SUBNET) == {"login": 0, "read": 1, "write": 0}

    @pytest.mark.parametrize("text", ["", "office", "10.1.0.0/33", "10.1.0.0/16/8", "300.1.0.0/16", "10.1.0.0-10.2.0.0"])
    def test_what_is_no_subnet_is_refused(self, wpc: Playground, text: str) -> None:
        assert "subnet" in wpc.fails("route", network="berlin", subnet=text).lower()
        assert wpc.routes() == {}


class TestById:
    def test_another_subnet_is_changed_in_place_by_one_put(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet=SUBNET, description="office")
        made = wpc.routes()[SUBNET]
        wpc.emulator.forget_calls()
        result = wpc.run("route", id=made["id"], subnet="10.2.0.0/16")
        assert [(call.method, call.path) for call in wpc.emulator.calls if call.kind == "write"] == [
            ("PUT", f"/api/v1/networks/routes/{made['id']}")
        ]
        assert wpc.routes() == {"10.2.0.0/16": {**made, "subnet": "10.2.0.0/16"}}
        assert result["diff"] == {"before": {"subnet": SUBNET}, "after": {"subnet": "10.2.0.0/16"}}
        assert result["route"]["network"] == "berlin"

    def test_the_kind_of_address_may_change_too(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet=SUBNET)
        route_id = wpc.routes()[SUBNET]["id"]
        predicted = wpc.run("route", id=route_id, subnet="2001:db8::/48", check=True)
        done = wpc.run("route", id=route_id, subnet="2001:db8::/48")
        assert predicted["route"] == done["route"]
        assert done["route"]["type"] == "ip_v6"

    def test_the_network_need_not_be_named(self, wpc: Playground) -> None:
        wpc.run("route", network="frankfurt", subnet=SUBNET)
        route_id = wpc.routes("frankfurt")[SUBNET]["id"]
        assert wpc.calls("route", id=route_id, description="found") == {"login": 0, "read": 1, "write": 1}
        assert wpc.routes("frankfurt")[SUBNET]["description"] == "found"
        assert wpc.calls("route", id=route_id, state="absent") == {"login": 0, "read": 1, "write": 1}
        assert wpc.routes("frankfurt") == {}

    def test_a_route_of_another_network_cannot_move(self, wpc: Playground) -> None:
        wpc.run("route", network="frankfurt", subnet=SUBNET)
        route_id = wpc.routes("frankfurt")[SUBNET]["id"]
        before = wpc.emulator.state()
        for state in ("present", "absent"):
            message = wpc.fails("route", network="berlin", id=route_id, state=state)
            assert f'the Route {route_id} belongs to the Network "frankfurt" and cannot move' in message
        assert wpc.emulator.state() == before

    def test_an_unknown_id_is_an_error_when_present_and_nothing_when_absent(self, wpc: Playground) -> None:
        assert "no Route with the id 4711" in wpc.fails("route", id="4711", subnet=SUBNET)
        result = wpc.run("route", id="4711", state="absent")
        assert (result["changed"], result["route"]) == (False, {})


class TestParent:
    def test_a_missing_network_fails_and_is_named(self, wpc: Playground) -> None:
        message = wpc.fails("route", network="paris", subnet=SUBNET)
        assert "there is no Network with the id or name 'paris'" in message
        assert "cloudconnexa_network" in message

    def test_of_a_missing_network_nothing_needs_removing(self, wpc: Playground) -> None:
        result = wpc.run("route", network="paris", subnet=SUBNET, state="absent")
        assert (result["changed"], result["route"]) == (False, {})

    def test_the_network_may_be_given_by_id(self, wpc: Playground) -> None:
        wpc.run("route", network=wpc.parent("berlin")["id"], subnet=SUBNET)
        assert list(wpc.routes()) == [SUBNET]
        assert wpc.calls("route", network="berlin", subnet=SUBNET)["write"] == 0

    def test_two_networks_of_one_name_are_refused_with_their_ids(self, wpc: Playground) -> None:
        twins = wpc.emulator.seed(networks=[{"name": "twin"}, {"name": "twin"}])["networks"]
        message = wpc.fails("route", network="twin", subnet=SUBNET)
        assert all(twin["id"] in message for twin in twins)
        assert wpc.calls("route", network=twins[1]["id"], subnet=SUBNET)["write"] == 1


class TestOverlap:
    @pytest.mark.parametrize("check", [False, True])
    @pytest.mark.parametrize("network", ["berlin", "frankfurt"])
    @pytest.mark.parametrize(
        ("there", "wanted"),
        [
            ("10.0.0.0/8", SUBNET),
            (SUBNET, "10.0.0.0/8"),
            ("2001:db8::/32", "2001:db8:1::/48"),
            ("2001:db8:1::/48", "2001:db8::/32"),
        ],
    )
    def test_is_found_before_the_write_and_names_both(self, wpc: Playground, there: str, wanted: str, network: str, check: bool) -> None:
        wpc.run("route", network=network, subnet=there)
        wpc.emulator.forget_calls()
        message = wpc.fails("route", network="berlin", subnet=wanted, check=check)
        assert wanted in message
        assert there in message
        assert f'the Network "{network}"' in message
        assert wpc.emulator.count() == {"login": 0, "read": 1, "write": 0}

    def test_the_same_subnet_in_another_network_is_an_overlap(self, wpc: Playground) -> None:
        wpc.run("route", network="frankfurt", subnet=SUBNET)
        assert 'the Network "frankfurt"' in wpc.fails("route", network="berlin", subnet=SUBNET)

    def test_a_change_in_place_may_not_overlap_others_but_may_overlap_itself(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet=SUBNET)
        wpc.run("route", network="frankfurt", subnet="10.2.0.0/16")
        route_id = wpc.routes()[SUBNET]["id"]
        assert "10.2.0.0/16" in wpc.fails("route", id=route_id, subnet="10.2.3.0/24")
        wpc.run("route", id=route_id, subnet="10.1.1.0/24")
        assert list(wpc.routes()) == ["10.1.1.0/24"]

    def test_of_different_kinds_of_address_never_is(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet="128.0.0.0/1")
        assert wpc.calls("route", network="frankfurt", subnet="8000::/1")["write"] == 1

    @pytest.mark.parametrize("subnet", ["100.96.0.0/16", "100.80.1.0/24", "fd:0:0:8000::/64"])
    def test_with_a_subnet_of_the_wpc_is_refused_by_the_service_and_explained(self, wpc: Playground, subnet: str) -> None:
        wpc.emulator.forget_calls()
        message = wpc.fails("route", network="berlin", subnet=subnet)
        assert f'Could not create the Route {subnet} of the Network "berlin"' in message
        assert "subnet of the WPC itself" in message
        assert "100.96.0.0/11" in message
        assert wpc.routes() == {}

    def test_with_a_route_made_meanwhile_elsewhere_is_told_like_one_that_was_there(self, wpc: Playground) -> None:
        frankfurt = wpc.parent("frankfurt")["id"]
        wpc.before_next_write(
            lambda: wpc.emulator.wpc.create_route(wpc.emulator.wpc.parent("network", frankfurt), {"value": "10.1.128.0/17"})
        )
        message = wpc.fails("route", network="berlin", subnet=SUBNET)
        assert "10.1.128.0/17" in message
        assert 'the Network "frankfurt"' in message


class TestChanges:
    def test_what_is_left_out_stays_and_what_is_empty_is_cleared(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet=SUBNET, description="office")
        route_id = wpc.routes()[SUBNET]["id"]
        wpc.run("route", id=route_id, subnet="10.2.0.0/16")
        assert wpc.routes()["10.2.0.0/16"]["description"] == "office"
        result = wpc.run("route", network="berlin", subnet="10.2.0.0/16", description="")
        assert wpc.routes()["10.2.0.0/16"]["description"] == ""
        assert result["diff"]["after"] == {"subnet": "10.2.0.0/16", "description": ""}

    def test_of_the_case_of_a_description_are_changes(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet=SUBNET, description="office")
        assert wpc.calls("route", network="berlin", subnet=SUBNET, description="Office")["write"] == 1
        assert wpc.routes()[SUBNET]["description"] == "Office"


class TestSurprises:
    def test_a_route_removed_elsewhere_is_created_again(self, wpc: Playground) -> None:
        wpc.run("route", network="berlin", subnet=SUBNET)
        wpc.emulator.delete("route", wpc.routes()[SUBNET]["id"])
        assert wpc.run("route", network="berlin", subnet=SUBNET)["changed"]
        assert list(wpc.routes()) == [SUBNET]

    @pytest.mark.parametrize("switches", [{"missing_object": position} for position in ("code", "text", "404")])
    @pytest.mark.parametrize(("options", "writes", "left"), [({"state": "absent"}, 1, []), ({"description": "new"}, 2, [SUBNET])])
    def test_a_route_removed_between_look_and_write_is_settled(
        self, wpc: Playground, options: dict[str, Any], writes: int, left: list[str]
    ) -> None:
        wpc.run("route", network="berlin", subnet=SUBNET)
        route_id = wpc.routes()[SUBNET]["id"]
        wpc.before_next_write(lambda: wpc.emulator.delete("route", route_id))
        assert wpc.calls("route", network="berlin", subnet=SUBNET, **options)["write"] == writes
        assert list(wpc.routes()) == left

    def test_a_network_removed_between_look_and_write_is_named(self, wpc: Playground) -> None:
        network_id = wpc.parent("berlin")["id"]
        wpc.before_next_write(lambda: wpc.emulator.delete("network", network_id))
        assert "there is no Network with the id or name 'berlin'" in wpc.fails("route", network="berlin", subnet=SUBNET)

    def test_the_same_route_made_meanwhile_elsewhere_is_adopted(self, wpc: Playground) -> None:
        network = wpc.emulator.wpc.parent("network", wpc.parent("berlin")["id"])
        wpc.before_next_write(lambda: wpc.emulator.wpc.create_route(network, {"value": SUBNET, "description": "theirs"}))
        result = wpc.run("route", network="berlin", subnet=SUBNET, description="ours")
        assert result["changed"]
        assert wpc.routes()[SUBNET]["description"] == "ours"

    @pytest.mark.parametrize("phase", ["before", "after"])
    def test_an_answer_lost_on_creation_leaves_exactly_one_route(self, wpc: Playground, phase: str) -> None:
        wpc.emulator.faults.add("drop", phase=phase, when={"method": "POST", "times": 1})
        result = wpc.run("route", network="berlin", subnet=SUBNET)
        assert result["changed"]
        assert result["route"]["id"] == wpc.routes()[SUBNET]["id"]
        assert len(wpc.routes()) == 1

    @pytest.mark.parametrize("fault", ["wrong_json", "html", "truncated", "huge"])
    def test_an_answer_that_cannot_be_is_told_without_a_traceback(self, wpc: Playground, fault: str) -> None:
        wpc.emulator.faults.add(fault)
        result = wpc.run("route", network="berlin", subnet=SUBNET)
        assert result["failed"]
        assert "exception" not in result
        assert result["error"]["kind"] in ("InvalidAnswer", "OutOfTime", "TooLarge")
        assert wpc.routes() == {}


class TestRefusedOptions:
    @pytest.mark.parametrize(
        "options", [{"network": "berlin"}, {"subnet": SUBNET}, {"network": "", "subnet": SUBNET}, {"network": "berlin", "subnet": ""}]
    )
    def test_neither_network_and_subnet_nor_id(self, wpc: Playground, options: dict[str, Any]) -> None:
        wpc.emulator.forget_calls()
        assert wpc.fails("route", **options)
        assert wpc.emulator.count()["write"] == 0

    def test_a_set_needs_a_network(self, wpc: Playground) -> None:
        assert "Give network" in wpc.fails("route", network="", routes=[SUBNET])

    def test_an_unknown_state(self, wpc: Playground) -> None:
        assert "present, absent" in wpc.fails("route", network="berlin", subnet=SUBNET, state="gone")

    def test_a_state_in_capitals_is_understood(self, wpc: Playground) -> None:
        assert not wpc.run("route", network="berlin", subnet=SUBNET, state="ABSENT")["changed"]
