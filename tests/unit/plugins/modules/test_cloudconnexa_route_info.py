# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_route_info over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ...conftest import Playground

OFFICE, SERVERS, SITE = "10.1.0.0/16", "10.2.0.0/24", "2001:db8:1::/48"


@pytest.fixture
def wpc(wpc: Playground) -> Playground:
    wpc.emulator.seed(
        networks=[
            {"name": "paris", "routes": [{"value": OFFICE, "description": "Offices"}, {"value": SITE}]},
            {"name": "rome", "routes": [{"value": SERVERS}]},
        ]
    )
    return wpc


def listed(wpc: Playground, **options: Any) -> list[str]:
    return sorted(route["subnet"] for route in wpc.run("route_info", **options)["routes"])


def test_everything_is_listed_with_its_network_for_one_get(wpc: Playground) -> None:
    wpc.emulator.forget_calls()
    routes = {route["subnet"]: route for route in wpc.run("route_info")["routes"]}
    assert wpc.emulator.count() == {"login": 0, "read": 1, "write": 0}
    assert sorted(routes) == [OFFICE, SERVERS, SITE]
    assert routes[OFFICE] == {
        "id": wpc.routes("paris")[OFFICE]["id"],
        "subnet": OFFICE,
        "type": "ip_v4",
        "description": "Offices",
        "network": "paris",
        "network_id": wpc.parent("paris")["id"],
    }


@pytest.mark.parametrize("switches", [{"children_in_list": "omitted"}, {"children_in_list": "omitted", "empty_list": "not_found"}])
def test_everything_is_listed_where_networks_do_not_hold_their_routes(wpc: Playground) -> None:
    assert listed(wpc) == [OFFICE, SERVERS, SITE]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"network": "paris"}, [OFFICE, SITE]),
        ({"network": "berlin"}, []),
        ({"subnet": OFFICE}, [OFFICE]),
        ({"subnet": "10.1.2.3"}, [OFFICE]),
        ({"subnet": "10.0.0.0/8"}, [OFFICE, SERVERS]),
        ({"subnet": "2001:DB8:1:0:5::1"}, [SITE]),
        ({"subnet": "::/0"}, [SITE]),
        ({"subnet": "192.0.2.0/24"}, []),
        ({"network": "rome", "subnet": OFFICE}, []),
        ({"id": "4711"}, []),
        ({"network": "", "subnet": "", "id": ""}, [OFFICE, SERVERS, SITE]),
    ],
)
def test_filters(wpc: Playground, options: dict[str, Any], expected: list[str]) -> None:
    assert listed(wpc, **options) == expected


def test_filter_by_id_and_by_the_id_of_the_network(wpc: Playground) -> None:
    assert listed(wpc, id=wpc.routes("rome")[SERVERS]["id"]) == [SERVERS]
    assert listed(wpc, network=wpc.parent("paris")["id"]) == [OFFICE, SITE]


def test_a_network_that_does_not_exist_is_an_error(wpc: Playground) -> None:
    assert "there is no Network with the id or name 'oslo'" in wpc.fails("route_info", network="oslo")


def test_what_is_no_subnet_is_an_error(wpc: Playground) -> None:
    assert "'office' is no IPv4 or IPv6 subnet" in wpc.fails("route_info", subnet="office")


def test_a_wpc_without_networks_has_no_routes(wpc: Playground) -> None:
    wpc.emulator.reset()
    assert listed(wpc) == []
