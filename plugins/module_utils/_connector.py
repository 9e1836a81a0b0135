# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""Connectors of Networks and Hosts. Private to this collection."""

from __future__ import annotations

import os
from typing import List, Optional, Tuple

from . import _ipsec
from ._answer import Body
from ._client import Client
from ._compare import Address, Enum, Fields, Flag, Group, Id, Object, Text
from ._errors import InvalidInput
from ._parents import HOST, NETWORK, Parent
from ._region import REGION, default_region, resolve
from ._resource import Change, Options, Plan, Problems, Resource, matches, refuse_purge_of_absent


class Connector(Resource):
    """A Connector. Its parent stands in the query of a creation and cannot change (BEHAVIOUR 8)."""

    kind = "connector"
    title = "Connector"
    fields: Fields = {
        "id": Id("id", read_only=True),
        "name": Text("name"),
        "description": Text("description"),
        "vpn_region_id": Id("vpnRegionId"),
        "ipsec": Group("ipSecConfig", _ipsec.FIELDS),
        "tunneling_protocol": Enum("tunnelingProtocol", read_only=True),
        "connection_status": Enum("connectionStatus", read_only=True),
        "ip_v4_address": Address("ipV4Address", read_only=True),
        "ip_v6_address": Address("ipV6Address", read_only=True),
        "licensed": Flag("licensed", read_only=True),
    }

    def plan(self, client: Client, options: Options) -> Plan:
        lookup = _Lookup(client)
        if options["connectors"] is not None:
            return self._plan_set(client, lookup, options)
        parent, body, current = self._find(client, options)
        return Plan([[self._change(client, lookup, parent, body, current, options)]])

    def _plan_set(self, client: Client, lookup: _Lookup, options: Options) -> Plan:
        """What is new comes first, what has to go goes last, so that the parent stays connected."""
        refuse_purge_of_absent(options)
        parent = HOST if options["host"] else NETWORK
        body = self._parent(client.list(*parent.path), parent, options)
        problems = Problems()
        changes: List[Change] = []
        present = [] if body is None else self.of(client, parent, body)
        where = "" if body is None else f"of the {self._called(parent, body)}"
        named: List[str] = []
        for entry in options["connectors"]:
            name = entry["name"].strip()
            with problems.of(name or "an entry"):
                if name in named:
                    raise InvalidInput("stands in the list twice")
                named.append(name)
                alone = {**options, **entry, "id": None}
                current = self.choose(present, alone, where)
                if options["credentials_dest"] and options["state"] == "present" and (current is None or options["credentials_force"]):
                    alone["credentials_dest"] = _file_in(options["credentials_dest"], name)
                changes.append(self._change(client, lookup, parent, body, current, alone))
        problems.refuse("connectors", "Correct these entries")
        gone = [self.removal(entry) for entry in present if options["purge"] and entry["name"] not in named]
        names = [change.object["name"] for change in gone]
        for change in gone:
            change.which = f" ({change.object['id']})" if names.count(change.object["name"]) > 1 else ""
        return Plan([changes, gone], many=[] if options["state"] == "absent" else named)

    def _change(
        self, client: Client, lookup: _Lookup, parent: Parent, body: Optional[Body], current: Optional[Object], options: Options
    ) -> Change:
        """What one Connector needs. body: its parent, None where there is none."""
        if options["state"] == "absent":
            return self.removal(current)
        wanted = self.wished(options)
        region = lookup.region(options["region"], current)
        if region:
            wanted["vpn_region_id"] = region
        known: Object = {}
        if current is not None:
            tunneling = self._tunneling(current)
            if options["suspended"] is not None and tunneling == "ipsec" and "ipsec" not in current:
                current = self.whole(client, current)  # its settings tell whether it is suspended
        else:
            body = body or {}
            known = parent.place(body)
            tunneling = str(body.get("tunnelingProtocol") or "openvpn").lower()
        always = False
        if options["ipsec"] is not None:
            client.hide(*_ipsec.secrets(options["ipsec"]))
            _ipsec.refuse_blanks(options["ipsec"])
            if tunneling != "ipsec":
                raise InvalidInput(
                    f'ipsec: the Connector "{wanted.get("name") or options["id"]}" is, or would be, an OpenVPN Connector',
                    "An IPsec Connector has to be created with its ipsec settings in a Network whose tunneling_protocol is ipsec",
                )
            wanted["ipsec"] = _ipsec.settings(wanted["ipsec"], None if current is None else current.get("ipsec", {}))
            always = options["update_secrets"] == "always" and bool(_ipsec.secrets(options["ipsec"]))
        elif current is None and tunneling == "ipsec":
            raise InvalidInput(
                f'ipsec: the Network "{known.get("network")}" tunnels with IPsec, so its Connectors need ipsec settings',
                "Give ipsec with at least platform and pre_shared_key",
            )
        change = self.settle(client, current, options, wanted, always=always, **known)
        if change.verb and tunneling == "ipsec":
            _ipsec.require_secrets(change.object.get("ipsec", {}), change.verb)
        if any(options[word] is not None for word in ("suspended", "ipsec_state", "credentials", "wait_for")):
            from ._connector_actions import add_actions  # most tasks ask for none

            add_actions(self, change, options, tunneling)
        return change

    def label(self, values: Object) -> str:
        parent = self._parent_of(values)
        return f'Connector "{values.get("name")}" of the {parent.title} "{values.get(parent.kind)}"'

    def where(self, values: Object) -> Tuple[str, ...]:
        return (*self._parent_of(values).path, "connectors")

    def query(self, values: Object) -> Body:
        parent = self._parent_of(values)
        return {parent.parameter: values[f"{parent.kind}_id"]}

    def members(self, values: Object) -> Fields:
        return {word: field for word, field in self.fields.items() if word != "ipsec" or self._tunneling(values) == "ipsec"}

    def of(self, client: Client, parent: Parent, body: Body) -> List[Object]:
        """The Connectors of one entry of the list of Networks or Hosts."""
        return [self.read(entry, **parent.place(body)) for entry in parent.held(client, body, self.kind)]

    def twins(self, client: Client, values: Object) -> List[Object]:
        parent = self._parent_of(values)
        body = parent.find(client.list(*parent.path), values[f"{parent.kind}_id"])
        siblings = self.of(client, parent, body) if body else []
        return [entry for entry in siblings if entry.get("name") == values.get("name") and entry["id"] != values["id"]]

    # finding

    def _find(self, client: Client, options: Options) -> Tuple[Parent, Optional[Body], Optional[Object]]:
        """The kind of parent, the parent's entry in its list, and the Connector; None for what is not there."""
        if not options["id"]:
            parent = HOST if options["host"] else NETWORK
            body = self._parent(client.list(*parent.path), parent, options)
            current = None if body is None else self.choose(self.of(client, parent, body), options, f"of the {self._called(parent, body)}")
            return parent, body, current
        parents = [HOST, NETWORK] if options["host"] else [NETWORK, HOST]
        stated = None
        for parent in parents:
            bodies = client.list(*parent.path)
            if options[parent.kind]:
                stated = self._parent(bodies, parent, options)
                if stated is None:
                    return parent, None, None
            for body in bodies:
                connectors = self.of(client, parent, body)
                if any(connector["id"] == options["id"] for connector in connectors):
                    if stated is not None and stated is not body:
                        raise InvalidInput(
                            f"{parent.kind}: the Connector {options['id']} belongs to the {self._called(parent, body)} and cannot move",
                            "Remove it there and create it here, or correct the option",
                        )
                    return parent, body, self.choose(connectors, options, f"of the {self._called(parent, body)}")
        return parents[0], None, self.choose([], options)

    @staticmethod
    def _parent(bodies: List[Body], parent: Parent, options: Options) -> Optional[Body]:
        """The entry of the parent that the options name; None where it is missing and so is, rightly, all that it could hold."""
        reference = options[parent.kind]
        if not reference:
            raise InvalidInput("neither network nor host says whose Connector is meant", "Give one of them")
        body = parent.find(bodies, reference)
        if body is None and options["state"] != "absent":
            raise parent.missing(reference)
        return body

    @staticmethod
    def _parent_of(values: Object) -> Parent:
        return HOST if "host_id" in values else NETWORK

    @staticmethod
    def _called(parent: Parent, body: Body) -> str:
        return f'{parent.title} "{body.get("name")}"'

    @staticmethod
    def _tunneling(connector: Object) -> str:
        """Connectors of Hosts have no such member: they are always OpenVPN (BEHAVIOUR 9)."""
        return str(connector.get("tunneling_protocol") or ("ipsec" if connector.get("ipsec") else "openvpn"))


