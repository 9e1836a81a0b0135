# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many tasks in parallel processes against a small budget: how close to the best possible time they come."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from emulator import Emulator

from .process import Starter

BURST = 20


def limits(folder: Path, interval: float, session_cache: bool, processes: int = 10, tasks: int = 100) -> str:
    """Quiet tasks, which cost a read each. interval: real seconds until the service allows one more call. Returns what happened.

    Raises AssertionError where a task fails, or where processes that share a session log in more than once or run into the limit.
    """
    limit = {"burst": BURST, "rate": 1, "interval": 1}
    with ExitStack() as stack:
        emulator = stack.enter_context(Emulator(limits=limit, clock=lambda: time.monotonic() / interval))
        emulator.seed(networks=[{"name": "berlin", "description": "Head office"}])
        options = {"base_url": emulator.base_url, "client_id": emulator.client_id, "client_secret": emulator.client_secret}
        task = {**options, "name": "berlin", "description": "Head office", "session_cache": session_cache, "max_wait": 10 * tasks}
        starters = [stack.enter_context(Starter(folder, interval)) for _process in range(processes)]
        threads = stack.enter_context(ThreadPoolExecutor(processes))

        def work(starter: Starter) -> list[int]:
            return [starter.run("network", task).status for _task in range(tasks // processes)]

        emulator.set_limits(limit)  # a full bucket, now that everything is ready
        began = time.monotonic()
        statuses = [status for done in threads.map(work, starters) for status in done]
        seconds = time.monotonic() - began
        count = emulator.count()
        refused = sum(call.status == 429 for call in emulator.calls)
    assert statuses == [0] * tasks, f"tasks failed: {statuses}"
    passed = count["read"] - refused
    best = (passed - BURST) * interval
    if session_cache:
        assert count["login"] == 1, f"{count['login']} logins"
        assert refused <= 2, f"{refused} answers of 429"
    return (
        f"limits, {'with' if session_cache else 'without'} session_cache: {tasks} tasks in {processes} processes, none failed; "
        f"logins: {count['login']}, calls: {passed}, answers of 429: {refused}; {seconds:.1f} s, "
        f"the budget allows {best:.1f} s at best ({seconds / best - 1:+.1%})"
    )
