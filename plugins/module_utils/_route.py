# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""Routes of a Network. Private to this collection."""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

from ._client import Body, Client
from ._compare import Enum, Fields, Id, Object, Subnet, Text, canonical_subnet
from ._errors import ApiError, InvalidInput, MissingObject
from ._parents import NETWORK, Parent
from ._resource import Change, Options, Plan, Problems, Resource, matches, refuse_purge_of_absent

_MOST_TOLD = 20  # collisions that one message names


class Route(Resource):
    """A Route. What is sent as ``value`` comes back as ``subnet``, and no answer tells the Network (BEHAVIOUR 7)."""

    kind = "route"
    title = "Route"
    path = ("networks", "routes")
    identity = "subnet"
    fields: Fields = {
        "id": Id("id", read_only=True),
        "subnet": Subnet("subnet"),
        "description": Text("description"),
        "type": Enum("type", read_only=True),
    }

    def plan(self, client: Client, options: Options) -> Plan:
        if options["subnet"]:
            options = {**options, "subnet": subnet(options["subnet"], options["normalize"])}
        listed = None if options["routes"] is None else self._listed(options)
        networks = client.list(*NETWORK.path)
        network = NETWORK.find(networks, options["network"]) if options["network"] else None
        if options["network"] and network is None:
            if options["state"] == "absent":
                return Plan([[Change(None, None)]], many=None if listed is None else [])
            raise NETWORK.missing(options["network"])
        if listed is not None:
            if network is None:
                raise InvalidInput("network: it has to be said which Network the routes belong to", "Give network")
            return self._plan_set(client, networks, network, listed, options)
        known = NETWORK.place(network) if network else {}
        if options["id"]:
            routes, unread = list(self.all(client, networks)), []
            current = self._by_id(routes, options, known)
        else:
            if network is None:
                raise InvalidInput("neither network nor id says which Route is meant", "Give network and subnet, or id")
            routes, unread = self.of(client, NETWORK, network), [other for other in networks if other is not network]
            current = next((route for route in routes if route["subnet"] == options["subnet"]), None)
        change = self.settle(current, options, self.wished(options), **known)
        if change.after is not None and (change.before is None or change.before["subnet"] != change.after["subnet"]):
            change.after["type"] = _type(change.after["subnet"])
            others = [route for route in routes if route["id"] != change.after.get("id")]
            _refuse_collisions([change.after], [*others, *self.all(client, unread)])
        return Plan([[change]])

    def _listed(self, options: Options) -> Dict[str, Object]:
        """The Routes of the option ``routes``, by subnet. Raises InvalidInput that names every entry that cannot be meant."""
        refuse_purge_of_absent(options)
        listed: Dict[str, Object] = {}
        problems = Problems()
        for number, entry in enumerate(options["routes"], 1):
            with problems.of(f"entry {number}"):
                if isinstance(entry, str):
                    entry = {"subnet": entry}
                if not isinstance(entry, dict) or not isinstance(entry.get("subnet"), str) or set(entry) - {"subnet", "description"}:
                    raise InvalidInput("neither a subnet nor a dictionary with subnet and, if wished, description")
                canonical = subnet(entry["subnet"], options["normalize"])
                if canonical in listed:
                    raise InvalidInput(f"{canonical} stands in the list twice")
                listed[canonical] = self.wished({**entry, "subnet": canonical})
        problems.refuse("routes", "Correct these entries")
        return listed

    def _plan_set(self, client: Client, networks: List[Body], network: Body, listed: Dict[str, Object], options: Options) -> Plan:
        """Minimal changes in an order in which no Route meets one that has yet to go."""
        known = NETWORK.place(network)
        present = {route["subnet"]: route for route in self.of(client, NETWORK, network)}
        if options["state"] == "absent":
            return Plan([[self.settle(present[entry], options, {}) for entry in listed if entry in present]], many=[])
        kept: List[Change] = []
        new: List[Change] = []
        for entry, wanted in listed.items():
            change = self.settle(present.get(entry), options, wanted, **known)
            if change.after is not None:
                change.after["type"] = _type(entry)
            (kept if change.before else new).append(change)
        surplus = {entry: route for entry, route in present.items() if entry not in listed} if options["purge"] else {}
        if new:
            staying = [route for entry, route in present.items() if entry not in surplus]
            elsewhere = self.all(client, [other for other in networks if other is not network])
            _refuse_collisions([change.object for change in new], [*staying, *elsewhere])
        # A Route that has to go and overlaps a new one becomes it in place: one write, and traffic never lacks a Route for long.
        moved, first = [], []
        creations = {change.object["subnet"]: change for change in new}
        for outer, inner in _nested([*surplus.values(), *(change.object for change in new)]):
            old, fresh = (outer, inner) if outer["subnet"] in surplus else (inner, outer)
            if old["subnet"] not in surplus:
                continue  # already moved
            if fresh["subnet"] in creations:
                wish = creations.pop(fresh["subnet"])
                moved.append(Change(old, {**old, **wish.object}, wish.managed, update=True))
            else:
                first.append(self.settle(old, {"state": "absent"}, {}))
            del surplus[old["subnet"]]
        last = [self.settle(route, {"state": "absent"}, {}) for route in surplus.values()]
        return Plan([first, kept + moved, list(creations.values()), last], many=list(listed))

    def label(self, values: Object) -> str:
        return f'Route {values["subnet"]} of the Network "{values.get("network")}"'

    def query(self, values: Object) -> Body:
        return {NETWORK.parameter: values["network_id"]}

    def body(self, values: Object) -> Body:
        members = super().body(values)
        return {"value": members.pop("subnet"), **members}

    def of(self, client: Client, parent: Parent, body: Body) -> List[Object]:
        """The Routes of one entry of the list of Networks."""
        return [self.read(entry, **parent.place(body)) for entry in parent.held(client, body, self.kind)]

    def all(self, client: Client, networks: List[Body]) -> Iterator[Object]:
        """The Routes of all Networks, each with its Network."""
        for network in networks:
            yield from self.of(client, NETWORK, network)

    def write(self, client: Client, change: Change) -> Optional[Object]:
        try:
            return super().write(client, change)
        except ApiError as error:
            # How the service words a collision with its own subnets is not documented (BEHAVIOUR 7).
            moves = change.before is None or change.before["subnet"] != change.object["subnet"]
            if error.status == 400 and moves and not isinstance(error, MissingObject):
                error.remedy = (
                    "No Route of a Network overlaps it, but it may collide with a subnet of the WPC itself (by default 100.96.0.0/11, or "
                    "the domain routing subnet; see the WPC settings in the portal). Choose another subnet"
                )
            raise

    def twins(self, client: Client, values: Object) -> List[Object]:
        return []  # the service refuses a second one

    def _by_id(self, routes: List[Object], options: Options, known: Object) -> Optional[Object]:
        current = self.choose(routes, {"id": options["id"], "state": options["state"]})
        if current and known and current["network_id"] != known["network_id"]:
            raise InvalidInput(
                f'network: the Route {options["id"]} belongs to the Network "{current["network"]}" and cannot move',
                "Remove it there and create it here, or correct the option",
            )
        return current


