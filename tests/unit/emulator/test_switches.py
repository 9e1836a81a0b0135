# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each switch in each position: it works, and it shows."""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Callable
from typing import Any

import pytest
import requests
from emulator import Emulator
from emulator.switches import SWITCHES, Switches

from .conftest import Api

POSITIONS = [(name, position) for name, (positions, _why) in SWITCHES.items() for position in positions]
NETWORK = {"name": "n", "egress": True, "internetAccess": "SPLIT_TUNNEL_ON", "tunnelingProtocol": "IPSEC", "gatewaysIds": []}


def status_and_body(answer: requests.Response) -> list[Any]:
    return [answer.status_code, answer.text and answer.json()]


# For each switch: what a client sees of it, and what that is in each position.


def missing_object(api: Api) -> Any:
    answer = api("GET", "/networks/x")
    return answer.status_code, answer.text and answer.json()["errorDetails"]["application"][0]["message"]


def route_host_bits(api: Api) -> Any:
    network = api.create("/networks", **NETWORK)
    answers = [
        api("POST", f"/networks/routes?networkId={network['id']}", json={"value": value})
        for value in ("10.0.0.5/24", "10.1.0.1", "10.2.0.0/16")
    ]
    return [answer.json().get("subnet", answer.status_code) for answer in answers]


def ipv6_text(api: Api) -> Any:
    network = api.create("/networks", **NETWORK, routes=[{"value": "2001:db8::a:0/112"}, {"value": "10.0.0.0/8"}])
    return [route["subnet"] for route in network["routes"]]


def children_in_list(api: Api) -> Any:
    api.create("/networks", **NETWORK, routes=[{"value": "10.0.0.0/8"}])
    listed = api.read("/networks")["content"][0]
    return "routes" in listed, "connectors" in listed, "routes" in api.read(f"/networks/{listed['id']}")


def system_subnets(api: Api) -> Any:
    created = api.create("/hosts", name="h", internetAccess="SPLIT_TUNNEL_ON")
    return "systemSubnets" in api.read("/hosts")["content"][0], "systemSubnets" in created


def _openvpn_connector(api: Api) -> dict[str, Any]:
    host = api.create("/hosts", name="h", internetAccess="SPLIT_TUNNEL_ON")
    return api.create(f"/hosts/connectors?hostId={host['id']}", name="c", vpnRegionId="it-mxp")


def ip_allocation(api: Api) -> Any:
    return "ipV6Address" in _openvpn_connector(api), "systemSubnets" in api.read("/hosts")["content"][0]


def list_members(api: Api) -> Any:
    network = api.create("/networks", **NETWORK, description="d", routes=[{"value": "10.0.0.0/8", "description": "d"}])
    config = {"platform": "OTHER", "preSharedKey": "canary"}
    api.create(f"/networks/connectors?networkId={network['id']}", name="c", vpnRegionId="it-mxp", ipSecConfig=config)
    listed, read = api.read("/networks")["content"][0], api.read(f"/networks/{network['id']}")
    return [
        ["description" in body, "gatewaysIds" in body, "description" in body["routes"][0], len(body["connectors"][0]["ipSecConfig"]) > 2]
        for body in (listed, read)
    ]


def list_order(api: Api) -> Any:
    return len({tuple(region["id"] for region in api.read("/regions")) for _time in range(5)}) > 1


def empty_list(api: Api) -> Any:
    network = api.create("/networks", **NETWORK)
    answer = api("GET", "/networks/routes", params={"networkId": network["id"]})
    return answer.status_code, answer.json() if answer.status_code == 404 else answer.json()["content"]


def unknown_filter(api: Api) -> Any:
    return [
        api("GET", path).status_code
        for path in ("/networks/connectors?networkId=x", "/hosts/connectors?hostId=x", "/networks/routes?networkId=x")
    ]


def page_extras(api: Api) -> Any:
    return "success" in api.read("/networks")


def names(api: Api) -> Any:
    network = api.create("/networks", **NETWORK)
    child = f"/networks/connectors?networkId={network['id']}"
    api.create(child, name="n", vpnRegionId="it-mxp")
    api.create("/hosts", name="n", internetAccess="SPLIT_TUNNEL_ON")
    again = [api("POST", "/networks", json=NETWORK), api("POST", child, json={"name": "n", "vpnRegionId": "it-mxp"})]
    renamed = api("PUT", f"/networks/{network['id']}", json=NETWORK)
    return [answer.status_code for answer in [*again, renamed]]


