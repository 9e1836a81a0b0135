# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_host_info over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ...conftest import Playground


def listed(wpc: Playground, **options: Any) -> list[str]:
    return sorted(host["name"] for host in wpc.run("host_info", **options)["hosts"])


def test_everything_is_listed_with_its_connectors_for_one_get(wpc: Playground) -> None:
    wpc.emulator.forget_calls()
    result = wpc.run("host_info")
    assert wpc.emulator.count() == {"login": 0, "read": 1, "write": 0}
    assert not result["changed"]
    held, connector = wpc.parent("db1"), wpc.connector(parent="db1")
    assert result["hosts"] == [
        {
            "id": held["id"],
            "name": "db1",
            "description": "",
            "domain": "",
            "internet_access": "split_tunnel_on",
            "gateways_ids": [],
            "system_subnets": held["systemSubnets"],
            "connectors": [
                {
                    "id": connector["id"],
                    "name": "standing",
                    "description": "",
                    "vpn_region_id": "us-mia",
                    "connection_status": "offline",
                    "ip_v4_address": connector["ipV4Address"],
                    "ip_v6_address": connector["ipV6Address"],
                    "licensed": True,
                    "host": "db1",
                    "host_id": held["id"],
                }
            ],
        }
    ]


@pytest.mark.parametrize("switches", [{"children_in_list": "omitted"}])
def test_connectors_are_looked_up_where_the_list_does_not_hold_them(wpc: Playground) -> None:
    wpc.emulator.forget_calls()
    (host,) = wpc.run("host_info")["hosts"]
    assert wpc.emulator.count() == {"login": 0, "read": 2, "write": 0}
    assert [connector["name"] for connector in host["connectors"]] == ["standing"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["db1", "web1"]),
        ({"name": "WEB1"}, ["web1"]),
        ({"name": "web"}, []),
        ({"id": "4711"}, []),
        ({"id": "", "name": ""}, ["db1", "web1"]),
    ],
)
def test_filters(wpc: Playground, options: dict[str, Any], expected: list[str]) -> None:
    wpc.run("host", name="web1")
    assert listed(wpc, **options) == expected


def test_filter_by_id(wpc: Playground) -> None:
    assert listed(wpc, id=wpc.parent("db1")["id"]) == ["db1"]


def test_a_wpc_without_hosts_is_no_error(wpc: Playground) -> None:
    wpc.emulator.reset()
    assert listed(wpc) == []
