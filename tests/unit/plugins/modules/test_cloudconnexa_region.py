# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_region over the wire."""

from __future__ import annotations

import pytest

from ...conftest import Playground

FRANKFURT = {"id": "eu-central-1", "name": "Frankfurt", "country": "Germany", "country_iso": "DE", "continent": "Europe"}


class TestMeaning:
    @pytest.mark.parametrize(
        "meaning",
        ["eu-central-1", "EU-Central-1", "Frankfurt", " frankfurt ", "Fránkfurt", "Germany", "de", "Frankfurt, DE", "Frankfurt, Germany"],
    )
    def test_every_spelling_of_one_region_finds_it(self, wpc: Playground, meaning: str) -> None:
        result = wpc.run("region", region=meaning)
        assert (result["changed"], result["region"]) == (False, FRANKFURT)

    @pytest.mark.parametrize(
        ("meaning", "region_id"),
        [("Chicago (IL)", "us-central-1"), ("chicago", "us-central-1"), ("Chicago, IL", "us-central-1"), ("Chicago, US", "us-central-1")],
    )
    def test_a_city_of_the_usa_goes_with_and_without_its_state(self, wpc: Playground, meaning: str, region_id: str) -> None:
        assert wpc.run("region", region=meaning)["region"]["id"] == region_id

    def test_a_region_whose_name_is_not_reported_is_found_by_its_country(self, wpc: Playground) -> None:
        assert wpc.run("region", region="South Africa")["region"] == {
            "id": "af-south-1",
            "country": "South Africa",
            "country_iso": "ZA",
            "continent": "Africa",
        }

    def test_a_country_with_several_regions_is_refused_and_all_are_listed(self, wpc: Playground) -> None:
        message = wpc.fails("region", region="Canada")
        assert "'Canada' means 3 Regions" in message
        for region in ("ca-east-1 (Toronto, Canada)", "ca-yul (Montreal, Canada)", "ca-yvr (Vancouver, Canada)"):
            assert region in message

    @pytest.mark.parametrize(
        ("mistyped", "meant"), [("Frankfort", "eu-central-1"), ("eu-centrl-1", "eu-central-1"), ("Chikago", "us-central-1")]
    )
    def test_a_mistyped_one_is_refused_and_the_closest_are_named(self, wpc: Playground, mistyped: str, meant: str) -> None:
        message = wpc.fails("region", region=mistyped)
        assert f"no Region is called {mistyped!r}; the closest are" in message
        assert meant in message

    @pytest.mark.parametrize("meaning", ["Ouagadougou", "", "  ", "()", ", "])
    def test_one_that_is_close_to_nothing_is_refused_and_all_are_listed(self, wpc: Playground, meaning: str) -> None:
        message = wpc.fails("region", region=meaning)
        assert f"no Region is called {meaning!r}; there are" in message
        assert message.count("(") >= len(wpc.emulator.state()["regions"])


class TestCosts:
    def test_a_look_up_costs_one_get(self, wpc: Playground) -> None:
        assert wpc.calls("region", region="Frankfurt") == {"login": 0, "read": 1, "write": 0}

    def test_a_new_default_costs_two_gets_and_one_put_and_none_when_it_holds(self, wpc: Playground) -> None:
        assert wpc.calls("region", region="Frankfurt", default=True) == {"login": 0, "read": 2, "write": 1}
        assert wpc.calls("region", region="DE", default=True) == {"login": 0, "read": 2, "write": 0}


@pytest.mark.parametrize(
    "switches", [{}, {"text_body": "json_string"}, {"default_region": "empty"}, {"default_region": "empty", "text_body": "json_string"}]
)
class TestDefault:
    def test_is_set_once(self, wpc: Playground) -> None:
        predicted = wpc.run("region", region="Frankfurt", default=True, check=True)
        assert wpc.emulator.state()["default_region"] != "eu-central-1"
        done = wpc.run("region", region="Frankfurt", default=True)
        again = wpc.run("region", region="EU-CENTRAL-1", default=True)
        assert wpc.emulator.state()["default_region"] == "eu-central-1"
        assert [result["changed"] for result in (predicted, done, again)] == [True, True, False]
        assert predicted["region"] == done["region"] == again["region"] == {**FRANKFURT, "default": True}
        assert predicted["diff"] == done["diff"] == {"before": {"default": False}, "after": {"default": True}}
        assert again["diff"] == {"before": {"default": True}, "after": {"default": True}}

    def test_stays_without_the_wish(self, wpc: Playground) -> None:
        before = wpc.emulator.state()["default_region"]
        result = wpc.run("region", region="Paris", default=False)
        assert wpc.emulator.state()["default_region"] == before
        assert "default" not in result["region"]


def test_a_region_is_required(wpc: Playground) -> None:
    assert "missing required arguments: region" in wpc.fails("region", default=True)


def test_a_refused_default_says_what_was_attempted(wpc: Playground) -> None:
    wpc.emulator.faults.add("status", status=403, when={"method": "PUT"})
    result = wpc.run("region", region="Paris", default=True)
    assert result["failed"]
    assert 'Could not update the Region "Paris": the API answered 403' in result["msg"]
    assert result["error"] == {"kind": "Refused", "status": 403, "code": ""}
