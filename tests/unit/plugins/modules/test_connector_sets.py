# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of Connectors in one task: regions resolved once, what is new first and what has to go last."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from ...conftest import Playground

EAST, WEST = {"name": "east", "region": "Frankfurt"}, {"name": "west", "region": "Miami, US"}
TUNNEL = {"platform": "aws", "remote_site_public_ip": "203.0.113.10", "pre_shared_key": "Canary.Key.1"}


def names(wpc: Playground, parent: str = "berlin") -> list[str]:
    return sorted([connector["name"] for connector in wpc.parent(parent)["connectors"]])


def writes(wpc: Playground) -> list[str]:
    """The writes so far, each as its method and the end of its path that is no id."""
    return [f"{call.method} {call.path.rsplit('/', 1)[-1]}" for call in wpc.emulator.calls if call.kind == "write"]


class TestSets:
    def test_a_set_costs_two_gets_and_one_post_for_each_new_connector(self, wpc: Playground) -> None:
        task: dict[str, Any] = dict(network="berlin", connectors=[EAST, {**WEST, "description": "Spare"}])
        assert wpc.calls("connector", **task) == {"login": 0, "read": 2, "write": 2}
        assert names(wpc) == ["east", "standing", "west"]
        assert (wpc.connector("east")["vpnRegionId"], wpc.connector("west")["vpnRegionId"]) == ("eu-central-1", "us-mia")
        assert wpc.connector("west")["description"] == "Spare"

    def test_the_second_run_changes_nothing_and_costs_no_write(self, wpc: Playground) -> None:
        task: dict[str, Any] = dict(network="berlin", connectors=[EAST, WEST])
        wpc.run("connector", **task)
        assert wpc.calls("connector", **task) == {"login": 0, "read": 2, "write": 0}
        result = wpc.run("connector", **task)
        assert not result["changed"]
        assert result["diff"] == {"before": {}, "after": {}}

    def test_the_result_has_each_connector_in_the_order_of_the_options(self, wpc: Playground) -> None:
        result = wpc.run("connector", network="berlin", connectors=[WEST, {"name": "standing"}, EAST], concurrency=8)
        assert [connector["name"] for connector in result["connectors"]] == ["west", "standing", "east"]
        assert [connector["id"] for connector in result["connectors"]] == [
            wpc.connector(name)["id"] for name in ("west", "standing", "east")
        ]
        assert "connector" not in result

    def test_only_what_differs_is_written(self, wpc: Playground) -> None:
        wpc.run("connector", network="berlin", connectors=[EAST, WEST])
        wpc.emulator.forget_calls()
        result = wpc.run("connector", network="berlin", connectors=[EAST, {**WEST, "description": "Spare"}])
        assert writes(wpc) == [f"PUT {wpc.connector('west')['id']}"]
        assert result["diff"] == {
            "before": {"west": {"description": "", "vpn_region_id": "us-mia"}},
            "after": {"west": {"description": "Spare", "vpn_region_id": "us-mia"}},
        }

    def test_regions_are_read_once_however_many_connectors_name_one(self, wpc: Playground) -> None:
        meanings = ["Frankfurt", "germany", "Miami", "us-mia", "Milan", "IT"]
        task: dict[str, Any] = dict(
            network="berlin", connectors=[{"name": f"c{number}", "region": meaning} for number, meaning in enumerate(meanings)]
        )
        assert wpc.calls("connector", **task) == {"login": 0, "read": 2, "write": 6}

    def test_the_default_region_is_read_once_too(self, wpc: Playground) -> None:
        assert wpc.calls("connector", network="berlin", connectors=[{"name": "c1"}, {"name": "c2"}])["read"] == 2
        default = wpc.emulator.state()["default_region"]
        assert {wpc.connector("c1")["vpnRegionId"], wpc.connector("c2")["vpnRegionId"]} == {default}

    def test_a_host_may_have_a_set_as_well(self, wpc: Playground) -> None:
        result = wpc.run("connector", host="db1", connectors=[EAST, WEST], purge=True)
        assert names(wpc, "db1") == ["east", "west"]
        assert [connector["host"] for connector in result["connectors"]] == ["db1", "db1"]

    def test_an_empty_set_names_no_connector(self, wpc: Playground) -> None:
        result = wpc.run("connector", network="berlin", connectors=[])
        assert (result["changed"], result["connectors"], names(wpc)) == (False, [], ["standing"])
        assert wpc.run("connector", network="berlin", connectors=[], purge=True)["changed"]
        assert names(wpc) == []