def conflict(api: Api) -> Any:
    network = api.create("/networks", **NETWORK, routes=[{"value": "10.0.0.0/8"}])
    path = f"/networks/routes?networkId={network['id']}"
    return [api("POST", path, json={"value": value}).status_code for value in ("10.1.0.0/16", "nonsense")]


def unknown_members(api: Api) -> Any:
    return api("POST", "/networks", json={**NETWORK, "colour": "red"}).status_code


def domain_case(api: Api) -> Any:
    return api.create("/hosts", name="h", internetAccess="SPLIT_TUNNEL_ON", domain="App.Example")["domain"]


def trimming(api: Api) -> Any:
    created = api.create("/networks", **{**NETWORK, "name": " n ", "description": "d "})
    return created["name"], created["description"]


def empty_text(api: Api) -> Any:
    created = api.create("/hosts", name="h", internetAccess="SPLIT_TUNNEL_ON")
    return created.get("description", "absent"), created.get("domain", "absent")


def create_omitted(api: Api) -> Any:
    answer = api("POST", "/networks", json={"name": "n"})
    return answer.status_code, answer.json().get("egress"), answer.json().get("internetAccess")


def put_omitted(api: Api) -> Any:
    created = api.create("/networks", **NETWORK, description="d", routes=[{"value": "10.0.0.0/8", "description": "d"}])
    network = api("PUT", f"/networks/{created['id']}", json={"name": "n", "tunnelingProtocol": "IPSEC"}).json()
    route = api("PUT", f"/networks/routes/{created['routes'][0]['id']}", json={"value": "10.0.0.0/8"}).json()
    return network["egress"], network["internetAccess"], network["description"], route["description"]


def protocol_change(api: Api) -> Any:
    created = api.create("/networks", **NETWORK)
    return api("PUT", f"/networks/{created['id']}", json={**NETWORK, "tunnelingProtocol": "OPENVPN"}).status_code


def gateway_in_use(api: Api) -> Any:
    gateway = api.create("/networks", **NETWORK)
    api.create("/hosts", name="h", internetAccess="SPLIT_TUNNEL_OFF", gatewaysIds=[gateway["id"]])
    return api("DELETE", f"/networks/{gateway['id']}").status_code


def last_connector(api: Api) -> Any:
    return api("DELETE", f"/hosts/connectors/{_openvpn_connector(api)['id']}").status_code


def suspend_repeat(api: Api) -> Any:
    path = f"/hosts/connectors/{_openvpn_connector(api)['id']}"
    answers = [api("PUT", f"{path}/{action}") for action in ("activate", "suspend", "suspend")]
    return [(answer.status_code, "already" in answer.text) for answer in answers]


def _ipsec_connector(api: Api) -> dict[str, Any]:
    network = api.create("/networks", **NETWORK)
    config = {"preSharedKey": "canary"}
    return api.create(f"/networks/connectors?networkId={network['id']}", name="c", vpnRegionId="it-mxp", ipSecConfig=config)


def ipsec_repeat(api: Api) -> Any:
    path = f"/networks/connectors/{_ipsec_connector(api)['id']}/ipsec"
    return [api("POST", f"{path}/{action}").status_code for action in ("stop", "start", "start")]


def ipsec_start(api: Api) -> Any:
    connector = f"/networks/connectors/{_ipsec_connector(api)['id']}"
    api("POST", f"{connector}/ipsec/start")
    return api.read(connector)["connectionStatus"]


def connector_state(api: Api) -> Any:
    return _ipsec_connector(api)["ipSecConfig"].get("connectorState")


def licensed(api: Api) -> Any:
    return _openvpn_connector(api).get("licensed")


def status_case(api: Api) -> Any:
    return _openvpn_connector(api)["connectionStatus"], api.read("/hosts")["content"][0]["connectors"][0]["connectionStatus"]


def pre_shared_key(api: Api) -> Any:
    return _ipsec_connector(api)["ipSecConfig"].get("preSharedKey")


def ipsec_answer(api: Api) -> Any:
    return status_and_body(api("POST", f"/networks/connectors/{_ipsec_connector(api)['id']}/ipsec/start"))


