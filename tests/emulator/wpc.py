# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One WPC in memory: networks, hosts, connectors, routes, settings, and the rules for changing them."""

from __future__ import annotations

import ipaddress
import itertools
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from . import spec, subnets
from .answers import Missing, Refused
from .subnets import IpNetwork
from .switches import Switches

Members = dict[str, Any]
NETWORK, HOST = "network", "host"

# What a left-out member becomes. The vendor's own tools choose the first; "minimal" gives away nothing.
VENDOR_DEFAULTS: dict[str, Members] = {
    NETWORK: {
        "description": "",
        "egress": True,
        "internetAccess": "SPLIT_TUNNEL_ON",
        "tunnelingProtocol": "OPENVPN",
        "gatewaysIds": [],
    },
    HOST: {"description": "", "internetAccess": "SPLIT_TUNNEL_ON", "domain": "", "gatewaysIds": []},
}
MINIMAL: Members = {"egress": False, "internetAccess": "RESTRICTED_INTERNET"}
NEEDED = ("egress", "internetAccess", "tunnelingProtocol", "vpnRegionId")  # under create_omitted=refused
IPSEC_SECRETS = (
    "preSharedKey",
    "caCertificate",
    "peerCertificate",
    "remoteGatewayCertificate",
    "peerCertificatePrivateKey",
    "peerCertificateKeyPassphrase",
)
LONGEST_DOMAIN = 253
CALLS_UNTIL_READY = 2  # profile calls without a result, under profile_not_ready
FIRST_DEFAULT_REGION = "us-east-1"


@dataclass
class Route:
    id: str
    parent: Parent
    network: IpNetwork
    text: str
    description: str


@dataclass
class Connector:
    """members: name, description, vpnRegionId and, for IPsec, ipSecConfig. status: what holds while it is not suspended."""

    id: str
    parent: Parent
    members: Members
    addresses: dict[str, str]
    status: str = "OFFLINE"
    suspended: bool = False
    started: bool = False
    licensed: bool = True
    profiles: int = 0
    profile_calls: int = 0

    @property
    def ipsec(self) -> bool:
        return "ipSecConfig" in self.members


@dataclass
class Parent:
    """A network or a host."""

    kind: str
    id: str
    members: Members
    system_subnets: list[str]
    connectors: dict[str, Connector] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    ip_services: list[Members] = field(default_factory=list)  # as they are answered; only seeding makes some
    applications: list[Members] = field(default_factory=list)


