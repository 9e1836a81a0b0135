# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_connector_info over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ...conftest import Playground


@pytest.fixture
def wpc(wpc: Playground) -> Playground:
    """With a Connector in Frankfurt that is online, one of a Host in Milan with issues, and three more that are offline in Miami."""
    wpc.emulator.seed(
        networks=[{"name": "paris", "connectors": [{"name": "gate", "vpnRegionId": "eu-central-1", "connectionStatus": "ONLINE"}]}],
        hosts=[{"name": "web1", "connectors": [{"name": "agent", "vpnRegionId": "it-mxp", "connectionStatus": "ONLINE_WITH_ISSUES"}]}],
    )
    wpc.emulator.delete("network", wpc.parent("frankfurt")["id"])
    wpc.emulator.forget_calls()
    return wpc


def listed(wpc: Playground, **options: Any) -> list[str]:
    """Parent and name of each."""
    result = wpc.run("connector_info", **options)
    return sorted(f"{connector.get('network') or connector.get('host')}/{connector['name']}" for connector in result["connectors"])


EVERYTHING = ["berlin/standing", "datacenter/standing", "db1/standing", "paris/gate", "web1/agent"]


def test_everything_of_networks_and_hosts_is_listed_for_two_gets(wpc: Playground) -> None:
    assert listed(wpc) == EVERYTHING
    assert wpc.emulator.count() == {"login": 0, "read": 2, "write": 0}


def test_of_one_parent_costs_one_get(wpc: Playground) -> None:
    (connector,) = wpc.run("connector_info", network="paris")["connectors"]
    assert wpc.emulator.count() == {"login": 0, "read": 1, "write": 0}
    made = wpc.connector("gate", "paris")
    assert connector == {
        "id": made["id"],
        "name": "gate",
        "description": "",
        "vpn_region_id": "eu-central-1",
        "tunneling_protocol": "openvpn",
        "connection_status": "online",
        "ip_v4_address": made["ipV4Address"],
        "ip_v6_address": made["ipV6Address"],
        "licensed": True,
        "network": "paris",
        "network_id": wpc.parent("paris")["id"],
    }


@pytest.mark.parametrize("switches", [{"children_in_list": "omitted"}])
def test_everything_is_listed_where_parents_do_not_hold_their_connectors(wpc: Playground) -> None:
    assert listed(wpc) == EVERYTHING


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"network": "berlin"}, ["berlin/standing"]),
        ({"host": "web1"}, ["web1/agent"]),
        ({"name": "standing"}, ["berlin/standing", "datacenter/standing", "db1/standing"]),
        ({"name": "GATE"}, ["paris/gate"]),
        ({"name": "gat"}, []),
        ({"id": "4711"}, []),
        ({"region": "Frankfurt"}, ["paris/gate"]),
        ({"region": "it"}, ["web1/agent"]),
        ({"region": "IT-MXP"}, ["web1/agent"]),
        ({"region": "Paris"}, []),
        ({"region": "Miami, US", "name": "standing", "host": "db1"}, ["db1/standing"]),
        ({"connection_status": "online"}, ["paris/gate"]),
        ({"connection_status": "Online_With_Issues"}, ["web1/agent"]),
        ({"connection_status": "offline", "network": "berlin"}, ["berlin/standing"]),
        ({"connection_status": "offline", "region": "Frankfurt"}, []),
        ({"id": "", "name": "", "region": ""}, EVERYTHING),
        ({"network": ""}, EVERYTHING),
        ({"network": "", "host": "db1"}, ["db1/standing"]),
        ({"network": "berlin", "host": ""}, ["berlin/standing"]),
    ],
)
def test_filters(wpc: Playground, options: dict[str, Any], expected: list[str]) -> None:
    assert listed(wpc, **options) == expected


def test_filter_by_ids(wpc: Playground) -> None:
    assert listed(wpc, id=wpc.connector("agent", "web1")["id"]) == ["web1/agent"]
    assert listed(wpc, network=wpc.parent("paris")["id"]) == ["paris/gate"]
    assert listed(wpc, host=wpc.parent("db1")["id"]) == ["db1/standing"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"network": "oslo"}, "there is no Network with the id or name 'oslo'"),
        ({"host": "berlin"}, "there is no Host with the id or name 'berlin'"),
        ({"region": "Canada"}, "means 3 Regions"),
        ({"region": "Atlantis"}, "no Region is called 'Atlantis'"),
        ({"network": "berlin", "host": "db1"}, "network and host are mutually exclusive"),
        ({"connection_status": "asleep"}, "online, offline, online_with_issues"),
    ],
)
def test_what_cannot_be_meant_is_an_error(wpc: Playground, options: dict[str, Any], told: str) -> None:
    assert told in wpc.fails("connector_info", **options)


def test_secrets_are_never_listed(wpc: Playground) -> None:
    (connector,) = wpc.run("connector_info", network="datacenter")["connectors"]
    assert connector["ipsec"]["authentication_type"] == "shared_secret"
    assert "pre_shared_key" not in connector["ipsec"]
