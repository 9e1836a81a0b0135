# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated service insists on, whatever the switches say."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from emulator import Emulator, spec
from emulator.answers import Answer

from .conftest import Api

LOGIN = {"grant_type": "client_credentials", "scope": "default"}


def problem(answer: requests.Response) -> str:
    """The text of a refusal."""
    assert answer.status_code == 400, answer.text
    said = answer.json()
    assert said["statusError"] == "Bad Request"
    text: str = said.get("errorMessage") or next(iter(said["errorDetails"].values()))[0]["message"]
    return text


def login(emulator: Emulator, **options: Any) -> requests.Response:
    return requests.post(f"{emulator.base_url}/api/v1/oauth/token", timeout=10, **options)


class TestAccess:
    def test_login_by_basic_and_json(self, emulator: Emulator) -> None:
        answer = login(emulator, auth=(emulator.client_id, emulator.client_secret), json=LOGIN)
        granted = answer.json()
        assert granted["token_type"] == "bearer"
        assert granted["expires_in"] == 43199
        assert granted["access_token"] in emulator.secrets
        used = requests.get(
            f"{emulator.base_url}/api/v1/regions", headers={"Authorization": f"Bearer {granted['access_token']}"}, timeout=10
        )
        assert used.status_code == 200
        assert {"id": "it-mxp", "continent": "Europe", "country": "Italy", "countryIso": "IT", "regionName": "Milan"} in used.json()

    def test_login_by_query(self, emulator: Emulator) -> None:
        query = {"client_id": emulator.client_id, "client_secret": emulator.client_secret, "grant_type": "client_credentials"}
        assert login(emulator, params=query).status_code == 200
        assert emulator.calls[-1].query == {"grant_type": "client_credentials"}

    @pytest.mark.parametrize(
        ("options", "status"),
        [
            ({}, 401),
            ({"auth": ("somebody", "else")}, 401),
            ({"params": {"client_id": "somebody"}}, 401),
            ({"headers": {"Authorization": "Basic %%%"}}, 401),
            ({"headers": {"Authorization": "Basic \xe9"}}, 401),
        ],
    )
    def test_wrong_credentials(self, emulator: Emulator, options: dict[str, Any], status: int) -> None:
        answer = login(emulator, **options)
        assert (answer.status_code, answer.content) == (status, b"")

    def test_other_grants_and_broken_bodies_are_refused(self, emulator: Emulator) -> None:
        credentials = (emulator.client_id, emulator.client_secret)
        assert "grant" in problem(login(emulator, auth=credentials, json={"grant_type": "password"}))
        assert problem(login(emulator, auth=credentials, data="{")) == "Http message not readable"

    @pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer other", "Basic Og=="])
    def test_everything_else_needs_a_token(self, api: Api, authorization: str) -> None:
        api.session.headers["Authorization"] = authorization
        for path in ("/networks", "/nowhere"):
            answer = api("GET", path)
            assert (answer.status_code, answer.content) == (401, b"")
        assert not api.emulator.calls[-1].executed

    def test_tokens_end(self, api: Api) -> None:
        api.emulator.revoke_tokens()
        assert api("GET", "/regions").status_code == 401

    def test_tokens_expire(self) -> None:
        now = 0.0
        with Emulator(token_lifetime=60, clock=lambda: now) as emulator:
            api = Api(emulator)
            now = 59.9
            assert api("GET", "/regions").status_code == 200
            now = 60.0
            assert api("GET", "/regions").status_code == 401


class TestPaths:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nowhere", 404),
            ("GET", "/networks/a/b", 404),
            ("GET", "/networks/", 404),
            ("GET", "//networks", 404),
            ("PATCH", "/networks", 405),
            ("DELETE", "/regions", 405),
            ("GET", "/users", 501),  # documented, but not emulated
            ("GET", "/networks/connectors%2Fx", 400),  # an id with a slash, not another path
        ],
    )
    def test_a_path_is_what_was_sent(self, api: Api, method: str, path: str, status: int) -> None:
        assert api(method, path).status_code == status
        assert api.emulator.calls[-1].path == f"/api/v1{path}"

    def test_accept_has_to_fit(self, api: Api, connector: str) -> None:
        assert api("POST", f"{connector}/profile", headers={"Accept": "application/json"}).status_code == 406
        assert api("POST", f"{connector}/profile", headers={"Accept": "text/plain"}).status_code == 200
        assert api("POST", f"{connector}/profile", headers={"Accept": "application/json, text/*;q=0.5"}).status_code == 200
        assert api("PUT", f"{connector}/suspend", headers={"Accept": "application/json"}).status_code == 200


