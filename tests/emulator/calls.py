# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of calls: what was asked, what was answered, whether it took effect. Never a credential or a token."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass

CREDENTIALS = ("client_id", "client_secret")


@dataclass
class Call:
    """One call of the API.

    path: as sent, with /api/v1. status: None while unanswered and where the connection was cut.
    fault: the kind of the fault that hit it. executed: whether it took effect, which a fault may hide or delay.
    """

    method: str
    path: str
    query: dict[str, str]
    kind: str  # login, read or write
    status: int | None = None
    fault: str | None = None
    executed: bool = False


class CallLog:
    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def begin(self, method: str, path: str, query: dict[str, str]) -> Call:
        kind = "login" if path == "/api/v1/oauth/token" else "read" if method in ("GET", "HEAD") else "write"
        call = Call(method, path, {name: value for name, value in query.items() if name not in CREDENTIALS}, kind)
        with self._lock:
            self._calls.append(call)
        return call

    def snapshot(self) -> list[Call]:
        with self._lock:
            return [dataclasses.replace(call) for call in self._calls]

    def count(self) -> dict[str, int]:
        counts = {"login": 0, "read": 0, "write": 0}
        for call in self.snapshot():
            counts[call.kind] += 1
        return counts

    def forget(self) -> None:
        with self._lock:
            self._calls.clear()
