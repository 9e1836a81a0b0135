# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one user of the WPC wishes: random changes, the tasks that bring them about, and the state that has to come of it."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHARED = "shared"  # the Network in which every user has objects
ELSEWHERE = "elsewhere"  # how names end of what no user has made
REGIONS = {"us-mia": "Miami", "it-mxp": "it-mxp", "us-east-1": "us-east-1", "eu-central-1": "Frankfurt"}  # by id: how a user calls it


@dataclass(frozen=True)
class Task:
    """module: without prefix. again: what to add when it has to be repeated. secret: the file that it has to fill."""

    module: str
    options: dict[str, Any]
    again: dict[str, Any] = field(default_factory=dict)
    secret: Path | None = None


@dataclass
class Connector:
    region: str
    description: str = ""
    suspended: bool = False
    started: bool = False


@dataclass
class Parent:
    """members: options of the module. connectors by name, routes by subnet with their description."""

    kind: str
    members: dict[str, Any]
    connectors: dict[str, Connector] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)

    @property
    def ipsec(self) -> bool:
        return self.members.get("tunneling_protocol") == "ipsec"


class User:
    """number: tells the users of one WPC apart. folder: for secrets that are asked for. pre_shared_key: of IPsec Connectors."""

    def __init__(self, number: int, dice: random.Random, folder: Path, pre_shared_key: str) -> None:
        self.parents: dict[str, Parent] = {SHARED: Parent("network", {})}
        self.default_region: str | None = None
        self.number, self._dice, self._folder = number, dice, folder
        self._pre_shared_key = pre_shared_key
        self._secrets = 0

    def change(self) -> Task:
        """Wish something else; returns the task that brings it about."""
        steps = {
            self._parent: 5,
            self._no_parent: 1,
            self._connector: 6,
            self._no_connector: 2,
            self._connectors: 4,
            self._suspended: 3,
            self._started: 1,
            self._route: 4,
            self._no_route: 2,
            self._routes: 5,
            self._default_region: 1,
        }
        while True:
            task = self._dice.choices(list(steps), list(steps.values()))[0]()
            if task:
                return task

    def all(self) -> Iterator[Task]:
        """Every wish once more; nothing is left to do when all are fulfilled."""
        for name, parent in self.parents.items():
            if name != SHARED:
                yield Task(parent.kind, {"name": name, **parent.members})
            yield self._set_of_connectors(name, parent)
            if parent.kind == "network":
                yield self._set_of_routes(name, parent)
        if self.default_region:
            yield Task("region", {"region": REGIONS[self.default_region], "default": True})

    def _set_of_connectors(self, name: str, parent: Parent) -> Task:
        connectors = [self._connector_options(parent, own, parent.connectors[own]) for own in parent.connectors]
        return Task("connector", {parent.kind: name, "connectors": connectors, "purge": name != SHARED})

    def _set_of_routes(self, name: str, parent: Parent) -> Task:
        routes = [{"subnet": subnet, "description": description} for subnet, description in parent.routes.items()]
        return Task("route", {"network": name, "routes": routes, "purge": name != SHARED})

    def expected(self) -> dict[str, dict[str, Any]]:
        """The user's objects by the name of the parent, in the form of observed()."""
        return {name: _summary(parent) for name, parent in self.parents.items()}

    # networks and hosts

    def _parent(self) -> Task:
        kind = self._dice.choice(["network", "network", "host"])
        name = f"{kind}-{self.number}-{self._dice.randrange(3)}"
        access = self._dice.choice(["split_tunnel_on", "restricted_internet"])
        members: dict[str, Any] = {"description": self._text(), "internet_access": access}
        if kind == "network":
            members |= {"egress": self._dice.random() < 0.5, "tunneling_protocol": "ipsec" if name.endswith("2") else "openvpn"}
        parent = self.parents.setdefault(name, Parent(kind, {}))
        parent.members = members
        return Task(kind, {"name": name, **members})

    def _no_parent(self) -> Task | None:
        name = self._choose(name for name in self.parents if name != SHARED)
        return name and Task(self.parents.pop(name).kind, {"name": name, "state": "absent", "force": True})

    # connectors

    def _connector(self) -> Task:
        parent_name, parent = self._dice.choice(list(self.parents.items()))
        name = f"connector-{self.number}-{self._dice.randrange(3)}"
        known = parent.connectors.get(name)
        parent.connectors[name] = wished = Connector(self._region(), self._text())
        options = {parent.kind: parent_name, **self._connector_options(parent, name, wished)}
        if known:
            wished.suspended, wished.started = known.suspended, known.started
        elif not parent.ipsec and self._dice.random() < 0.4:
            self._secrets += 1
            secret = self._folder / f"secret-{self.number}-{self._secrets}"
            options |= {"credentials": self._dice.choice(["token", "profile"]), "credentials_dest": str(secret)}
            return Task("connector", options, {"credentials_force": True}, secret)
        return Task("connector", options)

    def _connector_options(self, parent: Parent, name: str, wished: Connector) -> dict[str, Any]:
        ipsec = {"ipsec": {"platform": "aws", "pre_shared_key": self._pre_shared_key}} if parent.ipsec else {}
        return {"name": name, "region": REGIONS[wished.region], "description": wished.description, **ipsec}

    def _no_connector(self) -> Task | None:
        parent_name, name = self._choose_connector()
        if not name:
            return None
        del self.parents[parent_name].connectors[name]
        return Task("connector", {self.parents[parent_name].kind: parent_name, "name": name, "state": "absent"})

    def _connectors(self) -> Task:
        """In the shared Network nothing is purged, so that there the set only grows."""
        parent_name, parent = self._dice.choice(list(self.parents.items()))
        names = {f"connector-{self.number}-{number}" for number in range(5) if self._dice.random() < 0.6}
        kept = parent.connectors if parent_name == SHARED else {}
        known = parent.connectors
        parent.connectors = {**kept, **{name: Connector(self._region(), self._text()) for name in sorted(names)}}
        for name, wished in parent.connectors.items():
            if name in known:
                wished.suspended, wished.started = known[name].suspended, known[name].started
        task = self._set_of_connectors(parent_name, parent)
        return Task(task.module, {**task.options, "concurrency": self._dice.randint(1, 4)})

    def _suspended(self) -> Task | None:
        parent_name, name = self._choose_connector()
        parent = self.parents.get(parent_name)
        if not (parent and name) or (parent.ipsec and name.endswith("0")):
            return None
        wished = parent.connectors[name]
        wished.suspended = not wished.suspended
        options = {parent.kind: parent_name, "name": name, "suspended": wished.suspended, "update_secrets": "on_create"}
        return Task("connector", options)

    def _started(self) -> Task | None:
        parent_name, name = self._choose_connector(ipsec=True)
        if not name or not name.endswith("0"):  # the others are suspended now and then, which hides whether they are started
            return None
        wished = self.parents[parent_name].connectors[name]
        wished.started = not wished.started
        return Task("connector", {"network": parent_name, "name": name, "ipsec_state": "started" if wished.started else "stopped"})

    def _choose_connector(self, ipsec: bool = False) -> tuple[str, str | None]:
        parent = self._choose(name for name, parent in self.parents.items() if parent.connectors and (parent.ipsec or not ipsec))
        return (parent, self._choose(self.parents[parent].connectors)) if parent else ("", None)

    # routes

    def _route(self) -> Task:
        name, network = self._network()
        subnet = self._dice.choice(self._subnets(name, network))
        network.routes[subnet] = self._text()
        return Task("route", {"network": name, "subnet": subnet, "description": network.routes[subnet]})

    def _no_route(self) -> Task | None:
        name, network = self._network()
        subnet = self._choose(network.routes)
        if subnet:
            del network.routes[subnet]
        return subnet and Task("route", {"network": name, "subnet": subnet, "state": "absent"})

    def _routes(self) -> Task:
        name, network = self._network()
        kept = network if name == SHARED else Parent("network", {})
        wanted = self._dice.sample(self._subnets(name, kept), self._dice.randint(0, 12))
        network.routes = {**kept.routes, **{subnet: self._text() for subnet in wanted}}
        task = self._set_of_routes(name, network)
        return Task(task.module, {**task.options, "concurrency": self._dice.randint(1, 4)})

    def _network(self) -> tuple[str, Parent]:
        return self._dice.choice([(name, parent) for name, parent in self.parents.items() if parent.kind == "network"])

    def _subnets(self, name: str, kept: Parent) -> list[str]:
        """Subnets of which no two overlap, with those that are kept. Each Network of each user has others."""
        place = 4 * self.number + (3 if name == SHARED else int(name[-1]))
        found = [f"2001:db8:{place:x}:{number:x}::/64" for number in range(1, 9)]
        for number in range(8):
            halves = [f"10.{place}.{number}.0/25", f"10.{place}.{number}.128/25"]
            whole = f"10.{place}.{number}.0/24"
            split = self._dice.random() < 0.5 if not {whole, *halves} & set(kept.routes) else whole not in kept.routes
            found += halves if split else [whole]
        return found

    def _default_region(self) -> Task | None:
        if self.number:
            return None
        self.default_region = self._region()
        return Task("region", {"region": REGIONS[self.default_region], "default": True})

    # chance

    def _region(self) -> str:
        return self._dice.choice(list(REGIONS))

    def _text(self) -> str:
        return self._dice.choice(["", "one", "two words", "d\u00e9j\u00e0 vu \U0001f680"])

    def _choose(self, names: Any) -> Any:
        known = list(names)
        return self._dice.choice(known) if known else None


