# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of a benchmark as tables, as JSON and as a chart."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib
from ansible.release import __version__ as ansible_version
from matplotlib import pyplot
from rich.console import Console
from rich.markdown import Markdown

from .aims import Results, aims, best
from .processes import MODULE, PING
from .routes import FIRST, ONE_CHANGED, UNCHANGED


def machine() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "ansible_core": ansible_version,
    }


def _table(titles: dict[str, Callable[[dict[str, Any]], str]], entries: Iterable[dict[str, Any]]) -> list[str]:
    """The lines of a Markdown table. titles: of each column, with what says its value."""
    rows = [[*titles], ["---", *["---:"] * (len(titles) - 1)], *([value(entry) for value in titles.values()] for entry in entries)]
    return [f"| {' | '.join(row)} |" for row in rows]


def tables(results: Results) -> str:
    """All results as Markdown."""
    routes = {
        "What is done": lambda entry: f"{entry['method']}, {entry['situation']}",
        "Routes": lambda entry: f"{entry['routes']:,}",
        "Delay": lambda entry: f"{entry['delay']} ms",
        "Logins": lambda entry: f"{entry['login']:,}",
        "Reads": lambda entry: f"{entry['read']:,}",
        "Writes": lambda entry: f"{entry['write']:,}",
        "Seconds": lambda entry: f"{entry['seconds']:.2f}",
        "MB": lambda entry: f"{entry['megabytes']:.0f}",
        "Runs": lambda entry: str(entry["runs"]),
    }
    limited = {
        "What is done": lambda entry: f"{entry['method']}, {entry['situation']}, {entry['routes']} Routes",
        "Reads": lambda entry: f"{entry['read']}",
        "Writes": lambda entry: f"{entry['write']}",
        "Refused": lambda entry: f"{entry['refused']}",
        "Seconds": lambda entry: f"{entry['seconds']:.2f}",
        "At best": lambda entry: f"{best(entry):.2f}",
        "Over": lambda entry: f"{entry['seconds'] / best(entry) - 1:+.1%}",
    }
    tasks = {
        "Task": lambda entry: entry["task"],
        "Milliseconds": lambda entry: f"{entry['seconds'] * 1000:.0f}",
        "ping = 1": lambda entry: f"{entry['ratio']:.2f}",
    }
    wpc = {
        "Way": lambda entry: entry["way"],
        "Logins": lambda entry: f"{entry['login']}",
        "Reads": lambda entry: f"{entry['read']}",
        "Writes": lambda entry: f"{entry['write']}",
        "Seconds": lambda entry: f"{entry['seconds']:.2f}",
    }
    processes = {
        "Milliseconds of processor": lambda entry: entry["step"],
        PING: lambda entry: f"{entry['ping']:.0f}",
        MODULE.rpartition(".")[2]: lambda entry: f"{entry['module']:.0f}",
    }
    aimed = {
        "Aim": lambda entry: entry["aim"],
        "Wanted": lambda entry: entry["bound"],
        "Measured": lambda entry: f"{entry['value']:.2f}".rstrip("0").rstrip("."),
        "": lambda entry: {True: "met", False: "**not met**", None: ""}[entry["met"]],
    }
    lines = ["### Aims", "", *_table(aimed, aims(results)), ""]
    for situation in (FIRST, UNCHANGED, ONE_CHANGED):
        found = [entry for entry in results["routes"] if entry["situation"] == situation and not entry["limited"]]
        lines += [f"### Routes: {situation}", "", *_table(routes, sorted(found, key=lambda entry: (entry["delay"], entry["routes"]))), ""]
    lines += ["### Routes under a token bucket", "", *_table(limited, (entry for entry in results["routes"] if entry["limited"])), ""]
    lines += ["### One task with nothing to do", "", *_table(tasks, results["tasks"]), ""]
    lines += ["### A module's process, piece by piece", "", *_table(processes, results["processes"]), ""]
    lines += ["### A WPC of 30 Networks, 20 Connectors and 100 Routes, nothing changed", "", *_table(wpc, results["wpc"])]
    return "\n".join(lines)


def chart(results: Results, file: Path) -> None:
    """Seconds by number of Routes, of each method."""
    with matplotlib.rc_context({"svg.hashsalt": "bench", "svg.fonttype": "none", "font.size": 9}):
        figure, panels = pyplot.subplots(1, 2, figsize=(9, 4), sharey=True, layout="constrained")
        for panel, situation in zip(panels, (FIRST, UNCHANGED), strict=True):
            curves: dict[str, list[tuple[int, float]]] = {}
            for entry in results["routes"]:
                if entry["situation"] == situation and not entry["limited"] and not entry["delay"]:
                    curves.setdefault(entry["method"], []).append((entry["routes"], entry["seconds"]))
            for method, points in curves.items():
                panel.loglog(*zip(*sorted(points), strict=True), marker="o", label=method)
            panel.set_title(situation)
            panel.set_xlabel("Routes")
            panel.grid(alpha=0.3)
        panels[0].set_ylabel("Seconds")
        panels[0].legend()
        figure.savefig(file, metadata={"Date": None})
        pyplot.close(figure)


def publish(results: Results, folder: Path) -> None:
    """Show the tables; leave them, the chart and all figures in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps({"machine": machine(), **results}, indent=1) + "\n")
    (folder / "bench.md").write_text(tables(results) + "\n")
    chart(results, folder / "bench.svg")
    Console(width=140).print(Markdown(tables(results)))
