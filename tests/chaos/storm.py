# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random tasks of several users at once, while the service fails all the time."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.calls import Call
from emulator.switches import SWITCHES

from .process import Starter
from .trial import SCALE, Harm, Trial
from .wishes import User

# What no client can know, or what makes a wish impossible, so that no fair storm has it.
UNFAIR_SWITCHES = {"default_region": "empty", "last_connector": "refused", "older_tokens": "revoked"}
NO_SECRETS = r"^(?!.*/profile)"  # half of a secret looks like a whole one


@dataclass(frozen=True)
class Report:
    """What happened under one seed. repeated: tasks that failed and were run again. refused: calls that the limits did not let in, so that
    no fault could hit them. adoptions: objects whose creation was carried out, but whose answer was lost."""

    seed: int
    tasks: int
    repeated: int
    retries: int
    calls: int
    refused: int
    faults: Counter[str]
    adoptions: int

    @property
    def share(self) -> float:
        """Of the calls that were let in, those that a fault hit."""
        return self.faults.total() / (self.calls - self.refused)

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.tasks} task runs ({self.repeated} of them failed and were repeated), {self.calls} calls "
            f"({self.refused} of them refused by the limits), {self.faults.total()} faults ({self.share:.0%} of the others), "
            f"{self.retries} retries, {self.adoptions} adoptions\n"
            f"  faults by kind: {json.dumps(dict(self.faults.most_common()))}"
        )


def faults(dice: random.Random, stable: bool) -> Iterator[dict[str, Any]]:
    """What goes wrong, as arguments of Faults.add; together it hits more than 30 % of the calls. stable: whether lists keep their order."""

    def often(probability: float, **conditions: Any) -> dict[str, Any]:
        return {"probability": probability, "seed": dice.randrange(2**32), **conditions}

    page = "<html><p>Bad gateway</p></html>"
    for phase in ("before", "after"):
        yield from ({"kind": "status", "status": status, "phase": phase, "when": often(0.012)} for status in (500, 502, 503, 504))
        yield {"kind": "status", "status": 502, "phase": phase, "body": page, "when": often(0.012)}
        yield {"kind": "status", "status": 503, "phase": phase, "headers": {"Retry-After": "2"}, "when": often(0.012)}
        yield {"kind": "html", "phase": phase, "when": often(0.02)}
        yield {"kind": "accepted", "phase": phase, "when": often(0.02)}
        yield {"kind": "drop", "phase": phase, "when": often(0.03)}
        yield {"kind": "delay", "phase": phase, "seconds": 0.03, "when": often(0.02)}
    yield {"kind": "delay", "phase": "before", "seconds": 2.5, "when": {"kind": "read", "nth": dice.randint(20, 200)}}
    yield {"kind": "delay", "phase": "after", "seconds": 2.5, "when": {"kind": "write", "nth": dice.randint(5, 60)}}
    yield {"kind": "drop", "phase": "middle", "when": often(0.03)}
    yield {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}, "when": often(0.02)}
    yield {"kind": "status", "status": 429, "when": often(0.02)}
    yield {"kind": "status", "status": 401, "when": often(0.02)}
    yield {"kind": "empty", "phase": "after", "when": often(0.02)}
    yield {"kind": "wrong_json", "phase": "after", "when": often(0.02, path=NO_SECRETS)}
    yield {"kind": "invalid_utf8", "phase": "after", "when": often(0.02, path=NO_SECRETS)}
    yield {"kind": "truncated", "when": often(0.03, path=NO_SECRETS)}
    odd = {"X-RateLimit-Remaining": "-1", "X-RateLimit-Replenish-Rate": "0", "X-RateLimit-Replenish-Time": "x", "Retry-After": "never"}
    yield {"kind": "headers", "headers": odd, "when": often(0.02)}
    # Executed just before the next call comes in. Were it later, no client could tell that it is still to come.
    yield from ({"kind": "late", "calls": 1, "when": often(0.03, method=method)} for method in ("PUT", "POST", "DELETE"))
    creation = {"method": "POST", "path": "(networks|hosts|connectors|routes)$"}
    yield {"kind": "late", "calls": 3, "when": {**creation, "nth": dice.randint(3, 20)}}
    yield {"kind": "late", "seconds": SCALE / 2, "when": {**creation, "nth": dice.randint(3, 20)}}
    # Lists that are too large for one page, and change while their pages are read.
    yield {"kind": "huge", "size": 9 * 2**20, "when": often(0.01, query={"size": "1000"})}
    yield {"kind": "huge", "size": 9 * 2**20, "when": often(0.9, query={"size": "100"})}
    for kind in ("network", "host"):
        pages = {"path": f"/{kind}s$", "query": {"page": "0"}}
        yield {"kind": "page_change", "change": "insert", "when": {**pages, "nth": dice.randint(1, 30)}}
        if stable:  # else it might hit what a user needs, instead of what was put there for it
            yield {"kind": "page_change", "change": "remove", "when": {**pages, "nth": dice.randint(1, 30)}}


def storm(seed: int, wishes: int, folder: Path, users: int = 3) -> Report:
    """One seed. wishes: of all users together. folder: empty, for all that tasks write. Raises Harm."""
    dice = random.Random(seed)
    positions = {name: dice.choice(allowed) for name, (allowed, _why) in SWITCHES.items()}
    fair = {name: position for name, position in positions.items() if UNFAIR_SWITCHES.get(name) != position}
    limits = dice.choice([None, {"burst": 20, "rate": 1, "interval": 1}, {"burst": 100, "rate": 10, "interval": 1}])
    with Trial(str(seed), folder, users, fair, limits) as trial, ThreadPoolExecutor(users) as threads:
        emulator = trial.emulator

        def live(user: User, starter: Starter) -> int:
            habits = random.Random(f"{seed}/{user.number}/habits")
            repeated = 0
            for _wish in range(wishes // users):
                repeated += trial.fulfil(user.change(), starter, session_cache=habits.random() < 0.5)
                if habits.random() < 0.1:
                    emulator.revoke_tokens()
            return repeated

        for fault in faults(dice, fair["list_order"] == "stable"):
            emulator.faults.add(**fault)
        repeated = sum(threads.map(live, trial.users, trial.starters))
        calls = emulator.calls
        emulator.faults.clear()
        trial.check_state()
        emulator.set_limits(None)
        list(threads.map(trial.find_nothing_to_do, trial.users, trial.starters))
        trial.check_state()
        trial.check_files()
    hits = Counter(call.fault for call in calls if call.fault)
    refused = sum(call.status == 429 and not call.fault for call in calls)
    report = Report(seed, trial.tasks, repeated, trial.retries, len(calls), refused, hits, sum(map(_is_lost_creation, calls)))
    if report.share < 0.3:
        raise Harm(f"that was no storm: {report}")
    return report


def _is_lost_creation(call: Call) -> bool:
    creation = call.method == "POST" and call.path.endswith(("/networks", "/hosts", "/connectors", "/routes"))
    return creation and call.executed and call.fault not in (None, "delay", "headers")