class TestPaging:
    def test_defaults(self, api: Api) -> None:
        api.emulator.seed(networks=[{"name": f"n{number}"} for number in range(11)])
        first = api.read("/networks")
        assert {name: first[name] for name in first if name != "content"} == {
            "totalElements": 11,
            "totalPages": 2,
            "numberOfElements": 10,
            "page": 0,
            "size": 10,
        }
        second = api.read("/networks", page=1)
        assert [entry["name"] for entry in first["content"] + second["content"]] == [f"n{number}" for number in range(11)]

    def test_past_the_end(self, api: Api) -> None:
        assert api.read("/networks", page=7)["content"] == []
        assert api.read("/networks", size=1000)["totalPages"] == 0

    @pytest.mark.parametrize("query", ["page=-1", "page=x", "page=", "size=0", "size=1001", "size=abc", "size=1.5"])
    def test_wrong_values(self, api: Api, query: str) -> None:
        assert "breaks the rule" in problem(api("GET", f"/networks?{query}"))

    def test_unknown_parameters_are_tolerated(self, api: Api) -> None:
        assert api.read("/networks", sort="name")["content"] == []

    def test_lists_are_narrowed_to_a_parent(self, api: Api, network: dict[str, Any]) -> None:
        other = api.create(
            "/networks", name="other", routes=[{"value": "10.1.0.0/16"}], connectors=[{"name": "c", "vpnRegionId": "it-mxp"}]
        )
        host = api.create("/hosts", name="db1", connectors=[{"name": "h", "vpnRegionId": "fi-hel"}])
        assert [entry["id"] for entry in api.read("/networks/routes", networkId=other["id"])["content"]] == [other["routes"][0]["id"]]
        assert api.read("/networks/routes", networkId=network["id"])["content"] == []
        assert api.read("/networks/routes")["totalElements"] == 1
        assert [entry["name"] for entry in api.read("/networks/connectors", networkId=other["id"])["content"]] == ["c"]
        assert {entry["name"] for entry in api.read("/networks/connectors")["content"]} == {"gate", "c"}
        assert [entry["networkItemId"] for entry in api.read("/hosts/connectors", hostId=host["id"])["content"]] == [host["id"]]

    def test_ten_thousand_routes(self, api: Api) -> None:
        api.emulator.seed(networks=[{"name": "big", "routes": [{"value": f"11.{n // 256}.{n % 256}.0/24"} for n in range(10_000)]}])
        before = time.process_time()  # of both ends, since the server is a thread of this process
        answer = api("GET", "/networks", params={"size": 1000})
        assert time.process_time() - before < 1
        assert len(answer.json()["content"][0]["routes"]) == 10_000


class TestBodies:
    @pytest.mark.parametrize("body", ["", "{", "[1", "\ud800".encode("utf-8", "surrogatepass"), "[" * 100_000])
    def test_unreadable(self, api: Api, body: Any) -> None:
        assert problem(api("POST", "/networks", data=body)) == "Http message not readable"

    @pytest.mark.parametrize(
        "members",
        [
            {"egress": "true"},
            {"name": 5},
            {"gatewaysIds": "x"},
            {"internetAccess": "split_tunnel_on"},
            {"routes": [{"value": 1}]},
            {"connectors": {}},
        ],
    )
    def test_types_are_checked(self, api: Api, members: dict[str, Any]) -> None:
        assert "breaks the rule" in problem(api("POST", "/networks", json={"name": "n", **members}))
        assert api.emulator.state()["networks"] == []

    def test_what_is_tolerated(self, api: Api, connector: str) -> None:
        created = api.create(
            "/networks", id="mine", name="n", description=None, routes=None, connectors=None, colour="red", systemSubnets=None
        )
        assert created["id"] != "mine"
        assert created["description"] == ""
        assert api("PUT", f"{connector}/suspend", json={}).status_code == 200
        assert api("GET", "/regions", data="whatever").status_code == 200

    @pytest.mark.parametrize("name", [None, "", "  "])
    @pytest.mark.parametrize("path", ["/networks", "/hosts"])
    def test_a_name_is_needed(self, api: Api, path: str, name: str | None) -> None:
        assert "Name" in problem(api("POST", path, json={"name": name}))

    def test_a_required_parameter_is_missing(self, api: Api) -> None:
        assert "networkId" in problem(api("POST", "/networks/routes", json={"value": "10.0.0.0/8"}))


