# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnets of routes: parsing, and the rule that none overlaps another (BEHAVIOUR 7)."""

from __future__ import annotations

import bisect
import ipaddress

from .answers import Refused

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse(value: str) -> tuple[IpNetwork, bool]:
    """The network, and whether the text has a prefix and no host bits. Raises Refused."""
    try:
        interface = ipaddress.ip_interface(value.strip())
    except ValueError:
        interface = None
    if interface is None or "%" in value:  # no zones
        raise Refused("Value is not a valid subnet", "value")
    return interface.network, "/" in value and interface.ip == interface.network.network_address


def overlap(one: IpNetwork, other: IpNetwork) -> bool:
    return _clash(_range(one), _range(other))


class Ranges:
    """The address ranges of all routes, sorted; since none overlaps another, only neighbours need a look."""

    def __init__(self) -> None:
        self._sorted: list[tuple[int, int, int]] = []

    def add(self, network: IpNetwork) -> None:
        """Raises Refused on an overlap."""
        entry = _range(network)
        at = bisect.bisect(self._sorted, entry)
        if any(_clash(entry, neighbour) for neighbour in self._sorted[max(0, at - 1) : at + 1]):
            raise Refused(f"Route {network} overlaps with an existing one", "value", conflict=True)
        self._sorted.insert(at, entry)

    def remove(self, network: IpNetwork) -> None:
        del self._sorted[bisect.bisect_left(self._sorted, _range(network))]


def _range(network: IpNetwork) -> tuple[int, int, int]:
    return network.version, int(network.network_address), int(network.broadcast_address)


def _clash(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2]
