# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""Work in other threads, none of which keeps a process alive that has to end. Private to this collection."""

from __future__ import annotations

import functools
import threading
from concurrent.futures import Future
from typing import Callable, List, Optional, Sequence, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def within(seconds: float, work: Callable[[], R]) -> R:
    """What the work returns or raises; raises concurrent.futures.TimeoutError where it takes longer, and leaves it to itself."""
    done: Future[R] = Future()
    _start(lambda: _do(done, work))
    return done.result(seconds)


def each(workers: int, work: Callable[[T], R], items: Sequence[T], is_last: Callable[[R], bool]) -> List[Optional[R]]:
    """What the work returns for each item, in their order, by so many threads at a time; raises what it raises.

    is_last: whether a result means that nothing more shall be begun; what was not begun has None.
    """
    results: List[Future[R]] = [Future() for _item in items]
    waiting = iter(zip(results, items))
    lock = threading.Lock()
    over = threading.Event()

    def run() -> None:
        while True:
            with lock:
                following = None if over.is_set() else next(waiting, None)
            if following is None:
                return
            result, item = following
            _do(result, functools.partial(work, item))
            with lock:
                if result.exception() or is_last(result.result()):
                    over.set()

    try:
        if workers > 1 and len(items) > 1:
            for thread in [_start(run) for _number in range(min(workers, len(items)))]:
                thread.join()
        else:
            run()
    finally:
        over.set()  # whoever is interrupted, such as by a time-out of the task, must not leave threads that go on
    return [result.result() if result.done() else None for result in results]


def _start(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _do(result: Future[R], work: Callable[[], R]) -> None:
    try:
        result.set_result(work())
    except BaseException as error:  # noqa: BLE001 whatever it is, it is raised again
        result.set_exception(error)
