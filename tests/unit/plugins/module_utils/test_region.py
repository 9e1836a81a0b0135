# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the Region that a text means."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import InvalidAnswer, InvalidInput
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._region import REGION, default_region, regions, resolve
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Answer, Connect, Wire


def region(identity: str, name: str | None, country: str | None, iso: str | None) -> dict[str, Any]:
    members = {"id": identity, "name": name, "country": country, "country_iso": iso}
    return {word: value for word, value in members.items() if value is not None}


REGIONS = [
    region("us-ord", "Chicago (IL)", "United States", "US"),
    region("us-mia", "Miami (FL)", "United States", "US"),
    region("sa-east-1", "São Paulo", "Brazil", "BR"),
    region("ap-southeast-1", "Singapore", "Singapore", "SG"),
    region("eu-west-2", "London", "United Kingdom", "GB"),
    region("ca-london", "London (ON)", "Canada", "CA"),
    region("af-south-1", None, "South Africa", "ZA"),
    region("zz-1", None, None, None),
]


class TestMeanings:
    @pytest.mark.parametrize(
        ("meaning", "identity"),
        [
            ("us-ord", "us-ord"),
            (" US-ORD ", "us-ord"),
            ("Chicago", "us-ord"),
            ("chicago (il)", "us-ord"),
            ("CHICAGO, il", "us-ord"),
            ("chicago, united  states", "us-ord"),
            ("Chicago, US", "us-ord"),
            ("Sao Paulo", "sa-east-1"),
            ("são paulo", "sa-east-1"),
            ("sa\u0303o paulo", "sa-east-1"),
            ("Brazil", "sa-east-1"),
            ("br", "sa-east-1"),
            ("Singapore", "ap-southeast-1"),
            ("Singapore, Singapore", "ap-southeast-1"),
            ("London, GB", "eu-west-2"),
            ("London, Canada", "ca-london"),
            ("London (ON)", "ca-london"),
            ("South Africa", "af-south-1"),
            ("zz-1", "zz-1"),
        ],
    )
    def test_a_text_means_one_region(self, meaning: str, identity: str) -> None:
        assert resolve(REGIONS, meaning)["id"] == identity

    def test_an_id_goes_before_a_meaning(self) -> None:
        known = [*REGIONS, region("singapore", "Elsewhere", "Nowhere", "XX")]
        assert resolve(known, "singapore")["id"] == "singapore"

    def test_an_id_as_it_is_written_goes_before_one_in_another_case(self) -> None:
        known = [region("A", "x", "y", "z"), region("a", "u", "v", "w")]
        assert resolve(known, "a")["id"] == "a"
        assert resolve(known, "A")["id"] == "A"


class TestRefusals:
    @pytest.mark.parametrize(("meaning", "identities"), [("London", ["ca-london", "eu-west-2"]), ("us", ["us-mia", "us-ord"])])
    def test_an_ambiguous_text_is_refused_with_what_it_could_mean(self, meaning: str, identities: list[str]) -> None:
        with pytest.raises(InvalidInput, match=f"region: '{meaning}' means 2 Regions") as failure:
            resolve(REGIONS, meaning)
        assert [identity for identity in identities if identity in failure.value.problem] == identities

    @pytest.mark.parametrize(
        ("meaning", "closest"), [("Chigaco", "us-ord (Chicago (IL), United States)"), ("us-odr", "us-ord"), ("Sngapore", "ap-southeast-1")]
    )
    def test_an_unknown_text_is_refused_with_the_closest(self, meaning: str, closest: str) -> None:
        with pytest.raises(InvalidInput, match=f"no Region is called '{meaning}'; the closest are ") as failure:
            resolve(REGIONS, meaning)
        assert closest in failure.value.problem

    @pytest.mark.parametrize("meaning", ["", " ", ",", ", ", "()", "xyzzyxyzzyxyzzy"])
    def test_a_text_that_is_close_to_nothing_is_refused_with_all(self, meaning: str) -> None:
        with pytest.raises(InvalidInput, match="there are ") as failure:
            resolve(REGIONS, meaning)
        assert all(entry["id"] in failure.value.problem for entry in REGIONS)
        assert "zz-1 (?, ?)" in failure.value.problem

    def test_the_option_is_named(self) -> None:
        with pytest.raises(InvalidInput, match=r"^default_region: "):
            resolve([], "Chicago", "default_region")