class TestNetworksAndHosts:
    def test_life_of_a_network(self, api: Api, network: dict[str, Any]) -> None:
        path = f"/networks/{network['id']}"
        assert api.read(path) == network
        route = api.create(f"/networks/routes?networkId={network['id']}", value="10.0.0.0/24")
        changed = api(
            "PUT", path, json={"name": "potsdam", "egress": True, "internetAccess": "RESTRICTED_INTERNET", "tunnelingProtocol": "OPENVPN"}
        )
        assert changed.status_code == 200
        assert changed.json() == {**network, "name": "potsdam", "internetAccess": "RESTRICTED_INTERNET", "routes": [route]}
        deleted = api("DELETE", path)
        assert (deleted.status_code, deleted.content) == (204, b"")
        assert api.read("/networks/routes")["content"] == api.read("/networks/connectors")["content"] == []
        for method in ("GET", "DELETE"):
            assert problem(api(method, path)) == "Entity does not exist"
        assert problem(api("PUT", path, json={"name": "x"})) == "Entity does not exist"

    def test_life_of_a_host(self, api: Api) -> None:
        host = api.create("/hosts", name="db1", domain="db1.example.com", connectors=[{"name": "c", "vpnRegionId": "fi-hel"}])
        assert "tunnelingProtocol" not in host["connectors"][0]
        path = f"/hosts/{host['id']}"
        changed = api("PUT", path, json={"name": "db1", "internetAccess": "SPLIT_TUNNEL_ON", "domain": "db.example.com"}).json()
        assert changed == {**host, "domain": "db.example.com"} == api.read(path)
        assert api("DELETE", path).status_code == 204
        assert api.emulator.state()["hosts"] == []

    def test_a_domain_has_an_end(self, api: Api) -> None:
        assert "253" in problem(api("POST", "/hosts", json={"name": "h", "domain": "d" * 254}))
        assert api.create("/hosts", name="h", domain="d" * 253)["domain"] == "d" * 253

    def test_a_failing_child_leaves_nothing_behind(self, api: Api) -> None:
        routes = [{"value": "10.0.0.0/24"}, {"value": "10.0.0.0/25"}]
        body = {"name": "n", "connectors": [{"name": "c", "vpnRegionId": "it-mxp"}], "routes": routes}
        assert "overlaps" in problem(api("POST", "/networks", json=body))
        assert api.emulator.state()["networks"] == []
        assert api.create("/networks", name="n", routes=routes[:1])["routes"][0]["subnet"] == "10.0.0.0/24"

    def test_gateways_are_networks_with_egress(self, api: Api) -> None:
        gateway = api.create("/networks", name="gateway", egress=True)
        closed = api.create("/networks", name="closed", egress=False)
        for wrong in ("nowhere", closed["id"]):
            assert "Gateway" in problem(api("POST", "/hosts", json={"name": "h", "gatewaysIds": [wrong]}))
        host = api.create("/hosts", name="h", internetAccess="SPLIT_TUNNEL_OFF", gatewaysIds=[gateway["id"]])
        assert api("DELETE", f"/networks/{gateway['id']}").status_code == 204
        assert api.read(f"/hosts/{host['id']}")["gatewaysIds"] == []


