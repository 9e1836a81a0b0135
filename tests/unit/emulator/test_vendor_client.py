# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The habits of the vendor's Go client, which has to work against the emulator unchanged (design 7; BEHAVIOUR 1, 2, 4, 8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from emulator import Emulator


class Go:
    """Sends as that client sends: no Content-Type at the login, whole structs with read-only, empty and null members, no Accept."""

    def __init__(self, emulator: Emulator) -> None:
        self.base = f"{emulator.base_url}/api/v1"
        self.session = requests.Session()
        self.session.verify = emulator.ca_path or True
        self.session.headers.clear()
        body = json.dumps({"grant_type": "client_credentials", "scope": "default"}).encode()
        answer = self.session.post(f"{self.base}/oauth/token", data=body, auth=(emulator.client_id, emulator.client_secret), timeout=10)
        assert "Content-Type" not in answer.request.headers
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.base}{path}", data=None if body is None else json.dumps(body).encode(), timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content and answer.headers["Content-Type"] == "application/json" else answer.text


def network(**members: Any) -> dict[str, Any]:
    return {
        "connectors": None,
        "description": "test",
        "egress": False,
        "id": "",
        "internetAccess": "SPLIT_TUNNEL_ON",
        "name": "test",
        "routes": None,
        "systemSubnets": None,
        "tunnelingProtocol": "OPENVPN",
        "gatewaysIds": None,
        **members,
    }


def connector(**members: Any) -> dict[str, Any]:
    return {
        "name": "test",
        "networkItemId": "",
        "networkItemType": "",
        "vpnRegionId": "it-mxp",
        "ipV4Address": "",
        "ipV6Address": "",
        "profile": "",
        "connectionStatus": "",
        **members,
    }


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
    with Emulator(tls=True) as emulator:
        yield emulator


@pytest.fixture
def go(emulator: Emulator) -> Go:
    return Go(emulator)


def test_networks_connectors_and_routes(go: Go, emulator: Emulator) -> None:
    created = go("POST", "/networks", network(connectors=[connector()]))
    updated = go("PUT", f"/networks/{created['id']}", network(**{**created, "name": "renamed", "connectors": None}))
    assert (updated["name"], updated["connectors"]) == ("renamed", created["connectors"])

    second = go("POST", f"/networks/connectors?networkId={created['id']}", connector(name="second", id="0", connectionStatus="OFFLINE"))
    assert second["id"] != "0"
    moved = go("PUT", f"/networks/connectors/{second['id']}", connector(**{**second, "vpnRegionId": "fi-hel", "profile": ""}))
    assert moved == {**second, "vpnRegionId": "fi-hel"}
    go("PUT", f"/networks/connectors/{second['id']}/suspend", {})
    go("PUT", f"/networks/connectors/{second['id']}/activate", {})
    assert "PRIVATE KEY" in go("POST", f"/networks/connectors/{second['id']}/profile")
    assert go("POST", f"/networks/connectors/{second['id']}/profile/encrypt") in emulator.secrets

    route = go("POST", f"/networks/routes?networkId={created['id']}", {"description": "test", "value": "10.201.0.0/24"})
    assert go("PUT", f"/networks/routes/{route['id']}", {"description": "", "value": "10.202.0.0/24"})["subnet"] == "10.202.0.0/24"
    assert go("DELETE", f"/networks/connectors/{second['id']}?networkId={created['id']}") == ""
    assert [entry["id"] for entry in go("GET", f"/networks/{created['id']}")["routes"]] == [route["id"]]
    assert go("DELETE", f"/networks/{created['id']}") == ""
    assert emulator.state()["networks"] == []
    assert emulator.bugs == []


def test_it_reads_one_page_too_many(go: Go, emulator: Emulator) -> None:
    emulator.seed(networks=[{"name": f"n{number}"} for number in range(12)])
    names, page = [], 0
    while True:
        answer = go("GET", f"/networks?page={page}&size=10")
        names += [entry["name"] for entry in answer["content"]]
        if page >= answer["totalPages"]:
            break
        page += 1
    assert (page, names) == (2, [f"n{number}" for number in range(12)])


def test_it_decodes_the_answer_to_ipsec_start(go: Go) -> None:
    created = go("POST", "/networks", network(tunnelingProtocol="IPSEC"))
    config = {"platform": "AWS", "preSharedKey": "k", "ikeProtocol": {"startupAction": "START"}, "caCertificate": ""}
    tunnel = go("POST", f"/networks/connectors?networkId={created['id']}", connector(ipSecConfig=config))
    assert go("POST", f"/networks/connectors/{tunnel['id']}/ipsec/start") == {"success": True}
    assert go("GET", f"/networks/connectors/{tunnel['id']}")["connectionStatus"] == "ONLINE"


def test_hosts_and_settings(go: Go) -> None:
    host = go(
        "POST", "/hosts", {"id": "", "name": "h", "description": "", "domain": "", "internetAccess": "SPLIT_TUNNEL_ON", "connectors": None}
    )
    created = go("POST", f"/hosts/connectors?hostId={host['id']}", connector(ipSecConfig=None))
    assert go("DELETE", f"/hosts/connectors/{created['id']}?hostId={host['id']}") == ""
    assert go("GET", "/settings/wpc/default-region") == "us-east-1"
