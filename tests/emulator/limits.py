# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rate limits: token buckets and their headers (BEHAVIOUR 3)."""

from __future__ import annotations

import email.utils
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .switches import Switches


@dataclass
class Bucket:
    """``rate`` calls given back per ``interval`` seconds, evenly, up to ``burst``; a fast limit has a high rate."""

    burst: int
    rate: int
    interval: int
    clock: Callable[[], float]

    def __post_init__(self) -> None:
        if not all(isinstance(value, int) and value >= 1 for value in (self.burst, self.rate, self.interval)):
            raise ValueError("burst, rate and interval are whole numbers of at least 1")
        self._level, self._at = float(self.burst), self.clock()

    def take(self) -> bool:
        """Spend one call, if there is one."""
        now = self.clock()
        self._level = min(self.burst, self._level + (now - self._at) * self.rate / self.interval)
        self._at = now
        # A little less than one is enough: waiting exactly as long as told must suffice in spite of rounding.
        if self._level < 1 - 1e-9:
            return False
        self._level = max(0.0, self._level - 1)
        return True

    def wait(self) -> float:
        """Seconds until the next call is possible."""
        return max(0.0, (1 - self._level) * self.interval / self.rate)

    def headers(self) -> dict[str, str | None]:
        return {
            "X-RateLimit-Remaining": str(int(self._level)),
            "X-RateLimit-Replenish-Rate": str(self.rate),
            "X-RateLimit-Replenish-Time": str(self.interval),
            "X-RateLimit-Burst-Capacity": str(self.burst),
        }


UNLIMITED = {"burst": 1_000_000, "rate": 1_000_000, "interval": 1}


class Limits:
    """The budgets for reads and writes.

    settings: None for no limit, ``{"burst", "rate", "interval"}`` for both budgets, or ``{"read": {...}, "write": {...}}``.
    """

    def __init__(self, settings: Mapping[str, Any] | None, switches: Switches, clock: Callable[[], float]) -> None:
        settings = settings or {}
        each = {"read": settings, "write": settings} if "burst" in settings else settings
        self._switches = switches
        self._buckets = {kind: Bucket(**each.get(kind, UNLIMITED), clock=clock) for kind in ("read", "write")}

    def take(self, kind: str) -> tuple[bool, dict[str, str | None]]:
        """Whether a call of this kind may pass, and the headers of its answer."""
        bucket = self._buckets["read" if kind == "read" or self._switches["budgets"] == "shared" else "write"]
        free = kind == "login" and self._switches["login_budget"] == "free"
        passed = free or bucket.take()
        headers = bucket.headers()
        wait = math.ceil(bucket.wait())
        if not passed and self._switches["retry_after"] == "seconds":
            headers["Retry-After"] = str(wait)
        elif not passed and self._switches["retry_after"] == "date":
            headers["Retry-After"] = email.utils.formatdate(math.ceil(time.time()) + wait, usegmt=True)
        return passed, headers
