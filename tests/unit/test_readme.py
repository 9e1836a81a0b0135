# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README says nothing that is not there: its plays are valid, and its table, commands and links name what exists."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._args import connection_options

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
REPOSITORY = yaml.safe_load((ROOT / "galaxy.yml").read_text())["repository"]
COLLECTION = "openvpn.cloudconnexa."
TASK_KEYWORDS = {"name", "register", "no_log", "loop", "loop_control", "delegate_to", "when"}

BLOCKS = [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", README, re.DOTALL | re.MULTILINE)]
PLAYS = [play for block in BLOCKS if isinstance(block, list) for play in block]
TASKS = [(play["name"], task) for play in PLAYS for task in play["tasks"]]


def names(directory: str, pattern: str) -> set[str]:
    return {file.stem for file in (ROOT / directory).glob(pattern)}


@pytest.mark.parametrize("task", [pytest.param(task, id=f"{play}: {task['name']}") for play, task in TASKS])
def test_task_is_accepted_by_its_module(task: dict[str, Any]) -> None:
    (action,) = task.keys() - TASK_KEYWORDS
    if not action.startswith(COLLECTION):
        assert action.startswith("ansible.builtin.")
        return
    module = importlib.import_module(f"ansible_collections.openvpn.cloudconnexa.plugins.modules.{action.removeprefix(COLLECTION)}")
    rules = module.SPEC.arguments()
    del rules["supports_check_mode"]
    assert ArgumentSpecValidator(**rules).validate(task[action] or {}).error_messages == []


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play["name"])
def test_play_runs_on_the_controller(play: dict[str, Any]) -> None:
    assert (play["hosts"], play["connection"]) == ("localhost", "local")
    for group, options in play.get("module_defaults", {}).items():
        assert group == "group/openvpn.cloudconnexa.all"
        assert options.keys() <= connection_options().keys()


def test_there_are_plays() -> None:
    assert TASKS


def test_table_names_every_module() -> None:
    table = "".join(line for line in README.splitlines(keepends=True) if line.startswith("|"))
    assert set(re.findall(r"`(cloudconnexa_\w+)`", table)) == names("plugins/modules", "cloudconnexa_*.py")


def test_every_environment_variable_is_read() -> None:
    fallbacks = {variable for option in connection_options().values() for variable in option["fallback"][1]}
    assert set(re.findall(r"\bCLOUDCONNEXA_\w+", README)) <= fallbacks


def test_every_command_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)) <= targets


def test_links_work_outside_of_the_repository() -> None:
    targets = re.findall(r"\]\(([^)]*)\)", README)
    assert targets
    assert [target for target in targets if not target.startswith("https://")] == []


def test_links_into_the_repository_lead_to_something() -> None:
    paths = re.findall(re.escape(REPOSITORY) + r"/(?:blob|tree)/main/([^)]*)\)", README)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_first_screen_says_what_a_reader_must_know() -> None:
    first_screen = "\n".join(README.splitlines()[:15])
    for fact in ("CloudConnexa", "not made, endorsed or supported by OpenVPN Inc.", "make demo", "make test"):
        assert fact in first_screen