ROUTE = Route()


def routes(client: Client, options: Options) -> List[Object]:
    """Routes, filtered by the options of cloudconnexa_route_info."""
    networks = client.list(*NETWORK.path)
    if options["network"]:
        chosen = NETWORK.find(networks, options["network"])
        if chosen is None:
            raise NETWORK.missing(options["network"])
        networks = [chosen]
    wanted = subnet(options["subnet"], normalize=True) if options["subnet"] else None
    return [
        route
        for route in ROUTE.all(client, networks)
        if matches(route, options, "id") and (wanted is None or _overlap(route["subnet"], wanted))
    ]


def _type(subnet: str) -> str:
    return "ip_v6" if ":" in subnet else "ip_v4"


def _overlap(one: str, other: str) -> bool:
    first, second = ipaddress.ip_network(one), ipaddress.ip_network(other)
    return first.version == second.version and first.overlaps(second)


def _nested(routes: Iterable[Object]) -> Iterator[Tuple[Object, Object]]:
    """Pairs of Routes of which the first one's subnet holds the second one's, each with the narrowest that does.

    Two subnets are either nested or apart, so one pass in the order of their addresses finds all.
    """
    parsed = [(ipaddress.ip_network(route["subnet"]), route) for route in routes]
    parsed.sort(key=lambda entry: (entry[0].version, int(entry[0].network_address), entry[0].prefixlen))
    around: List[Tuple[Any, Object]] = []
    for network, route in parsed:
        while around and (around[-1][0].version != network.version or around[-1][0].broadcast_address < network.network_address):
            around.pop()
        if around:
            yield around[-1][1], route
        around.append((network, route))


def _refuse_collisions(new: List[Object], others: List[Object]) -> None:
    """The service refuses a subnet that overlaps any Route of any Network (BEHAVIOUR 7). Raises InvalidInput that names all of them."""
    fresh = {id(route) for route in new}
    found = [pair for pair in _nested([*new, *others]) if id(pair[0]) in fresh or id(pair[1]) in fresh] if new else []
    if not found:
        return
    told = []
    for outer, inner in found[:_MOST_TOLD]:
        mine, other = (inner, outer) if id(inner) in fresh else (outer, inner)
        where = "another entry of the list" if id(other) in fresh else f'the Route of the Network "{other["network"]}"'
        told.append(f"{mine['subnet']} overlaps {other['subnet']}, {where}")
    more = f"; and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
    raise InvalidInput(
        f"subnet: {'; '.join(told)}{more}",
        "Every address may be routed to one Network only: choose other subnets, or remove those Routes first",
    )


def subnet(text: str, normalize: bool) -> str:
    """The canonical form of a subnet that a user gives; host bits are masked or, without ``normalize``, refused. Raises InvalidInput."""
    try:
        canonical, host_bits = canonical_subnet(text.strip())
    except ValueError:
        raise InvalidInput(f"subnet: {text!r} is no IPv4 or IPv6 subnet", "Write it like 10.1.0.0/16 or 2001:db8:1::/48") from None
    if host_bits and not normalize:
        raise InvalidInput(f"subnet: {text!r} has host bits set", f"Write {canonical}, or set normalize: true")
    return canonical
