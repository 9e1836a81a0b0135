# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m chaos [SEED...]``: the storms of these seeds alone; without any, ten storms, the kills and the limits."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .kills import kills
from .limits import limits
from .storm import storm
from .trial import Harm


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("seeds", nargs="*", type=int, metavar="SEED")
    parser.add_argument("--wishes", type=int, default=60, metavar="N", help="of all users in one storm (default 60)")
    parser.add_argument("--kills", type=int, default=200, metavar="N", help="tasks to kill (default 200)")
    parser.add_argument("--interval", type=float, default=1.0, metavar="SECONDS", help="of the limits, per call (default 1)")
    return parser.parse_args()


def _show(work: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        print(work(*arguments, folder=Path(folder), **options), flush=True)


def main() -> None:
    arguments = _arguments()
    seed = 0
    try:
        for seed in arguments.seeds or range(1, 11):
            _show(storm, seed, arguments.wishes)
    except Harm as harm:
        raise SystemExit(f"seed {seed}: {harm}\nOnce more: make chaos SEEDS={seed}") from None
    if not arguments.seeds:
        _show(kills, arguments.kills)
        for session_cache in (True, False):
            _show(limits, interval=arguments.interval, session_cache=session_cache)


if __name__ == "__main__":
    main()