class Wpc:
    """known_secrets receives every secret that is handed in or out."""

    def __init__(self, switches: Switches, known_secrets: set[str]) -> None:
        self._switches = switches
        self._known_secrets = known_secrets
        self._numbers = itertools.count(1)
        self.parents: dict[str, dict[str, Parent]] = {NETWORK: {}, HOST: {}}
        self.connectors: dict[str, Connector] = {}
        self.routes: dict[str, Route] = {}
        self._ranges = subnets.Ranges()
        self.default_region = FIRST_DEFAULT_REGION if switches["default_region"] == "set" else ""
        # The first is the documented default (BEHAVIOUR 7); the vendor names no default for domain routing, so a nearby one is taken.
        self.subnet = {"ipV4Address": ["100.96.0.0/11"], "ipV6Address": ["fd:0:0:8000::/49"]}
        self.domain_routing_subnet = {"ipV4Address": "100.80.0.0/12", "ipV6Address": "fd:0:0:4000::/50"}
        wpc = [(text, "WPC subnet") for texts in self.subnet.values() for text in texts]
        routing = [(text, "domain routing subnet") for text in self.domain_routing_subnet.values()]
        self._system_subnets = [(ipaddress.ip_network(text), owner) for text, owner in wpc + routing]

    def remove(self, kind: str, object_id: str) -> None:
        """Delete a network, host, connector or route without asking. Raises Missing."""
        if kind in self.parents:
            self._remove_parent(self.parent(kind, object_id))
        elif kind == "connector":
            if object_id not in self.connectors:
                raise Missing(kind, object_id)
            self._remove_connector(self.connectors[object_id])
        else:
            self.delete_route(self.route(object_id))

    # networks and hosts

    def parent(self, kind: str, object_id: str) -> Parent:
        """Raises Missing."""
        if object_id not in self.parents[kind]:
            raise Missing(kind, object_id)
        return self.parents[kind][object_id]

    def create_parent(self, kind: str, body: Members, object_id: str | None = None) -> Parent:
        """With its connectors and routes; all or nothing."""
        number = next(self._numbers)
        system_subnets = [f"100.{112 + number // 4096 % 16}.{number // 16 % 256}.{number % 16 * 16}/28", f"fd:0:0:8100:{number:x}::/80"]
        created = Parent(kind, object_id or self.new_id(), self._parent_members(kind, body, None), system_subnets)
        self.parents[kind][created.id] = created
        try:
            for connector in body.get("connectors", ()):
                self.create_connector(created, connector)
            for route in body.get("routes", ()):
                self.create_route(created, route)
        except Refused:
            self._remove_parent(created)
            raise
        return created

    def update_parent(self, current: Parent, body: Members) -> None:
        current.members = self._parent_members(current.kind, body, current)

    def delete_parent(self, gone: Parent) -> None:
        """Its connectors and routes go with it."""
        if self._switches["gateway_in_use"] == "refused" and any(self._users_of(gone)):
            raise Refused("The network is in use as an internet gateway")
        self._remove_parent(gone)

    def _users_of(self, gateway: Parent) -> Iterable[Parent]:
        parents = (parent for parents in self.parents.values() for parent in parents.values())
        return (parent for parent in parents if gateway.id in parent.members["gatewaysIds"])

    def _remove_parent(self, gone: Parent) -> None:
        for user in self._users_of(gone):
            user.members["gatewaysIds"] = [gateway for gateway in user.members["gatewaysIds"] if gateway != gone.id]
        for connector in gone.connectors.values():
            del self.connectors[connector.id]
        for route in list(gone.routes.values()):
            self.delete_route(route)
        del self.parents[gone.kind][gone.id]

    def _parent_members(self, kind: str, body: Members, current: Parent | None) -> Members:
        peers = (peer for peer in self.parents[kind].values() if peer is not current)
        known = current.members if current else None
        members = self._named(body, known, peers) | self._settled(body, VENDOR_DEFAULTS[kind], known)
        for gateway in members["gatewaysIds"]:
            if gateway not in self.parents[NETWORK] or not self.parents[NETWORK][gateway].members["egress"]:
                raise Refused(f"Gateway {gateway} is not a network with egress", "gatewaysIds")
        if self._switches["domain_case"] == "lowered" and "domain" in members:
            members["domain"] = members["domain"].lower()
        if len(members.get("domain", "")) > LONGEST_DOMAIN:
            raise Refused(f"Domain is longer than {LONGEST_DOMAIN} characters", "domain")
        changed = current and current.members.get("tunnelingProtocol") != members.get("tunnelingProtocol")
        if changed and self._switches["protocol_change"] == "refused":
            raise Refused("Tunneling protocol cannot be changed", "tunnelingProtocol")
        return members

    # connectors

    def connector(self, kind: str, object_id: str) -> Connector:
        """Raises Missing."""
        found = self.connectors.get(object_id)
        if found is None or found.parent.kind != kind:
            raise Missing("connector", object_id)
        return found

    def create_connector(self, parent: Parent, body: Members, object_id: str | None = None) -> Connector:
        number = next(self._numbers)
        v4, v6 = ipaddress.IPv4Address("100.96.0.0") + number, ipaddress.IPv6Address("fd:0:0:8000::") + number
        members = self._connector_members(parent, body, None)
        created = Connector(object_id or self.new_id(), parent, members, {"ipV4Address": str(v4), "ipV6Address": str(v6)})
        if created.ipsec:
            members["ipSecConfig"] |= {"serverId": self.new_id(), "serverIp": f"198.51.100.{number % 254 + 1}"}
        self.connectors[created.id] = parent.connectors[created.id] = created
        return created

    def update_connector(self, current: Connector, body: Members) -> None:
        current.members = self._connector_members(current.parent, body, current)

    def delete_connector(self, gone: Connector) -> None:
        if len(gone.parent.connectors) == 1 and self._switches["last_connector"] == "refused":
            raise Refused("The last connector cannot be deleted")
        self._remove_connector(gone)

    def _remove_connector(self, gone: Connector) -> None:
        del gone.parent.connectors[gone.id], self.connectors[gone.id]

    def suspend(self, connector: Connector, suspended: bool) -> None:
        repeat = self._switches["suspend_repeat"]
        if connector.suspended == suspended and repeat != "ok":
            state, other = ("suspended", "active") if suspended else ("active", "suspended")
            otherwise = f"Only {other} connectors can be {'suspended' if suspended else 'activated'}, and this one is not {other}"
            raise Refused(f"Connector is already {state}" if repeat == "refused" else otherwise)
        connector.suspended = suspended

    def drive_ipsec(self, connector: Connector, started: bool) -> None:
        if not connector.ipsec:
            raise Refused("These actions are forbidden for non-IPsec connectors")
        if connector.started == started and self._switches["ipsec_repeat"] == "refused":
            raise Refused(f"Tunnel is already {'started' if started else 'stopped'}")
        connector.started = started
        connector.status = "ONLINE" if started and self._switches["ipsec_start"] == "online" else "OFFLINE"

    def issue_credential(self, connector: Connector, whole_profile: bool) -> str | None:
        """A profile or a token; None while it is not ready."""
        self._check_openvpn(connector)
        connector.profile_calls += 1
        if connector.profile_calls <= CALLS_UNTIL_READY and self._switches["profile_not_ready"] != "never":
            return None
        connector.profiles += 1
        secret = secrets.token_hex(32)
        self._known_secrets.add(secret)
        if not whole_profile:
            return secret
        lines = ["client", "dev tun", f"remote {connector.members['vpnRegionId']}.emulator.invalid 1194 udp"]
        for tag, kind, content in (("ca", "CERTIFICATE", "authority"), ("cert", "CERTIFICATE", "own"), ("key", "PRIVATE KEY", secret)):
            lines += [f"<{tag}>", f"-----BEGIN {kind}-----", content, f"-----END {kind}-----", f"</{tag}>"]
        return "\n".join([*lines, ""])

    def revoke_credentials(self, connector: Connector) -> bool:
        """Whether there was any; who was connected with it is cut off."""
        self._check_openvpn(connector)
        revoked, connector.profiles, connector.status = connector.profiles > 0, 0, "OFFLINE"
        return revoked

    def _check_openvpn(self, connector: Connector) -> None:
        if connector.ipsec:
            raise Refused("Profiles are for OpenVPN connectors only")

    def region(self, region_id: str) -> str:
        """The id as it is listed. Raises Refused."""
        for region in spec.regions():
            if region_id == region["id"] or (self._switches["region_id_case"] == "any" and region_id.lower() == region["id"]):
                return region["id"]
        raise Refused(f"VPN region {region_id} is unknown", "vpnRegionId")

    def _connector_members(self, parent: Parent, body: Members, current: Connector | None) -> Members:
        peers = (peer for peer in parent.connectors.values() if peer is not current)
        known = current.members if current else None
        members = self._named(body, known, peers)
        members |= self._settled(body, {"description": "", "vpnRegionId": self.default_region}, known)
        members["vpnRegionId"] = self.region(members["vpnRegionId"])
        config = body.get("ipSecConfig") if parent.kind == NETWORK else None
        if current and current.ipsec:
            kept = current.members["ipSecConfig"]
            if self._switches["put_omitted"] == "blanked":
                if config is None:
                    raise Refused("IPsec settings are needed", "ipSecConfig")
                kept = {name: kept[name] for name in ("serverId", "serverIp")}
            members["ipSecConfig"] = {**kept, **self._checked_ipsec(config or {})}
        elif config is not None:
            if current or parent.members["tunnelingProtocol"] != "IPSEC":
                raise Refused("IPsec settings are for connectors created in an IPsec network", "ipSecConfig")
            members["ipSecConfig"] = self._checked_ipsec(config)
        return members

    def _checked_ipsec(self, config: Members) -> Members:
        """BEHAVIOUR 9. Read-only members of the request are dropped."""
        properties = spec.load().schema("IpSecConfigRequest")["properties"]
        checked = {name: value for name, value in config.items() if name in properties}
        self._known_secrets.update(checked[name] for name in IPSEC_SECRETS if checked.get(name))
        if "ikeProtocol" in checked:
            ike = checked["ikeProtocol"] = dict(checked["ikeProtocol"])
            if "startupAction" not in ike:
                raise Refused("startupAction is needed", "ikeProtocol.startupAction")
            detection = ike.get(
                "deadPeerDetection", {"timeoutSec": 30, "deadPeerHandling": "RESTART" if ike.get("autoInitiate") else "NONE"}
            )
            if ike["startupAction"] == "ATTACH" and ike.get("autoInitiate"):
                raise Refused("autoInitiate cannot be used with startupAction ATTACH", "ikeProtocol.autoInitiate")
            if not {"timeoutSec", "deadPeerHandling"} <= set(detection):
                raise Refused("deadPeerDetection is incomplete", "ikeProtocol.deadPeerDetection")
            ike["deadPeerDetection"] = {**detection, "timeoutSec": 30}
        return checked

    # routes

    def route(self, object_id: str) -> Route:
        """Raises Missing."""
        if object_id not in self.routes:
            raise Missing("route", object_id)
        return self.routes[object_id]

    def create_route(self, parent: Parent, body: Members, object_id: str | None = None) -> Route:
        network, text = self._subnet(body.get("value", ""))
        created = Route(object_id or self.new_id(), parent, network, text, self._text(body.get("description", "")))
        self._ranges.add(network)
        self.routes[created.id] = parent.routes[created.id] = created
        return created

    def update_route(self, current: Route, body: Members) -> None:
        kept = self._switches["put_omitted"] == "kept"
        network, text = self._subnet(body.get("value", current.text if kept else ""))
        self._ranges.remove(current.network)
        try:
            self._ranges.add(network)
        except Refused:
            self._ranges.add(current.network)
            raise
        current.network, current.text = network, text
        current.description = self._text(body.get("description", current.description if kept else ""))

    def delete_route(self, gone: Route) -> None:
        self._ranges.remove(gone.network)
        del gone.parent.routes[gone.id], self.routes[gone.id]

    def _subnet(self, value: str) -> tuple[IpNetwork, str]:
        """The network of a route, and the text that it is shown with."""
        network, canonical = subnets.parse(value)
        if self._switches["route_host_bits"] == "refuse" and not canonical:
            raise Refused("Value is not the address of a subnet", "value")
        for system_subnet, owner in self._system_subnets:
            if subnets.overlap(network, system_subnet):
                raise Refused(f"Subnet {network} intersects the {owner} {system_subnet}", "value")
        return network, value.strip() if self._switches["route_host_bits"] == "keep" else str(network)

    # common rules

    def new_id(self) -> str:
        """An id that nothing has yet, in the form that the switch says."""
        return str(uuid.uuid4()) if self._switches["ids"] == "uuid" else str(100_000 + next(self._numbers))

    def _text(self, text: str) -> str:
        return text.strip() if self._switches["trimming"] == "trimmed" else text

    def _named(self, body: Members, current: Members | None, peers: Iterable[Parent | Connector]) -> Members:
        kept: str = current["name"] if current and self._switches["put_omitted"] == "kept" else ""
        name = self._text(body.get("name", kept))
        if not name.strip():
            raise Refused("Name must not be empty", "name")
        if self._switches["names"] == "unique" and any(peer.members["name"] == name for peer in peers):
            raise Refused(f"Name {name} is already in use", "name", conflict=True)
        return {"name": name}

    def _settled(self, body: Members, defaults: Members, current: Members | None) -> Members:
        """The members that ``defaults`` names: as given, else what the switches say about left-out ones."""
        if current is None and self._switches["create_omitted"] == "refused":
            for name in NEEDED:
                if name in defaults and name not in body:
                    raise Refused(f"{name} is needed", name)
        if current is not None and self._switches["put_omitted"] == "kept":
            omitted = current
        elif current is not None or self._switches["create_omitted"] == "minimal":
            omitted = {name: MINIMAL.get(name, value) for name, value in defaults.items()}
        else:
            omitted = defaults
        settled = {name: body.get(name, omitted[name]) for name in defaults}
        return {name: self._text(value) if isinstance(value, str) else value for name, value in settled.items()}
