# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of each stateful resource in ten steps, under every behaviour that the service may show.

The cases are those of the integration targets, which play them with a real ansible-playbook.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from emulator.switches import SWITCHES

pytestmark = pytest.mark.whole

TARGETS = Path(__file__).parents[3] / "integration" / "targets"


def cases() -> Iterator[Any]:
    for file in sorted(TARGETS.glob("*/vars/main.yml")):
        for name, case in yaml.safe_load(file.read_text()).get("ten_steps", {}).items():
            yield pytest.param(case, id=f"{case['module']}-{name}")


EMPTY: tuple[Any, ...] = (None, "", [])


def positions() -> Iterator[Any]:
    yield pytest.param({}, id="defaults")
    for name, (allowed, _why) in SWITCHES.items():
        for position in allowed[1:]:
            yield pytest.param({name: position}, id=f"{name}={position}")


def without_ids(value: Any) -> Any:
    """An object without what only the service can know, which check mode does not have."""
    return {key: entry for key, entry in value.items() if key != "id"}


def holds(actual: Any, expected: Any) -> bool:
    """Whether a result is as predicted; the service may tell more than can be foreseen, and leave out what is empty."""
    if isinstance(expected, dict):
        return all(holds((actual or {}).get(key), value) for key, value in expected.items())
    return bool(actual == expected or (actual in EMPTY and expected in EMPTY))


@pytest.mark.parametrize("switches", list(positions()))
@pytest.mark.parametrize("case", list(cases()))
def test_ten_steps(wpc: Any, case: dict[str, Any]) -> None:
    module = case["module"].removeprefix("cloudconnexa_")

    def play(*options: dict[str, Any], check: bool = False) -> dict[str, Any]:
        wpc.emulator.forget_calls()
        result: dict[str, Any] = wpc.run(module, check=check, **{name: value for part in options for name, value in part.items()})
        assert not result.get("failed"), result["msg"]
        assert result["changed"] or wpc.emulator.count()["write"] == 0
        assert not check or wpc.emulator.count()["write"] == 0
        return result

    def changes(*options: dict[str, Any]) -> dict[str, Any]:
        predicted, done = play(*options, check=True), play(*options)
        assert predicted["changed"]
        assert done["changed"]
        assert predicted["diff"] == done["diff"]
        assert predicted["diff"]["before"] != predicted["diff"]["after"]
        assert holds(done[case["result"]], without_ids(predicted[case["result"]]))
        return done

    def changes_nothing(*options: dict[str, Any]) -> None:
        for check in (True, False):
            result = play(*options, check=check)
            assert not result["changed"], result
            assert result["diff"]["before"] == result["diff"]["after"]

    address, wish, update = case["object"], case["create"], case["update"]
    before = wpc.emulator.state()
    for options in case["refused"]:
        assert wpc.fails(module, **options)
        assert wpc.emulator.state() == before
    created = changes(address, wish)
    for other in ({}, *case["same"]):
        changes_nothing(address, wish, other)
    updated = changes(address, wish, update)
    assert updated[case["result"]]["id"] == created[case["result"]]["id"]
    for other in ({}, *case["updated"]):
        changes_nothing(address, other)
    gone = {**address, "state": "absent"}
    assert changes(gone)[case["result"]] == {}
    changes_nothing(gone)
    assert wpc.emulator.state() == before