class TestPurge:
    @pytest.mark.parametrize("concurrency", [1, 8])
    def test_what_is_new_comes_first_and_what_has_to_go_goes_last(self, wpc: Playground, concurrency: int) -> None:
        standing = wpc.connector()["id"]
        result = wpc.run("connector", network="berlin", connectors=[EAST, WEST], purge=True, concurrency=concurrency)
        assert writes(wpc) == ["POST connectors", "POST connectors", f"DELETE {standing}"]
        assert names(wpc) == ["east", "west"]
        assert result["diff"]["before"] == {"standing": {"description": "", "vpn_region_id": "us-mia"}}
        assert set(result["diff"]["after"]) == {"east", "west"}

    @pytest.mark.parametrize("switches", [{"last_connector": "refused"}])
    def test_a_whole_set_can_be_replaced_where_the_last_connector_cannot_be_removed(self, wpc: Playground) -> None:
        wpc.run("connector", network="berlin", connectors=[EAST, WEST], purge=True)
        assert names(wpc) == ["east", "west"]

    def test_connectors_of_other_parents_stay(self, wpc: Playground) -> None:
        wpc.run("connector", network="berlin", connectors=[EAST], purge=True)
        assert (names(wpc, "frankfurt"), names(wpc, "db1")) == (["standing"], ["standing"])

    def test_without_purge_everything_else_stays(self, wpc: Playground) -> None:
        wpc.run("connector", network="berlin", connectors=[EAST])
        assert names(wpc) == ["east", "standing"]


class TestAbsent:
    def test_the_named_ones_are_removed_and_no_others(self, wpc: Playground) -> None:
        wpc.run("connector", network="berlin", connectors=[EAST, WEST])
        result = wpc.run("connector", network="berlin", connectors=[EAST, {"name": "never there"}], state="absent")
        assert (result["changed"], result["connectors"]) == (True, [])
        assert names(wpc) == ["standing", "west"]
        assert wpc.calls("connector", network="berlin", connectors=[EAST], state="absent") == {"login": 0, "read": 1, "write": 0}

    def test_of_a_missing_parent_nothing_needs_removing(self, wpc: Playground) -> None:
        result = wpc.run("connector", network="paris", connectors=[EAST], state="absent")
        assert (result["changed"], result["connectors"]) == (False, [])