def observed(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the emulator holds for users, by the name of the parent. Raises ValueError where a name or subnet is there twice."""
    found: dict[str, dict[str, Any]] = {}
    for kind in ("network", "host"):
        for parent in state[f"{kind}s"]:
            if parent["name"].endswith(ELSEWHERE):
                continue
            members = {"description": parent["description"], "internet_access": parent["internetAccess"].lower()}
            if kind == "network":
                members |= {"egress": parent["egress"], "tunneling_protocol": parent["tunnelingProtocol"].lower()}
            summary = _summary(Parent(kind, members))
            for connector in parent["connectors"]:
                wished = Connector(connector["vpnRegionId"], connector["description"], connector["suspended"], connector["started"])
                _put(summary["connectors"], connector["name"], wished)
            for route in parent.get("routes", ()):
                _put(summary["routes"], str(ipaddress.ip_network(route["subnet"])), route["description"])
            _put(found, parent["name"], summary)
    return found


def _summary(parent: Parent) -> dict[str, Any]:
    return {"kind": parent.kind, "members": parent.members, "connectors": dict(parent.connectors), "routes": dict(parent.routes)}


def _put(objects: dict[str, Any], name: str, value: Any) -> None:
    if name in objects:
        raise ValueError(f"there are two called {name}")
    objects[name] = value
