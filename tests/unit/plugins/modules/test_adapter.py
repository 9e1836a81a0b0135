# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where modules meet Ansible: each runs as a script, shows a diff only in diff mode, and says which packages it lacks."""

from __future__ import annotations

import json
import runpy
import sys
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _runner

from ...conftest import MODULES, Playground

TASKS: dict[str, dict[str, Any]] = {
    "connector": {"network": "berlin", "name": "east"},
    "connector_info": {},
    "host": {"name": "web1"},
    "host_info": {},
    "network": {"name": "paris"},
    "network_info": {},
    "region": {"region": "Paris"},
    "region_info": {},
    "route": {"network": "berlin", "subnet": "10.1.0.0/16"},
    "route_info": {},
    "token": {},
}


@pytest.mark.parametrize("module", TASKS)
def test_a_script_answers_in_json_and_without_a_diff_that_nobody_asked_for(
    wpc: Playground, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], module: str
) -> None:
    options = {"base_url": wpc.emulator.base_url, **wpc.by_login, **TASKS[module], "_ansible_remote_tmp": "."}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    name = f"{MODULES}.cloudconnexa_{module}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(SystemExit) as end:
        runpy.run_module(name, run_name="__main__")
    result = json.loads(capsys.readouterr().out)
    assert end.value.code == 0
    assert result["api"]["logins"] == 1
    assert "diff" not in result


def test_a_missing_package_is_named(wpc: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_runner, "IMPORT_ERROR", "Traceback: No module named 'tenacity'")
    result = wpc.run("region_info")
    assert result["failed"]
    assert "Failed to import the required Python library (requests and tenacity)" in result["msg"]
    assert wpc.emulator.calls == []
