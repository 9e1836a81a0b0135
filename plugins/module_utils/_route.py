# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""Routes of a Network. Private to this collection."""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

from ._answer import Body
from ._client import Client
from ._compare import Enum, Fields, Id, Object, Subnet, Text, canonical_subnet
from ._errors import ApiError, InvalidInput, MissingObject
from ._parents import NETWORK, Parent
from ._resource import Change, Options, Plan, Problems, Resource, matches, refuse_purge_of_absent

_MOST_TOLD = 20  # collisions that one message names
_CORRECT = "Correct these entries"
_CHOOSE_OTHERS = "Every address may be routed to one Network only: choose other subnets, or remove those Routes first"


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
        problems = Problems()
        listed = None if options["routes"] is None else self._listed(options, problems)
        networks = client.list(*NETWORK.path)
        network = NETWORK.find(networks, options["network"]) if options["network"] else None
        if options["network"] and network is None:
            problems.refuse("routes", _CORRECT)
            if options["state"] == "absent":
                return Plan([[Change(None, None)]], many=None if listed is None else [])
            raise NETWORK.missing(options["network"])
        if listed is not None:
            if network is None:
                raise InvalidInput("network: it has to be said which Network the routes belong to", "Give network")
            return self._plan_set(client, networks, network, listed, problems, options)
        known = NETWORK.place(network) if network else {}
        if options["id"]:
            routes, unread = list(self.all(client, networks)), []
            current = self._by_id(routes, options, known)
        else:
            if network is None:
                raise InvalidInput("neither network nor id says which Route is meant", "Give network and subnet, or id")
            routes, unread = self.of(client, NETWORK, network), [other for other in networks if other is not network]
            current = next((route for route in routes if route["subnet"] == options["subnet"]), None)
        change = self.settle(client, current, options, self.wished(options), **known)
        if change.after is not None and (change.before is None or change.before["subnet"] != change.after["subnet"]):
            others = [route for route in routes if route["id"] != change.after.get("id")]
            found = _collisions([change.after], [*others, *self.all(client, unread)])
            if found:
                raise InvalidInput(f"subnet: {'; '.join(found)}", _CHOOSE_OTHERS)
        return Plan([[change]])

    def settle(
        self, client: Client, current: Optional[Object], options: Options, wanted: Object, always: bool = False, **known: Any
    ) -> Change:
        change = super().settle(client, current, options, wanted, always, **known)
        if change.after is not None:
            change.after["type"] = "ip_v6" if ":" in change.after["subnet"] else "ip_v4"
        return change

    def _listed(self, options: Options, problems: Problems) -> Dict[str, Object]:
        """The Routes of the option ``routes``, by subnet; entries that cannot be meant go to the problems."""
        refuse_purge_of_absent(options)
        listed: Dict[str, Object] = {}
        for number, entry in enumerate(options["routes"], 1):
            with problems.of(f"entry {number}"):
                if isinstance(entry, str):
                    entry = {"subnet": entry}
                if not isinstance(entry, dict) or not isinstance(entry.get("subnet"), str) or set(entry) - {"subnet", "description"}:
                    raise InvalidInput("neither a subnet nor a dictionary with subnet and, optionally, description")
                canonical = subnet(entry["subnet"], options["normalize"])
                if canonical in listed:
                    raise InvalidInput(f"{canonical} stands in the list twice")
                description = entry.get("description")
                if isinstance(description, (int, float)):  # as Ansible converts it in an option of its own
                    entry = {**entry, "description": str(description)}
                listed[canonical] = self.wished({**entry, "subnet": canonical})
        return listed

    def _plan_set(
        self, client: Client, networks: List[Body], network: Body, listed: Dict[str, Object], problems: Problems, options: Options
    ) -> Plan:
        """Minimal changes in an order in which no Route meets one that has yet to go. Raises InvalidInput with all problems."""
        known = NETWORK.place(network)
        present = {route["subnet"]: route for route in self.of(client, NETWORK, network)}
        if any(route.get("description") for route in present.values()):  # then the answer leaves out empty ones, and no others
            present = {entry: {**route, "description": route.get("description") or ""} for entry, route in present.items()}
        if options["state"] == "absent":
            problems.refuse("routes", _CORRECT)
            return Plan([[self.removal(present[entry]) for entry in listed if entry in present]], many=[])
        new = dict.fromkeys(entry for entry in listed if entry not in present)
        surplus = {entry: route for entry, route in present.items() if entry not in listed} if options["purge"] else {}
        if new:
            staying = [route for entry, route in present.items() if entry not in surplus]
            elsewhere = self.all(client, [other for other in networks if other is not network])
            problems.add(_collisions([{"subnet": entry} for entry in new], [*staying, *elsewhere]), _CHOOSE_OTHERS)
        problems.refuse("routes", _CORRECT)
        changes = {entry: self.settle(client, present.get(entry), options, wanted, **known) for entry, wanted in listed.items()}
        kept = [change for entry, change in changes.items() if entry not in new]
        creations = {entry: change for entry, change in changes.items() if entry in new}
        # A Route that has to go and overlaps a new one becomes it in place: one write, and traffic never lacks a Route for long.
        moved, first = [], []
        for around, inner in _nested([*surplus.values(), *(change.object for change in creations.values())]):
            if not around:
                continue
            old, fresh = (around[-1], inner) if around[-1]["subnet"] in surplus else (inner, around[-1])
            if old["subnet"] not in surplus:
                continue  # already moved
            if fresh["subnet"] in creations:
                wish = creations.pop(fresh["subnet"])
                text = {"description": wish.object.get("description", "")}  # that of the old one is about something else
                moved.append(Change(old, {**old, **wish.object, **text}, {**wish.managed, **text}, update=True))
            else:
                first.append(self.removal(old))
            del surplus[old["subnet"]]
        last = [self.removal(route) for route in surplus.values()]
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
            if error.status in (400, 409) and moves and not isinstance(error, MissingObject):
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


