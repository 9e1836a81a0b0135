# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX is given: the credential type, the survey, and the playbook that sets them up."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._args import connection_options
from awx_plugins.interfaces._temporary_private_inject_api import ENV_BLOCKLIST

from .conftest import AWX, INJECTORS, INPUTS, ROOT, inject
from .test_runner import ANSWERS, DRIFT, SITE

OPTIONS = ROOT / "playbooks" / "roles" / "site" / "meta" / "argument_specs.yml"
SURVEY: dict[str, Any] = json.loads((AWX / "files/site_survey.json").read_text())
VARIABLES = {variable for option in connection_options().values() for variable in option["fallback"][1]}


def test_credential_becomes_environment_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    env, stored, arguments = inject(tmp_path, cloud_id="example", client_id="id.app", client_secret="Canary.Secret")
    assert env == {
        "CLOUDCONNEXA_CLOUD_ID": "example",
        "CLOUDCONNEXA_BASE_URL": "",
        "CLOUDCONNEXA_CLIENT_ID": "id.app",
        "CLOUDCONNEXA_CLIENT_SECRET": "Canary.Secret",
    }
    assert stored.keys() == env.keys()
    assert "Canary.Secret" not in str(stored)
    assert stored["CLOUDCONNEXA_CLOUD_ID"] == "example"
    assert arguments == []
    assert not list((tmp_path / "env").iterdir())


@pytest.mark.parametrize("field", INPUTS["fields"], ids=lambda field: field["id"])
def test_field_is_one_that_awx_accepts(field: dict[str, Any]) -> None:
    # awx/main/fields.py, CredentialTypeInputField
    assert field.keys() <= {"id", "label", "help_text", "type", "format", "choices", "multiline", "secret", "default"}
    assert field["label"]
    assert re.fullmatch(r"[a-zA-Z_]+[a-zA-Z0-9_]*", field["id"])
    assert field["id"] != "tower"
    assert field["type"] in {"string", "boolean"}
    assert field["type"] == "string" or not field.keys() & {"choices", "multiline", "format", "secret"}
    assert field.get("secret", False) is ("secret" in field["id"])


def test_inputs_and_injectors_are_ones_that_awx_accepts() -> None:
    # awx/main/fields.py, CredentialTypeInputField and CredentialTypeInjectorField
    ids = [field["id"] for field in INPUTS["fields"]]
    assert INPUTS.keys() == {"fields", "required"}
    assert len(set(ids)) == len(ids)
    assert set(INPUTS["required"]) <= set(ids)
    assert INJECTORS.keys() == {"env"}
    assert set(INJECTORS["env"].values()) == {f"{{{{ {name} }}}}" for name in ids}
    for name in INJECTORS["env"]:
        assert not name.startswith("ANSIBLE_")
        assert name not in ENV_BLOCKLIST


def test_modules_read_what_is_injected() -> None:
    assert INJECTORS["env"].keys() <= VARIABLES


@pytest.mark.parametrize("question", SURVEY["spec"], ids=lambda question: question["variable"])
def test_question_is_one_that_awx_accepts(question: dict[str, Any]) -> None:
    # awx/api/views/__init__.py, JobTemplateSurveySpec
    assert question.keys() >= {"question_name", "question_description", "variable", "type", "required", "default"}
    assert question["type"] in {"text", "textarea", "multiplechoice"}
    assert question["variable"] in yaml.safe_load(OPTIONS.read_text())["argument_specs"]["main"]["options"]
    if question["type"] == "multiplechoice":
        assert question["default"] in (question["choices"] if question["required"] else ["", *question["choices"]])
    else:
        assert 0 <= question["min"] <= question["max"]


def test_survey_has_a_name_and_asks_each_thing_once() -> None:
    assert SURVEY.keys() == {"name", "description", "spec"}
    variables = [question["variable"] for question in SURVEY["spec"]]
    assert len(set(variables)) == len(variables)
    assert set(variables) == ANSWERS.keys()  # of test_runner, which plays with all of them


