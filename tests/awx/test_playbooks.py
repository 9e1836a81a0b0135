# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks site and drift, played by ansible-playbook."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from emulator import Emulator

from .conftest import ROOT, Play

ROLE = ROOT / "playbooks" / "roles" / "site"
SITE = "openvpn.cloudconnexa.site"
DRIFT = "openvpn.cloudconnexa.drift"

FROM_A_FILE: dict[str, Any] = {
    "site_name": "berlin",
    "site_description": "Headquarters",
    "site_internet_access": "split_tunnel_on",
    "site_default_region": "Frankfurt",
    "site_connectors": [{"name": "berlin-frankfurt", "region": "Frankfurt"}, {"name": "berlin-us-mia", "region": "us-mia"}],
    "site_routes": ["10.20.0.0/16", {"subnet": "2001:db8:20::/48"}],
    "site_purge": True,
    "site_host": "db1",
    "site_host_domain": "db1.example.com",
    "site_host_connectors": ["Paris"],
}
FROM_A_SURVEY = {
    **FROM_A_FILE,
    "site_connectors": "Frankfurt, us-mia",
    "site_routes": "10.20.0.0/16\n2001:db8:20::/48\n",
    "site_purge": "true",
    "site_host_description": "",
    "site_host_connectors": "Paris",
}
OLD = {
    "name": "berlin",
    "description": "Branch",
    "connectors": [{"name": "old", "vpnRegionId": "it-mxp"}],
    "routes": [{"value": "10.1.0.0/16"}],
}


def outline(emulator: Emulator) -> dict[str, Any]:
    """What the WPC holds, without what the service decides."""
    state = emulator.state()

    def children(parent: dict[str, Any]) -> dict[str, Any]:
        return {
            "description": parent["description"],
            "connectors": {connector["name"]: connector["vpnRegionId"] for connector in parent["connectors"]},
            "routes": {route["subnet"] for route in parent.get("routes", [])},
        }

    return {
        "default_region": state["default_region"],
        "networks": {network["name"]: children(network) for network in state["networks"]},
        "hosts": {host["name"]: {**children(host), "domain": host["domain"]} for host in state["hosts"]},
    }