def _overlap(one: str, other: str) -> bool:
    first, second = ipaddress.ip_network(one), ipaddress.ip_network(other)
    return first.version == second.version and first.overlaps(second)


def _nested(routes: Iterable[Object]) -> Iterator[Tuple[List[Object], Object]]:
    """Each Route with those whose subnets hold its own, the widest first.

    Two subnets are either nested or apart, so one pass in the order of their addresses finds all.
    """
    parsed = [(ipaddress.ip_network(route["subnet"]), route) for route in routes]
    parsed.sort(key=lambda entry: (entry[0].version, int(entry[0].network_address), entry[0].prefixlen))
    around: List[Tuple[Any, Object]] = []
    for network, route in parsed:
        while around and (around[-1][0].version != network.version or around[-1][0].broadcast_address < network.network_address):
            around.pop()
        yield [outer for _network, outer in around], route
        around.append((network, route))


def _collisions(new: List[Object], others: List[Object]) -> List[str]:
    """What overlaps what: the service refuses a subnet that overlaps any Route of any Network (BEHAVIOUR 7)."""
    fresh = {id(route) for route in new}
    pairs = ((outer, inner) for around, inner in _nested([*new, *others]) for outer in around)
    found = [pair for pair in pairs if id(pair[0]) in fresh or id(pair[1]) in fresh]
    told = []
    for outer, inner in found[:_MOST_TOLD]:
        mine, other = (inner, outer) if id(inner) in fresh else (outer, inner)
        where = "another entry of the list" if id(other) in fresh else f'the Route of the Network "{other["network"]}"'
        told.append(f"{mine['subnet']} overlaps {other['subnet']}, {where}")
    return [*told, f"and {len(found) - _MOST_TOLD} more"] if len(found) > _MOST_TOLD else told


def subnet(text: str, normalize: bool) -> str:
    """The canonical form of a subnet that a user gives; host bits are masked or, without ``normalize``, refused. Raises InvalidInput."""
    try:
        canonical, host_bits = canonical_subnet(text.strip())
    except ValueError:
        raise InvalidInput(f"subnet: {text!r} is no IPv4 or IPv6 subnet", "Write it like 10.1.0.0/16 or 2001:db8:1::/48") from None
    if host_bits and not normalize:
        raise InvalidInput(f"subnet: {text!r} has host bits set", f"Write {canonical}, or set normalize: true")
    return canonical