class _Lookup:
    """Regions for the Connectors of one task, each list read once and only when needed."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._regions: Optional[List[Object]] = None
        self._default: Optional[str] = None

    def region(self, meaning: Optional[str], current: Optional[Object]) -> str:
        """Id of the Region wished, empty where nothing has to be said about it. A Region that holds already needs no look-up."""
        if meaning is None:
            return "" if current is not None else self._default_region()
        present = str((current or {}).get("vpn_region_id") or "")
        if present and present.lower() == meaning.strip().lower():
            return present
        if self._regions is None:
            self._regions = REGION.list(self._client)
        return str(resolve(self._regions, meaning)["id"])

    def _default_region(self) -> str:
        """What the portal preselects; what the API does when the Region is left out is not documented (BEHAVIOUR 8)."""
        if self._default is None:
            self._default = default_region(self._client)
        if not self._default:
            raise InvalidInput("region is not given, and the WPC has no default Region", "Give region")
        return self._default


CONNECTOR = Connector()


def connectors(client: Client, options: Options) -> List[Object]:
    """Connectors, filtered by the options of cloudconnexa_connector_info."""
    region = resolve(REGION.list(client), options["region"])["id"] if options["region"] else None
    found: List[Object] = []
    for parent, other in ((NETWORK, HOST), (HOST, NETWORK)):
        if options[other.kind]:
            continue
        bodies = client.list(*parent.path)
        reference = options[parent.kind]
        chosen = parent.find(bodies, reference) if reference else None
        if reference and chosen is None:
            raise parent.missing(reference)
        for body in [chosen] if chosen else bodies:
            found += CONNECTOR.of(client, parent, body)
    return [
        connector
        for connector in found
        if region in (None, connector.get("vpn_region_id")) and matches(connector, options, "id", "name", "connection_status")
    ]


def _file_in(folder: str, name: str) -> str:
    """Where the secret of one Connector of a set goes: a file of its name. Raises InvalidInput."""
    if not os.path.isdir(folder):
        raise InvalidInput(f"credentials_dest: for a set of Connectors {folder} has to be an existing directory", "Create it first")
    if "/" in name or "\0" in name or name in (".", ".."):
        raise InvalidInput(f"credentials_dest: no file can be called {name!r}", "Choose another name for the Connector")
    return os.path.join(folder, name)
