# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of every module, played from top to bottom against the emulator.

Tasks of this collection run for real. Of other tasks, the templates are rendered, and what ansible.builtin.assert demands has to hold.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs.pages import MODULES, flat
from jinja2 import StrictUndefined
from jinja2.nativetypes import NativeEnvironment

from .conftest import Playground

COLLECTION = "openvpn.cloudconnexa.cloudconnexa_"
KEYWORDS = {"name", "register", "when", "loop", "loop_control", "no_log", "delegate_to"}


class Player:
    """Plays tasks one after the other. played: the modules of this collection that ran."""

    def __init__(self, wpc: Playground, **variables: Any) -> None:
        self.wpc = wpc
        self.variables = variables
        self.played: list[str] = []
        self._jinja = NativeEnvironment(undefined=StrictUndefined)
        self._jinja.tests["changed"] = lambda result: result["changed"]

    def play(self, tasks: list[dict[str, Any]], defaults: dict[str, Any] | None = None) -> None:
        """defaults: what module_defaults says for the whole collection."""
        for task in tasks:
            if "block" in task:
                self.play(task["block"], self._rendered(task.get("module_defaults", {}).get("group/openvpn.cloudconnexa.all")))
            elif all(self._holds(condition) for condition in listed(task.get("when"))):
                self._play_task(task, defaults or {})

    def _play_task(self, task: dict[str, Any], defaults: dict[str, Any]) -> None:
        (action,) = task.keys() - KEYWORDS
        for item in self._rendered(task.get("loop", [None])):
            self.variables["item"] = item
            if isinstance(item, dict):
                assert self._rendered(task["loop_control"])["label"]
            options = task[action] or {}
            if action.startswith(COLLECTION):
                self.variables[task.get("register", "_")] = self._run(
                    action.removeprefix(COLLECTION), {**defaults, **self._rendered(options)}
                )
            elif action == "ansible.builtin.assert":
                for condition in listed(options["that"]):
                    assert self._holds(condition), condition
            else:
                assert action.startswith("ansible.builtin.")
                assert self._rendered(options)

    def _run(self, module: str, options: dict[str, Any]) -> dict[str, Any]:
        secret = "credentials.value" if "credentials" in options and "credentials_dest" not in options else ""
        if module == "token":
            options, secret = {**self.wpc.by_login, **options}, "access_token"
        result = self.wpc.run(module, **options, reveals=secret)
        assert not result.get("failed"), result["msg"]
        self.played.append(module)
        return result

    def _holds(self, condition: str) -> bool:
        return bool(self._jinja.compile_expression(condition, undefined_to_none=False)(**self.variables))

    def _rendered(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._rendered(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self._rendered(entry) for entry in value]
        return self._jinja.from_string(value).render(**self.variables) if isinstance(value, str) and "{{" in value else value


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def examples(module: str) -> list[dict[str, Any]]:
    text = importlib.import_module(f"ansible_collections.openvpn.cloudconnexa.plugins.modules.{module}").EXAMPLES
    tasks: list[dict[str, Any]] = yaml.safe_load(text)
    return tasks


@pytest.mark.parametrize("module", MODULES)
def test_examples_do_what_they_say(wpc: Playground, tmp_path: Path, module: str) -> None:
    player = Player(wpc, playbook_dir=str(tmp_path), psk="Canary.Key.1")
    player.play(examples(module))
    assert module.removeprefix("cloudconnexa_") in player.played


@pytest.mark.parametrize("module", MODULES)
def test_examples_are_named_and_say_what_they_use_in_full(module: str) -> None:
    for task in flat(examples(module)):
        assert task["name"][0].isupper()
        actions = task.keys() - KEYWORDS - {"block", "module_defaults"}
        assert all(action.startswith(("openvpn.cloudconnexa.", "ansible.builtin.")) for action in actions)
        assert "block" in task or len(actions) == 1
