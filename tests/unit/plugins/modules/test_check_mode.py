# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode of every module: it never writes, and it tells what the real run then does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ...conftest import Playground

ROOT = Path(__file__).parents[4]
KEY = "Canary.Key.1"
ROUTE: dict[str, Any] = {"network": "berlin", "subnet": "10.1.0.0/16"}
STANDING: dict[str, Any] = {"network": "berlin", "name": "standing"}
TUNNEL: dict[str, Any] = {"network": "datacenter", "name": "standing"}
CREDENTIALS: dict[str, Any] = {"credentials": "token", "credentials_force": True}

# By module: tasks that would each change something, or at least read something, in the WPC of the fixture and the Route 10.1.0.0/16.
TASKS: dict[str, list[dict[str, Any]]] = {
    "connector": [
        {"network": "berlin", "name": "east", "region": "Frankfurt"},
        {"host": "db1", "name": "east", "description": "First", "suspended": True, "credentials": "profile"},
        {
            "network": "datacenter",
            "name": "east",
            "ipsec": {"platform": "aws", "pre_shared_key": KEY},
            "ipsec_state": "started",
            "wait_for": "online",
        },
        {**STANDING, "region": "Frankfurt", "description": "Changed"},
        {**STANDING, "suspended": True},
        {**STANDING, "suspended": False},
        {**STANDING, **CREDENTIALS},
        {**STANDING, **CREDENTIALS, "credentials_dest": "secret"},
        {**STANDING, "state": "absent"},
        {**TUNNEL, "ipsec_state": "started"},
        {**TUNNEL, "ipsec_state": "stopped"},
        {**TUNNEL, "ipsec": {"pre_shared_key": KEY}, "update_secrets": "always"},
        {**TUNNEL, "ipsec": {"pre_shared_key": KEY, "hostname": "gate"}},
        {"network": "berlin", "connectors": [{"name": "east", "region": "Frankfurt"}, {"name": "standing", "region": "it-mxp"}]},
        {"network": "berlin", "connectors": [{"name": "east", "region": "Frankfurt"}], "purge": True, "credentials": "token"},
        {"host": "db1", "connectors": [{"name": "standing"}], "state": "absent"},
    ],
    "connector_info": [{}, {"region": "Miami"}],
    "host": [
        {"name": "web1"},
        {"name": "db1", "domain": "db1.example.com", "gateways": ["berlin"]},
        {"name": "db1", "state": "absent", "force": True},
    ],
    "host_info": [{}],
    "network": [
        {"name": "paris"},
        {"name": "berlin", "description": "Changed", "gateways": ["frankfurt"], "tunneling_protocol": "ipsec"},
        {"name": "berlin", "state": "absent", "force": True},
    ],
    "network_info": [{}],
    "region": [{"region": "Frankfurt"}, {"region": "Frankfurt", "default": True}],
    "region_info": [{}],
    "route": [
        {"network": "berlin", "subnet": "10.2.0.0/16"},
        {**ROUTE, "description": "Changed"},
        {**ROUTE, "state": "absent"},
        {"network": "berlin", "routes": ["10.2.0.0/16", {"subnet": "10.1.0.0/16", "description": "Changed"}]},
        {"network": "berlin", "routes": ["10.1.0.0/17", "10.3.0.0/16"], "purge": True},
        {"network": "berlin", "routes": ["10.1.0.0/16"], "state": "absent"},
    ],
    "route_info": [{}],
    "token": [{}],
}
WITHOUT_CHANGE = ("_info", "token")


def cases() -> Iterator[Any]:
    for module, tasks in TASKS.items():
        for number, task in enumerate(tasks):
            yield pytest.param(module, task, id=f"{module}-{number}")


def test_every_module_has_tasks() -> None:
    assert {f"cloudconnexa_{module}" for module in TASKS} == {file.stem for file in (ROOT / "plugins/modules").glob("cloudconnexa_*.py")}


def outline(value: Any) -> Any:
    """The keys of a result, at every depth, with lists by their first entry."""
    if isinstance(value, dict):
        return {key: outline(entry) for key, entry in value.items()}
    return outline(value[0]) if isinstance(value, list) and value else None


def covers(real: Any, predicted: Any) -> bool:
    """Whether every predicted key is there in the real result."""
    return not isinstance(predicted, dict) or (
        isinstance(real, dict) and all(key in real and covers(real[key], entry) for key, entry in predicted.items())
    )


@pytest.mark.parametrize(("module", "task"), list(cases()))
def test_nothing_is_written_and_the_result_is_that_of_the_real_run(
    wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, task: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    wpc.run("route", **ROUTE)
    options = {**(wpc.by_login if module == "token" else {}), **task}
    secret = "access_token" if module == "token" else ""
    before = wpc.emulator.state()
    wpc.emulator.forget_calls()
    predicted = wpc.run(module, **options, check=True, reveals=secret)
    assert not predicted.get("failed"), predicted["msg"]
    assert wpc.emulator.count()["write"] == 0
    assert wpc.emulator.state() == before
    assert list(tmp_path.iterdir()) == []

    wpc.emulator.forget_calls()
    if "credentials" in task and "credentials_dest" not in task:
        secret = "connectors.0.credentials.value" if "connectors" in task else "credentials.value"
    done = wpc.run(module, **options, reveals=secret)
    assert not done.get("failed"), done["msg"]
    assert predicted["changed"] == done["changed"] == (wpc.emulator.count()["write"] > 0)
    assert done["changed"] or module.endswith(WITHOUT_CHANGE) or task == {"region": "Frankfurt"}
    assert predicted.get("diff") == done.get("diff")

    planned = predicted["api"].pop("planned", None)
    assert predicted.keys() == done.keys()
    assert predicted["api"].keys() == done["api"].keys()
    assert covers(outline(done), outline(predicted))
    if module.endswith(WITHOUT_CHANGE):
        assert planned is None
    else:
        assert planned is not None
        assert (planned["reads"], planned["writes"]) == (predicted["api"]["reads"], done["api"]["writes"])
        assert done["api"]["writes"] == wpc.emulator.count()["write"]