def profile_not_ready(api: Api) -> Any:
    path = f"/hosts/connectors/{_openvpn_connector(api)['id']}/profile"
    answers = [api("POST", path), api("POST", f"{path}/encrypt"), api("POST", path)]
    return [(answer.status_code, bool(answer.content)) for answer in answers]


def text_body(api: Api) -> Any:
    return [api("GET", "/settings/wpc/default-region").text, api("PUT", "/settings/wpc/default-region", data='"it-mxp"').status_code]


def region_id_case(api: Api) -> Any:
    answer = api("PUT", "/settings/wpc/default-region", data="IT-MXP")
    return answer.text if answer.ok else answer.status_code


def default_region(api: Api) -> Any:
    return api("GET", "/settings/wpc/default-region").text


def ids(api: Api) -> Any:
    return api.create("/networks", **NETWORK)["id"].isdigit()


def login_refusal(api: Api) -> Any:
    answer = requests.post(f"{api.emulator.base_url}/api/v1/oauth/token", auth=("x", "y"), timeout=10)
    return answer.status_code, bool(answer.content)


def _login(api: Api) -> requests.Response:
    credentials = (api.emulator.client_id, api.emulator.client_secret)
    return requests.post(f"{api.emulator.base_url}/api/v1/oauth/token", auth=credentials, timeout=10)


def older_tokens(api: Api) -> Any:
    statuses = []
    for token in [_login(api).json()["access_token"] for _login_number in range(2)]:
        api.session.headers["Authorization"] = f"Bearer {token}"
        statuses.append(api("GET", "/regions").status_code)
    return statuses


def login_budget(api: Api) -> Any:
    api.emulator.set_limits({"burst": 1, "rate": 1, "interval": 60})
    return [_login(api).status_code, _login(api).status_code]


def budgets(api: Api) -> Any:
    api.emulator.set_limits({"burst": 1, "rate": 1, "interval": 60})
    return [api("GET", "/regions").status_code, api("POST", "/networks", json=NETWORK).status_code]


def retry_after(api: Api) -> Any:
    api.emulator.set_limits({"burst": 1, "rate": 1, "interval": 60})
    api("GET", "/regions")
    answer = api("GET", "/regions")
    assert (answer.status_code, answer.content) == (429, b"")
    told = answer.headers.get("Retry-After")
    if told is None or told.isdigit():
        return told
    wait = email.utils.parsedate_to_datetime(told) - datetime.datetime.now(datetime.UTC)
    return round(wait.total_seconds() / 10)


