# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in other threads: what comes of it, and that none of it goes on when it should not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _threads
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._threads import each

PATIENCE = 30  # seconds until a test fails instead of waiting on


@pytest.mark.parametrize("workers", [1, 3])
class TestEach:
    def test_results_come_in_the_order_of_the_items(self, workers: int) -> None:
        assert each(workers, lambda item: item * 2, [1, 2, 3, 4], lambda _result: False) == [2, 4, 6, 8]

    def test_nothing_is_begun_after_the_last_result(self, workers: int) -> None:
        results = each(workers, lambda item: item, range(1, 10), lambda _result: True)
        begun = [result for result in results if result]
        assert begun == [*range(1, len(begun) + 1)]
        assert len(begun) <= workers

    def test_what_the_work_raises_is_raised(self, workers: int) -> None:
        def fail(_item: int) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            each(workers, fail, [1, 2, 3], lambda _result: False)


def test_threads_begin_nothing_more_when_whoever_waits_for_them_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    under_way = threading.Barrier(3)  # two workers and the interruption
    go_on = threading.Event()
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        if len(begun) <= 2:
            under_way.wait(PATIENCE)
            go_on.wait(PATIENCE)

    class Interrupted:
        def join(self) -> None:
            under_way.wait(PATIENCE)
            raise KeyboardInterrupt

    def start(run: Callable[[], None], start: Any = _threads._start) -> Any:
        threads.append(start(run))
        return Interrupted()

    monkeypatch.setattr(_threads, "_start", start)
    with pytest.raises(KeyboardInterrupt):
        each(2, work, range(10), lambda _result: False)
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(begun) == [0, 1]
