# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each operation does: one handler for each method and path that the collection uses."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import spec, views
from .answers import JSON, TEXT, Answer, Missing
from .oauth import Tokens
from .switches import Switches
from .wpc import HOST, NETWORK, Connector, Members, Parent, Wpc


@dataclass(frozen=True)
class Request:
    """One checked request. kind: network or host, from the path."""

    wpc: Wpc
    switches: Switches
    tokens: Tokens
    kind: str
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    authorization: str

    @property
    def connector(self) -> Connector:
        return self.wpc.connector(self.kind, self.path["id"])


Handler = Callable[[Request], Answer]


@dataclass(frozen=True)
class Objects:
    """One sort of object that is addressed by its id: how it is found, shown, changed and removed."""

    find: Callable[[Request], Any]
    show: Callable[[Any, Switches], Members]
    change: Callable[[Wpc, Any, Members], object]
    remove: Callable[[Wpc, Any], None]

    def read(self, request: Request) -> Answer:
        return Answer(200, self.show(self.find(request), request.switches), JSON)

    def update(self, request: Request) -> Answer:
        self.change(request.wpc, self.find(request), request.body)
        return self.read(request)

    def delete(self, request: Request) -> Answer:
        self.remove(request.wpc, self.find(request))
        return Answer(204)

    def handlers(self, path: str) -> dict[str, Handler]:
        return {f"GET {path}": self.read, f"PUT {path}": self.update, f"DELETE {path}": self.delete}


PARENTS = Objects(lambda request: request.wpc.parent(request.kind, request.path["id"]), views.parent, Wpc.update_parent, Wpc.delete_parent)
CONNECTORS = Objects(lambda request: request.connector, views.connector, Wpc.update_connector, Wpc.delete_connector)
ROUTES = Objects(lambda request: request.wpc.route(request.path["id"]), views.route, Wpc.update_route, Wpc.delete_route)


def _login(request: Request) -> Answer:
    return request.tokens.login(request.authorization, request.query, request.body, request.switches)


def _list_regions(request: Request) -> Answer:
    return Answer(200, _ordered(spec.regions(), request), JSON)


# networks and hosts


def _list_parents(request: Request) -> Answer:
    return _page(request, request.wpc.parents[request.kind].values(), lambda shown: views.parent(shown, request.switches, listed=True))


def _create_parent(request: Request) -> Answer:
    return Answer(201, views.parent(request.wpc.create_parent(request.kind, request.body), request.switches), JSON)


# connectors


def _list_connectors(request: Request) -> Answer:
    owner = _filter(request)
    found = (
        (each for each in request.wpc.connectors.values() if each.parent.kind == request.kind)
        if owner is None
        else owner.connectors.values()
    )
    return _page(request, found, lambda shown: views.connector(shown, request.switches, listed=True))


def _create_connector(request: Request) -> Answer:
    owner = request.wpc.parent(request.kind, request.query[f"{request.kind}Id"])
    return Answer(201, views.connector(request.wpc.create_connector(owner, request.body), request.switches), JSON)


def _suspend(request: Request, suspended: bool) -> Answer:
    request.wpc.suspend(request.connector, suspended)
    return Answer(200)


def _drive_ipsec(request: Request, started: bool) -> Answer:
    request.wpc.drive_ipsec(request.connector, started)
    if request.switches["ipsec_answer"] == "empty":
        return Answer(200)
    return Answer(200, {"success": True}, JSON, documented=False)


def _issue_credential(request: Request, whole_profile: bool) -> Answer:
    issued = request.wpc.issue_credential(request.connector, whole_profile)
    if issued is None:
        return Answer(202 if request.switches["profile_not_ready"] == "202" else 200, documented=False)
    return Answer(200, issued, TEXT)


def _revoke_credentials(request: Request) -> Answer:
    return Answer(200, request.wpc.revoke_credentials(request.connector), JSON)


# routes


def _list_routes(request: Request) -> Answer:
    owner = _filter(request)
    if owner and not owner.routes and request.switches["empty_list"] == "not_found":
        return Answer(404, [], JSON, documented=False)
    found = request.wpc.routes if owner is None else owner.routes
    return _page(request, found.values(), lambda shown: views.route(shown, request.switches, listed=True))


