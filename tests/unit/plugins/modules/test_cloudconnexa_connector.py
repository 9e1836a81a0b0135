# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_connector over the wire: what it is, where it is, and what it does. IPsec has tests of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ...conftest import Playground

EAST: dict[str, Any] = {"network": "berlin", "name": "east", "region": "eu-central-1"}
POSITIONS = ("code", "text", "404")


def names(wpc: Playground, parent: str = "berlin") -> list[str]:
    return [connector["name"] for connector in wpc.parent(parent)["connectors"]]


def set_standing(wpc: Playground, parent: str = "berlin", **members: Any) -> None:
    wpc.emulator.set_connector(wpc.connector(parent=parent)["id"], **members)


def writes(wpc: Playground) -> list[str]:
    """What was written, such as "PUT suspend": the method and the last part of the path."""
    return [f"{call.method} {call.path.rsplit('/', 1)[-1]}" for call in wpc.emulator.calls if call.kind == "write"]


class TestCosts:
    @pytest.mark.parametrize("parent", [{"network": "berlin"}, {"host": "db1"}])
    def test_nothing_to_do_costs_one_get(self, wpc: Playground, parent: dict[str, Any]) -> None:
        assert wpc.calls("connector", **parent, name="standing") == {"login": 0, "read": 1, "write": 0}
        assert wpc.calls("connector", **parent, name="standing", description="") == {"login": 0, "read": 1, "write": 0}

    @pytest.mark.parametrize("parent", [{"network": "berlin"}, {"host": "db1"}])
    @pytest.mark.parametrize(("region", "reads"), [("us-mia", 1), ("US-MIA", 1), ("Miami", 2), ("Miami, US", 2)])
    def test_a_region_by_meaning_costs_one_get_more(self, wpc: Playground, parent: dict[str, Any], region: str, reads: int) -> None:
        assert wpc.calls("connector", **parent, name="standing", region=region) == {"login": 0, "read": reads, "write": 0}

    def test_a_login_is_added_where_there_is_no_token(self, wpc: Playground) -> None:
        assert wpc.calls("connector", network="berlin", name="standing", **wpc.by_login) == {"login": 1, "read": 1, "write": 0}

    def test_each_change_costs_one_write(self, wpc: Playground) -> None:
        assert wpc.calls("connector", **EAST) == {"login": 0, "read": 2, "write": 1}
        assert wpc.calls("connector", **EAST, description="new") == {"login": 0, "read": 1, "write": 1}
        assert wpc.calls("connector", network="berlin", name="east", state="absent") == {"login": 0, "read": 1, "write": 1}
        assert wpc.calls("connector", network="berlin", name="east", state="absent") == {"login": 0, "read": 1, "write": 0}

    @pytest.mark.parametrize("switches", [{"children_in_list": "omitted"}])
    def test_where_the_list_holds_no_connectors_one_get_more_is_needed(self, wpc: Playground) -> None:
        assert wpc.calls("connector", network="berlin", name="standing") == {"login": 0, "read": 2, "write": 0}


class TestCreation:
    @pytest.mark.parametrize(("kind", "parent"), [("network", "berlin"), ("host", "db1")])
    def test_the_service_holds_what_was_asked_for(self, wpc: Playground, kind: str, parent: str) -> None:
        place: dict[str, Any] = {kind: parent}
        result = wpc.run("connector", name=" east ", region="Frankfurt", description="First", **place)
        made = wpc.connector("east", parent)
        assert (made["description"], made["vpnRegionId"], made["suspended"]) == ("First", "eu-central-1", False)
        expected = {
            "id": made["id"],
            "name": "east",
            "description": "First",
            "vpn_region_id": "eu-central-1",
            "connection_status": "offline",
            "ip_v4_address": made["ipV4Address"],
            "ip_v6_address": made["ipV6Address"],
            "licensed": True,
            kind: parent,
            f"{kind}_id": wpc.parent(parent)["id"],
        }
        if kind == "network":
            expected["tunneling_protocol"] = "openvpn"
        assert result["connector"] == expected
        assert result["diff"] == {"before": {}, "after": {"name": "east", "description": "First", "vpn_region_id": "eu-central-1"}}

    def test_one_that_exists_already_is_adopted(self, wpc: Playground) -> None:
        before = wpc.connector()
        result = wpc.run("connector", network="berlin", name="standing", region="us-mia")
        assert (result["changed"], result["connector"]["id"]) == (False, before["id"])

    def test_the_same_name_in_another_parent_is_another_connector(self, wpc: Playground) -> None:
        wpc.run("connector", network="frankfurt", name="standing", description="here")
        assert wpc.connector(parent="frankfurt")["description"] == "here"
        assert wpc.connector(parent="berlin")["description"] == wpc.connector(parent="db1")["description"] == ""

    def test_one_that_was_removed_elsewhere_is_created_again(self, wpc: Playground) -> None:
        wpc.emulator.delete("connector", wpc.connector()["id"])
        assert wpc.run("connector", network="berlin", name="standing", region="us-mia")["changed"]
        assert names(wpc) == ["standing"]

    @pytest.mark.parametrize("switches", [{"ip_allocation": "ipv4_only", "licensed": "omitted"}])
    def test_what_the_service_does_not_report_is_not_returned(self, wpc: Playground) -> None:
        connector = wpc.run("connector", **EAST)["connector"]
        assert not {"ip_v6_address", "licensed"} & set(connector)


