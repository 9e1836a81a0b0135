# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who follows CONTRIBUTING.md to the letter gets a new module that passes its checks. Run by `make gates`."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from .conftest import REPOSITORY

PAGE = (REPOSITORY / "CONTRIBUTING.md").read_text()
STEP = re.compile(r"^(?:`(?P<file>\S+)`:\n\n)?```(?P<language>python|yaml|shell|diff)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def run(command: list[str], directory: Path, text: str = "") -> None:
    done = subprocess.run(command, cwd=directory, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_worked_example_works(copy: Path) -> None:
    steps = [match.groupdict() for match in STEP.finditer(PAGE)]
    assert [step["language"] for step in steps] == ["python", "shell", "diff", "shell", "yaml", "python", "yaml", "shell"]
    for step in steps:
        if step["file"]:
            (copy / step["file"]).parent.mkdir(parents=True, exist_ok=True)
            (copy / step["file"]).write_text(step["text"])
        elif step["language"] == "diff":
            run(["git", "apply"], copy, step["text"])
        else:
            run(["bash", "-e"], copy, step["text"])


def test_every_place_exists() -> None:
    table = re.findall(r"`((?:plugins|docs|tests|changelogs)/[\w./*-]+)`", PAGE.partition("## A new module")[0])
    assert table
    assert [place for place in table if not list(REPOSITORY.glob(place.rstrip("/")))] == []
    layers = re.findall(r"`(_\w+\.py)`", PAGE)
    assert [layer for layer in layers if not (REPOSITORY / "plugins/module_utils" / layer).exists()] == []
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", PAGE, re.MULTILINE)) <= targets