TEXTS = st.text(max_size=12) | st.sampled_from(["London", "london (on)", "LONDON, gb", "(", ")", "São Paulo", "us-ord"])


@given(st.lists(st.builds(region, TEXTS, *[TEXTS | st.none()] * 3), max_size=6), TEXTS, st.data())
def test_whatever_is_asked_for_is_one_known_region_or_refused(known: list[dict[str, Any]], text: str, data: st.DataObject) -> None:
    names = [value for entry in known for value in entry.values()]
    meaning = data.draw(st.sampled_from([text, *names, *[name.upper() for name in names]]))
    try:
        found = resolve(known, meaning)
    except InvalidInput:
        return
    assert found in known


@given(
    st.lists(
        st.builds(region, st.text(min_size=1, max_size=8), *[TEXTS | st.none()] * 3),
        min_size=1,
        max_size=6,
        unique_by=lambda entry: entry["id"].strip(),
    )
)
def test_an_id_always_means_its_own_region(known: list[dict[str, Any]]) -> None:
    for entry in known:
        if entry["id"] == entry["id"].strip():
            assert resolve(known, entry["id"]) is entry


BODIES = [
    {"id": "us-ord", "continent": "North America", "country": "United States", "countryIso": "US", "regionName": "Chicago (IL)"},
    {"id": "eu-west-2", "continent": "Europe", "country": "United Kingdom", "countryIso": "GB", "regionName": "London", "new": 1},
]


class TestService:
    @pytest.mark.parametrize(
        ("options", "identities"),
        [
            ({}, ["us-ord", "eu-west-2"]),
            ({"id": "US-ORD"}, ["us-ord"]),
            ({"continent": " europe "}, ["eu-west-2"]),
            ({"country_iso": "us", "name": "London"}, []),
        ],
    )
    def test_a_list_is_filtered(self, wire: Wire, connect: Connect, options: dict[str, str], identities: list[str]) -> None:
        wire.on("GET", "/regions", Answer(200, BODIES))
        assert [entry["id"] for entry in regions(connect(), options)] == identities
        assert wire.calls == ["GET /regions"]

    def test_members_have_the_users_words(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/regions", Answer(200, BODIES[:1]))
        assert regions(connect(), {}) == [
            {"id": "us-ord", "continent": "North America", "country": "United States", "country_iso": "US", "name": "Chicago (IL)"}
        ]

    def test_a_region_of_another_shape_is_told(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/regions", Answer(200, [{"id": "us-ord", "country": 5}]))
        with pytest.raises(InvalidAnswer, match="a Region is not as the API documents it: country: text is expected"):
            regions(connect(), {})

    @pytest.mark.parametrize("body", [b"us-ord", b'"us-ord"', b"us-ord\n"])
    def test_the_default_is_read(self, wire: Wire, connect: Connect, body: bytes) -> None:
        wire.on("GET", "/settings/wpc/default-region", Answer(200, body))
        assert default_region(connect()) == "us-ord"

    @pytest.mark.parametrize(("default", "verb"), [(b"eu-west-2", "update"), (b"us-ord", ""), (b"", "update")])
    def test_the_default_is_set_where_it_is_another(self, wire: Wire, connect: Connect, default: bytes, verb: str) -> None:
        wire.on("GET", "/regions", Answer(200, BODIES))
        wire.on("GET", "/settings/wpc/default-region", Answer(200, default))
        wire.on("PUT", "/settings/wpc/default-region", Answer(200, b"us-ord"))
        (change,) = REGION.plan(connect(), {"region": "Chicago", "default": True}).changes
        assert change.verb == verb
        written = REGION.write(connect(), change)
        assert written is not None
        assert (written["id"], written["default"]) == ("us-ord", True)
        assert wire.sent[-1].body == b"us-ord"

    def test_without_default_the_setting_is_not_looked_at(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/regions", Answer(200, BODIES))
        (change,) = REGION.plan(connect(), {"region": "GB", "default": None}).changes
        assert (change.verb, change.object["id"]) == ("", "eu-west-2")
        assert wire.calls == ["GET /regions"]
