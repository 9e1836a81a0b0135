# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on command: what goes wrong between a client and the service."""

from __future__ import annotations

import asyncio
import dataclasses
import random
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from .answers import HTML, JSON, Answer
from .calls import Call
from .wpc import VENDOR_DEFAULTS, Wpc

BEFORE, AFTER, MIDDLE = "before", "after", "middle"
PAGE = b"<!doctype html><title>Service</title><p>Something went wrong.</p>"


class Cut(Exception):
    """The connection is to be reset; ``partial`` is the answer of which the first half goes out."""

    def __init__(self, partial: Answer | None = None) -> None:
        super().__init__("connection cut")
        self.partial = partial


@dataclass
class Exchange:
    """One call that a fault has hit. execute: carries the call out and gives its answer."""

    call: Call
    execute: Callable[[], Answer]
    wpc: Wpc
    faults: Faults


@dataclass(frozen=True)
class When:
    """Which calls a fault hits; what is not given matches every call.

    path: regular expression, searched in the path as sent (with /api/v1). kind: login, read or write.
    query: parameters that must be as given.
    nth: only from the nth matching call on, counted from 1, and only once unless ``times`` says otherwise.
    times: how often at most. probability: of a hit at each matching call, from a generator with ``seed``.
    """

    method: str | None = None
    path: str = ""
    kind: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    nth: int | None = None
    times: int | None = None
    probability: float = 1.0
    seed: int = 0

    def matches(self, call: Call) -> bool:
        return (
            self.method in (None, call.method)
            and self.kind in (None, call.kind)
            and re.search(self.path, call.path) is not None
            and all(call.query.get(name) == str(value) for name, value in self.query.items())
        )


@dataclass
class Fault:
    """A fault, see KINDS for what each kind does.

    phase: the fault strikes "before" the call is executed (which then never happens, but for a delay) or "after" it;
    a drop can also cut the answer in its "middle".
    status, headers, body: of the answer; a body of type str is sent as it is, another one as JSON. A header of None is left out.
    seconds: of a delay, or until a late execution. calls: a late execution comes just before the nth further call instead.
    size: bytes of a huge body. change: "insert" or "remove", on a page_change. hits: how often the fault has struck.
    """

    kind: str
    when: When = field(default_factory=When)
    phase: str = BEFORE
    status: int | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0.0
    calls: int = 0
    size: int = 100 * 2**20
    change: str = "insert"
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind!r}; there are: {', '.join(KINDS)}")
        if self.phase not in (BEFORE, AFTER, MIDDLE) or self.change not in ("insert", "remove"):
            raise ValueError("phase is before, after or middle; change is insert or remove")
        self._seen = 0
        self._random = random.Random(self.when.seed)

    def strikes(self, call: Call) -> bool:
        """Whether this call is hit; counts it."""
        when = self.when
        if not when.matches(call):
            return False
        self._seen += 1
        times = 1 if when.times is None and when.nth else when.times
        if self._seen < (when.nth or 1) or (times is not None and self.hits >= times) or self._random.random() >= when.probability:
            return False
        self.hits += 1
        return True

    async def apply(self, exchange: Exchange) -> Answer:
        return await KINDS[self.kind](self, exchange)

    def rewritten(self, answer: Answer) -> Answer:
        """The answer with what the fault says about status, headers and body."""
        headers = {name: None if value is None else str(value) for name, value in self.headers.items()}
        changes: dict[str, Any] = {"headers": {**answer.headers, **headers}}
        if self.status is not None:
            changes["status"] = self.status
        if self.body is not None:
            raw = isinstance(self.body, str)
            media = HTML if raw and self.body.startswith("<") else JSON
            changes |= {"content": self.body.encode() if raw else self.body, "media": media}
        return dataclasses.replace(answer, **changes)


class Faults:
    """The faults in force; the first that strikes a call has it alone."""

    def __init__(self, lock: AbstractContextManager[Any]) -> None:
        self._lock = lock
        self._faults: list[Fault] = []
        self._late: list[_Late] = []

    def add(self, kind: str, when: Mapping[str, Any] | None = None, **options: Any) -> Fault:
        """For options see Fault, for conditions When. Raises ValueError."""
        try:
            fault = Fault(kind, When(**(when or {})), **options)
            re.compile(fault.when.path)
        except (TypeError, re.error) as error:
            raise ValueError(str(error)) from None
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """No faults any more; executions that are still due are given up."""
        with self._lock:
            self._faults.clear()
            self._late.clear()

    def pick(self, call: Call) -> Fault | None:
        with self._lock:
            return next((fault for fault in self._faults if fault.strikes(call)), None)

    def postpone(self, execute: Callable[[], Answer], calls: int) -> _Late:
        """Execute when that many further calls have come in, unless it is done or given up before."""
        late = _Late(execute, calls)
        with self._lock:
            self._late.append(late)
        return late

    def run_late_calls(self) -> None:
        """To be called for each call that comes in."""
        with self._lock:
            for late in list(self._late):
                late.calls -= 1
                if late.calls == 0:
                    self.run(late)

    def run(self, late: _Late) -> None:
        with self._lock:
            if late in self._late:
                self._late.remove(late)
                late.execute()


