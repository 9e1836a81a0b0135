# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about the benchmark shows what was measured, and a benchmark measures what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.report import publish, tables
from bench.routes import FIRST, ONE_CHANGED, UNCHANGED, Case, measure
from emulator import Emulator

DOCS = Path(__file__).parents[2] / "docs"
RESULTS: dict[str, Any] = json.loads((DOCS / "benchmarks.json").read_text())


def test_the_page_shows_what_was_measured() -> None:
    page = (DOCS / "benchmarks.md").read_text()
    assert tables(RESULTS) in page
    for fact in RESULTS["machine"].values():
        assert str(fact) in page


def test_a_set_costs_two_reads_and_what_has_changed() -> None:
    for entry in RESULTS["routes"]:
        if entry["method"].startswith("one task") and not entry["limited"]:
            assert entry["read"] <= 2
            assert entry["write"] == {FIRST: entry["routes"], UNCHANGED: 0, ONE_CHANGED: 1}[entry["situation"]]


def test_a_benchmark_measures_the_job_and_publishes_it(emulator: Emulator, tmp_path: Path) -> None:
    chosen = [Case(10, situation, "one task") for situation in (FIRST, UNCHANGED)] + [Case(30, FIRST, "one task", limited=True)]
    measured = measure(emulator, 1, chosen, lambda _text: None)
    assert [(entry["login"], entry["read"], entry["write"]) for entry in measured] == [(1, 1, 10), (1, 1, 0), (1, 1, 30)]
    assert all(entry["seconds"] > 0 and entry["megabytes"] > 0 for entry in measured)
    publish({"routes": measured, "tasks": RESULTS["tasks"], "imports": RESULTS["imports"]}, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bench.json", "bench.md", "bench.svg"]
    assert "<svg" in (tmp_path / "bench.svg").read_text()
