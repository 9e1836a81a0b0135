# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README has what a README of a collection needs; other tests play its examples and hold it to name only what exists."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._args import connection_options
from docs.pages import README as README_FILE
from docs.pages import ROOT, examples, plays

README = README_FILE.read_text()
PLAYS = plays(examples(README_FILE))
# The order that Red Hat's certification asks for.
SECTIONS = [
    "Description",
    "Requirements",
    "Installation",
    "Use Cases",
    "Testing",
    "Contributing",
    "Support",
    "Release Notes and Roadmap",
    "Related Information",
    "License Information",
]


def names(directory: str, pattern: str) -> set[str]:
    return {file.stem for file in (ROOT / directory).glob(pattern)}


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play["name"])
def test_play_runs_on_the_controller(play: dict[str, Any]) -> None:
    assert (play["hosts"], play["connection"]) == ("localhost", "local")
    for group, options in play.get("module_defaults", {}).items():
        assert group == "group/openvpn.cloudconnexa.all"
        assert options.keys() <= connection_options().keys()


def test_there_are_plays() -> None:
    assert PLAYS


def test_sections_have_the_order_of_the_certification() -> None:
    found = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert [section for section in found if section != "Communication"] == SECTIONS
    assert len(found) == len(SECTIONS) + 1


def test_installation_can_be_listed_pinned_and_upgraded() -> None:
    installation = README.partition("\n## Installation\n")[2].partition("\n## ")[0]
    for way in ("--requirements-file requirements.yml", "openvpn.cloudconnexa:==", "openvpn.cloudconnexa --upgrade", "git+https://"):
        assert f"ansible-galaxy collection install {way}" in installation


def test_forum_is_that_of_the_site() -> None:
    links = yaml.safe_load((ROOT / "docs/docsite/links.yml").read_text())
    communication = README.partition("\n## Communication\n")[2].partition("\n## ")[0]
    for link in [*links["communication"]["forums"], links["extra_links"][0]]:
        assert f"({link['url']})" in communication


def test_table_names_every_module() -> None:
    table = "".join(line for line in README.splitlines(keepends=True) if line.startswith("|"))
    assert set(re.findall(r"`(cloudconnexa_\w+)`", table)) == names("plugins/modules", "cloudconnexa_*.py")


def test_links_work_outside_of_the_repository() -> None:
    targets = re.findall(r"\]\(([^)]*)\)", README)
    assert targets
    assert [target for target in targets if not target.startswith("https://")] == []


def test_first_screen_says_what_a_reader_must_know() -> None:
    first_screen = "\n".join(README.splitlines()[:15])
    for fact in ("CloudConnexa", "not made, endorsed or supported by OpenVPN Inc.", "make demo", "make test"):
        assert fact in first_screen
