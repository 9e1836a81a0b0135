# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other tools make of the repository: Markdown from the guides, an execution environment from the requirements."""

from __future__ import annotations

import subprocess

from docs.pages import ROOT

from docs import guides


def test_markdown_is_that_of_the_guides() -> None:
    assert guides.made(ROOT / "docs") == guides.markdown(ROOT / "docs" / "docsite" / "rst"), "run: make guides"


def test_execution_environments_get_what_the_modules_need() -> None:
    found = subprocess.run(["ansible-builder", "introspect", str(ROOT.parents[2])], capture_output=True, text=True, check=True).stdout
    required = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert [line for line in required if f"{line}  # from collection openvpn.cloudconnexa" not in found] == []