class TestRegion:
    def test_left_out_is_the_default_region_of_the_wpc(self, wpc: Playground) -> None:
        wpc.run("region", region="Paris", default=True)
        assert wpc.calls("connector", network="berlin", name="east") == {"login": 0, "read": 2, "write": 1}
        assert wpc.connector("east")["vpnRegionId"] == "fr-cdg"

    @pytest.mark.parametrize("switches", [{"create_omitted": "refused", "text_body": "json_string"}])
    def test_the_default_region_is_sent_and_not_left_to_the_service(self, wpc: Playground) -> None:
        wpc.run("connector", network="berlin", name="east")
        assert wpc.connector("east")["vpnRegionId"] == wpc.emulator.state()["default_region"]

    @pytest.mark.parametrize("switches", [{"default_region": "empty"}, {"default_region": "empty", "text_body": "json_string"}])
    def test_left_out_without_a_default_region_is_an_error(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        message = wpc.fails("connector", network="berlin", name="east")
        assert "region is not given, and the WPC has no default Region" in message
        assert wpc.emulator.count()["write"] == 0

    def test_left_out_leaves_an_existing_connector_where_it_is(self, wpc: Playground) -> None:
        wpc.run("region", region="Paris", default=True)
        wpc.run("connector", network="berlin", name="standing", description="moved?")
        assert wpc.connector()["vpnRegionId"] == "us-mia"

    def test_another_one_moves_it_in_place(self, wpc: Playground) -> None:
        before = wpc.connector()
        result = wpc.run("connector", network="berlin", name="standing", region="Frankfurt, Germany")
        assert wpc.connector() == {**before, "vpnRegionId": "eu-central-1"}
        assert result["diff"] == {
            "before": {"name": "standing", "vpn_region_id": "us-mia"},
            "after": {"name": "standing", "vpn_region_id": "eu-central-1"},
        }

    @pytest.mark.parametrize(
        ("region", "told"),
        [
            ("Canada", ["means 3 Regions", "ca-yul (Montreal, Canada)"]),
            ("Frankfort", ["no Region is called 'Frankfort'", "eu-central-1 (Frankfurt, Germany)"]),
            ("eu-central", ["no Region is called 'eu-central'", "eu-central-1"]),
            ("", ["no Region is called ''"]),
        ],
    )
    def test_one_that_does_not_mean_exactly_one_is_refused(self, wpc: Playground, region: str, told: list[str]) -> None:
        for name in ("standing", "east"):
            message = wpc.fails("connector", network="berlin", name=name, region=region)
            assert all(part in message for part in told)
        assert names(wpc) == ["standing"]


class TestUpdates:
    @pytest.mark.parametrize("switches", [{"put_omitted": "blanked"}, {"put_omitted": "kept"}])
    @pytest.mark.parametrize("parent", ["berlin", "db1"])
    def test_one_member_changes_and_the_others_stay(self, wpc: Playground, parent: str) -> None:
        place: dict[str, Any] = {"host" if parent == "db1" else "network": parent}
        wpc.run("connector", name="east", region="eu-central-1", description="First", **place)
        made = wpc.connector("east", parent)
        wpc.run("connector", name="east", region="it-mxp", **place)
        assert wpc.connector("east", parent) == {**made, "vpnRegionId": "it-mxp"}
        wpc.run("connector", name="east", description="", **place)
        assert wpc.connector("east", parent) == {**made, "vpnRegionId": "it-mxp", "description": ""}
        wpc.run("connector", id=made["id"], name="west")
        assert wpc.connector("west", parent) == {**made, "vpnRegionId": "it-mxp", "description": "", "name": "west"}


class TestById:
    @pytest.mark.parametrize("parent", ["frankfurt", "db1"])
    def test_another_name_renames_wherever_it_is(self, wpc: Playground, parent: str) -> None:
        before = wpc.connector(parent=parent)
        result = wpc.run("connector", id=before["id"], name="renamed")
        assert wpc.connector("renamed", parent) == {**before, "name": "renamed"}
        assert result["diff"] == {"before": {"name": "standing"}, "after": {"name": "renamed"}}

    def test_is_looked_for_in_networks_first_and_then_in_hosts(self, wpc: Playground) -> None:
        assert wpc.calls("connector", id=wpc.connector()["id"]) == {"login": 0, "read": 1, "write": 0}
        assert wpc.calls("connector", id=wpc.connector(parent="db1")["id"]) == {"login": 0, "read": 2, "write": 0}
        assert wpc.calls("connector", id=wpc.connector(parent="db1")["id"], host="db1") == {"login": 0, "read": 1, "write": 0}

    def test_removes_without_a_parent(self, wpc: Playground) -> None:
        wpc.run("connector", id=wpc.connector(parent="db1")["id"], state="absent")
        assert names(wpc, "db1") == []
        assert names(wpc) == ["standing"]

    def test_a_name_that_another_one_of_the_parent_has_is_refused(self, wpc: Playground) -> None:
        wpc.run("connector", **EAST)
        message = wpc.fails("connector", id=wpc.connector("east")["id"], name="standing")
        assert "already called 'standing'" in message
        assert wpc.connector()["id"] in message
        assert names(wpc) == ["standing", "east"]

    def test_an_unknown_id_is_an_error_when_present_and_nothing_when_absent(self, wpc: Playground) -> None:
        places: list[dict[str, Any]] = [{}, {"network": "berlin"}, {"host": "db1"}]
        for place in places:
            assert "there is no Connector with the id 4711" in wpc.fails("connector", id="4711", name="east", **place)
            assert not wpc.run("connector", id="4711", state="absent", **place)["changed"]
        assert names(wpc) == names(wpc, "db1") == ["standing"]

    @pytest.mark.parametrize(("stated", "actual"), [({"network": "berlin"}, "frankfurt")])
    @pytest.mark.parametrize("state", ["present", "absent"])
    def test_a_connector_of_another_parent_cannot_move(self, wpc: Playground, stated: dict[str, Any], actual: str, state: str) -> None:
        before = wpc.emulator.state()
        message = wpc.fails("connector", id=wpc.connector(parent=actual)["id"], state=state, **stated)
        assert f'belongs to the Network "{actual}" and cannot move' in message
        assert wpc.emulator.state() == before

    @pytest.mark.parametrize("state", ["present", "absent"])
    @pytest.mark.parametrize("place", [{"network": "frankfurt"}, {"host": "db1"}])
    def test_of_another_parent_is_never_touched(self, wpc: Playground, place: dict[str, str], state: str) -> None:
        before = wpc.emulator.state()
        message = wpc.fails("connector", id=before["networks"][0]["connectors"][0]["id"], state=state, **place)
        assert 'belongs to the Network "berlin" and cannot move' in message
        assert wpc.emulator.state() == before

    @pytest.mark.parametrize("kind", ["network", "host"])
    def test_of_a_parent_that_is_missing_there_is_nothing_to_remove(self, wpc: Playground, kind: str) -> None:
        before = wpc.emulator.state()
        options = {"id": wpc.connector()["id"], kind: "mistyped"}
        assert not wpc.run("connector", **options, state="absent")["changed"]
        assert "mistyped" in wpc.fails("connector", **options)
        assert wpc.emulator.state() == before

    def test_blanks_around_it_mean_nothing(self, wpc: Playground) -> None:
        assert wpc.run("connector", id=f" {wpc.connector()['id']} ", state="absent")["changed"]
        assert names(wpc) == []


class TestParent:
    def test_two_connectors_of_one_name_are_refused_with_their_ids(self, wpc: Playground) -> None:
        wpc.emulator.seed(networks=[{"name": "paris", "connectors": [{"name": "twin"}, {"name": "twin"}]}])
        before = wpc.emulator.state()
        twins = [connector["id"] for connector in wpc.parent("paris")["connectors"]]
        for state in ("present", "absent"):
            message = wpc.fails("connector", network="paris", name="twin", description="which?", state=state)
            assert "there are 2 Connectors called 'twin' of the Network \"paris\"" in message
            assert all(twin in message for twin in twins)
        assert wpc.emulator.state() == before
        wpc.run("connector", id=twins[1], state="absent")
        assert [connector["id"] for connector in wpc.parent("paris")["connectors"]] == twins[:1]

    @pytest.mark.parametrize(("kind", "title"), [("network", "Network"), ("host", "Host")])
    def test_one_that_is_missing_fails_and_is_named(self, wpc: Playground, kind: str, title: str) -> None:
        place: dict[str, Any] = {kind: "oslo"}
        message = wpc.fails("connector", name="east", region="it-mxp", **place)
        assert f"{kind}: there is no {title} with the id or name 'oslo'" in message
        assert f"cloudconnexa_{kind}" in message
        result = wpc.run("connector", name="east", state="absent", **place)
        assert (result["changed"], result["connector"]) == (False, {})

    @pytest.mark.parametrize(("kind", "name"), [("network", "berlin"), ("host", "db1")])
    def test_may_be_given_by_id(self, wpc: Playground, kind: str, name: str) -> None:
        wpc.run("connector", name="east", region="it-mxp", **{kind: wpc.parent(name)["id"]})
        assert wpc.calls("connector", name="east", **{kind: name})["write"] == 0
        assert names(wpc, name) == ["standing", "east"]

    def test_a_host_and_a_network_of_one_name_are_not_mixed_up(self, wpc: Playground) -> None:
        wpc.run("host", name="berlin")
        wpc.run("connector", host="berlin", name="east", region="it-mxp")
        assert [connector["name"] for connector in wpc.emulator.state()["hosts"][1]["connectors"]] == ["east"]
        assert names(wpc) == ["standing"]

    def test_two_parents_of_one_name_are_refused_with_their_ids(self, wpc: Playground) -> None:
        twins = wpc.emulator.seed(hosts=[{"name": "twin"}, {"name": "twin"}])["hosts"]
        message = wpc.fails("connector", host="twin", name="east")
        assert "there are 2 Hosts called 'twin'" in message
        assert all(twin["id"] in message for twin in twins)


class TestRemoval:
    def test_takes_exactly_that_connector(self, wpc: Playground) -> None:
        wpc.run("connector", **EAST)
        result = wpc.run("connector", network="berlin", name="standing", state="absent")
        assert (result["changed"], result["connector"], names(wpc)) == (True, {}, ["east"])
        assert result["diff"]["before"]["name"] == "standing"
        assert result["diff"]["after"] == {}

    @pytest.mark.parametrize("switches", [{"last_connector": "refused"}])
    def test_that_the_service_refuses_is_told(self, wpc: Playground) -> None:
        message = wpc.fails("connector", network="berlin", name="standing", state="absent")
        assert 'Could not delete the Connector "standing" of the Network "berlin"' in message
        assert "last connector cannot be deleted" in message
        assert names(wpc) == ["standing"]

    @pytest.mark.parametrize("switches", [{"missing_object": position} for position in POSITIONS])
    def test_of_one_that_somebody_else_removes_first_is_fine(self, wpc: Playground) -> None:
        connector_id = wpc.connector()["id"]
        wpc.before_next_write(lambda: wpc.emulator.delete("connector", connector_id))
        assert wpc.calls("connector", network="berlin", name="standing", state="absent")["write"] == 1
        assert names(wpc) == []


class TestSurprises:
    @pytest.mark.parametrize("switches", [{"missing_object": position} for position in POSITIONS])
    def test_one_removed_between_look_and_write_is_created_again(self, wpc: Playground) -> None:
        connector_id = wpc.connector()["id"]
        wpc.before_next_write(lambda: wpc.emulator.delete("connector", connector_id))
        result = wpc.run("connector", network="berlin", name="standing", region="it-mxp")
        assert result["connector"]["id"] == wpc.connector()["id"] != connector_id
        assert wpc.connector()["vpnRegionId"] == "it-mxp"

    def test_the_parent_removed_between_look_and_write_is_named(self, wpc: Playground) -> None:
        network_id = wpc.parent("berlin")["id"]
        wpc.before_next_write(lambda: wpc.emulator.delete("network", network_id))
        assert "there is no Network with the id or name 'berlin'" in wpc.fails("connector", **EAST)

    @pytest.mark.parametrize("switches", [{"names": "unique"}, {"names": "repeatable"}])
    @pytest.mark.parametrize(
        "fault", [{"kind": "drop", "phase": "before"}, {"kind": "drop", "phase": "after"}, {"kind": "late", "calls": 4}]
    )
    def test_an_answer_lost_on_creation_leaves_exactly_one_connector(self, wpc: Playground, fault: dict[str, Any]) -> None:
        wpc.emulator.faults.add(**fault, when={"method": "POST", "times": 1})
        result = wpc.run("connector", **EAST, credentials="token", reveals="credentials.value")
        assert result["changed"]
        assert names(wpc) == ["standing", "east"]
        assert result["connector"]["id"] == wpc.connector("east")["id"]
        assert result["credentials"]["value"] in wpc.emulator.secrets

    @pytest.mark.parametrize("switches", [{"names": "unique"}])
    def test_the_same_connector_made_meanwhile_elsewhere_is_adopted(self, wpc: Playground) -> None:
        network = wpc.emulator.wpc.parent("network", wpc.parent("berlin")["id"])
        wpc.before_next_write(lambda: wpc.emulator.wpc.create_connector(network, {"name": "east", "vpnRegionId": "it-mxp"}))
        wpc.run("connector", **EAST)
        assert names(wpc) == ["standing", "east"]
        assert wpc.connector("east")["vpnRegionId"] == "eu-central-1"


class TestSuspension:
    @pytest.mark.parametrize(("suspended", "verb"), [(True, "suspend"), (False, "activate")])
    def test_of_one_that_is_offline_cannot_be_verified_and_is_done_each_time(self, wpc: Playground, suspended: bool, verb: str) -> None:
        for _run in range(2):
            wpc.emulator.forget_calls()
            result = wpc.run("connector", network="berlin", name="standing", suspended=suspended)
            assert (result["changed"], result["unverified"], writes(wpc)) == (True, ["suspended"], [f"PUT {verb}"])
            assert wpc.connector()["suspended"] is suspended

    @pytest.mark.parametrize("status", ["ONLINE", "ONLINE_WITH_ISSUES"])
    def test_of_one_that_is_online_is_known_not_to_be(self, wpc: Playground, status: str) -> None:
        set_standing(wpc, connectionStatus=status)
        result = wpc.run("connector", network="berlin", name="standing", suspended=False)
        assert (result["changed"], result.get("unverified")) == (False, None)
        result = wpc.run("connector", network="berlin", name="standing", suspended=True)
        assert (result["changed"], result.get("unverified")) == (True, None)
        assert wpc.connector()["suspended"] is True

    @pytest.mark.parametrize("parent", [{"network": "berlin"}, {"host": "db1"}])
    def test_of_a_new_one_is_done_after_its_creation(self, wpc: Playground, parent: dict[str, Any]) -> None:
        wpc.emulator.forget_calls()
        result = wpc.run("connector", **parent, name="east", region="it-mxp", suspended=True)
        assert writes(wpc) == ["POST connectors", "PUT suspend"]
        assert "unverified" not in result
        assert wpc.connector("east", *parent.values())["suspended"] is True
        wpc.emulator.forget_calls()
        wpc.run("connector", **parent, name="west", region="it-mxp", suspended=False)
        assert writes(wpc) == ["POST connectors"]

    @pytest.mark.parametrize("switches", [{"suspend_repeat": "refused"}, {"suspend_repeat": "refused_otherwise"}])
    @pytest.mark.parametrize("suspended", [True, False])
    def test_that_holds_already_may_be_refused_by_the_service(self, wpc: Playground, suspended: bool) -> None:
        set_standing(wpc, suspended=suspended)
        result = wpc.run("connector", network="berlin", name="standing", suspended=suspended)
        assert (result["unverified"], wpc.connector()["suspended"]) == (["suspended"], suspended)

    def test_that_the_service_refuses_for_another_reason_is_told(self, wpc: Playground) -> None:
        reason = "The connector is active and carries traffic, it cannot be suspended"
        wpc.emulator.faults.add("status", status=400, body={"errorMessage": reason}, when={"path": "/suspend$"})
        message = wpc.fails("connector", network="berlin", name="standing", suspended=True)
        assert f'Could not suspend the Connector "standing" of the Network "berlin": the API answered 400 ({reason})' in message

    def test_is_left_alone_unless_asked_for(self, wpc: Playground) -> None:
        set_standing(wpc, suspended=True)
        wpc.run("connector", network="berlin", name="standing", description="Changed")
        assert wpc.connector()["suspended"] is True


class TestCredentials:
    @pytest.mark.parametrize("switches", [{}, {"text_body": "json_string"}])
    @pytest.mark.parametrize("parent", [{"network": "berlin"}, {"host": "db1"}])
    def test_a_token_is_issued_for_a_new_connector(self, wpc: Playground, parent: dict[str, Any]) -> None:
        wpc.emulator.forget_calls()
        task = {**parent, "name": "east", "region": "it-mxp", "credentials": "token"}
        result = wpc.run("connector", **task, reveals="credentials.value")
        assert result["credentials"]["type"] == "token"
        assert result["credentials"]["value"] in wpc.emulator.secrets
        assert writes(wpc) == ["POST connectors", "POST encrypt"]
        again = wpc.run("connector", **task)
        assert (again["changed"], "credentials" in again) == (False, False)

    @pytest.mark.parametrize("switches", [{}, {"text_body": "json_string"}])
    def test_a_profile_is_issued_whole(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        result = wpc.run("connector", **EAST, credentials="profile", reveals="credentials.value")
        lines = result["credentials"]["value"].splitlines()
        assert result["credentials"]["type"] == "profile"
        assert lines[0] == "client"
        assert any(line in wpc.emulator.secrets for line in lines)
        assert lines[-1] == "</key>"
        assert writes(wpc) == ["POST connectors", "POST profile"]

    def test_are_issued_again_only_by_force(self, wpc: Playground) -> None:
        task: dict[str, Any] = {"network": "berlin", "name": "standing", "credentials": "token"}
        assert wpc.calls("connector", **task) == {"login": 0, "read": 1, "write": 0}
        wpc.emulator.forget_calls()
        for _run in range(2):
            result = wpc.run("connector", **task, credentials_force=True, reveals="credentials.value")
            assert result["changed"]
        assert writes(wpc) == ["POST encrypt"] * 2

    def test_are_not_issued_because_something_else_changed(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        wpc.run("connector", network="berlin", name="standing", region="it-mxp", credentials="token")
        assert writes(wpc) == [f"PUT {wpc.connector()['id']}"]

    def test_check_mode_tells_what_would_be_issued(self, wpc: Playground, tmp_path: Path) -> None:
        result = wpc.run("connector", **EAST, credentials="profile", check=True)
        assert result["credentials"] == {"type": "profile"}
        dest = tmp_path / "east.ovpn"
        result = wpc.run("connector", **EAST, credentials="profile", credentials_dest=str(dest), check=True)
        assert result["credentials"] == {"type": "profile", "dest": str(dest)}
        assert not dest.exists()

    @pytest.mark.parametrize("switches", [{"profile_not_ready": "202"}, {"profile_not_ready": "empty"}])
    @pytest.mark.parametrize("kind", ["token", "profile"])
    def test_that_are_not_ready_are_waited_for(self, wpc: Playground, kind: str) -> None:
        wpc.emulator.forget_calls()
        result = wpc.run("connector", **EAST, credentials=kind, reveals="credentials.value")
        assert result["credentials"]["value"]
        assert wpc.emulator.count()["write"] == 1 + 3
        assert result["api"]["retries"] == len(wpc.clock.naps) == 2
        assert result["api"]["waited"] == pytest.approx(sum(wpc.clock.naps), abs=0.001)

    def test_that_never_get_ready_end_with_max_wait(self, wpc: Playground) -> None:
        wpc.emulator.faults.add("accepted", when={"path": "/profile"})
        result = wpc.run("connector", **EAST, credentials="token", max_wait=60)
        assert result["error"]["kind"] == "OutOfTime"
        assert sum(wpc.clock.naps) <= 60
        assert "Could not issue the token of the Connector" in result["msg"]
        assert 'create the Connector "east" of the Network "berlin"' in result["msg"]
        assert names(wpc) == ["standing", "east"]

    def test_a_profile_that_was_cut_off_is_asked_for_again(self, wpc: Playground, tmp_path: Path) -> None:
        wpc.emulator.faults.add("truncated", when={"path": "/profile", "times": 1})
        result = wpc.run("connector", **EAST, credentials="profile", credentials_dest=str(tmp_path / "east.ovpn"))
        assert result["api"]["retries"] == 1
        assert (tmp_path / "east.ovpn").read_text().endswith("</key>")

    def test_a_failure_after_the_creation_says_what_was_done_and_force_mends_it(self, wpc: Playground) -> None:
        wpc.emulator.faults.add("status", status=403, when={"path": "/profile", "times": 1})
        task = {**EAST, "credentials": "token"}
        message = wpc.fails("connector", **task)
        assert 'Could not issue the token of the Connector "east" of the Network "berlin": the API answered 403' in message
        assert 'create the Connector "east" of the Network "berlin"' in message
        assert names(wpc) == ["standing", "east"]
        assert wpc.run("connector", **task, credentials_force=True, reveals="credentials.value")["credentials"]["value"]
        assert names(wpc) == ["standing", "east"]


class TestCredentialsFile:
    @pytest.mark.parametrize(("kind", "start"), [("token", ""), ("profile", "client\n")])
    def test_is_private_and_holds_the_secret_that_is_not_returned(self, wpc: Playground, tmp_path: Path, kind: str, start: str) -> None:
        dest = tmp_path / "secret"
        result = wpc.run("connector", **EAST, credentials=kind, credentials_dest=str(dest))
        assert result["credentials"] == {"type": kind, "dest": str(dest)}
        assert dest.stat().st_mode & 0o7777 == 0o600
        content = dest.read_text()
        assert content.startswith(start)
        assert set(content.split()) & wpc.emulator.secrets
        assert list(tmp_path.iterdir()) == [dest]

    def test_is_replaced_as_a_whole(self, wpc: Playground, tmp_path: Path) -> None:
        dest = tmp_path / "secret"
        dest.write_text("an older and much longer content " * 100)
        dest.chmod(0o644)
        with dest.open() as reader:
            wpc.run("connector", **EAST, credentials="token", credentials_dest=str(dest))
            assert reader.read().startswith("an older")
        assert dest.read_text() in wpc.emulator.secrets
        assert dest.stat().st_mode & 0o7777 == 0o600

    def test_is_left_alone_when_nothing_is_issued(self, wpc: Playground, tmp_path: Path) -> None:
        dest = tmp_path / "secret"
        dest.write_text("kept")
        result = wpc.run("connector", network="berlin", name="standing", credentials="token", credentials_dest=str(dest))
        assert (result["changed"], dest.read_text()) == (False, "kept")

    def test_in_a_place_that_cannot_be_written_is_refused_before_any_write(
        self, wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wpc.emulator.forget_calls()
        missing = tmp_path / "missing"
        assert f"the directory {missing} does not exist" in wpc.fails(
            "connector", **EAST, credentials="token", credentials_dest=str(missing / "secret")
        )
        assert f"{tmp_path} is a directory" in wpc.fails("connector", **EAST, credentials="token", credentials_dest=str(tmp_path))
        monkeypatch.setattr("os.access", lambda path, mode: False)
        assert f"the directory {tmp_path} is not writable" in wpc.fails(
            "connector", **EAST, credentials="token", credentials_dest=str(tmp_path / "secret")
        )
        assert wpc.emulator.count()["write"] == 0

    def test_that_cannot_be_finished_leaves_the_old_one_and_is_told(
        self, wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dest = tmp_path / "secret"
        dest.write_text("kept")

        def no_space(handle: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", no_space)
        result = wpc.run("connector", **EAST, credentials="token", credentials_dest=str(dest))
        assert result["failed"]
        assert "exception" not in result
        assert f"{dest} could not be written (No space left on device)" in result["msg"]
        assert result["error"]["kind"] == "NotWritten"
        assert 'create the Connector "east" of the Network "berlin"' in result["msg"]
        assert "credentials_force" in result["msg"]
        assert dest.read_text() == "kept"
        assert list(tmp_path.iterdir()) == [dest]

    def test_needs_credentials(self, wpc: Playground, tmp_path: Path) -> None:
        assert "credentials" in wpc.fails("connector", **EAST, credentials_dest=str(tmp_path / "secret"))
        assert names(wpc) == ["standing"]


class TestWaiting:
    @pytest.mark.parametrize("status", ["ONLINE", "ONLINE_WITH_ISSUES"])
    @pytest.mark.parametrize("switches", [{"status_case": "upper"}, {"status_case": "lower"}])
    def test_ends_when_the_connector_is_online(self, wpc: Playground, status: str) -> None:
        def connect_after_a_while() -> None:
            if len(wpc.clock.naps) == 3:
                set_standing(wpc, connectionStatus=status)

        wpc.clock.during_sleep = connect_after_a_while
        wpc.emulator.forget_calls()
        result = wpc.run("connector", network="berlin", name="standing", wait_for="online")
        assert (result["changed"], result["connector"]["connection_status"]) == (False, status.lower())
        assert wpc.clock.naps == [5.0, 5.0, 5.0]
        assert wpc.emulator.count() == {"login": 0, "read": 1 + 4, "write": 0}
        assert result["api"]["waited"] == 0.0

    def test_costs_nothing_for_one_that_is_online(self, wpc: Playground) -> None:
        set_standing(wpc, connectionStatus="ONLINE")
        assert wpc.calls("connector", network="berlin", name="standing", wait_for="online") == {"login": 0, "read": 1, "write": 0}
        assert wpc.clock.naps == []

    def test_that_takes_too_long_names_the_last_status(self, wpc: Playground) -> None:
        result = wpc.run("connector", network="berlin", name="standing", wait_for="online", wait_timeout=12)
        assert (result["failed"], result["error"]["kind"]) == (True, "OutOfTime")
        assert "it was still offline after 12 s" in result["msg"]
        assert "wait_timeout" in result["msg"]
        assert "licence" not in result["msg"]
        assert wpc.clock.naps == [5.0, 5.0, 2.0]

    def test_that_takes_too_long_hints_at_a_missing_licence(self, wpc: Playground) -> None:
        set_standing(wpc, licensed=False)
        message = wpc.fails("connector", network="berlin", name="standing", wait_for="online", wait_timeout=12)
        assert "no licence covers it" in message

    def test_that_takes_too_long_for_a_new_one_says_what_was_done(self, wpc: Playground) -> None:
        message = wpc.fails("connector", **EAST, wait_for="online", wait_timeout=1)
        assert 'create the Connector "east" of the Network "berlin"' in message
        assert names(wpc) == ["standing", "east"]

    def test_respects_the_read_budget(self, wpc: Playground) -> None:
        headers = {"X-RateLimit-Remaining": 100, "X-RateLimit-Replenish-Rate": 1, "X-RateLimit-Replenish-Time": 15}
        wpc.emulator.faults.add("headers", headers=headers, when={"kind": "read"})
        wpc.fails("connector", network="berlin", name="standing", wait_for="online", wait_timeout=50)
        assert wpc.clock.naps == [15.0, 15.0, 15.0, 5.0]

    def test_is_apart_from_max_wait(self, wpc: Playground) -> None:
        def connect_after_a_while() -> None:
            if wpc.clock.now > 1000 + 400:
                set_standing(wpc, connectionStatus="ONLINE")

        wpc.clock.during_sleep = connect_after_a_while
        wpc.emulator.faults.add("status", status=503, when={"path": "/networks/connectors/", "nth": 30})
        task: dict[str, Any] = dict(network="berlin", name="standing", wait_for="online", wait_timeout=1000, max_wait=60)
        result = wpc.run("connector", **task)
        assert not result.get("failed"), result["msg"]
        assert result["api"]["retries"] == 1

    def test_is_not_done_in_check_mode(self, wpc: Playground) -> None:
        result = wpc.run("connector", network="berlin", name="standing", wait_for="online", check=True)
        assert (result["changed"], wpc.clock.naps) == (False, [])

    def test_of_one_that_is_removed_meanwhile_is_told(self, wpc: Playground) -> None:
        connector_id = wpc.connector()["id"]
        wpc.clock.during_sleep = lambda: wpc.emulator.delete("connector", connector_id)
        result = wpc.run("connector", network="berlin", name="standing", wait_for="online")
        assert result["error"]["kind"] == "MissingObject"
        assert "Could not bring online the Connector" in result["msg"]

    @pytest.mark.parametrize("more", [{"suspended": True}, {"network": "datacenter", "ipsec_state": "stopped"}])
    def test_does_not_go_with_what_cuts_it_off(self, wpc: Playground, more: dict[str, Any]) -> None:
        wpc.emulator.forget_calls()
        message = wpc.fails("connector", **{"network": "berlin", "name": "standing", **more}, wait_for="online")
        assert "wait_for: a Connector that is suspended or stopped does not come online" in message
        assert wpc.emulator.count()["write"] == 0

    @pytest.mark.parametrize(("timeout", "naps"), [(0, []), (3, [3.0]), (7, [5.0, 2.0])])
    def test_looks_once_more_when_time_is_up(self, wpc: Playground, timeout: float, naps: list[float]) -> None:
        message = wpc.fails("connector", network="berlin", name="standing", wait_for="online", wait_timeout=timeout)
        assert f"it was still offline after {timeout} s" in message
        assert wpc.clock.naps == naps

    def test_cannot_take_less_than_no_time(self, wpc: Playground) -> None:
        message = wpc.fails("connector", network="berlin", name="standing", wait_for="online", wait_timeout=-1)
        assert "wait_timeout is -1 but has to be 0 or more seconds" in message


class TestMembersThatAListLeavesOut:
    @pytest.fixture
    def switches(self) -> dict[str, str]:
        return {"list_members": "partial"}

    def test_stay_when_another_one_is_changed(self, wpc: Playground) -> None:
        wpc.run("connector", **EAST, description="Kept")
        calls = wpc.calls("connector", **{**EAST, "region": "us-mia"})
        assert (calls["read"], calls["write"]) == (3, 1)
        assert (wpc.connector("east")["description"], wpc.connector("east")["vpnRegionId"]) == ("Kept", "us-mia")

    def test_are_no_difference(self, wpc: Playground) -> None:
        wpc.run("connector", **EAST, description="Kept")
        assert wpc.calls("connector", **EAST, description="Kept") == {"login": 0, "read": 2, "write": 0}

    def test_are_not_missed_where_nothing_is_to_be_done(self, wpc: Playground) -> None:
        assert wpc.calls("connector", network="berlin", name="standing", region="us-mia") == {"login": 0, "read": 1, "write": 0}


class TestEmptyOptions:
    def test_count_as_not_given(self, wpc: Playground) -> None:
        blank: dict[str, Any] = {"host": "", "id": "", "credentials_dest": "", "connectors": None}
        assert wpc.run("connector", **EAST, **blank)["changed"]
        alone: dict[str, Any] = {"name": "", "id": "", "region": "", "description": "", "host": ""}
        assert wpc.run("connector", network="berlin", connectors=[{"name": "west"}], **alone)["changed"]
        assert names(wpc) == ["standing", "east", "west"]


class TestRefusedOptions:
    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({**EAST, "credentials_dest": "x"}, "credentials_dest means nothing without credentials"),
            ({**EAST, "purge": True}, "purge means nothing without connectors"),
            ({"name": "east"}, "network, host, id"),
            ({"network": "berlin"}, "name, id"),
            ({"network": "berlin", "name": ""}, "name"),
            ({"network": "", "name": "east"}, "network"),
            ({"network": "berlin", "host": "db1", "name": "east"}, "network and host are mutually exclusive"),
            ({"host": "db1", "name": "east", "ipsec_state": "started"}, "host and ipsec_state are"),
            ({"host": "db1", "name": "east", "ipsec": {"platform": "aws"}}, "host and ipsec are"),
            ({**EAST, "credentials": "certificate"}, "token, profile"),
            ({**EAST, "wait_for": "offline"}, "online"),
            ({**EAST, "tunneling_protocol": "ipsec"}, "tunneling_protocol"),
        ],
    )
    def test_are_told_before_any_write(self, wpc: Playground, options: dict[str, Any], told: str) -> None:
        before = wpc.emulator.state()
        assert told in wpc.fails("connector", **options)
        assert wpc.emulator.state() == before


def test_a_blank_region_is_refused_although_the_service_does_not_tell_the_present_one(wpc: Playground) -> None:
    connector = {"id": "c1", "name": "standing", "networkItemId": "n1", "networkItemType": "NETWORK"}
    page = {"content": [{"id": "n1", "name": "berlin", "connectors": [connector]}], "totalElements": 1, "totalPages": 1}
    wpc.emulator.faults.add("status", status=200, body=json.dumps(page), when={"path": "/networks$"})
    result = wpc.run("connector", network="berlin", name="standing", region=" ")
    assert "region: no Region is called ' '" in result["msg"]
