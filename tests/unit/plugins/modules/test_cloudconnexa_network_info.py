# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_network_info over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ...conftest import Playground


def listed(wpc: Playground, **options: Any) -> list[str]:
    return sorted(network["name"] for network in wpc.run("network_info", **options)["networks"])


def test_everything_is_listed_with_its_children_for_one_get(wpc: Playground) -> None:
    wpc.run("route", network="berlin", subnet="10.1.0.0/16", description="Offices")
    wpc.emulator.forget_calls()
    result = wpc.run("network_info")
    assert wpc.emulator.count() == {"login": 0, "read": 1, "write": 0}
    assert not result["changed"]
    berlin, held, connector = result["networks"][0], wpc.parent("berlin"), wpc.connector()
    parent = {"network": "berlin", "network_id": held["id"]}
    route = {"id": held["routes"][0]["id"], "subnet": "10.1.0.0/16", "type": "ip_v4", "description": "Offices", **parent}
    assert berlin.pop("connectors") == [
        {
            "id": connector["id"],
            "name": "standing",
            "description": "",
            "vpn_region_id": "us-mia",
            "tunneling_protocol": "openvpn",
            "connection_status": "offline",
            "ip_v4_address": connector["ipV4Address"],
            "ip_v6_address": connector["ipV6Address"],
            "licensed": True,
            **parent,
        }
    ]
    assert berlin == {
        "id": held["id"],
        "name": "berlin",
        "description": "",
        "egress": True,
        "internet_access": "split_tunnel_on",
        "gateways_ids": [],
        "tunneling_protocol": "openvpn",
        "system_subnets": held["systemSubnets"],
        "routes": [route],
    }


@pytest.mark.parametrize("switches", [{"children_in_list": "omitted"}])
def test_children_are_looked_up_where_the_list_does_not_hold_them(wpc: Playground) -> None:
    wpc.run("route", network="berlin", subnet="10.1.0.0/16")
    wpc.emulator.forget_calls()
    networks = {network["name"]: network for network in wpc.run("network_info", name="berlin")["networks"]}
    assert wpc.emulator.count() == {"login": 0, "read": 3, "write": 0}
    assert [route["subnet"] for route in networks["berlin"]["routes"]] == ["10.1.0.0/16"]
    assert [connector["name"] for connector in networks["berlin"]["connectors"]] == ["standing"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["berlin", "datacenter", "frankfurt"]),
        ({"name": "berlin"}, ["berlin"]),
        ({"name": "Berlin"}, ["berlin"]),
        ({"name": "ber"}, []),
        ({"id": "4711"}, []),
        ({"id": "", "name": ""}, ["berlin", "datacenter", "frankfurt"]),
    ],
)
def test_filters(wpc: Playground, options: dict[str, Any], expected: list[str]) -> None:
    assert listed(wpc, **options) == expected


def test_filter_by_id(wpc: Playground) -> None:
    network_id = wpc.parent("frankfurt")["id"]
    assert listed(wpc, id=network_id) == ["frankfurt"]
    assert listed(wpc, id=network_id, name="berlin") == []


def test_secrets_of_ipsec_connectors_are_never_listed(wpc: Playground) -> None:
    (network,) = wpc.run("network_info", name="datacenter")["networks"]
    assert network["connectors"][0]["ipsec"]["platform"] == "other"
    assert "pre_shared_key" not in network["connectors"][0]["ipsec"]


def test_a_list_of_several_pages_is_whole(wpc: Playground) -> None:
    wpc.emulator.seed(networks=[{"name": f"branch-{number:04}"} for number in range(1100)])
    wpc.emulator.forget_calls()
    assert len(listed(wpc)) == 1103
    assert wpc.emulator.count() == {"login": 0, "read": 2, "write": 0}


@pytest.mark.parametrize("switches", [{"children_in_list": "omitted", "unknown_filter": position} for position in ("missing", "empty")])
def test_a_network_removed_since_it_was_listed_holds_nothing(wpc: Playground) -> None:
    wpc.emulator.faults.add("page_change", change="remove", when={"path": "/networks$", "times": 1})
    networks = {network["name"]: network for network in wpc.run("network_info")["networks"]}
    assert (networks["berlin"]["connectors"], networks["berlin"]["routes"]) == ([], [])
    assert [connector["name"] for connector in networks["frankfurt"]["connectors"]] == ["standing"]