class TestConnectors:
    def test_life_of_a_connector(self, api: Api, network: dict[str, Any]) -> None:
        created = api.create(f"/networks/connectors?networkId={network['id']}", name="second", vpnRegionId="fi-hel")
        assert created["networkItemId"] == network["id"]
        assert (created["networkItemType"], created["tunnelingProtocol"], created["connectionStatus"]) == ("NETWORK", "OPENVPN", "OFFLINE")
        path = f"/networks/connectors/{created['id']}"
        changed = api("PUT", path, json={"name": "second", "description": "spare", "vpnRegionId": "it-mxp"}).json()
        assert changed == {**created, "description": "spare", "vpnRegionId": "it-mxp"} == api.read(path)
        assert problem(api("GET", path.replace("networks", "hosts"))) == "Entity does not exist"
        assert api("DELETE", path).status_code == 204
        assert [entry["name"] for entry in api.read(f"/networks/{network['id']}")["connectors"]] == ["gate"]

    @pytest.mark.parametrize("path", ["/networks/connectors?networkId=x", "/hosts/connectors?hostId=x", "/networks/routes?networkId="])
    def test_the_parent_has_to_exist(self, api: Api, path: str) -> None:
        assert problem(api("POST", path, json={"name": "c", "vpnRegionId": "it-mxp", "value": "10.0.0.0/8"})) == "Entity does not exist"

    @pytest.mark.parametrize("region", ["nowhere", "IT-MXP", ""])
    def test_the_region_has_to_exist(self, api: Api, network: dict[str, Any], region: str) -> None:
        answer = api("POST", f"/networks/connectors?networkId={network['id']}", json={"name": "c", "vpnRegionId": region})
        assert "region" in problem(answer)

    def test_suspension_hides_the_agent(self, api: Api, connector: str) -> None:
        def status() -> Any:
            return api.read(connector)["connectionStatus"]

        api.emulator.set_connector(connector.rsplit("/", 1)[1], connectionStatus="ONLINE")
        assert status() == "ONLINE"
        assert api("PUT", f"{connector}/suspend").content == b""
        assert status() == "OFFLINE"
        assert api.emulator.state()["networks"][0]["connectors"][0]["suspended"] is True
        assert api("PUT", f"{connector}/activate").status_code == 200
        assert status() == "ONLINE"

    def test_credentials(self, api: Api, connector: str) -> None:
        profile, token = api("POST", f"{connector}/profile"), api("POST", f"{connector}/profile/encrypt")
        assert profile.headers["Content-Type"].startswith("text/plain")
        lines = profile.text.splitlines()
        key = lines[lines.index("-----BEGIN PRIVATE KEY-----") + 1]
        assert {key, token.text} <= api.emulator.secrets
        assert key not in api("POST", f"{connector}/profile").text
        api.emulator.set_connector(connector.rsplit("/", 1)[1], connectionStatus="ONLINE")
        assert api("DELETE", f"{connector}/profile").json() is True
        assert api.read(connector)["connectionStatus"] == "OFFLINE"
        assert api("DELETE", f"{connector}/profile").json() is False


