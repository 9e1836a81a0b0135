# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page on the API's behaviour, the code that cites it, and the emulator's switches belong together."""

from __future__ import annotations

import re
from pathlib import Path

from emulator.switches import SWITCHES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api-behaviour.md").read_text()


def test_switches_are_those_of_the_page() -> None:
    named = {name for names in re.findall(r"\[(`[a-z0-9_`, ]+`)\]", PAGE.partition("\n## 1.")[2]) for name in re.findall(r"\w+", names)}
    assert named == set(SWITCHES)


def test_every_section_that_the_code_cites_exists() -> None:
    sections = set(re.findall(r"^## (\d+)\.", PAGE, re.MULTILINE))
    files = [*ROOT.glob("plugins/**/*.py"), *ROOT.glob("tests/**/*.py")]
    cited = {
        number
        for file in files
        for numbers in re.findall(r"BEHAVIOUR ((?:\d+, )*\d+)", file.read_text())
        for number in re.findall(r"\d+", numbers)
    }
    assert cited
    assert cited <= sections
