# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service does where no public source says it: one switch for each unknown, one position for each plausible answer."""

from __future__ import annotations

from collections.abc import Mapping

# name: (positions, default first; why)
SWITCHES: dict[str, tuple[tuple[str, ...], str]] = {
    "missing_object": (
        ("code", "text", "404"),
        "an absent object: 400 by code, 400 by text since 2026, 404 nowhere confirmed (BEHAVIOUR 4)",
    ),
    "route_host_bits": (("mask", "keep", "refuse"), "a route value that is not a canonical network (BEHAVIOUR 7)"),
    "ipv6_text": (("compressed", "expanded"), "IPv6 in answers; vendor tests expect it without '::' (BEHAVIOUR 7)"),
    "children_in_list": (("embedded", "omitted"), "whether lists of networks and hosts hold their routes and connectors (BEHAVIOUR 2)"),
    "system_subnets": (("reported", "omitted"), "list entries may lack systemSubnets (BEHAVIOUR 2)"),
    "ip_allocation": (("both", "ipv4_only"), "an IPv4-only WPC leaves IPv6 members and systemSubnets out (BEHAVIOUR 8)"),
    "list_members": (
        ("complete", "partial"),
        "list entries may lack members; here descriptions, domains, gateways and all but the platform of IPsec settings (BEHAVIOUR 2)",
    ),
    "list_order": (("stable", "shuffled"), "the order of lists, here another one at each request (BEHAVIOUR 2)"),
    "empty_list": (("page", "not_found"), "routes of a network without any: the beta answered 404 with [] (BEHAVIOUR 2)"),
    "unknown_filter": (("empty", "missing"), "a list narrowed to a parent that does not exist (BEHAVIOUR 2)"),
    "page_extras": (("none", "success_member"), "vendor structs hold a member 'success' that no schema has (BEHAVIOUR 2)"),
    "names": (("repeatable", "unique"), "whether names are unique: networks, hosts, connectors of one parent (BEHAVIOUR 6, 8)"),
    "conflict": (("400", "409"), "names and subnets that are taken: 409 is documented nowhere (BEHAVIOUR 4)"),
    "unknown_members": (("ignored", "refused"), "members of a body that the document does not name; vendor code sends some (BEHAVIOUR 4)"),
    "domain_case": (("kept", "lowered"), "domains of hosts (BEHAVIOUR 6)"),
    "trimming": (("kept", "trimmed"), "outer blanks of names and descriptions (BEHAVIOUR 12)"),
    "empty_text": (("empty", "omitted", "null"), "how an empty description or domain is answered (BEHAVIOUR 12)"),
    "create_omitted": (("vendor_defaults", "minimal", "refused"), "members left out of a create (BEHAVIOUR 6, 8)"),
    "put_omitted": (("blanked", "kept"), "members left out of an update (BEHAVIOUR 5)"),
    "protocol_change": (("applied", "refused"), "another tunnelingProtocol on a live network (BEHAVIOUR 6)"),
    "gateway_in_use": (("dropped", "refused"), "deleting a network that others use as gateway; shape after BEHAVIOUR 6, DNS servers"),
    "last_connector": (("deletable", "refused"), "deleting the only connector of a parent (BEHAVIOUR 8)"),
    "suspend_repeat": (("ok", "refused", "refused_otherwise"), "suspending or activating twice, in two wordings (BEHAVIOUR 8)"),
    "ipsec_repeat": (("ok", "refused"), "starting or stopping a tunnel twice (BEHAVIOUR 9)"),
    "ipsec_start": (("online", "pending"), "whether a started tunnel is online at once, or never when nobody answers (BEHAVIOUR 9)"),
    "connector_state": (("reported", "omitted"), "connectorState of IPsec connectors (BEHAVIOUR 8)"),
    "licensed": (("reported", "omitted"), "whether connectors show 'licensed', which came with v1.1.1 (BEHAVIOUR 8)"),
    "status_case": (("upper", "lower"), "case of connectionStatus (BEHAVIOUR 8)"),
    "pre_shared_key": (("clear", "masked", "empty", "omitted"), "secrets of IPsec connectors in answers (BEHAVIOUR 9)"),
    "ipsec_answer": (("object", "empty"), "body of ipsec/start and stop: vendor code decodes one, none is documented (BEHAVIOUR 9)"),
    "profile_not_ready": (
        ("never", "202", "empty"),
        "the first two profile or token calls of a connector have no result yet (BEHAVIOUR 4, 8)",
    ),
    "text_body": (("raw", "json_string"), "profile, token and default region as plain text or as a JSON string (BEHAVIOUR 8)"),
    "region_id_case": (("exact", "any"), "whether Region ids are compared with regard to case (BEHAVIOUR 10)"),
    "default_region": (("set", "empty"), "whether a new WPC has a default Region (BEHAVIOUR 8, 11)"),
    "ids": (("uuid", "digits"), "the form of ids (BEHAVIOUR 5)"),
    "login_refusal": (("401_empty", "400_json", "403"), "wrong credentials (BEHAVIOUR 1)"),
    "older_tokens": (("kept", "revoked"), "what a login does to the tokens of earlier logins with the same credentials (BEHAVIOUR 1)"),
    "login_budget": (("free", "write"), "whether a login spends the write budget (BEHAVIOUR 3)"),
    "budgets": (("separate", "shared"), "whether reads and writes have separate budgets (BEHAVIOUR 3)"),
    "retry_after": (("none", "seconds", "date"), "whether 429 says when to come back (BEHAVIOUR 3)"),
}


class Switches:
    """A position for each switch: ``switches["names"]``."""

    def __init__(self, positions: Mapping[str, str] | None = None) -> None:
        self._positions = {name: allowed[0] for name, (allowed, _why) in SWITCHES.items()}
        self.set(positions or {})

    def __getitem__(self, name: str) -> str:
        return self._positions[name]

    def set(self, positions: Mapping[str, str]) -> None:
        """Raises ValueError for a switch or position that does not exist; then nothing is changed."""
        for name, position in positions.items():
            if name not in SWITCHES:
                raise ValueError(f"no switch {name!r}; there are: {', '.join(SWITCHES)}")
            if position not in SWITCHES[name][0]:
                raise ValueError(f"switch {name} has no position {position!r}; it has: {', '.join(SWITCHES[name][0])}")
        self._positions.update(positions)

    def positions(self) -> dict[str, str]:
        return dict(self._positions)
