# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_region_info over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ...conftest import Playground


def test_all_regions_are_listed_for_one_get(wpc: Playground) -> None:
    wpc.emulator.forget_calls()
    result = wpc.run("region_info")
    assert wpc.emulator.count() == {"login": 0, "read": 1, "write": 0}
    offered = wpc.emulator.state()["regions"]
    assert [region["id"] for region in result["regions"]] == [region["id"] for region in offered]
    assert {"id": "fr-cdg", "name": "Paris", "country": "France", "country_iso": "FR", "continent": "Europe"} in result["regions"]
    assert not result["changed"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"id": "it-mxp"}, {"it-mxp"}),
        ({"id": "IT-MXP"}, {"it-mxp"}),
        ({"name": " frankfurt"}, {"eu-central-1"}),
        ({"country": "canada"}, {"ca-east-1", "ca-yul", "ca-yvr"}),
        ({"country_iso": "ca"}, {"ca-east-1", "ca-yul", "ca-yvr"}),
        ({"country_iso": "CA", "name": "Toronto"}, {"ca-east-1"}),
        ({"continent": "oceania", "country": "Australia"}, {"ap-southeast-2"}),
        ({"continent": "AFRICA"}, {"af-south-1"}),
        ({"continent": "Africa", "country": "France"}, set()),
        ({"name": "Frank"}, set()),
    ],
)
def test_filters_are_whole_words_without_regard_to_case(wpc: Playground, options: dict[str, Any], expected: set[str]) -> None:
    assert {region["id"] for region in wpc.run("region_info", **options)["regions"]} == expected


def test_empty_filters_filter_nothing(wpc: Playground) -> None:
    everything = wpc.run("region_info")["regions"]
    assert wpc.run("region_info", id="", name="", country="", country_iso="", continent="")["regions"] == everything
