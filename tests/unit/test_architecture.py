# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers of plugins/: who may import what, and what does not belong into a module."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
LAYERS = (  # from top to bottom; what stands in one row does not know of each other
    ("_runner",),
    ("_connector", "_route"),
    ("_ipsec", "_parents", "_region", "_apply", "_connector_actions"),
    ("_resource",),
    ("_args", "_compare"),
    ("_client", "_shared_session"),
    ("_answer", "_session", "_threads", "_version"),
    ("_connection",),
    ("_errors",),
)
DEPTHS = {name: depth for depth, names in enumerate(LAYERS) for name in names}
LIBRARIES = {"_client": {"requests", "tenacity"}, "_shared_session": {"cryptography"}}  # cryptography: ansible-core depends on it
SELDOM_NEEDED = ("_apply", "_connector_actions", "_shared_session")  # the process of a module compiles all that it imports, twice
MOST_LINES_OF_A_MODULE = 60
UTILS = sorted((PLUGINS / "module_utils").glob("_[a-z]*.py"))
MODULES = sorted((PLUGINS / "modules").glob("*.py"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """How many packages above each import begins, and what it imports; for what stands in our own directories each name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.level, node.module or alias.name) for alias in node.names)


@pytest.mark.parametrize("path", UTILS, ids=lambda path: path.stem)
def test_imports_run_downwards(path: Path) -> None:
    own = {name for level, name in imported(path) if level}
    assert {name for name in own if DEPTHS[name] <= DEPTHS[path.stem]} == set()


@pytest.mark.parametrize("path", UTILS, ids=lambda path: path.stem)
def test_libraries_are_used_in_one_place(path: Path) -> None:
    others = {name.partition(".")[0] for level, name in imported(path) if not level} - sys.stdlib_module_names - {"ansible"}
    assert others == LIBRARIES.get(path.stem, set())


@pytest.mark.parametrize("path", [path for path in UTILS if DEPTHS[path.stem] >= DEPTHS["_client"]], ids=lambda path: path.stem)
def test_the_client_knows_nothing_of_ansible(path: Path) -> None:
    assert "ansible" not in {name.partition(".")[0] for _level, name in imported(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_nothing_that_few_tasks_need(path: Path) -> None:
    package = "ansible_collections.openvpn.cloudconnexa.plugins"
    program = f"import sys, {package}.modules.{path.stem}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert f"{package}.module_utils._client" in loaded
    assert not {f"{package}.module_utils.{name}" for name in SELDOM_NEEDED} & set(loaded)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_is_its_options_and_a_resource(path: Path) -> None:
    documentation = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
    tree = ast.parse(path.read_text())
    code = [node for node in tree.body if not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in documentation)]
    assert sum(node.end_lineno - node.lineno + 1 for node in code if node.end_lineno) <= MOST_LINES_OF_A_MODULE
    assert {name for level, name in imported(path) if not level} <= {"__future__", "typing"}
    words = {node.id for statement in code for node in ast.walk(statement) if isinstance(node, ast.Name)}
    words |= {node.attr for statement in code for node in ast.walk(statement) if isinstance(node, ast.Attribute)}
    assert not words & {"check_mode", "get", "post", "put", "delete", "sleep", "retry"}


@pytest.mark.parametrize("path", sorted((PLUGINS / "action").glob("*.py")), ids=lambda path: path.stem)
def test_every_module_has_the_same_action(path: Path) -> None:
    assert path.read_text() == (PLUGINS / "action/cloudconnexa_token.py").read_text().replace("cloudconnexa_token", path.stem)
    assert [module.stem for module in MODULES] == [action.stem for action in sorted((PLUGINS / "action").glob("*.py"))]
