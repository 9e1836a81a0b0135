# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection is to cost at most, beside what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .plays import median
from .routes import AS_MODULE, BURST, FIRST, IN_TURN, NOTHING, ONE_CHANGED, RATE, SET, UNCHANGED, URI, URI_EACH
from .tasks import AS_MODULE as TASK_AS_MODULE
from .tasks import ON_CONTROLLER, SHARED

MOST, LEAST = "at most", "at least"
Results = dict[str, list[dict[str, Any]]]


def best(entry: dict[str, Any]) -> float:
    """The seconds that the token buckets cost anybody who makes these calls."""
    return float(max(0, max(entry["read"], entry["write"]) - BURST) / RATE)


def aims(results: Results) -> Iterator[dict[str, Any]]:
    """Each aim, its bound in words, the figure, and whether it is met, None where it has no bound. What was not measured is left out."""
    entries = {
        (entry["method"], entry["situation"], entry["routes"], entry["delay"]): entry for entry in results["routes"] if not entry["limited"]
    }

    def figure(member: str, method: str, situation: str, routes: int, delay: int = 0) -> float:
        return float(entries[method, situation, routes, delay][member])

    def seconds(*of: Any) -> float:
        return figure("seconds", *of)

    def calls(method: str) -> float:
        return sum(figure(kind, method, UNCHANGED, 100) for kind in ("login", "read", "write"))

    def longer(method: str) -> float:
        return seconds(method, UNCHANGED, 100) / seconds(SET, UNCHANGED, 100)

    def ratios(way: str) -> list[float]:
        return [float(entry["ratio"]) for entry in results["tasks"] if entry["task"].endswith(f"{SHARED}, {way}")]

    def growth(method: str, fewer: int, more: int, delay: int = 0) -> float:
        return seconds(method, UNCHANGED, more, delay) / seconds(method, UNCHANGED, fewer, delay)

    limited = {entry["method"]: entry for entry in results["routes"] if entry["limited"]}
    rows: list[tuple[str, Callable[[], float], str, float]] = [
        ("1,000 Routes unchanged: reads", lambda: figure("read", SET, UNCHANGED, 1000), MOST, 2),
        ("1,000 Routes unchanged: writes", lambda: figure("write", SET, UNCHANGED, 1000), MOST, 0),
        ("the same against 10 Routes, on the controller: times the seconds", lambda: growth(SET, 10, 1000), MOST, 3),
        ("the same, where an answer takes 100 ms", lambda: growth(SET, 10, 1000, 100), MOST, 3),
        ("the same, as a module", lambda: growth(AS_MODULE, 10, 1000), MOST, 3),
        (f"for comparison, a task that does nothing with the list ({NOTHING})", lambda: growth(NOTHING, 10, 1000), "", 0),
        ("10,000 Routes unchanged against 1,000: times the seconds", lambda: growth(SET, 1000, 10_000), MOST, 10),
        ("10,000 Routes unchanged: MB", lambda: figure("megabytes", SET, UNCHANGED, 10_000), MOST, 200),
        ("10,000 Routes created: MB", lambda: figure("megabytes", SET, FIRST, 10_000), MOST, 200),
        ("1 of 1,000 changed: writes", lambda: figure("write", SET, ONE_CHANGED, 1000), MOST, 1),
        (
            "1,000 created at 100 ms: times as fast as one after another",
            lambda: seconds(IN_TURN, FIRST, 1000, 100) / seconds(SET, FIRST, 1000, 100),
            LEAST,
            3,
        ),
        ("under a token bucket: times the best", lambda: limited[SET]["seconds"] / best(limited[SET]), MOST, 1.05),
        (f"100 Routes unchanged: calls of {URI}, times ours", lambda: calls(URI) / calls(SET), LEAST, 20),
        (f"100 Routes unchanged: seconds of {URI}, times ours", lambda: longer(URI), LEAST, 20),
        (f"100 Routes unchanged: calls of {URI_EACH}, times ours", lambda: calls(URI_EACH) / calls(SET), LEAST, 20),
        (f"100 Routes unchanged: seconds of {URI_EACH}, times ours", lambda: longer(URI_EACH), LEAST, 20),
        ("a task with nothing to do, on the controller, times ping: the median module", lambda: median(ratios(ON_CONTROLLER)), MOST, 0.25),
        ("the same, the dearest module", lambda: max(ratios(ON_CONTROLLER)), MOST, 0.25),
        ("a task with nothing to do, as a module, times ping: the median module", lambda: median(ratios(TASK_AS_MODULE)), MOST, 1.6),
        ("the same, the dearest module", lambda: max(ratios(TASK_AS_MODULE)), MOST, 1.6),
    ]
    for aim, measured, kind, bound in rows:
        try:
            value = measured()
        except (KeyError, ValueError):
            continue
        met = {MOST: value <= bound, LEAST: value >= bound}.get(kind)
        yield {"aim": aim, "bound": f"{kind} {bound:g}" if kind else "", "value": value, "met": met}
