# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short piece of what ``make chaos`` does at length."""

from __future__ import annotations

from pathlib import Path

from chaos.kills import kills
from chaos.limits import limits
from chaos.storm import storm


def test_a_storm_does_no_harm(tmp_path: Path) -> None:
    report = storm(seed=7, wishes=24, folder=tmp_path, users=2)
    assert report.tasks >= 24
    assert report.adoptions > 0


def test_killed_tasks_do_no_harm(tmp_path: Path) -> None:
    assert kills(10, tmp_path).startswith("kills: 10 tasks")


def test_parallel_tasks_that_share_a_session_never_exceed_a_limit(tmp_path: Path) -> None:
    assert "none failed; logins: 1, calls: 30" in limits(tmp_path, interval=0.01, session_cache=True, processes=3, tasks=30)
