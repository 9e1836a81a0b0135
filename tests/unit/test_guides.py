# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example in the guides and in the README is played by the real ansible-playbook, and every diagram of calls shows the real ones."""

from __future__ import annotations

import json
import os
import re
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from .conftest import Playground

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
GUIDES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
DIAGRAMS = ROOT / "docs" / "docsite" / "diagrams"
QUIET = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false", "ANSIBLE_NOCOLOR": "true"}


class Example(NamedTuple):
    """A block of YAML on a page. file: the name that the page gives it, or an empty text."""

    file: str
    content: Any


def examples(page: Path) -> Iterator[Example]:
    text = page.read_text()
    if page.suffix == ".md":
        for block in re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            yield Example("", yaml.safe_load(block))
    else:
        for options, block in re.findall(r"^\.\. code-block:: yaml\+jinja\n((?:   :.*\n)*)\n((?:   .*\n|\n)+)", text, re.MULTILINE):
            caption = re.search(r":caption: (\S+\.yml)$", options, re.MULTILINE)
            yield Example(caption[1] if caption else "", yaml.safe_load(textwrap.dedent(block)))


def plays(found: list[Example]) -> list[dict[str, Any]]:
    """All plays and tasks of a page, in order."""
    local = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    played: list[dict[str, Any]] = []
    for example in found:
        if isinstance(example.content, list):
            played += example.content if "hosts" in example.content[0] else [{**local, "tasks": example.content}]
    return played


def play(wpc: Playground, page: Path, folder: Path) -> None:
    """Play all examples of a page as one playbook, on the emulator. Files that the page names exist."""
    found = list(examples(page))
    for example in found:
        if example.file:
            (folder / example.file).write_text(yaml.safe_dump(example.content, sort_keys=False))
    (folder / "page.yml").write_text(yaml.safe_dump(plays(found), sort_keys=False))
    credentials = {"client_id": wpc.emulator.client_id, "client_secret": wpc.emulator.client_secret}
    secrets = {f"{prefix}_{name}": value for prefix in ("vault", "wpc") for name, value in credentials.items()}
    (folder / "secrets.json").write_text(json.dumps({**secrets, "psk": "Canary.Key.1"}))
    inventory = ["--inventory", "inventory.yml"] if (folder / "inventory.yml").exists() else []
    finished = subprocess.run(
        ["ansible-playbook", *inventory, "--extra-vars", "@secrets.json", "page.yml"],
        cwd=folder,
        env={**os.environ, **wpc.emulator.env, **QUIET},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "no hosts matched" not in finished.stdout


@pytest.mark.parametrize("page", [README, *GUIDES], ids=lambda page: page.stem)
def test_examples_work(wpc: Playground, tmp_path: Path, page: Path) -> None:
    assert plays(list(examples(page))), "every page has an example"
    play(wpc, page, tmp_path)
    assert wpc.emulator.count()["read"]
    if page.stem == "getting_started":
        wpc.emulator.forget_calls()
        play(wpc, page, tmp_path)
        assert not wpc.emulator.count()["write"], "the page promises that a second run changes nothing"


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_yaml_is_marked_as_such(page: Path) -> None:
    blocks = re.findall(r"^\.\. code-block:: (\S+)$", page.read_text(), re.MULTILINE)
    assert set(blocks) <= {"yaml+jinja", "shell", "terraform"}
    assert blocks.count("yaml+jinja") == len(list(examples(page)))


def test_links_into_the_repository_lead_to_something() -> None:
    paths = [path for page in GUIDES for path in re.findall(r"/blob/main/([^>`]+)>`", page.read_text())]
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    ("diagram", "module", "options"),
    [
        ("connector-requests", "connector", {"network": "berlin", "name": "new", "region": "Frankfurt", "credentials": "token"}),
        ("route-requests", "route", {"network": "berlin", "subnet": "10.20.0.0/16"}),
        ("region-requests", "region", {"region": "Frankfurt", "default": True}),
        ("limit-requests", "route", {"network": "berlin", "subnet": "10.20.0.0/16"}),
    ],
)
def test_diagrams_show_the_calls_of_a_task(wpc: Playground, tmp_path: Path, diagram: str, module: str, options: dict[str, Any]) -> None:
    if "credentials" in options:
        options = {**options, "credentials_dest": str(tmp_path / "token")}
    if diagram == "limit-requests":
        wpc.limit_writes(burst=1, interval=15)
        assert not wpc.run("route", network="berlin", subnet="10.19.0.0/16").get("failed")
    wpc.calls(module, **options)
    calls = [call for call in wpc.emulator.calls if call.kind != "login"]
    made = [(call.method, re.sub(r"[0-9a-f-]{36}", "{id}", call.path.removeprefix("/api/v1"))) for call in calls]
    shown = re.findall(r'label="(GET|POST|PUT|DELETE) ([^"]+)"', (DIAGRAMS / f"{diagram}.dot").read_text())
    assert made == shown