class TestIpsec:
    def test_only_in_an_ipsec_network(self, api: Api, network: dict[str, Any], connector: str) -> None:
        body = {"name": "c", "vpnRegionId": "it-mxp", "ipSecConfig": {"platform": "AWS"}}
        assert "IPsec" in problem(api("POST", f"/networks/connectors?networkId={network['id']}", json=body))
        assert "IPsec" in problem(api("PUT", connector, json=body))
        for action in ("start", "stop"):
            assert "non-IPsec" in problem(api("POST", f"{connector}/ipsec/{action}"))

    def test_states(self, api: Api, ipsec_connector: str) -> None:
        created = api.read(ipsec_connector)
        assert (created["tunnelingProtocol"], created["connectionStatus"]) == ("IPSEC", "OFFLINE")
        assert created["ipSecConfig"]["connectorState"] == "ACTIVE"
        assert api("POST", f"{ipsec_connector}/ipsec/start").status_code == 200
        assert api.read(ipsec_connector)["connectionStatus"] == "ONLINE"
        api("PUT", f"{ipsec_connector}/suspend")
        suspended = api.read(ipsec_connector)
        assert (suspended["ipSecConfig"]["connectorState"], suspended["connectionStatus"]) == ("SUSPENDED", "OFFLINE")
        api("PUT", f"{ipsec_connector}/activate")
        assert api("POST", f"{ipsec_connector}/ipsec/stop").status_code == 200
        assert api.read(ipsec_connector)["connectionStatus"] == "OFFLINE"

    def test_no_profile(self, api: Api, ipsec_connector: str) -> None:
        for method, path in (("POST", "profile"), ("POST", "profile/encrypt"), ("DELETE", "profile")):
            assert "OpenVPN" in problem(api(method, f"{ipsec_connector}/{path}"))

    @pytest.mark.parametrize(
        ("ike", "about"),
        [
            ({"protocolVersion": "IKE_V2"}, "startupAction"),
            ({"startupAction": "START", "deadPeerDetection": {}}, "deadPeerDetection"),
            ({"startupAction": "START", "deadPeerDetection": {"timeoutSec": 60}}, "deadPeerDetection"),
            ({"startupAction": "START", "deadPeerDetection": {"timeoutSec": None, "deadPeerHandling": "NONE"}}, "deadPeerDetection"),
            ({"startupAction": "LATER"}, "startupAction"),
        ],
    )
    def test_incomplete_settings(self, api: Api, ipsec_connector: str, ike: dict[str, Any], about: str) -> None:
        body = {"name": "t", "vpnRegionId": "it-mxp", "ipSecConfig": {"ikeProtocol": ike}}
        assert about in problem(api("PUT", ipsec_connector, json=body))

    def test_the_service_fills_in(self, api: Api, ipsec_connector: str) -> None:
        before = api.read(ipsec_connector)["ipSecConfig"]
        assert before["ikeProtocol"]["deadPeerDetection"] == {"timeoutSec": 30, "deadPeerHandling": "RESTART"}
        ike = {"startupAction": "ATTACH", "deadPeerDetection": {"timeoutSec": 99, "deadPeerHandling": "NONE"}}
        body = {
            "name": "t",
            "vpnRegionId": "it-mxp",
            "ipSecConfig": {"preSharedKey": "second-key", "serverIp": "192.0.2.1", "ikeProtocol": ike},
        }
        after = api("PUT", ipsec_connector, json=body).json()["ipSecConfig"]
        assert after["ikeProtocol"]["deadPeerDetection"] == {"timeoutSec": 30, "deadPeerHandling": "NONE"}
        assert (after["serverIp"], after["serverId"]) == (before["serverIp"], before["serverId"])
        assert {"canary-key", "second-key"} <= api.emulator.secrets
        assert "second-key" not in str(api.emulator.state())


class TestRoutes:
    def test_life_of_a_route(self, api: Api, network: dict[str, Any]) -> None:
        created = api.create(f"/networks/routes?networkId={network['id']}", value="10.0.0.0/24", description="lab")
        assert created == {"id": created["id"], "type": "IP_V4", "subnet": "10.0.0.0/24", "description": "lab"}
        path = f"/networks/routes/{created['id']}"
        changed = api("PUT", path, json={"value": "2001:db8::/32", "description": "lab"}).json()
        assert changed == {**created, "type": "IP_V6", "subnet": "2001:db8::/32"} == api.read(path)
        assert api("DELETE", path).status_code == 204
        assert problem(api("GET", path)) == "Entity does not exist"

    @pytest.mark.parametrize("value", [None, "", "somewhere", "10.0.0.0/33", "10.0.0/24", "fe80::1%eth0/64"])
    def test_no_subnet(self, api: Api, network: dict[str, Any], value: str | None) -> None:
        assert "not a valid subnet" in problem(api("POST", f"/networks/routes?networkId={network['id']}", json={"value": value}))

    @pytest.mark.parametrize("value", ["10.1.0.0/16", "10.1.2.0/24", "10.0.0.0/8", "10.1.255.255/32", "2001:db8:1::/48", "2001::/16"])
    def test_overlap_with_any_network(self, api: Api, network: dict[str, Any], value: str) -> None:
        api.create("/networks", name="other", routes=[{"value": "10.1.0.0/16"}, {"value": "10.3.0.0/16"}, {"value": "2001:db8::/32"}])
        assert "overlaps with an existing one" in problem(api("POST", f"/networks/routes?networkId={network['id']}", json={"value": value}))

    @pytest.mark.parametrize("value", ["10.0.0.0/16", "10.2.0.0/16", "::/16", "2001:db9::/32"])
    def test_neighbours_do_not_overlap(self, api: Api, network: dict[str, Any], value: str) -> None:
        api.create("/networks", name="other", routes=[{"value": "10.1.0.0/16"}, {"value": "10.3.0.0/16"}, {"value": "2001:db8::/32"}])
        assert api.create(f"/networks/routes?networkId={network['id']}", value=value)["subnet"] == value

    def test_overlap_after_a_change(self, api: Api, network: dict[str, Any]) -> None:
        create = f"/networks/routes?networkId={network['id']}"
        first, second = api.create(create, value="10.0.0.0/24"), api.create(create, value="10.0.1.0/24")
        path = f"/networks/routes/{first['id']}"
        assert "overlaps" in problem(api("PUT", path, json={"value": "10.0.0.0/23"}))
        assert api.read(path) == first
        assert api("PUT", path, json={"value": "10.0.0.0/25"}).json()["subnet"] == "10.0.0.0/25"
        assert api("DELETE", f"/networks/routes/{second['id']}").status_code == 204
        assert api("PUT", path, json={"value": "10.0.0.0/23"}).json()["subnet"] == "10.0.0.0/23"

    @pytest.mark.parametrize(
        ("value", "owner"),
        [
            ("100.64.0.0/10", "WPC subnet"),
            ("100.127.0.0/16", "WPC subnet"),
            ("fd:0:0:8000::/64", "WPC subnet"),
            ("100.80.1.0/24", "domain routing"),
        ],
    )
    def test_system_subnets_are_taken(self, api: Api, network: dict[str, Any], value: str, owner: str) -> None:
        said = problem(api("POST", f"/networks/routes?networkId={network['id']}", json={"value": value}))
        assert "overlaps" not in said
        assert owner in said