@dataclass(eq=False)
class _Late:
    execute: Callable[[], Answer]
    calls: int  # 0 or less: waits for its time instead


Apply = Callable[[Fault, Exchange], Awaitable[Answer]]


def _canned(answer: Answer) -> Apply:
    """Answer this instead, executing the call or not."""

    async def apply(fault: Fault, exchange: Exchange) -> Answer:
        if fault.phase != BEFORE:
            exchange.execute()
        return fault.rewritten(answer)

    return apply


async def _huge(fault: Fault, exchange: Exchange) -> Answer:
    return fault.rewritten(Answer(media=JSON, stream=fault.size))


async def _drop(fault: Fault, exchange: Exchange) -> Answer:
    answer = None if fault.phase == BEFORE else exchange.execute()
    raise Cut(answer if fault.phase == MIDDLE else None)


async def _delay(fault: Fault, exchange: Exchange) -> Answer:
    if fault.phase == BEFORE:
        await asyncio.sleep(fault.seconds)
        return exchange.execute()
    answer = exchange.execute()
    await asyncio.sleep(fault.seconds)
    return answer


async def _truncated(fault: Fault, exchange: Exchange) -> Answer:
    answer = exchange.execute()
    body = answer.body()
    return fault.rewritten(dataclasses.replace(answer, content=body[: len(body) // 2]))


async def _headers(fault: Fault, exchange: Exchange) -> Answer:
    return fault.rewritten(exchange.execute())


async def _late(fault: Fault, exchange: Exchange) -> Answer:
    faults = exchange.faults
    late = faults.postpone(exchange.execute, fault.calls)
    if not fault.calls:
        asyncio.get_running_loop().call_later(fault.seconds, faults.run, late)
    return fault.rewritten(Answer(504))


async def _endless_pages(fault: Fault, exchange: Exchange) -> Answer:
    answer = exchange.execute()
    if isinstance(answer.content, dict) and "totalPages" in answer.content:
        size = answer.content["size"]
        entries = [{"id": str(uuid.uuid4()), "name": "endless"} for _entry in range(size)]
        answer.content |= {"content": entries, "numberOfElements": size, "totalPages": 2**31 - 1, "totalElements": 2**31 - 1}
    return answer


async def _page_change(fault: Fault, exchange: Exchange) -> Answer:
    answer = exchange.execute()
    if isinstance(answer.content, dict) and answer.content.get("content"):
        table = exchange.call.path.rsplit("/", 1)[-1]
        shown = answer.content["content"][0]["id"]
        if fault.change == "remove":
            exchange.wpc.remove(table[:-1], shown)
        else:
            _insert_before(exchange.wpc, table, shown, fault.body)
    return answer


def _insert_before(wpc: Wpc, table: str, shown: str, body: Any) -> None:
    """Put a new object at the front of the list that holds the shown one, and of its parent's."""
    named = {"name": "inserted elsewhere"}
    if table == "connectors":
        neighbour = wpc.connectors[shown]
        inserted: Any = wpc.create_connector(neighbour.parent, body or {**named, "vpnRegionId": neighbour.members["vpnRegionId"]})
        tables: list[dict[str, Any]] = [wpc.connectors, neighbour.parent.connectors]
    elif table == "routes":
        parent = wpc.routes[shown].parent
        inserted = wpc.create_route(parent, body or {"value": "203.0.113.0/24"})
        tables = [wpc.routes, parent.routes]
    else:
        kind = table[:-1]
        inserted = wpc.create_parent(kind, body or {**VENDOR_DEFAULTS[kind], **named})
        tables = [wpc.parents[kind]]
    for objects in tables:
        others = {key: value for key, value in objects.items() if value is not inserted}
        objects.clear()
        objects.update({inserted.id: inserted, **others})


KINDS: dict[str, Apply] = {
    "status": _canned(Answer(503)),  # any status, headers and body
    "html": _canned(Answer(200, PAGE, HTML)),  # a page where JSON belongs
    "empty": _canned(Answer(200)),
    "accepted": _canned(Answer(202)),
    "wrong_json": _canned(Answer(200, ["unexpected"], JSON)),
    "invalid_utf8": _canned(Answer(200, b'{"content": "\xff\xfe"}', JSON)),
    "huge": _huge,  # size bytes of filler, never executed
    "drop": _drop,  # the connection is reset
    "delay": _delay,
    "truncated": _truncated,  # half of the real body, as if it were whole
    "headers": _headers,  # the real answer with other headers
    "late": _late,  # 504 now, executed after so many seconds, or just before the nth further call
    "endless_pages": _endless_pages,  # a list has always another page
    "page_change": _page_change,  # once a page was served, an object is inserted at the front of its list, or the page's first one removed
}