def _create_route(request: Request) -> Answer:
    owner = request.wpc.parent(NETWORK, request.query["networkId"])
    return Answer(201, views.route(request.wpc.create_route(owner, request.body), request.switches), JSON)


# IP services and applications


def _list_services(request: Request, kind: str) -> Answer:
    owner = _filter(request)
    owners = request.wpc.parents[request.kind].values() if owner is None else [owner]
    return _page(request, [service for each in owners for service in getattr(each, kind)], dict)


# settings


def _read_default_region(request: Request) -> Answer:
    return Answer(200, request.wpc.default_region, TEXT)


def _set_default_region(request: Request) -> Answer:
    quotes = '"' if request.switches["text_body"] == "json_string" else ""
    request.wpc.default_region = request.wpc.region(request.body.strip(quotes))
    return _read_default_region(request)


def _read_subnet(request: Request) -> Answer:
    return Answer(200, request.wpc.subnet, JSON)


def _read_domain_routing_subnet(request: Request) -> Answer:
    return Answer(200, request.wpc.domain_routing_subnet, JSON)


# lists


def _filter(request: Request) -> Parent | None:
    """The parent that a list is narrowed to."""
    wanted = request.query[f"{request.kind}Id"]
    if wanted is None:
        return None
    try:
        return request.wpc.parent(request.kind, wanted)
    except Missing:
        if request.switches["unknown_filter"] == "missing":
            raise
        return Parent(request.kind, wanted, {}, [])


def _page(request: Request, found: Iterable[Any], view: Callable[[Any], Members]) -> Answer:
    page, size = request.query["page"], request.query["size"]
    everything = _ordered(found, request)
    content = [view(item) for item in everything[page * size : (page + 1) * size]]
    counts = {"totalElements": len(everything), "totalPages": math.ceil(len(everything) / size), "numberOfElements": len(content)}
    return Answer(200, {"content": content, **counts, "page": page, "size": size}, JSON)


def _ordered(found: Iterable[Any], request: Request) -> list[Any]:
    listed = list(found)
    if request.switches["list_order"] == "shuffled":
        random.shuffle(listed)
    return listed


def _handlers() -> dict[str, Handler]:
    """By method and path below /api/v1."""
    table: dict[str, Handler] = {
        "POST /oauth/token": _login,
        "GET /regions": _list_regions,
        "GET /networks/routes": _list_routes,
        "POST /networks/routes": _create_route,
        **ROUTES.handlers("/networks/routes/{id}"),
        "POST /networks/connectors/{id}/ipsec/start": partial(_drive_ipsec, started=True),
        "POST /networks/connectors/{id}/ipsec/stop": partial(_drive_ipsec, started=False),
        "GET /settings/wpc/default-region": _read_default_region,
        "PUT /settings/wpc/default-region": _set_default_region,
        "GET /settings/wpc/subnet": _read_subnet,
        "GET /settings/wpc/domain-routing-subnet": _read_domain_routing_subnet,
    }
    for parents in (f"{NETWORK}s", f"{HOST}s"):
        table |= {
            f"GET /{parents}": _list_parents,
            f"POST /{parents}": _create_parent,
            **PARENTS.handlers(f"/{parents}/{{id}}"),
            f"GET /{parents}/ip-services": partial(_list_services, kind="ip_services"),
            f"GET /{parents}/applications": partial(_list_services, kind="applications"),
            f"GET /{parents}/connectors": _list_connectors,
            f"POST /{parents}/connectors": _create_connector,
            **CONNECTORS.handlers(f"/{parents}/connectors/{{id}}"),
            f"PUT /{parents}/connectors/{{id}}/suspend": partial(_suspend, suspended=True),
            f"PUT /{parents}/connectors/{{id}}/activate": partial(_suspend, suspended=False),
            f"POST /{parents}/connectors/{{id}}/profile": partial(_issue_credential, whole_profile=True),
            f"DELETE /{parents}/connectors/{{id}}/profile": _revoke_credentials,
            f"POST /{parents}/connectors/{{id}}/profile/encrypt": partial(_issue_credential, whole_profile=False),
        }
    return table


HANDLERS = _handlers()
