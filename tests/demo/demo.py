# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play site.yml twice against the emulator and show what came of it. Arguments are handed to ansible-playbook.

Fails unless the second run changes nothing and writes nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from emulator import Emulator
from rich.console import Console
from rich.table import Table
from rich.tree import Tree

PLAYBOOK = Path(__file__).with_name("site.yml")
CONSOLE = Console(highlight=False)


class Run(NamedTuple):
    changed: int
    calls: dict[str, int]  # by kind: login, read, write


def play(emulator: Emulator, token_file: Path) -> Run:
    """Play the playbook, showing its output as it comes. Raises SystemExit when it fails."""
    emulator.forget_calls()
    quiet = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}
    colour = {"ANSIBLE_FORCE_COLOR": "true"} if CONSOLE.is_terminal else {}
    command = ["ansible-playbook", str(PLAYBOOK), "--extra-vars", f"token_file={token_file}", *sys.argv[1:]]
    output = []
    with subprocess.Popen(
        command, env={**os.environ, **emulator.env, **quiet, **colour}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            output.append(line)
            print(line, end="", flush=True)
    recap = re.search(r"PLAY RECAP.*changed=(\d+)", "".join(output), re.DOTALL)
    if process.returncode or not recap:
        raise SystemExit(f"ansible-playbook failed with exit status {process.returncode}")
    return Run(int(recap[1]), emulator.count())


def comparison(runs: dict[str, Run]) -> Table:
    table = Table("", box=None)
    for title in ("changed", "logins", "reads", "writes"):
        table.add_column(title, justify="right")
    for title, run in runs.items():
        table.add_row(title, *map(str, (run.changed, *(run.calls[kind] for kind in ("login", "read", "write")))))
    return table


def drawing(state: dict[str, Any]) -> Tree:
    """The WPC as the emulator holds it."""
    regions = {region["id"]: f"{region.get('regionName') or region['id']}, {region['country']}" for region in state["regions"]}
    tree = Tree(f"[bold]WPC[/], default Region {regions[state['default_region']]}")
    for title, kind in (("Network", "networks"), ("Host", "hosts")):
        for parent in state[kind]:
            branch = tree.add(f"{title} [bold green]{parent['name']}[/]  {parent['description']}")
            for line in children(parent, regions):
                branch.add(line)
    return tree


def children(parent: dict[str, Any], regions: dict[str, str]) -> Iterator[str]:
    for connector in parent["connectors"]:
        yield f"Connector [cyan]{connector['name']}[/]  {regions[connector['vpnRegionId']]}, {connector['connectionStatus'].lower()}"
    for route in parent.get("routes", ()):
        yield f"Route [cyan]{route['subnet']}[/]  {route['description']}"


def main() -> None:
    with Emulator(tls=True) as emulator, tempfile.TemporaryDirectory() as folder:
        CONSOLE.print(f"Emulator of the CloudConnexa API (not the service): {emulator.base_url}")
        runs = {}
        for title in ("First run", "Second run"):
            CONSOLE.rule(f"[bold]{title}")
            runs[title] = play(emulator, Path(folder, "db1.token"))
        CONSOLE.rule("[bold]Result")
        CONSOLE.print(comparison(runs), "", drawing(emulator.state()), "", sep="\n")
    second = runs["Second run"]
    if second.changed or second.calls["write"]:
        raise SystemExit("The second run should have changed and written nothing.")
    CONSOLE.print("[green]The second run changed nothing and wrote nothing.")


if __name__ == "__main__":
    main()