SEEN: list[tuple[Callable[[Api], Any], dict[str, Any]]] = [
    (missing_object, {"code": (400, "Entity does not exist"), "text": (400, "Network with id x was not found"), "404": (404, "")}),
    (
        route_host_bits,
        {
            "mask": ["10.0.0.0/24", "10.1.0.1/32", "10.2.0.0/16"],
            "keep": ["10.0.0.5/24", "10.1.0.1", "10.2.0.0/16"],
            "refuse": [400, 400, "10.2.0.0/16"],
        },
    ),
    (ipv6_text, {"compressed": ["2001:db8::a:0/112", "10.0.0.0/8"], "expanded": ["2001:db8:0:0:0:0:a:0/112", "10.0.0.0/8"]}),
    (children_in_list, {"embedded": (True, True, True), "omitted": (False, False, True)}),
    (system_subnets, {"reported": (True, True), "omitted": (False, True)}),
    (ip_allocation, {"both": (True, True), "ipv4_only": (False, False)}),
    (
        list_members,
        {"complete": [[True, True, True, True]] * 2, "partial": [[False, False, False, False], [True, True, True, True]]},
    ),
    (list_order, {"stable": False, "shuffled": True}),
    (empty_list, {"page": (200, []), "not_found": (404, [])}),
    (unknown_filter, {"empty": [200, 200, 200], "missing": [400, 400, 400]}),
    (page_extras, {"none": False, "success_member": True}),
    (names, {"repeatable": [201, 201, 200], "unique": [400, 400, 200]}),
    (conflict, {"400": [400, 400], "409": [409, 400]}),
    (unknown_members, {"ignored": 201, "refused": 400}),
    (domain_case, {"kept": "App.Example", "lowered": "app.example"}),
    (trimming, {"kept": (" n ", "d "), "trimmed": ("n", "d")}),
    (empty_text, {"empty": ("", ""), "omitted": ("absent", "absent"), "null": (None, None)}),
    (
        create_omitted,
        {"vendor_defaults": (201, True, "SPLIT_TUNNEL_ON"), "minimal": (201, False, "RESTRICTED_INTERNET"), "refused": (400, None, None)},
    ),
    (put_omitted, {"blanked": (False, "RESTRICTED_INTERNET", "", ""), "kept": (True, "SPLIT_TUNNEL_ON", "d", "d")}),
    (protocol_change, {"applied": 200, "refused": 400}),
    (gateway_in_use, {"dropped": 204, "refused": 400}),
    (last_connector, {"deletable": 204, "refused": 400}),
    (
        suspend_repeat,
        {
            "ok": [(200, False), (200, False), (200, False)],
            "refused": [(400, True), (200, False), (400, True)],
            "refused_otherwise": [(400, False), (200, False), (400, False)],
        },
    ),
    (ipsec_repeat, {"ok": [200, 200, 200], "refused": [400, 200, 400]}),
    (ipsec_start, {"online": "ONLINE", "pending": "OFFLINE"}),
    (connector_state, {"reported": "ACTIVE", "omitted": None}),
    (licensed, {"reported": True, "omitted": None}),
    (status_case, {"upper": ("OFFLINE", "OFFLINE"), "lower": ("offline", "offline")}),
    (pre_shared_key, {"clear": "canary", "masked": "********", "empty": "", "omitted": None}),
    (ipsec_answer, {"object": [200, {"success": True}], "empty": [200, ""]}),
    (
        profile_not_ready,
        {
            "never": [(200, True), (200, True), (200, True)],
            "202": [(202, False), (202, False), (200, True)],
            "empty": [(200, False), (200, False), (200, True)],
        },
    ),
    (text_body, {"raw": ["us-east-1", 400], "json_string": ['"us-east-1"', 200]}),
    (region_id_case, {"exact": 400, "any": "it-mxp"}),
    (default_region, {"set": "us-east-1", "empty": ""}),
    (ids, {"uuid": False, "digits": True}),
    (login_refusal, {"401_empty": (401, False), "400_json": (400, True), "403": (403, False)}),
    (older_tokens, {"kept": [200, 200], "revoked": [401, 200]}),
    (login_budget, {"free": [200, 200], "write": [200, 429]}),
    (budgets, {"separate": [200, 201], "shared": [200, 429]}),
    (retry_after, {"none": None, "seconds": "60", "date": 6}),
]


@pytest.mark.parametrize(
    ("look", "position", "seen"),
    [pytest.param(look, position, seen, id=f"{look.__name__}-{position}") for look, seen_at in SEEN for position, seen in seen_at.items()],
)
def test_what_a_position_means(api: Api, look: Callable[[Api], Any], position: str, seen: Any) -> None:
    api.emulator.reset({look.__name__: position})
    assert look(api) == seen


@pytest.mark.parametrize(("switches", "status"), [({"put_omitted": "blanked"}, 400), ({"put_omitted": "kept"}, 200)])
def test_ipsec_settings_left_out_of_an_update(api: Api, ipsec_connector: str, status: int) -> None:
    before = api.read(ipsec_connector)
    assert api("PUT", ipsec_connector, json={"name": "tunnel", "vpnRegionId": "it-mxp"}).status_code == status
    assert api.read(ipsec_connector) == before


def test_all_positions_are_tested() -> None:
    assert [(look.__name__, position) for look, seen_at in SEEN for position in seen_at] == POSITIONS


@pytest.mark.parametrize("positions", [{"colour": "red"}, {"names": "red"}])
def test_wrong_positions(emulator: Emulator, positions: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"no switch|no position"):
        emulator.reset({"ids": "digits", **positions})
    with pytest.raises(ValueError, match=r"no switch|no position"):
        emulator.set_switches({"ids": "digits", **positions})
    assert emulator.switches["ids"] == "uuid"


def test_a_first_position_is_the_default() -> None:
    assert Switches().positions() == {name: positions[0] for name, (positions, _why) in SWITCHES.items()}
