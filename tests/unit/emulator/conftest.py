# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain HTTP client for the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from emulator import Emulator


class Api:
    """Calls below /api/v1 with a valid token; answers are given back whatever their status."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = emulator.ca_path or True
        self.session.headers["Authorization"] = f"Bearer {emulator.issue_token()}"

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, f"{self.emulator.base_url}/api/v1{path}", timeout=10, **options)

    def create(self, path: str, **members: Any) -> dict[str, Any]:
        """The created object; the path may hold a query."""
        answer = self("POST", path, json=members)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def read(self, path: str, **query: Any) -> Any:
        answer = self("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def api(emulator: Emulator) -> Iterator[Api]:
    """Fails the test when the emulator itself was at fault."""
    api = Api(emulator)
    yield api
    api.session.close()
    assert emulator.bugs == []


@pytest.fixture
def network(api: Api) -> dict[str, Any]:
    return api.create("/networks", name="berlin", connectors=[{"name": "gate", "vpnRegionId": "it-mxp"}])


@pytest.fixture
def connector(network: dict[str, Any]) -> str:
    """The path of its connector."""
    return f"/networks/connectors/{network['connectors'][0]['id']}"


@pytest.fixture
def ipsec_connector(api: Api) -> str:
    """The path of an IPsec connector."""
    network = api.create("/networks", name="datacenter", tunnelingProtocol="IPSEC")
    ike = {"protocolVersion": "IKE_V2", "startupAction": "START", "autoInitiate": True}
    config = {"platform": "AWS", "preSharedKey": "canary-key", "ikeProtocol": ike}
    created = api.create(f"/networks/connectors?networkId={network['id']}", name="tunnel", vpnRegionId="it-mxp", ipSecConfig=config)
    return f"/networks/connectors/{created['id']}"
