# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages for users hold: blocks of YAML, commands, and the tasks in both."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
GUIDES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
PAGES = [README, *GUIDES]
MODULES = sorted(file.stem for file in (ROOT / "plugins/modules").glob("cloudconnexa_*.py"))
PLAYBOOKS = ("awx.setup", "drift", "site")  # without those that lie in the example project

FENCE = re.compile(r"^(?:`(?P<file>\S+)`:\n\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
DIRECTIVE = re.compile(
    r"^\.\. code-block:: (?P<language>\S+)\n(?:   :caption: (?:(?P<file>\S+\.yml)|.*)\n)?\n(?P<text>(?:   .*\n|\n)+)", re.MULTILINE
)


class Block(NamedTuple):
    """A piece of code on a page. file: the name that the page gives it, or an empty text."""

    language: str
    file: str
    text: str

    @property
    def content(self) -> Any:
        return yaml.safe_load(self.text)


def blocks(page: Path) -> list[Block]:
    found = (FENCE if page.suffix == ".md" else DIRECTIVE).finditer(page.read_text())
    return [Block(match["language"].partition("+")[0], match["file"] or "", textwrap.dedent(match["text"])) for match in found]


def examples(page: Path) -> list[Block]:
    """The blocks of YAML."""
    return [block for block in blocks(page) if block.language == "yaml"]


def commands(page: Path) -> list[str]:
    """The lines that a reader types into a shell."""
    lines = (line for block in blocks(page) if block.language == "shell" for line in block.text.replace("\\\n", " ").splitlines())
    return [line for line in lines if words(line)]


def words(command: str) -> list[str]:
    return shlex.split(command, comments=True)


def plays(found: list[Block]) -> list[dict[str, Any]]:
    """All plays and tasks among the examples, in their order; tasks without a play get one."""
    local = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    played: list[dict[str, Any]] = []
    for block in found:
        if isinstance(block.content, list):
            whole = block.content[0].keys() & {"hosts", "ansible.builtin.import_playbook"}
            played += block.content if whole else [{**local, "tasks": block.content}]
    return played


def flat(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The tasks, with those in plays and blocks."""
    for task in tasks:
        yield task
        for part in ("pre_tasks", "tasks", "block", "rescue", "always"):
            yield from flat(task.get(part, []))
