# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages for users name nothing that is not there: no option of a command, no variable, no playbook, no file, no link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.cli.galaxy import GalaxyCLI
from ansible.cli.playbook import PlaybookCLI
from ansible.cli.vault import VaultCLI
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._args import connection_options
from docs.pages import GUIDES, MODULES, PAGES, PLAYBOOKS, README, ROOT, commands, examples, flat, plays, words
from emulator import Emulator
from emulator.__main__ import _arguments

IN_PYTHON = "ansible_collections.openvpn.cloudconnexa.plugins.modules"
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text())
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
AWX = ROOT / "playbooks" / "awx"
ROLE = yaml.safe_load((ROOT / "playbooks/roles/site/meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
OF_THE_COLLECTION = {variable for option in connection_options().values() for variable in option["fallback"][1]}
OF_AWX = {"CONTROLLER_HOST", "CONTROLLER_OAUTH_TOKEN"}  # as the collection awx.awx reads them
# Besides the guides and the README: pages that are not made from others.
ALL = [*PAGES, ROOT / "docs" / "api-behaviour.md", ROOT / "docs" / "benchmarks.md"]
by_name = pytest.mark.parametrize("page", ALL, ids=lambda page: page.stem)


# commands


def ansible(cli: type, arguments: list[str], page: Path) -> None:
    """Raises SystemExit where an option does not exist, and AssertionError where a file is not on the page."""
    parsed = cli(arguments)
    parsed.init_parser()
    options = vars(parsed.parser.parse_args(parsed.args[1:]))
    named = [*(options.get("inventory") or ()), *filter(None, [options.get("requirements")])]
    named += [extra.removeprefix("@") for extra in options.get("extra_vars") or () if extra.startswith("@")]
    named += [playbook for playbook in options.get("args", ()) if cli is PlaybookCLI and not playbook.startswith("openvpn.")]
    assert {Path(name).name for name in named} <= {block.file for block in examples(page)}


def make(arguments: list[str], page: Path) -> None:
    target, *variables = arguments[1:]
    assert target in TARGETS
    for value in (variable.removeprefix("ARGS=") for variable in variables):
        assert target == "emulator"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.argv", ["emulator", *words(value)])
            switches = _arguments().switch
        Emulator(switches=dict(item.partition("=")[::2] for item in switches))


def pip(arguments: list[str], page: Path) -> None:
    assert arguments[:-1] == ["python3", "-m", "pip", "install", "--requirement"]
    _installed, path = arguments[-1].split("/openvpn/cloudconnexa/")
    assert (ROOT / path).exists()


def export(arguments: list[str], page: Path) -> None:
    assert arguments[1].partition("=")[0] in OF_THE_COLLECTION | OF_AWX


def clone(arguments: list[str], page: Path) -> None:
    assert arguments == ["git", "clone", f"{GALAXY['repository']}.git"]


def enter(arguments: list[str], page: Path) -> None:
    assert arguments == ["cd", f"{GALAXY['namespace']}.{GALAXY['name']}"]


def set_up_connector(arguments: list[str], page: Path) -> None:
    assert (len(arguments), arguments[1]) == (3, "--token")


KNOWN: dict[str, Callable[[list[str], Path], Any]] = {
    "ansible-builder": lambda arguments, page: import_module("ansible_builder.cli").parse_args(arguments[1:]),
    "ansible-galaxy": lambda arguments, page: ansible(GalaxyCLI, arguments, page),
    "ansible-playbook": lambda arguments, page: ansible(PlaybookCLI, arguments, page),
    "ansible-vault": lambda arguments, page: ansible(VaultCLI, arguments, page),
    "cd": enter,
    "export": export,
    "git": clone,
    "make": make,
    "openvpn-connector-setup": set_up_connector,
    "python3": pip,
}


@pytest.mark.parametrize(("page", "command"), [pytest.param(page, line, id=line) for page in PAGES for line in commands(page)])
def test_command_exists_with_its_options(page: Path, command: str) -> None:
    arguments = words(command)
    KNOWN[arguments[0]](arguments, page)


@by_name
def test_targets_of_make_exist(page: Path) -> None:
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE)) <= TARGETS


