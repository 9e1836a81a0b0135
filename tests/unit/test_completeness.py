# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be said in several places is said in all of them, and what is documented is what happens."""

from __future__ import annotations

import importlib
import re
import subprocess
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.openvpn.cloudconnexa.plugins.doc_fragments.cloudconnexa import ModuleDocFragment
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _errors
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._args import connection_options
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._version import VERSION
from docs.pages import MODULES, PLAYBOOKS, ROOT
from tools.mirror import mirror, visible_files

from .conftest import Playground

FRAGMENT = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)
COMMON = {"changed", "failed", "msg", "diff", "invocation"}  # documented by Ansible for every module


def load(file: str) -> Any:
    return yaml.safe_load((ROOT / file).read_text())


@cache
def documentation(module: str, part: str) -> Any:
    return yaml.safe_load(getattr(importlib.import_module(f"ansible_collections.openvpn.cloudconnexa.plugins.modules.{module}"), part))


def nested(options: dict[str, Any], above: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """All options and suboptions by their full names."""
    for name, option in options.items():
        yield above + name, option
        yield from nested(option.get("suboptions", {}), f"{above}{name}.")


def said(entry: dict[str, Any]) -> str:
    """The description of an option or a result."""
    return entry["description"] if isinstance(entry["description"], str) else " ".join(entry["description"])


class TestModules:
    def test_are_all_in_the_action_group(self) -> None:
        assert load("meta/runtime.yml")["action_groups"] == {"all": MODULES}

    def test_all_have_their_tests(self) -> None:
        assert {file.stem for file in (ROOT / "tests/unit/plugins/modules").glob("test_cloudconnexa_*.py")} == {
            f"test_{module}" for module in MODULES
        }

    def test_all_have_their_integration_target(self) -> None:
        targets = {target.name for target in (ROOT / "tests/integration/targets").iterdir() if target.name.startswith("cloudconnexa_")}
        assert targets == set(MODULES)

    @pytest.mark.parametrize("module", MODULES)
    def test_all_document_the_connection_options(self, module: str) -> None:
        fragments = documentation(module, "DOCUMENTATION")["extends_documentation_fragment"]
        assert fragments[0] == "openvpn.cloudconnexa.cloudconnexa"
        assert f"openvpn.cloudconnexa.cloudconnexa.{'info' if module.endswith(('_info', '_token')) else 'stateful'}" in fragments

    @pytest.mark.parametrize("module", MODULES)
    def test_all_say_in_every_option_without_default_what_leaving_it_out_means(self, module: str) -> None:
        options = {**FRAGMENT["options"], **documentation(module, "DOCUMENTATION").get("options", {})}
        silent = [
            name
            for name, option in nested(options)
            if "default" not in option and not option.get("required") and not re.search("[Ww]hen left out|Without it", said(option))
        ]
        assert silent == []

    @pytest.mark.parametrize("module", MODULES)
    def test_all_say_which_options_do_not_go_together(self, module: str) -> None:
        spec = importlib.import_module(f"ansible_collections.openvpn.cloudconnexa.plugins.modules.{module}").SPEC
        options = documentation(module, "DOCUMENTATION").get("options", {})
        for one, other in spec.exclusive:
            texts = [(said(options[one]), other), (said(options[other]), one)]
            assert any(re.search(rf"O\({named}\)[^.]* cannot be given with it", text) for text, named in texts), (one, other)
        for option, needed in spec.needs.items():
            assert re.search(rf"is refused without O\({needed}\)", said(options[option])), option


class TestConnectionOptions:
    def test_are_documented_one_by_one(self) -> None:
        assert FRAGMENT["options"].keys() == connection_options().keys()

    @pytest.mark.parametrize("name", connection_options())
    def test_have_the_documented_type_default_and_environment_variable(self, name: str) -> None:
        option, described = connection_options()[name], FRAGMENT["options"][name]
        assert (described["type"], described.get("default")) == (option["type"], option.get("default"))
        assert re.findall(r"E\((CLOUDCONNEXA_\w+)\)", str(described["description"])) == option["fallback"][1]
        assert option["fallback"][1] == [f"CLOUDCONNEXA_{name.upper()}"]


class TestVersions:
    def test_of_the_collection_agree(self) -> None:
        assert load("galaxy.yml")["version"] == VERSION
        assert list(load("changelogs/changelog.yaml")["releases"])[-1] == VERSION

    def test_tell_of_all_released_modules_and_of_the_playbooks(self) -> None:
        releases = load("changelogs/changelog.yaml")["releases"]
        for version, release in releases.items():
            added = [module for module in MODULES if documentation(module, "DOCUMENTATION")["version_added"] == version]
            assert [module["name"] for module in release.get("modules", ())] == added
        told = (playbook["name"] for release in releases.values() for playbook in release.get("objects", {}).get("playbook", ()))
        assert tuple(told) == PLAYBOOKS

    def test_of_the_packages_agree(self) -> None:
        required = sorted(re.findall(r"^([a-z]+)>=([\d.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
        assert [name for name, _version in required] == ["requests", "tenacity"]
        assert FRAGMENT["requirements"] == [*(" >= ".join(package) for package in required), "cryptography, for O(session_cache=true) only"]
        assert set(re.findall(r"\b(requests|tenacity) ?>= ?([\d.]+)", (ROOT / "README.md").read_text())) <= set(required)


def test_archive_holds_what_users_need_and_nothing_else(tmp_path: Path) -> None:
    mirror(ROOT, tmp_path / "clean")
    build = ["ansible-galaxy", "collection", "build", "--output-path", str(tmp_path), str(tmp_path / "clean")]
    subprocess.run(build, stdout=subprocess.DEVNULL, check=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        held = {member.name for member in packed if not member.isdir()}
    visible = visible_files(ROOT)
    places = ("LICENSES/", "meta/", "playbooks/", "plugins/")
    assert held == {
        *(name for name in visible if name.startswith(places)),
        *(name for name in visible if re.fullmatch(r"docs/[\w-]+\.md|docs/docsite/([\w-]+\.yml|rst/\w+\.rst)", name)),
        *("README.md", "CHANGELOG.md", "COPYING", "REUSE.toml", ".ansible-lint", "requirements.txt"),
        *("changelogs/changelog.yaml", "changelogs/config.yaml"),
        *("FILES.json", "MANIFEST.json"),  # which ansible-galaxy makes
    }


# What modules return: tasks that run in check mode and for real.

IPSEC: dict[str, Any] = {
    "platform": "aws",
    "pre_shared_key": "Canary.Key.1",
    "remote_site_public_ip": "192.0.2.1",
    "hostname": "gate",
    "domain": "example.com",
}
TASKS: dict[str, list[dict[str, Any]]] = {
    "connector": [
        {"network": "berlin", "name": "east", "credentials": "token"},
        {"host": "db1", "name": "east", "credentials": "profile", "credentials_dest": "secret", "suspended": True},
        {"network": "datacenter", "name": "tunnel", "ipsec_state": "started"},
        {"network": "berlin", "name": "standing", "state": "absent"},
        {"network": "frankfurt", "connectors": [{"name": "east"}, {"name": "west"}], "credentials": "token", "credentials_dest": "."},
    ],
    "connector_info": [{}],
    "host": [{"name": "web1"}, {"name": "web1", "state": "absent"}],
    "host_info": [{}],
    "network": [{"name": "paris"}, {"name": "paris", "state": "absent"}],
    "network_info": [{}],
    "region": [{"region": "Paris", "default": True}],
    "region_info": [{}],
    "route": [
        {"network": "berlin", "subnet": "10.1.0.0/16"},
        {"network": "berlin", "subnet": "10.1.0.0/16", "state": "absent"},
        {"network": "berlin", "routes": ["10.1.0.0/16", "10.2.0.0/16"]},
    ],
    "route_info": [{}],
    "token": [{}],
}


def documented(entries: dict[str, Any], above: str = "") -> Iterator[str]:
    """The paths of the keys in a RETURN block; where an entry has no description of its keys, those of its sample count."""
    for name, entry in entries.items():
        yield above + name
        if "contains" in entry:
            yield from documented(entry["contains"], f"{above}{name}.")
        elif entry["type"] == "dict":
            yield from returned(entry["sample"], f"{above}{name}.")


def referred(module: str, entries: dict[str, Any], above: str = "") -> Iterator[str]:
    """The paths of the keys that a RETURN block describes by pointing to other values, of the same or of another module."""
    for name, entry in entries.items():
        yield from referred(module, entry.get("contains", {}), f"{above}{name}.")
        for key, other, value in re.findall(
            r"(?:the key C\((\w+)\) and )?(?:like|as in) RV\((?:[\w.]+\.(\w+)#module:)?(\w+)\)", said(entry)
        ):
            place = f"{above}{name}.{key}." if key else f"{above}{name}."
            target = documentation(other or module, "RETURN")[value]
            yield from {place.rstrip("."), *documented(target["contains"], place)}


def returned(value: Any, above: str = "") -> Iterator[str]:
    """The paths of the keys in a result; entries of lists count for the list."""
    if isinstance(value, dict):
        for name, entry in value.items():
            yield above + name
            yield from returned(entry, f"{above}{name}.")
    elif isinstance(value, list):
        for entry in value:
            yield from returned(entry, above)


def secret_of(module: str, task: dict[str, Any], check: bool = False) -> str:
    if module == "token":
        return "access_token"
    return "credentials.value" if "credentials" in task and "credentials_dest" not in task and not check else ""


def results(wpc: Playground, module: str) -> Iterator[dict[str, Any]]:
    """Of tasks that create, change, find and remove, in check mode and for real."""
    for task in TASKS[module]:
        options = {**(wpc.by_login if module == "token" else {}), **task}
        for check in (True, False):
            result = wpc.run(module, **options, check=check, reveals=secret_of(module, task, check))
            assert not result.get("failed"), result["msg"]
            yield result


def failures(wpc: Playground, module: str) -> Iterator[dict[str, Any]]:
    """Of options that cannot be met, of an answer of the service, and of what is only half done."""
    options = {**(wpc.by_login if module == "token" else {}), **TASKS[module][0]}
    yield wpc.run(module, **{**options, "max_wait": -1})
    body = {"errorDetails": {"application": [{"errorCode": "9-0-0", "message": "no"}]}}
    wpc.emulator.faults.add("status", status=400, body=body)
    yield wpc.run(module, **options)
    wpc.emulator.faults.clear()
    if module in ("connector", "route"):
        wpc.emulator.faults.add("status", status=403, when={"method": "POST", "nth": 2})
        several = {"connectors": [{"name": "a"}, {"name": "b"}]} if module == "connector" else {"routes": ["10.8.0.0/16", "10.9.0.0/16"]}
        yield wpc.run(module, network="berlin", **several, concurrency=1)
        wpc.emulator.faults.clear()
    if module == "route":
        wpc.emulator.faults.add("drop", when={"method": "POST"})
        wpc.emulator.faults.add("status", status=403, when={"method": "GET", "nth": 2})  # so that nobody can look what has become of it
        yield wpc.run(module, network="berlin", routes=["10.7.0.0/16"])
        wpc.emulator.faults.clear()


@pytest.fixture
def wpc(wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Playground:
    """With a Route and an IPsec Connector that has every member."""
    monkeypatch.chdir(tmp_path)
    wpc.run("route", network="berlin", subnet="10.5.0.0/16")
    tunnel = wpc.run("connector", network="datacenter", name="tunnel", ipsec=IPSEC)["connector"]
    wpc.emulator.wpc.connectors[tunnel["id"]].members["ipSecConfig"]["pairedAwsConnectorId"] = "another"
    return wpc


class TestResults:
    def test_of_all_modules_are_looked_at(self) -> None:
        assert [f"cloudconnexa_{module}" for module in TASKS] == MODULES

    @pytest.mark.parametrize("module", TASKS)
    def test_hold_what_is_documented_and_nothing_else(self, wpc: Playground, module: str) -> None:
        described = documentation(f"cloudconnexa_{module}", "RETURN")
        everything = {*documented(described), *referred(f"cloudconnexa_{module}", described)}
        own = {path for path in documented(described) if path.split(".")[0] not in ("api", "error")}
        found = {path for result in results(wpc, module) for path in returned({key: result[key] for key in result.keys() - COMMON})}
        assert found - everything == set()
        assert own - found == set()

    @pytest.mark.parametrize("module", TASKS)
    def test_of_failures_hold_nothing_else(self, wpc: Playground, module: str) -> None:
        described = set(documented(documentation(f"cloudconnexa_{module}", "RETURN")))
        for result in failures(wpc, module):
            assert result["failed"]
            assert {"error", "error.kind"} <= set(returned(result))
            assert set(returned({key: result[key] for key in result.keys() - COMMON})) <= described

    @pytest.mark.parametrize("block", ["api", "error"])
    def test_have_parts_that_all_modules_share(self, wpc: Playground, block: str) -> None:
        (first, *others) = (documentation(module, "RETURN")[block] for module in MODULES)
        assert all(other == first for other in others)
        found = {path for job in (results, failures) for result in job(wpc, "route") for path in returned({block: result.get(block, {})})}
        assert found == set(documented({block: first}))

    def test_name_kinds_of_errors_that_exist(self) -> None:
        described = documentation("cloudconnexa_route", "RETURN")["error"]["contains"]["kind"]["description"]
        kinds = {kind for line in described for kind in re.findall(r"V\((\w+)\)(?=.* - )", line)}
        assert kinds == {
            name
            for name, value in vars(_errors).items()
            if isinstance(value, type) and issubclass(value, _errors.CloudConnexaError) and value is not _errors.CloudConnexaError
        }
