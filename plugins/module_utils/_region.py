# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""VPN Regions: found by what they mean, and the WPC's default one. Private to this collection."""

from __future__ import annotations

import re
import unicodedata
from typing import Iterable, List, Optional, Set

from ._answer import NOTHING, TEXT
from ._client import Client
from ._compare import Fields, Id, Object, Text
from ._errors import InvalidInput
from ._resource import Change, Options, Plan, Resource, matches

_DEFAULT_REGION = ("settings", "wpc", "default-region")


class Region(Resource):
    """A VPN Region. The list is read-only; what can be set is which of them is the WPC's default (BEHAVIOUR 10, 11)."""

    kind = "region"
    title = "Region"
    path = ("regions",)
    identity = "id"
    fields: Fields = {
        "id": Id("id", read_only=True),
        "name": Text("regionName", read_only=True),
        "country": Text("country", read_only=True),
        "country_iso": Text("countryIso", read_only=True),
        "continent": Text("continent", read_only=True),
        "default": Text("", read_only=True),
    }

    def plan(self, client: Client, options: Options) -> Plan:
        region = resolve(self.list(client), options["region"])
        if not options["default"]:
            return Plan([[Change(region, region)]])
        before = {**region, "default": default_region(client) == region["id"]}
        after = {**region, "default": True}
        return Plan([[Change(before, after, {"default": True}, update=before != after)]])

    def list(self, client: Client) -> List[Object]:
        return [self.read(body) for body in client.list(*self.path, paged=False)]

    def label(self, values: Object) -> str:
        return f'{self.title} "{values.get("name")}"'

    def write(self, client: Client, change: Change) -> Optional[Object]:
        client.put(*_DEFAULT_REGION, body=change.object["id"], expect=NOTHING)
        return change.object


REGION = Region()


def regions(client: Client, options: Options) -> List[Object]:
    """Regions, filtered by the options of cloudconnexa_region_info."""
    return [region for region in REGION.list(client) if matches(region, options, "id", "name", "country", "country_iso", "continent")]


def default_region(client: Client) -> str:
    """Id of the WPC's default Region, empty where none is set."""
    return str(client.get(*_DEFAULT_REGION, expect=TEXT) or "")


def resolve(regions: Iterable[Object], meaning: str, option: str = "region") -> Object:
    """The one Region that a text means: an id, a city, a country or ISO code that has one Region, or "city, country".

    Case, accents and the state in brackets do not matter. Raises InvalidInput with the closest matches where it is not exactly one.
    """
    known = list(regions)
    wanted = _plain(meaning)
    by_id = [region for region in known if region["id"] == meaning.strip()] or [
        region for region in known if _plain(region["id"]) == wanted
    ]
    found = by_id or [region for region in known if wanted in _meanings(region)]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(f"{option}: {meaning!r} means {len(found)} Regions: {_listed(found)}", "Give the id or the city of one")
    import difflib  # is seldom needed

    words = {word: region for region in known for word in (_plain(region["id"]), *_meanings(region))}
    close = {words[word]["id"]: words[word] for word in difflib.get_close_matches(wanted, words, n=5, cutoff=0.6)}
    hint = f"the closest are {_listed(close.values())}" if close else f"there are {_listed(known)}"
    raise InvalidInput(f"{option}: no Region is called {meaning!r}; {hint}", "Give the id or the city of one of them")


def _meanings(region: Object) -> Set[str]:
    """Every text that a user may call a Region by, beside its id."""
    full = _plain(region.get("name", ""))  # such as "chicago (il)" or "chicago, il"; the form is not documented
    city, _separator, state = full.replace("(", ",").rstrip(")").partition(",")
    city, state = city.strip(), state.strip()
    countries = {_plain(region.get("country", "")), _plain(region.get("country_iso", ""))}
    places = _whole(state, *countries, *(f"{state}, {country}" for country in countries))
    return _whole(full, city, *countries, *(f"{city}, {place}" for place in places))


def _whole(*texts: str) -> Set[str]:
    """Those of which no part is missing."""
    return {text for text in texts if text and text == text.strip(", ")}


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    words = " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).casefold().split())
    return re.sub(r" ?, ?", ", ", words)


def _listed(regions: Iterable[Object]) -> str:
    return ", ".join(sorted(f"{region['id']} ({region.get('name') or '?'}, {region.get('country') or '?'})" for region in regions))