# names


@by_name
def test_environment_variables_are_read(page: Path) -> None:
    assert set(re.findall(r"\bCLOUDCONNEXA_\w+", page.read_text())) <= {*OF_THE_COLLECTION, "CLOUDCONNEXA_"}


@by_name
def test_modules_and_playbooks_exist(page: Path) -> None:
    named = set(re.findall(r"(?<![\w./-])openvpn\.cloudconnexa\.([a-z_.]+[a-z_])", page.read_text()))
    assert named - {*MODULES, *PLAYBOOKS, "all"} == set()


@by_name
def test_variables_of_playbooks_exist(page: Path) -> None:
    setup = set(re.findall(r"\bawx_[a-z_]+", (AWX / "setup.yml").read_text()))
    result = {"site_issued_credentials", "site_survey"}
    assert set(re.findall(r"(?<!\w)(?:awx|site)_[a-z_]+", page.read_text())) <= {*ROLE, *setup, *result}


def test_files_for_awx_exist() -> None:
    (page,) = (page for page in GUIDES if page.stem == "awx")
    named = set(re.findall(r"``([\w/]+(?:\.yml|\.json|/))``", page.read_text()))
    assert named
    places = [AWX, AWX / "files", AWX / "project"]
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


@by_name
def test_links_into_the_repository_lead_to_something(page: Path) -> None:
    paths = re.findall(r"/(?:blob|tree)/main/([^>`)#\s]+)", page.read_text())
    paths += [link for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()) if page.suffix == ".md"]
    assert [path for path in paths if not any((folder / path).exists() for folder in (ROOT, page.parent))] == []


# examples


def credential_types(page: Path) -> Iterable[dict[str, Any]]:
    return (block.content for block in examples(page) if isinstance(block.content, dict) and block.content.keys() & {"fields", "env"})


@pytest.mark.parametrize("page", [page for page in PAGES if list(credential_types(page))], ids=lambda page: page.stem)
def test_credential_type_is_that_of_the_collection(page: Path) -> None:
    inputs, injectors = (yaml.safe_load((AWX / "files" / f"credential_{half}.yml").read_text()) for half in ("inputs", "injectors"))
    fields = {field["id"]: field for field in inputs["fields"]}
    for shown in credential_types(page):
        for field in shown.get("fields", ()):
            assert field.items() <= fields[field["id"]].items()
            assert field.get("secret") == fields[field["id"]].get("secret")
        assert set(shown.get("required", ())) <= {field["id"] for field in shown.get("fields", ())}
        assert shown.get("env", {}).items() <= injectors["env"].items()


def test_credential_types_are_looked_at() -> None:
    assert {page.stem for page in PAGES if list(credential_types(page))} == {"README", "authentication"}


@pytest.mark.parametrize(
    "tasks",
    [
        *(pytest.param(plays(examples(page)), id=page.stem) for page in PAGES),
        *(pytest.param(yaml.safe_load(import_module(f"{IN_PYTHON}.{module}").EXAMPLES), id=module) for module in MODULES),
        *(pytest.param(yaml.safe_load(file.read_text()), id=file.stem) for file in sorted((ROOT / "playbooks").rglob("tasks/*.yml"))),
        *(
            pytest.param(yaml.safe_load((ROOT / "playbooks" / f"{name.replace('.', '/')}.yml").read_text()), id=name)
            for name in sorted(PLAYBOOKS)
        ),
    ],
)
def test_loops_show_a_label_instead_of_whole_objects(tasks: list[dict[str, Any]]) -> None:
    loops = [task for task in flat(tasks) if "loop" in task]
    of_objects = [task for task in loops if isinstance(task["loop"], str) or any(isinstance(item, dict) for item in task["loop"])]
    assert [task["name"] for task in of_objects if "label" not in task.get("loop_control", {})] == []


def test_readme_names_the_newest_release() -> None:
    releases = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text())["releases"]
    assert re.findall(r"openvpn\.cloudconnexa:==(\S+)", README.read_text()) == [list(releases)[-1]]
