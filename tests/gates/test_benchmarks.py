# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A benchmark that measures what it says, and a page that shows what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench import processes, tasks
from bench import wpc as whole_wpc
from bench.aims import best
from bench.plays import play
from bench.report import publish, tables
from bench.routes import EACH, FIRST, FOLDER, METHODS, NOTHING, ONE_CHANGED, SET, UNCHANGED, URI, URI_EACH, Case, measure
from emulator import Emulator

DOCS = Path(__file__).parents[2] / "docs"
RESULTS: dict[str, Any] = json.loads((DOCS / "benchmarks.json").read_text())


def test_the_page_shows_what_was_measured() -> None:
    page = (DOCS / "benchmarks.md").read_text()
    assert tables(RESULTS) in page
    for fact in RESULTS["machine"].values():
        assert str(fact) in page


@pytest.mark.parametrize(
    ("method", "reads", "writes"),
    [
        (SET, 1, {FIRST: 2, UNCHANGED: 0, ONE_CHANGED: 1}),
        (EACH, 2, {FIRST: 2, ONE_CHANGED: 1}),
        (URI, 1, {FIRST: 2, ONE_CHANGED: 1}),
        (URI_EACH, 3, {FIRST: 2, ONE_CHANGED: 1}),
        (NOTHING, 0, {UNCHANGED: 0}),
    ],
)
def test_each_way_does_the_job_with_the_calls_that_it_needs(emulator: Emulator, method: str, reads: int, writes: dict[str, int]) -> None:
    measured = measure(emulator, 1, [Case(2, situation, method) for situation in writes], lambda _text: None)
    assert [entry["read"] for entry in measured] == [reads] * len(writes)
    assert {entry["situation"]: entry["write"] for entry in measured} == writes
    assert all(entry["seconds"] > 0 and 20 < entry["megabytes"] < 200 for entry in measured)


def test_uri_reads_page_by_page(emulator: Emulator) -> None:
    emulator.seed(networks=[{"name": f"office {number}"} for number in range(25)] + [{"name": "berlin"}])
    connection = {"base_url": emulator.base_url, "client_id": emulator.client_id, "client_secret": emulator.client_secret}
    run = play(emulator, FOLDER / METHODS[URI].playbook, {**connection, "page_size": 10, "wanted": {"10.1.0.0/16": "Office"}})
    assert (run.calls["read"], run.calls["write"]) == (3, 1)
    assert emulator.state()["networks"][-1]["routes"][0]["description"] == "Office"


def test_a_whole_wpc_is_looked_at_without_a_write(emulator: Emulator) -> None:
    measured = whole_wpc.measure(emulator, 1)
    assert [(entry["login"], entry["read"], entry["write"]) for entry in measured] == [(1, 50, 0), (1, 1, 0)]
    state = emulator.state()["networks"]
    assert [len(state), *(sum(len(network[kind]) for network in state) for kind in ("connectors", "routes"))] == [30, 20, 100]


def test_a_benchmark_is_published(emulator: Emulator, tmp_path: Path) -> None:
    measured = measure(emulator, 1, [Case(10, FIRST, SET), Case(30, FIRST, SET, limited=True)], lambda _text: None)
    assert measured[1]["refused"] == 0
    assert best(measured[1]) <= measured[1]["seconds"] + 0.25  # each figure has a margin of its own
    results = {
        "routes": measured,
        "tasks": tasks.measure(emulator, 1),
        "processes": processes.measure(emulator, 1),
        "wpc": RESULTS["wpc"],
    }
    assert {entry["task"] for entry in results["tasks"]} == {entry["task"] for entry in RESULTS["tasks"]}
    assert [entry["step"] for entry in results["processes"]] == [entry["step"] for entry in RESULTS["processes"]]
    publish(results, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bench.json", "bench.md", "bench.svg"]
    assert "<svg" in (tmp_path / "bench.svg").read_text()
    assert "under a token bucket" in (tmp_path / "bench.md").read_text()
