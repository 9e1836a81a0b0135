# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How objects look in answers, under the switches."""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import Any

from .answers import JSON, TEXT, Answer
from .switches import Switches
from .wpc import IPSEC_SECRETS, NETWORK, Connector, Members, Parent, Route


def parent(shown: Parent, switches: Switches, listed: bool = False) -> Members:
    """A network or host; ``listed`` for an entry of a list."""
    view = {"id": shown.id, **shown.members}
    if switches["ip_allocation"] == "both" and not (listed and switches["system_subnets"] == "omitted"):
        view["systemSubnets"] = shown.system_subnets
    if not (listed and switches["children_in_list"] == "omitted"):
        view["connectors"] = [connector(child, switches, listed) for child in shown.connectors.values()]
        if shown.kind == NETWORK:
            view["routes"] = [route(child, switches, listed) for child in shown.routes.values()]
    return _cut(view) if listed and switches["list_members"] == "partial" else view


def connector(shown: Connector, switches: Switches, listed: bool = False) -> Members:
    view: Members = {
        "id": shown.id,
        "networkItemId": shown.parent.id,
        "networkItemType": shown.parent.kind.upper(),
        **shown.members,
        **shown.addresses,
        "connectionStatus": "OFFLINE" if shown.suspended else shown.status,
        "licensed": shown.licensed,
    }
    if switches["ip_allocation"] == "ipv4_only":
        del view["ipV6Address"]
    if switches["licensed"] == "omitted":
        del view["licensed"]
    if shown.parent.kind == NETWORK:
        view["tunnelingProtocol"] = "IPSEC" if shown.ipsec else "OPENVPN"
    if shown.ipsec:
        config = view["ipSecConfig"] = {name: _secret(name, value, switches) for name, value in shown.members["ipSecConfig"].items()}
        if switches["pre_shared_key"] == "omitted":
            view["ipSecConfig"] = config = {name: value for name, value in config.items() if name not in IPSEC_SECRETS}
        if switches["connector_state"] == "reported":
            config["connectorState"] = "SUSPENDED" if shown.suspended else "ACTIVE"
    return _cut(view) if listed and switches["list_members"] == "partial" else view


def route(shown: Route, switches: Switches, listed: bool = False) -> Members:
    text = shown.text
    if shown.network.version == 6 and switches["ipv6_text"] == "expanded":
        address, slash, prefix = text.partition("/")
        groups = ipaddress.IPv6Address(address).exploded.split(":")
        text = ":".join(f"{int(group, 16):x}" for group in groups) + slash + prefix
    view = {"id": shown.id, "type": f"IP_V{shown.network.version}", "subnet": text, "description": shown.description}
    return _cut(view) if listed and switches["list_members"] == "partial" else view


def _cut(view: Members) -> Members:
    """What a list may leave of an object."""
    kept = {name: value for name, value in view.items() if name not in ("description", "domain", "gatewaysIds")}
    if "ipSecConfig" in kept:
        kept["ipSecConfig"] = {name: value for name, value in kept["ipSecConfig"].items() if name in ("platform", "connectorState")}
    return kept


def undocumented(answer: Answer, switches: Switches) -> Answer:
    """The same answer in the forms that the OpenAPI document does not hold but the service may have."""
    reshaped = {"empty_text": switches["empty_text"], "status_case": switches["status_case"]}
    if answer.media == JSON and answer.status < 300 and reshaped != {"empty_text": "empty", "status_case": "upper"}:
        answer = dataclasses.replace(answer, content=_reshaped(answer.content, switches))
    if switches["page_extras"] == "success_member" and isinstance(answer.content, dict) and "totalPages" in answer.content:
        answer = dataclasses.replace(answer, content={**answer.content, "success": True})
    if switches["text_body"] == "json_string" and answer.media == TEXT:
        answer = dataclasses.replace(answer, media=JSON)
    return answer


def _secret(name: str, value: Any, switches: Switches) -> Any:
    if name not in IPSEC_SECRETS:
        return value
    return {"clear": value, "masked": "********", "empty": "", "omitted": None}[switches["pre_shared_key"]]


def _reshaped(value: Any, switches: Switches) -> Any:
    if isinstance(value, list):
        return [_reshaped(item, switches) for item in value]
    if not isinstance(value, dict):
        return value
    shaped: Members = {}
    for name, item in value.items():
        if name in ("description", "domain") and item == "" and switches["empty_text"] != "empty":
            if switches["empty_text"] == "null":
                shaped[name] = None
        elif name == "connectionStatus" and switches["status_case"] == "lower":
            shaped[name] = item.lower()
        else:
            shaped[name] = _reshaped(item, switches)
    return shaped