class TestRefusedBeforeAnyWrite:
    def test_all_problems_are_told_at_once(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        wrong = [
            EAST,
            {"name": " east "},
            {"name": ""},
            {"name": "north", "region": "Atlantis"},
            {"name": "south", "ipsec": {"platform": "aws"}},
        ]
        message = wpc.fails("connector", network="berlin", connectors=[*wrong, WEST])
        for part in ("east: stands in the list twice", "an entry: ", "north: region: no Region is called 'Atlantis'", "south: ipsec: "):
            assert part in message
        assert "west" not in message
        assert wpc.emulator.count()["write"] == 0

    def test_two_connectors_of_one_name_are_refused_with_their_ids(self, wpc: Playground) -> None:
        twin = {"name": "twin", "vpnRegionId": "us-mia"}
        wpc.emulator.seed(networks=[{"name": "paris", "connectors": [twin, twin]}])
        message = wpc.fails("connector", network="paris", connectors=[EAST, {"name": "twin"}])
        assert all(connector["id"] in message for connector in wpc.parent("paris")["connectors"])
        assert names(wpc, "paris") == ["twin", "twin"]

    def test_a_set_has_one_parent(self, wpc: Playground) -> None:
        assert "network, host" in wpc.fails("connector", connectors=[EAST])
        assert "there is no Network" in wpc.fails("connector", network="paris", connectors=[EAST])

    @pytest.mark.parametrize("option", ["name", "id", "region", "description"])
    def test_options_of_a_single_connector_do_not_go_with_a_set(self, wpc: Playground, option: str) -> None:
        assert "mutually exclusive" in wpc.fails("connector", network="berlin", connectors=[EAST], **{option: "x"})

    def test_a_connector_needs_a_name(self, wpc: Playground) -> None:
        assert "name" in wpc.fails("connector", network="berlin", connectors=[{"region": "Frankfurt"}])
        assert names(wpc) == ["standing"]


class TestCredentials:
    def test_are_issued_for_each_created_connector_and_stand_in_its_own_entry(self, wpc: Playground) -> None:
        task: dict[str, Any] = dict(network="berlin", connectors=[{"name": "standing"}, EAST], credentials="token")
        result = wpc.run("connector", **task, reveals="connectors.1.credentials.value")
        assert "credentials" not in result["connectors"][0]
        assert result["connectors"][1]["credentials"]["type"] == "token"
        assert result["connectors"][1]["credentials"]["value"] in wpc.emulator.secrets
        assert "credentials" not in result
        again = wpc.run("connector", **task)
        assert not again["changed"]
        assert all("credentials" not in connector for connector in again["connectors"])

    def test_go_to_one_private_file_each(self, wpc: Playground, tmp_path: Path) -> None:
        task: dict[str, Any] = dict(network="berlin", connectors=[EAST, WEST], credentials="profile", credentials_dest=str(tmp_path))
        result = wpc.run("connector", **task)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["east", "west"]
        assert "remote eu-central-1." in (tmp_path / "east").read_text()
        assert "remote us-mia." in (tmp_path / "west").read_text()
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
        assert [connector["credentials"] for connector in result["connectors"]] == [
            {"type": "profile", "dest": str(tmp_path / name)} for name in ("east", "west")
        ]

    def test_check_mode_tells_which_files_there_would_be(self, wpc: Playground, tmp_path: Path) -> None:
        task: dict[str, Any] = dict(network="berlin", connectors=[EAST], credentials="token", credentials_dest=str(tmp_path))
        predicted = wpc.run("connector", **task, check=True)
        assert predicted["connectors"][0]["credentials"] == {"type": "token", "dest": str(tmp_path / "east")}
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("name", ["a/b", ".", ".."])
    def test_a_name_that_no_file_can_have_is_refused(self, wpc: Playground, tmp_path: Path, name: str) -> None:
        wpc.emulator.forget_calls()
        task: dict[str, Any] = dict(connectors=[EAST, {"name": name}], credentials="token", credentials_dest=str(tmp_path))
        assert "no file can be called" in wpc.fails("connector", network="berlin", **task)
        assert wpc.emulator.count()["write"] == 0

    def test_the_directory_has_to_be_there(self, wpc: Playground, tmp_path: Path) -> None:
        wpc.emulator.forget_calls()
        task: dict[str, Any] = dict(connectors=[EAST], credentials="token", credentials_dest=str(tmp_path / "missing"))
        assert "has to be an existing directory" in wpc.fails("connector", network="berlin", **task)
        assert wpc.emulator.count()["write"] == 0


class TestFailures:
    def test_a_partial_failure_says_what_is_done_and_what_is_not_and_the_next_run_completes_it(self, wpc: Playground) -> None:
        task: dict[str, Any] = dict(
            network="berlin", connectors=[{"name": f"c{number}", "region": "us-mia"} for number in range(4)], purge=True, concurrency=1
        )
        wpc.emulator.faults.add("status", status=422, when={"method": "POST", "path": "/networks/connectors", "nth": 2})
        result = wpc.run("connector", **task)
        assert result["failed"]
        assert result["error"]["done"] == [f'create the Connector "c{number}" of the Network "berlin"' for number in (0, 2, 3)]
        assert result["error"]["left"] == [
            'create the Connector "c1" of the Network "berlin"',
            'delete the Connector "standing" of the Network "berlin"',
        ]
        assert 'Could not create the Connector "c1" of the Network "berlin": the API answered 422' in result["msg"]
        assert "standing" in names(wpc)
        assert wpc.calls("connector", **task)["write"] == 2
        assert sorted(names(wpc)) == ["c0", "c1", "c2", "c3"]

    @pytest.mark.parametrize("phase", ["before", "after"])
    def test_lost_answers_leave_no_twins(self, wpc: Playground, phase: str) -> None:
        for nth in (1, 2):
            wpc.emulator.faults.add("drop", phase=phase, when={"method": "POST", "path": "/networks/connectors", "nth": nth})
        result = wpc.run("connector", network="berlin", connectors=[EAST, WEST], purge=True)
        assert result["changed"]
        assert sorted(names(wpc)) == ["east", "west"]

    def test_where_a_credential_cannot_be_issued_the_message_says_what_exists_by_then(self, wpc: Playground) -> None:
        wpc.emulator.faults.add("status", status=422, when={"method": "POST", "path": "/profile", "nth": 1, "times": 1})
        task: dict[str, Any] = dict(network="berlin", connectors=[EAST, WEST], purge=True, credentials="token", concurrency=1)
        result = wpc.run("connector", **task)
        assert 'Could not issue the token of the Connector "east"' in result["msg"]
        assert "A repetition issues the token only with credentials_force: true" in result["msg"]
        assert result["error"]["done"] == [
            'create the Connector "east" of the Network "berlin"',
            'create the Connector "west" of the Network "berlin"',
            'issue the token of the Connector "west" of the Network "berlin"',
        ]
        assert result["error"]["left"] == [
            'issue the token of the Connector "east" of the Network "berlin"',
            'delete the Connector "standing" of the Network "berlin"',
        ]

    def test_the_old_ones_stay_until_the_new_ones_are_online(self, wpc: Playground) -> None:
        task: dict[str, Any] = dict(network="berlin", connectors=[EAST, WEST], purge=True, wait_for="online", wait_timeout=60)
        result = wpc.run("connector", **task)
        assert result["error"]["left"][-1] == 'delete the Connector "standing" of the Network "berlin"'
        assert names(wpc) == ["east", "standing", "west"]
        for name in ("east", "west"):
            wpc.emulator.set_connector(wpc.connector(name)["id"], connectionStatus="ONLINE")
        assert wpc.run("connector", **task)["changed"]
        assert names(wpc) == ["east", "west"]

    def test_every_token_is_issued_before_anyone_is_waited_for(self, wpc: Playground, tmp_path: Path) -> None:
        options: dict[str, Any] = dict(credentials="token", credentials_dest=str(tmp_path), wait_for="online", wait_timeout=30)
        result = wpc.run("connector", network="berlin", connectors=[EAST, WEST], concurrency=1, **options)
        assert (result["error"]["kind"], sorted(path.name for path in tmp_path.iterdir())) == ("OutOfTime", ["east", "west"])


class TestOtherOptions:
    def test_suspended_goes_for_each_and_each_is_unverified_once(self, wpc: Playground) -> None:
        result = wpc.run("connector", network="berlin", connectors=[EAST, {"name": "standing"}], suspended=True)
        assert result["unverified"] == ["suspended"]
        assert (wpc.connector("east")["suspended"], wpc.connector("standing")["suspended"]) == (True, True)

    def test_a_set_of_tunnels(self, wpc: Playground) -> None:
        tunnels: list[dict[str, Any]] = [
            {"name": "tunnel-1", "region": "Frankfurt", "ipsec": TUNNEL},
            {"name": "tunnel-2", "region": "Miami", "ipsec": {**TUNNEL, "remote_site_public_ip": "203.0.113.11"}},
        ]
        result = wpc.run("connector", network="datacenter", connectors=tunnels, ipsec_state="started")
        assert [connector["ipsec"]["remote_site_public_ip"] for connector in result["connectors"]] == ["203.0.113.10", "203.0.113.11"]
        assert [connector["ipsec"]["platform"] for connector in result["connectors"]] == ["aws", "aws"]
        assert sum("/ipsec/start" in call.path for call in wpc.emulator.calls) == 2
        assert wpc.calls("connector", network="datacenter", connectors=tunnels) == {"login": 0, "read": 2, "write": 0}

    def test_a_tunnel_without_its_key_is_refused_before_the_others_are_created(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        tunnels = [{"name": "good", "region": "us-mia", "ipsec": TUNNEL}, {"name": "bad", "region": "us-mia", "ipsec": {"platform": "aws"}}]
        message = wpc.fails("connector", network="datacenter", connectors=tunnels)
        assert "bad: " in message
        assert "good" not in message
        assert wpc.emulator.count()["write"] == 0


class TestTwins:
    """Connectors of one name, which only their ids tell apart."""

    @pytest.fixture
    def twins(self, wpc: Playground) -> list[str]:
        twin = {"name": "twin", "vpnRegionId": "us-mia"}
        wpc.emulator.seed(networks=[{"name": "paris", "connectors": [{"name": "a", "vpnRegionId": "us-mia"}, *[twin] * 9]}])
        return [connector["id"] for connector in wpc.parent("paris")["connectors"] if connector["name"] == "twin"]

    def test_each_is_told(self, wpc: Playground, twins: list[str]) -> None:
        wpc.emulator.faults.add("status", status=422, when={"method": "DELETE", "nth": 2})
        task: dict[str, Any] = dict(network="paris", connectors=[{"name": "a"}], purge=True, concurrency=1)
        expected = wpc.run("connector", check=True, **task)
        assert set(expected["diff"]["before"]) == {f"twin ({identity})" for identity in twins}
        failed = wpc.run("connector", **task)
        labels = [f'delete the Connector "twin" of the Network "paris" ({identity})' for identity in twins]
        assert failed["error"]["left"] == [labels[1]]
        assert failed["error"]["done"] == [labels[0], *labels[2:]]
        assert wpc.run("connector", **task)["changed"]
        assert names(wpc, "paris") == ["a"]

    def test_each_is_weighed(self, wpc: Playground, twins: list[str]) -> None:
        wpc.limit_writes(burst=2, interval=15)
        failed = wpc.run("connector", network="paris", connectors=[{"name": "a"}], purge=True, concurrency=1, max_wait=60)
        assert "the writes that are left (8)" in failed["msg"]
        assert len(names(wpc, "paris")) == len(twins)


@pytest.mark.parametrize("options", [{}, {"state": "absent"}])
def test_where_no_secret_is_issued_its_destination_means_nothing(wpc: Playground, options: dict[str, Any]) -> None:
    result = wpc.run(
        "connector", network="berlin", connectors=[{"name": "standing"}], credentials="token", credentials_dest="/missing", **options
    )
    assert not result.get("failed"), result["msg"]
    assert result["changed"] is bool(options)


def test_a_set_that_shall_be_absent_is_checked_although_its_parent_is_missing(wpc: Playground) -> None:
    result = wpc.run("connector", network="nowhere", connectors=[{"name": "a"}, {"name": "a"}], state="absent")
    assert "stands in the list twice" in result["msg"]
    assert not wpc.run("connector", network="nowhere", connectors=[{"name": "a"}], state="absent")["changed"]
