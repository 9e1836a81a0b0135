# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests on every supported ansible-core, with each Python of the machine that it and the tests support.

What cannot be run is listed too. The output of each part is kept in .build/matrix/CORE-pyPYTHON/PART.log.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(sys.prefix).parent  # the environment of the checks is its .venv
PYTHONS = ROOT / ".build" / "pythons"
MATRIX = ROOT / ".build" / "matrix"

# Pythons of the controller: https://docs.ansible.com/ansible/latest/reference_appendices/release_and_maintenance.html
CORES = {
    "2.16": ("3.10", "3.11", "3.12"),
    "2.17": ("3.10", "3.11", "3.12"),
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
}
TOO_OLD_FOR_TESTS = ("3.10",)
REQUIREMENTS = ("requirements.txt", "tests/emulator/requirements.txt", "tests/unit/requirements.txt")
PARTS = ("units", "sanity", "integration")
LAST_LINES = 40  # of the output, when a part has failed


class Cell(NamedTuple):
    core: str
    python: str

    @property
    def folder(self) -> Path:
        return MATRIX / f"{self.core}-py{self.python}"

    @property
    def environment(self) -> Path:
        return self.folder / "venv"

    def commands(self) -> dict[str, list[str]]:
        return {
            "units": ["pytest", "--numprocesses", "auto", "--quiet"],
            "sanity": ["ansible-test", "sanity", "--local", "--color", "no", "--python", self.python],
            "integration": ["python", "tests/tools/integration.py"],
        }


def obstacle(cell: Cell) -> str | None:
    """Why the cell cannot be run here, if so."""
    if cell.python in TOO_OLD_FOR_TESTS:
        return "the tests need Python 3.11"
    if not (PYTHONS / f"python{cell.python}").exists():
        return f"Python {cell.python} is not on this machine"
    return None


def pick(available: list[str], wanted: list[str]) -> list[str]:
    """Those that are wanted, by name or as "oldest" and "newest"; all when nothing is said."""
    named = {"oldest": available[0], "newest": available[-1]} if available else {}
    return [name for name in available if name in {named.get(word, word) for word in wanted}] if wanted else available


def prepare(cell: Cell) -> None:
    complete = cell.folder / "complete"
    if complete.exists() and all((ROOT / name).stat().st_mtime < complete.stat().st_mtime for name in REQUIREMENTS):
        return
    subprocess.run([PYTHONS / f"python{cell.python}", "-m", "venv", "--clear", cell.environment], check=True)
    pip = [str(cell.environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    requirements = [f"--requirement={ROOT / name}" for name in REQUIREMENTS]
    subprocess.run([*pip, f"ansible-core=={cell.core}.*", *requirements], check=True)
    complete.touch()


def run(cell: Cell, part: str) -> bool:
    """Whether the part has passed. The tail of its output is shown when it has not."""
    log = cell.folder / f"{part}.log"
    start = time.monotonic()
    with log.open("w") as output:
        done = subprocess.run(
            [ROOT / "tests" / "tools" / "in_tree.sh", *cell.commands()[part]],
            env={**os.environ, "VENV_OF_CHECKS": str(cell.environment)},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    verdict = "passed" if done.returncode == 0 else "FAILED"
    print(f"ansible-core {cell.core}  Python {cell.python}  {part:12}{verdict}  {time.monotonic() - start:5.0f} s", flush=True)
    if done.returncode:
        print(*log.read_text().splitlines()[-LAST_LINES:], sep="\n", flush=True)
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--core", nargs="*", default=[], help=f"of {', '.join(CORES)}, oldest, newest (default: all)")
    parser.add_argument("--python", nargs="*", default=[], help="of those that the core supports, oldest, newest (default: all)")
    parser.add_argument("--parts", nargs="*", default=[], choices=PARTS, help="(default: all)")
    arguments = parser.parse_args()

    possible = {core: [python for python in pythons if not obstacle(Cell(core, python))] for core, pythons in CORES.items()}
    for core, pythons in CORES.items():
        for python in pythons:
            if reason := obstacle(Cell(core, python)):
                print(f"ansible-core {core}  Python {python}  skipped: {reason}", flush=True)
    cores = pick([core for core, pythons in possible.items() if pythons], arguments.core)
    cells = [Cell(core, python) for core in cores for python in pick(possible[core], arguments.python)]
    if not cells:
        print("Nothing of what is asked for can be run.", file=sys.stderr)
        return 2

    verdicts = []
    for cell in cells:
        prepare(cell)
        verdicts += [run(cell, part) for part in arguments.parts or PARTS]
    print(f"{verdicts.count(True)} of {len(verdicts)} parts passed in {len(cells)} cells.")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
