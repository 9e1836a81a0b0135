# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that are killed at a random moment, and run again."""

from __future__ import annotations

import random
import signal
import statistics
from pathlib import Path

from .trial import Trial


def kills(times: int, folder: Path, seed: int = 0) -> str:
    """Until so many tasks were killed while they ran; after each, the task is run again and everything has to be as wished.

    Returns what happened. Raises Harm.
    """
    dice = random.Random(seed)
    killed, survived = 0, 0
    with Trial(f"kill {seed}", folder) as trial:
        (user,), (starter,) = trial.users, trial.starters

        def options() -> dict[str, bool]:
            return {"session_cache": dice.random() < 0.5}

        measured = [trial.start(user.change(), starter, **options()).seconds for _task in range(20)]
        typical = statistics.mean(measured)
        trial.check_state()
        while killed < times:
            task = user.change()
            if trial.start(task, starter, dice.uniform(0, 1.2) * typical, **options()).status == -signal.SIGKILL:
                killed += 1
            else:
                survived += 1
            trial.fulfil(task, starter, again=True, **options())
            trial.check_state()
        trial.find_nothing_to_do(user, starter)
        trial.check_files()
    return f"kills: {killed} tasks killed at a random moment (of {typical * 1000:.0f} ms), {survived} more had ended by then; all converged"