# The collection awx.awx needs a server, so this stands for each of its modules and notes down what it is told.
RECORDER = """
import json, os
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        with open(os.environ["AWX_RECORD"], "a") as file:
            file.write(json.dumps([self._task.action, self._task.args]) + "\\n")
        return dict(changed=True)
"""


CREDENTIALS = {
    "CLOUDCONNEXA_CLOUD_ID": "example",
    "CLOUDCONNEXA_CLIENT_ID": "id.app",
    "CLOUDCONNEXA_CLIENT_SECRET": "Canary.Secret",
}


class SetUp(NamedTuple):
    rc: int
    output: str
    told: list[tuple[str, dict[str, Any]]]  # modules of awx.awx, with their options


@pytest.fixture
def set_up(tmp_path: Path) -> Callable[[dict[str, str]], SetUp]:
    """Play setup.yml in an environment."""
    actions = tmp_path / "ansible_collections" / "awx" / "awx" / "plugins" / "action"
    actions.mkdir(parents=True)
    for module in re.findall(r"^\s+awx\.awx\.(\w+):$", (AWX / "setup.yml").read_text(), re.MULTILINE):
        (actions / f"{module}.py").write_text(RECORDER)
    record = tmp_path / "record"
    record.touch()
    paths = {"ANSIBLE_COLLECTIONS_PATH": f"{tmp_path}:{os.environ['ANSIBLE_COLLECTIONS_PATH']}", "AWX_RECORD": str(record)}
    variables = {
        "awx_project_url": "https://git.example.com/sites.git",
        "awx_execution_environment_image": "registry.example.com/ee:1",
        "awx_sites": [{"site_name": "berlin", "site_routes": "10.20.0.0/16"}],
    }

    def run(credentials: dict[str, str]) -> SetUp:
        done = subprocess.run(
            ["ansible-playbook", "openvpn.cloudconnexa.awx.setup", "-vv", "--extra-vars", json.dumps(variables)],
            env={**os.environ, **paths, **credentials},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return SetUp(done.returncode, done.stdout, [tuple(json.loads(line)) for line in record.read_text().splitlines()])

    return run


@pytest.mark.parametrize("missing", CREDENTIALS)
def test_setup_demands_the_credentials_before_it_tells_awx_anything(set_up: Callable[[dict[str, str]], SetUp], missing: str) -> None:
    run = set_up({name: "" if name == missing else value for name, value in CREDENTIALS.items()})
    assert (run.rc, run.told) == (2, [])
    assert "Set the environment variables CLOUDCONNEXA_CLIENT_ID" in run.output
    assert "Canary.Secret" not in run.output


def test_setup_gives_awx_all_it_needs(set_up: Callable[[dict[str, str]], SetUp]) -> None:
    run = set_up(CREDENTIALS)
    assert run.rc == 0, run.output
    assert "Canary.Secret" not in run.output
    told = run.told
    by_module = {action.removeprefix("awx.awx."): arguments for action, arguments in told}
    assert by_module["credential_type"] == {"name": "CloudConnexa", "kind": "cloud", "inputs": INPUTS, "injectors": INJECTORS}
    assert by_module["credential"]["inputs"].keys() == {field["id"] for field in INPUTS["fields"]}
    assert by_module["credential"]["inputs"]["client_secret"] == "Canary.Secret"
    assert by_module["execution_environment"]["image"] == "registry.example.com/ee:1"
    assert by_module["project"]["scm_url"] == "https://git.example.com/sites.git"
    templates = [arguments for action, arguments in told if action == "awx.awx.job_template"]
    assert {template["playbook"] for template in templates} == {path.name for path in (AWX / "project").glob("*.yml")}
    assert [{name: template[name] for name in SITE} for template in templates] == [SITE, DRIFT]  # as test_runner launches them
    assert [(template["survey_enabled"], template["survey_spec"]) for template in templates] == [(True, SURVEY)] * 2
    assert by_module["schedule"]["unified_job_template"] in {template["name"] for template in templates if template["job_type"] == "check"}
    required = {question["variable"] for question in SURVEY["spec"] if question["required"]}
    assert by_module["schedule"]["extra_data"].keys() >= required | {"site_routes"}