def edit(emulator: Emulator, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    """Let somebody change the first Network and the first Host by hand."""
    state = emulator.state()
    change(state["networks"][0], state["hosts"][0])
    emulator.reset()
    emulator.seed(networks=state["networks"], hosts=state["hosts"])


@pytest.mark.parametrize("answers", [FROM_A_FILE, FROM_A_SURVEY], ids=["file", "survey"])
def test_site_is_built_once_and_shows_no_drift(emulator: Emulator, play: Play, answers: dict[str, Any]) -> None:
    first = play(SITE, **answers)
    assert (first.rc, first.changed) == (0, 5), first.output
    assert outline(emulator) == {
        "default_region": "eu-central-1",
        "networks": {
            "berlin": {
                "description": "Headquarters",
                "connectors": {"berlin-frankfurt": "eu-central-1", "berlin-us-mia": "us-mia"},
                "routes": {"10.20.0.0/16", "2001:db8:20::/48"},
            }
        },
        "hosts": {"db1": {"description": "", "connectors": {"db1-paris": "fr-cdg"}, "routes": set(), "domain": "db1.example.com"}},
    }

    second = play(SITE, **answers)
    assert (second.rc, second.changed, second.calls["write"], second.calls["login"]) == (0, 0, 0, 1), second.output

    drift = play(DRIFT, **answers)
    assert (drift.rc, drift.changed, drift.calls["write"]) == (0, 0, 0), drift.output
    assert "No drift." in drift.output


def test_drift_is_named_and_nothing_is_written(emulator: Emulator, play: Play) -> None:
    assert play(SITE, **FROM_A_SURVEY).rc == 0

    def by_hand(network: dict[str, Any], host: dict[str, Any]) -> None:
        network["description"] = "Branch"
        network["connectors"][0]["vpnRegionId"] = "it-mxp"
        network["connectors"][1]["name"] = "forgotten"
        network["routes"] = [{"value": "10.30.0.0/16"}, {"value": "2001:db8:20::/48"}]
        host["domain"] = "db2.example.com"

    edit(emulator, by_hand)
    before = outline(emulator)

    drift = play(DRIFT, **FROM_A_SURVEY)

    assert drift.rc == 2
    assert drift.calls["write"] == 0
    assert outline(emulator) == before
    report = yaml.safe_load(re.findall(r'"msg": (\[.*?\n    \])', drift.output, re.DOTALL)[0])
    assert sorted(report) == [
        'Connector berlin-frankfurt of Network berlin: vpn_region_id is "it-mxp", should be "eu-central-1"',
        "Connector berlin-us-mia of Network berlin is missing",
        "Connector forgotten of Network berlin is not in the variables of the site",
        "Default Region Frankfurt: default is false, should be true",
        'Host db1: domain is "db2.example.com", should be "db1.example.com"',
        'Network berlin: description is "Branch", should be "Headquarters"',
        "Route 10.20.0.0/16 of Network berlin is missing",
        "Route 10.30.0.0/16 of Network berlin is not in the variables of the site",
    ]
    assert f"The site berlin has drifted, see the report: {len(report)} difference(s)." in drift.output

    repair = play(SITE, **FROM_A_SURVEY)
    assert repair.rc == 0
    assert outline(emulator)["networks"]["berlin"]["routes"] == {"10.20.0.0/16", "2001:db8:20::/48"}


def test_missing_site_is_drift(play: Play) -> None:
    drift = play(DRIFT, **FROM_A_SURVEY)
    assert (drift.rc, drift.calls["write"]) == (2, 0)
    assert "Network berlin is missing" in drift.output
    assert "Host db1 is missing" in drift.output


def test_without_purge_what_is_not_named_stays_and_is_no_drift(emulator: Emulator, play: Play) -> None:
    emulator.seed(networks=[OLD])
    answers = {"site_name": "berlin", "site_connectors": "Paris", "site_routes": "10.2.0.0/16"}
    assert play(SITE, **answers).rc == 0
    network = outline(emulator)["networks"]["berlin"]
    assert network["connectors"] == {"old": "it-mxp", "berlin-paris": "fr-cdg"}
    assert network["routes"] == {"10.1.0.0/16", "10.2.0.0/16"}
    assert play(DRIFT, **answers).rc == 0


def test_left_out_is_not_managed(emulator: Emulator, play: Play) -> None:
    emulator.seed(networks=[OLD])
    before = emulator.state()
    run = play(SITE, site_name="berlin", site_description="", site_connectors="", site_routes="", site_purge="true")
    assert (run.rc, run.changed, run.calls["write"]) == (0, 0, 0), run.output
    assert emulator.state() == before


def test_tokens_go_to_private_files(emulator: Emulator, play: Play, tmp_path: Path) -> None:
    run = play(SITE, site_name="berlin", site_connectors="Paris", site_credentials="token", site_credentials_dir=str(tmp_path))
    assert run.rc == 0, run.output
    (file,) = tmp_path.iterdir()
    assert file.name == "berlin-paris"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() in emulator.secrets
    assert not [secret for secret in emulator.secrets if secret in run.output]


def test_tokens_reach_a_later_play_and_nothing_else(emulator: Emulator, play: Play, tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(f"""
- import_playbook: {SITE}
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - copy: {{content: "{{{{ site_issued_credentials['berlin-paris'] }}}}", dest: {tmp_path}/token, mode: "0600"}}
      no_log: true
""")
    run = play(tmp_path / "play.yml", "-vvv", site_name="berlin", site_connectors="Paris", site_credentials="token")
    assert run.rc == 0, run.output
    assert (tmp_path / "token").read_text() in emulator.secrets
    assert not [secret for secret in emulator.secrets if secret in run.output]


@pytest.mark.parametrize(
    ("variables", "messages"),
    [
        (
            {"site_purge": "maybe", "site_connectors": {"name": "x"}},
            ["missing required arguments: site_name", "argument 'site_purge'", "argument 'site_connectors'"],
        ),
        ({"site_name": "", "site_host_connectors": "Paris"}, ["site_name must not be empty", "site_host_connectors needs site_host"]),
    ],
    ids=["types", "meaning"],
)
def test_malformed_variables_are_refused_before_any_call(play: Play, variables: dict[str, Any], messages: list[str]) -> None:
    run = play(SITE, **variables)
    assert run.rc == 2
    assert [message for message in messages if message not in run.output] == []
    assert sum(run.calls.values()) == 0


@pytest.mark.parametrize(
    ("variables", "env", "message"),
    [
        ({"site_connectors": "Atlantis", "site_credentials": "token"}, {}, "no Region is called 'Atlantis'"),
        ({}, {"CLOUDCONNEXA_CLIENT_SECRET": "wrong"}, "Could not log in"),
    ],
    ids=["Connectors", "login"],
)
def test_tasks_with_secrets_still_say_why_they_fail(play: Play, variables: dict[str, Any], env: dict[str, str], message: str) -> None:
    run = play(SITE, env=env, site_name="berlin", **variables)
    assert run.rc == 2
    assert message in run.output


def specification() -> dict[str, dict[str, Any]]:
    options: dict[str, dict[str, Any]] = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    return options


def test_specification_tells_the_defaults() -> None:
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text())
    assert {name: option["default"] for name, option in specification().items() if "default" in option} == defaults
    assert specification().keys() - defaults.keys() == {"site_name"}


def test_documentation_lists_every_variable() -> None:
    table = re.findall(r"^   \* - ``(site_\w+)``$", (ROOT / "docs/docsite/rst/playbooks.rst").read_text(), re.MULTILINE)
    assert table == list(specification())
