# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many Routes of one Network: our set task, our single task in a loop, and ansible.builtin.uri."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from emulator import Emulator

from .plays import Run, median, play

FOLDER = Path(__file__).parent
PATIENCE = 10.0  # seconds; what has taken this long in all is not measured again
BURST, RATE = 20, 5  # of the token bucket: calls at once, and calls a second after that
FIRST, UNCHANGED, ONE_CHANGED = "first run", "nothing changed", "one changed"


@dataclass(frozen=True)
class Method:
    """A way to do the job. options: extra variables of the playbook. most: the largest number of Routes that each situation is tried with.
    delayed: the largest one where answers take their time.
    """

    playbook: str
    options: dict[str, Any]
    most: dict[str, int]
    delayed: int = 1000


SET, AS_MODULE, IN_TURN, EACH = "one task", "one task, as a module", "one task, concurrency 1", "a task for each"
EACH_SHARING = "a task for each, session_cache"
URI, URI_EACH = "uri, list first", "uri, one by one"
NOTHING = "no work, set_fact"
METHODS = {
    SET: Method("set.yml", {}, {FIRST: 10_000, UNCHANGED: 10_000, ONE_CHANGED: 10_000}),
    AS_MODULE: Method("set.yml", {"cloudconnexa_on_controller": False}, {FIRST: 1000, UNCHANGED: 10_000, ONE_CHANGED: 1000}),
    IN_TURN: Method("set.yml", {"concurrency": 1}, {FIRST: 1000}),
    EACH: Method("each.yml", {}, {FIRST: 1000, UNCHANGED: 1000, ONE_CHANGED: 1000}, 100),
    EACH_SHARING: Method("each.yml", {"session_cache": True}, {}),
    URI: Method("uri.yml", {}, {FIRST: 100, UNCHANGED: 1000, ONE_CHANGED: 1000}, 10),
    URI_EACH: Method("uri_each.yml", {}, {FIRST: 10, UNCHANGED: 100}, 0),
    NOTHING: Method("nothing.yml", {}, {UNCHANGED: 10_000}, 0),
}


@dataclass(frozen=True)
class Case:
    """What is measured. delay: milliseconds of each answer. limited: whether there is a token bucket."""

    routes: int
    situation: str
    method: str
    delay: int = 0
    limited: bool = False


def cases(largest: int) -> Iterator[Case]:
    """Everything that makes sense; what is missing would take too long, or shows nothing new."""
    for delay, sizes, situations in (
        (0, (10, 100, 1000, 10_000), (FIRST, UNCHANGED, ONE_CHANGED)),
        (100, (10, 100, 1000), (FIRST, UNCHANGED)),
    ):
        for routes in sizes:
            for situation in situations:
                for name, method in METHODS.items():
                    if routes <= min(method.most.get(situation, 0), method.delayed if delay else largest, largest):
                        yield Case(routes, situation, name, delay)
    for name in (SET, EACH, EACH_SHARING, URI):
        yield Case(100, FIRST, name, limited=True)


def measure(emulator: Emulator, rounds: int, chosen: Iterable[Case], tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """The medians of each case: seconds, megabytes, calls; with the number of runs. One run of each in turn, then all over again."""
    in_turn = list(chosen)
    runs: dict[Case, list[Run]] = defaultdict(list)
    spent: dict[Case, float] = defaultdict(float)
    for number in range(1, rounds + 1):
        for case in in_turn:
            if spent[case] < PATIENCE:
                start = time.monotonic()
                runs[case].append(_run(emulator, case))
                spent[case] += time.monotonic() - start
                what = f"{case.method}, {case.situation}, {case.routes} Routes, {case.delay} ms"
                tell(f"round {number}: {what}: {runs[case][-1].seconds:.2f} s")
    return [{**asdict(case), **_medians(found)} for case, found in runs.items()]


def _medians(runs: list[Run]) -> dict[str, Any]:
    return {
        "seconds": round(median(run.seconds for run in runs), 3),
        "megabytes": round(median(run.megabytes for run in runs), 1),
        **{kind: int(median(run.calls[kind] for run in runs)) for kind in runs[0].calls},
        "runs": len(runs),
    }


def subnets(number: int) -> list[str]:
    return [f"10.{index // 256}.{index % 256}.0/24" for index in range(number)]


def _run(emulator: Emulator, case: Case) -> Run:
    """Raises AssertionError where the job was not done."""
    wanted = {subnet: f"Office {number}" for number, subnet in enumerate(subnets(case.routes))}
    present = {} if case.situation == FIRST else dict(wanted)
    if case.situation == ONE_CHANGED:
        present[subnets(case.routes)[case.routes // 2]] = "Closed office"
    emulator.reset(limits={"burst": BURST, "rate": RATE, "interval": 1} if case.limited else None)
    routes = [{"value": subnet, "description": text} for subnet, text in present.items()]
    emulator.seed(networks=[{"name": "berlin", "routes": routes}])
    if case.delay:
        emulator.faults.add("delay", seconds=case.delay / 1000)
    method = METHODS[case.method]
    connection = {"base_url": emulator.base_url, "client_id": emulator.client_id, "client_secret": emulator.client_secret}
    run = play(emulator, FOLDER / method.playbook, {**connection, **method.options, "wanted": wanted})
    assert {route["subnet"]: route["description"] for route in emulator.state()["networks"][0]["routes"]} == wanted, case
    assert run.calls["write"] == {FIRST: case.routes, UNCHANGED: 0, ONE_CHANGED: 1}[case.situation], (case, run.calls)
    return run
