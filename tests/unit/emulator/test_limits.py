# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Token buckets, on a clock of the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator import Emulator

from .conftest import Api

SLOW = {"burst": 3, "rate": 1, "interval": 15}


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def server(clock: Clock) -> Iterator[Emulator]:
    with Emulator(clock=clock) as emulator:
        yield emulator


def reads(api: Api, number: int) -> list[int]:
    return [api("GET", "/regions").status_code for _time in range(number)]


def test_burst_then_one_per_interval(api: Api, clock: Clock) -> None:
    api.emulator.set_limits(SLOW)
    assert reads(api, 4) == [200, 200, 200, 429]
    clock.now += 14.9
    assert reads(api, 1) == [429]
    clock.now += 0.1
    assert reads(api, 2) == [200, 429]
    clock.now += 15 * 10
    assert reads(api, 4) == [200, 200, 200, 429]


def test_headers(api: Api, clock: Clock) -> None:
    def budget() -> tuple[int, str]:
        answer = api("GET", "/regions")
        told = {name.lower(): value for name, value in answer.headers.items() if name.lower().startswith("x-ratelimit")}
        remaining = told.pop("x-ratelimit-remaining")
        assert told == {"x-ratelimit-replenish-rate": "1", "x-ratelimit-replenish-time": "15", "x-ratelimit-burst-capacity": "3"}
        return answer.status_code, remaining

    api.emulator.set_limits(SLOW)
    assert [budget() for _time in range(4)] == [(200, "2"), (200, "1"), (200, "0"), (429, "0")]
    clock.now += 37.5
    assert budget() == (200, "1")


def test_a_refused_call_is_not_executed(api: Api) -> None:
    api.emulator.set_limits({"write": {"burst": 1, "rate": 1, "interval": 1}})
    assert [api("POST", "/hosts", json={"name": name}).status_code for name in "ab"] == [201, 429]
    assert reads(api, 20) == [200] * 20
    assert [host["name"] for host in api.emulator.state()["hosts"]] == ["a"]
    assert [(call.status, call.executed) for call in api.emulator.calls if call.kind == "write"] == [(201, True), (429, False)]
    assert api.emulator.count() == {"login": 0, "read": 20, "write": 2}


def test_every_answer_tells_the_budget(api: Api) -> None:
    for method, path, status in (
        ("GET", "/regions", 200),
        ("GET", "/nowhere", 404),
        ("DELETE", "/networks/x", 400),
        ("POST", "/oauth/token", 401),
    ):
        answer = api(method, path)
        assert answer.status_code == status
        assert int(answer.headers["X-RateLimit-Remaining"]) > 0


def test_a_high_rate(api: Api, clock: Clock) -> None:
    api.emulator.set_limits({"burst": 1, "rate": 20, "interval": 1})
    for _time in range(50):
        assert reads(api, 1) == [200]
        clock.now += 0.05
    api.emulator.set_limits(None)
    assert reads(api, 5) == [200] * 5


@pytest.mark.parametrize("limits", [{"burst": 0, "rate": 1, "interval": 1}, {"burst": 1, "rate": 1, "interval": 0.5}])
def test_wrong_settings(emulator: Emulator, limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        emulator.set_limits(limits)
