# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m bench``: what the collection costs, beside other ways to do the same, on the emulator."""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path

from emulator import Emulator

from . import processes, routes, tasks, wpc
from .report import publish


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="of everything (default 5)")
    parser.add_argument("--largest", type=int, default=10_000, metavar="N", help="number of Routes (default 10000)")
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="for the tables, the figures and the chart")
    arguments = parser.parse_args()
    tell = functools.partial(print, file=sys.stderr, flush=True)
    # The emulator holds its own answers to the API's document, which takes longer than to give them: that is no cost of a client.
    with Emulator(check_responses=False) as emulator:
        results = {
            "processes": processes.measure(emulator, 5 * arguments.rounds),
            "tasks": tasks.measure(emulator, 3 * arguments.rounds),
            "wpc": wpc.measure(emulator, arguments.rounds),
            "routes": routes.measure(emulator, arguments.rounds, routes.cases(arguments.largest), tell),
        }
    publish(results, arguments.output)


if __name__ == "__main__":
    main()