class TestSettings:
    def test_default_region(self, api: Api) -> None:
        assert api("GET", "/settings/wpc/default-region").text == "us-east-1"
        assert api("PUT", "/settings/wpc/default-region", data="it-mxp").text == "it-mxp"
        assert api.emulator.state()["default_region"] == "it-mxp"
        assert "region" in problem(api("PUT", "/settings/wpc/default-region", data="nowhere"))

    def test_subnets(self, api: Api) -> None:
        assert api.read("/settings/wpc/subnet")["ipV4Address"] == ["100.96.0.0/11"]
        assert api.read("/settings/wpc/domain-routing-subnet")["ipV4Address"] == "100.80.0.0/12"


def test_an_answer_that_breaks_the_document_is_a_bug(emulator: Emulator) -> None:
    api = Api(emulator)
    emulator.seed(networks=[{"name": "n", "connectors": [{"name": "c", "connectionStatus": "SLEEPING"}]}])
    answer = api("GET", "/networks")
    assert answer.status_code == 500
    assert "content.0.connectors.0.connectionStatus breaks enum" in answer.json()["errorMessage"]
    assert len(emulator.bugs) == 1
    emulator.bugs.clear()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(204), "documents no status 204"),
        (Answer(200, "x", "text/plain"), "documents no text/plain body"),
        (Answer(200), "documents no None body"),
        (Answer(200, [{"id": "x", "colour": "red"}], "application/json"), "200: 0 breaks additionalProperties"),
    ],
)
def test_what_breaks_the_document(answer: Answer, problem: str) -> None:
    operation, _parameters = spec.load().match("GET", "/api/v1/regions")
    assert operation is not None
    with pytest.raises(spec.SpecViolation, match=problem):
        operation.check(answer)


def test_a_bug_fails_whoever_uses_the_emulator() -> None:
    def use() -> None:
        with Emulator() as emulator:
            emulator.wpc.subnet["unheard of"] = []
            assert Api(emulator)("GET", "/settings/wpc/subnet").status_code == 500

    with pytest.raises(RuntimeError, match="the emulator is at fault: GET /api/v1/settings/wpc/subnet"):
        use()


def test_answers_are_checked_unless_told_otherwise() -> None:
    with Emulator(check_responses=False) as emulator:
        emulator.wpc.subnet["unheard of"] = []
        assert Api(emulator).read("/settings/wpc/subnet")["unheard of"] == []
