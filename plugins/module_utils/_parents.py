# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""Networks and Hosts: the objects that hold Connectors, Routes and services. Private to this collection."""

from __future__ import annotations

from typing import Callable, List, Mapping, NamedTuple, Optional, Protocol, Tuple

from ._answer import Body
from ._client import Client
from ._compare import Address, Enum, Fields, Flag, Id, Object, SetOf, Subnet, Text
from ._errors import InvalidInput, MissingObject
from ._resource import Options, Plan, Resource, find, matches


class Child(NamedTuple):
    """A kind of object that lives in a parent and is deleted with it. member: where the parent's own answer lists it, if it does."""

    title: str
    path: Tuple[str, ...]
    member: str = ""


class Parent(Resource):
    """A Network or a Host. parameter: how a query names it as the parent. children: what dies with it, by kind."""

    def __init__(self, kind: str, title: str, parameter: str, fields: Fields, children: Mapping[str, Child]) -> None:
        self.kind = kind
        self.title = title
        self.path = (f"{kind}s",)
        self.parameter = parameter
        self.fields = fields
        self.children = children

    def plan(self, client: Client, options: Options) -> Plan:
        bodies = client.list(*self.path)
        current = self.choose([self.read(body) for body in bodies], options)
        if options["state"] == "absent" and current is not None and not options["force"]:
            self._refuse_to_take_along(client, next(body for body in bodies if str(body["id"]) == current["id"]))
        wanted = self.wished(options)
        if options["state"] == "present" and options["gateways"] is not None:
            wanted["gateways_ids"] = self._gateways(client, bodies, options["gateways"], current)
        return Plan([[self.settle(client, current, options, wanted)]])

    def find(self, bodies: List[Body], reference: str) -> Optional[Body]:
        """The entry of the parent whose id or name is given in the option of its kind, or None."""
        return find(bodies, reference, self.kind, self.title)

    def held(self, client: Client, body: Body, kind: str) -> List[Body]:
        """The children of one kind; an answer may carry them, and otherwise they have a list of their own."""
        child = self.children[kind]
        embedded = body.get(child.member)
        if isinstance(embedded, list):
            return client.objects(embedded)
        try:
            return client.list(*child.path, query={self.parameter: str(body["id"])})
        except MissingObject:  # somebody removed the parent since it was listed
            return []

    def place(self, body: Body) -> Object:
        """What a child's object says of its parent."""
        return {f"{self.kind}_id": str(body["id"]), self.kind: body.get("name")}

    def missing(self, reference: str) -> InvalidInput:
        """The failure that a parent does not exist."""
        return InvalidInput(
            f"{self.kind}: there is no {self.title} with the id or name {reference!r}",
            f"Create it first with cloudconnexa_{self.kind}, or correct the option",
        )

    def _gateways(self, client: Client, bodies: List[Body], references: List[str], current: Optional[Object]) -> List[str]:
        """Ids of the Networks that are given by id or name; what the object already has needs no look-up."""
        known = set((current or {}).get("gateways_ids", ()))
        if set(references) <= known:
            return references
        networks = bodies if self is NETWORK else client.list(*NETWORK.path)
        ids = []
        for reference in references:
            network = find(networks, reference, "gateways", NETWORK.title)
            if network is None:
                raise InvalidInput(
                    f"gateways: there is no Network with the id or name {reference!r}", "Create it first, or correct the option"
                )
            if network.get("egress") is False:
                raise InvalidInput(f"gateways: the {NETWORK.label(network)} has no egress", "Set its egress to true first, or leave it out")
            ids.append(str(network["id"]))
        return list(dict.fromkeys(ids))

    def _refuse_to_take_along(self, client: Client, body: Body) -> None:
        """The service deletes children with their parent without asking (BEHAVIOUR 6)."""
        held = []
        for kind, child in self.children.items():
            names = [str(entry.get("name") or entry.get("subnet") or entry["id"]) for entry in self.held(client, body, kind)]
            if names:
                more = f" and {len(names) - 5} more" if len(names) > 5 else ""
                held.append(f"{len(names)} {child.title}{'s' if len(names) > 1 else ''} ({', '.join(sorted(names)[:5])}{more})")
        if held:
            raise InvalidInput(
                f"{self.label(body)} still holds {', '.join(held)}, which would be deleted with it", "Remove them first, or set force: true"
            )


class Held(Protocol):
    """A resource whose objects live in a parent."""

    kind: str

    def of(self, client: Client, parent: Parent, body: Body) -> List[Object]:
        """The objects in one entry of the list of parents."""


def described(parent: Parent, *held: Held) -> Callable[[Client, Options], List[Object]]:
    """A listing of Networks or Hosts with what they hold, filtered by id and name."""

    def listing(client: Client, options: Options) -> List[Object]:
        return [
            {**values, **{f"{child.kind}s": child.of(client, parent, body) for child in held}}
            for body in client.list(*parent.path)
            for values in [parent.read(body)]
            if matches(values, options, "id", "name")
        ]

    return listing


INTERNET_ACCESS = ("split_tunnel_on", "split_tunnel_off", "restricted_internet")

# The initial values are those of the vendor's Terraform provider; the service's own are not documented (BEHAVIOUR 6).
NETWORK = Parent(
    kind="network",
    title="Network",
    parameter="networkId",
    fields={
        "id": Id("id", read_only=True),
        "name": Text("name"),
        "description": Text("description"),
        "egress": Flag("egress", initial=True),
        "internet_access": Enum("internetAccess", initial="split_tunnel_on"),
        "gateways_ids": SetOf(Id("gatewaysIds")),
        "tunneling_protocol": Enum("tunnelingProtocol", initial="openvpn"),
        "system_subnets": SetOf(Subnet("systemSubnets"), read_only=True),
    },
    children={
        "connector": Child("Connector", ("networks", "connectors"), "connectors"),
        "route": Child("Route", ("networks", "routes"), "routes"),
        "ip_service": Child("IP service", ("networks", "ip-services")),
        "application": Child("Application", ("networks", "applications")),
    },
)

HOST = Parent(
    kind="host",
    title="Host",
    parameter="hostId",
    fields={
        "id": Id("id", read_only=True),
        "name": Text("name"),
        "description": Text("description"),
        "domain": Address("domain"),
        "internet_access": Enum("internetAccess", initial="split_tunnel_on"),
        "gateways_ids": SetOf(Id("gatewaysIds")),
        "system_subnets": SetOf(Subnet("systemSubnets"), read_only=True),
    },
    children={
        "connector": Child("Connector", ("hosts", "connectors"), "connectors"),
        "ip_service": Child("IP service", ("hosts", "ip-services")),
        "application": Child("Application", ("hosts", "applications")),
    },
)
