# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""What the calls of a task share: the access token and the two budgets of the service.

Private to this collection.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from dataclasses import dataclass, field
from typing import Callable, Iterator, List, Mapping, NamedTuple, Optional

READ, WRITE = "read", "write"
_SHORTEST_INTERVAL, _LONGEST_INTERVAL = 1e-9, 3600.0  # seconds per call; anything else is taken for a broken header


class Turn(NamedTuple):
    """A call's place in the queue: when it may be sent, and how many answers had been taken in when it got the place.

    lost: when a call that still has no answer was made by a process that died.
    """

    due: float
    answers: int
    lost: float


@dataclass
class Budget:
    """What the service lets one kind of call spend: a token bucket, known from the headers of its answers (BEHAVIOUR 3).

    capacity: calls that the full bucket holds. interval: seconds until one more call is allowed. level: calls that may be made at once;
    below zero, so many calls already wait for their turn. answers: so many have been taken in. pending: the turns of the calls whose
    answers are not there yet. stamp: when all this was last brought up to date. closed_until: nothing may be sent before. Times are seconds
    of one clock that never runs backwards. Until the service has told its limits, nothing is held back.
    """

    capacity: Optional[float] = None
    interval: Optional[float] = None
    level: Optional[float] = None
    answers: int = 0
    pending: List[Turn] = field(default_factory=list)
    stamp: float = 0.0
    closed_until: float = 0.0

    def reserve(self, now: float, longest: float = 60.0) -> Turn:
        """Take the next free place. longest: seconds that the answer may take."""
        self._refill(now)
        due = max(now, self.closed_until)
        if self.level is not None and self.interval is not None:
            self.level -= 1
            due = max(due, now - self.level * self.interval)
        turn = Turn(due, self.answers, due + min(longest, _LONGEST_INTERVAL))
        self.pending.append(turn)
        return turn

    def release(self, turn: Turn, now: float) -> None:
        """Give a place back that is not used after all."""
        self._refill(now)
        self._forget(turn)
        if self.level is not None:
            self.level += 1

    def learn(self, headers: Mapping[str, str], turn: Turn, now: float) -> None:
        """Take over what the answer to a call says; headers that are missing or make no sense change nothing."""
        self._refill(now)
        self._forget(turn)
        overtaken = max(0, self.answers - turn.answers)  # by so many answers at most, which may have been given later
        self.answers += 1
        remaining = number(headers.get("X-RateLimit-Remaining"))
        self.interval = replenishment(headers) or self.interval
        self.capacity = number(headers.get("X-RateLimit-Burst-Capacity")) or self.capacity
        if remaining is not None and self.interval is not None:
            least = remaining - len(self.pending) - overtaken
            most = remaining - sum(other.due > now for other in self.pending)
            # The header is rounded down: keep the finer figure of our own as long as it fits.
            self.level = least if self.level is None else min(max(self.level, least), math.nextafter(most + 1, most))

    def close(self, seconds: float, now: float) -> None:
        """The service refused a call: let nothing pass for a while, but not for days, since later tasks inherit this."""
        self.closed_until = max(self.closed_until, now + min(seconds, _LONGEST_INTERVAL))
        if self.level is not None:
            self.level = min(self.level, 0.0)

    def forecast(self, calls: int, now: float) -> Optional[float]:
        """Seconds until the last of so many more calls may be sent, None where the limits are not known."""
        self._refill(now)
        if not calls:
            return 0.0
        if self.level is None or self.interval is None:
            return None
        return max(0.0, calls - self.level) * self.interval

    def _refill(self, now: float) -> None:
        if now < self.stamp:  # the machine was started anew since
            self.__init__()  # type: ignore[misc]
        self.pending = [turn for turn in self.pending if now < turn.lost]
        if self.level is not None and self.interval is not None:
            self.level += (now - self.stamp) / self.interval
            if self.capacity is not None:
                # The service may not have counted the pending calls yet, and a full bucket gains nothing.
                self.level = min(self.level, self.capacity - len(self.pending))
        self.stamp = now

    def _forget(self, turn: Turn) -> None:
        if turn in self.pending:
            self.pending.remove(turn)


class Session:
    """The token and the budgets of one task, safe to use by several threads. trouble: why they are not shared although they should be."""

    def __init__(self) -> None:
        self.token: Optional[str] = None
        self.budgets = {READ: Budget(), WRITE: Budget()}
        self.trouble = ""
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def budget(self, kind: str) -> Iterator[Budget]:
        """The budget of one kind of call, for as long as nobody else may change it."""
        with self._lock:
            yield self.budgets[kind]

    @contextlib.contextmanager
    def login(self, refused: Optional[str], pause: Callable[[float], None] = time.sleep) -> Iterator[Optional[str]]:
        """One login at a time: the token that another caller got meanwhile, or None.

        refused: the token that is known to be dead. pause: waits so many seconds for the login of another task; may raise.
        """
        with self._lock:
            yield self.token if self.token != refused else None

    def keep(self, token: str) -> None:
        """Use this token from now on."""
        self.token = token


def number(text: Optional[str]) -> Optional[float]:
    """A header's figure, or None where it is missing, negative or no finite number."""
    try:
        value = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) and value >= 0 else None


def replenishment(headers: Mapping[str, str]) -> Optional[float]:
    """Seconds until one more call is allowed, None where the headers do not tell or make no sense."""
    rate, period = number(headers.get("X-RateLimit-Replenish-Rate")), number(headers.get("X-RateLimit-Replenish-Time"))
    return period / rate if rate and period and _SHORTEST_INTERVAL <= period / rate <= _LONGEST_INTERVAL else None
