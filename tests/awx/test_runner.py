# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example project, run by ansible-runner as AWX runs a job."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from emulator import Emulator

from .conftest import AWX, ROOT, inject

SITE = {"playbook": "site.yml", "job_type": "run"}
DRIFT = {"playbook": "drift.yml", "job_type": "check"}
UNWRITABLE = "/proc"  # a home that not even root can write to
ANSWERS = {
    "site_name": "berlin",
    "site_description": "",
    "site_connectors": "Frankfurt\nus-mia",
    "site_routes": "10.20.0.0/16, 2001:db8:20::/48",
    "site_purge": "true",
    "site_host": "",
    "site_host_domain": "",
    "site_host_connectors": "",
    "site_credentials": "",
    "site_credentials_dir": "",
    "site_credentials_force": "false",
}


class Job(NamedTuple):
    status: str
    changed: int
    output: str
    messages: list[Any]  # of all tasks
    calls: dict[str, int]


Launch = Callable[..., Job]


@pytest.fixture
def launch(emulator: Emulator, tmp_path: Path) -> Launch:
    """Run a job template, such as setup.yml makes it, with the answers to its survey."""
    project = tmp_path / "project"
    shutil.copytree(AWX / "project", project)
    _install(project / "collections" / "requirements.yml", tmp_path)
    for folder in ("env", "inventory", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "inventory" / "hosts").touch()  # as AWX writes that of an empty inventory
    credential = inject(tmp_path, base_url=emulator.base_url, client_id=emulator.client_id, client_secret=emulator.client_secret)
    environment = {
        **credential.env,
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "requirements_collections"),
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "tmp"),
        "HOME": UNWRITABLE,
        "PATH": os.environ["PATH"],
    }
    (tmp_path / "env" / "envvars").write_text(json.dumps(environment))

    def run(template: dict[str, Any], **answers: str) -> Job:
        emulator.forget_calls()
        (tmp_path / "env" / "extravars").write_text(json.dumps(answers))
        artifacts = tmp_path / "artifacts" / "job"
        shutil.rmtree(artifacts, ignore_errors=True)
        job = ["ansible-runner", "run", str(tmp_path), "--playbook", template["playbook"], "--ident", artifacts.name, "--quiet"]
        subprocess.run(
            [*job, *(["--cmdline=--check"] if template["job_type"] == "check" else [])],
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": UNWRITABLE},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # no terminal
            check=False,
        )
        (artifacts / "command").unlink()  # the environment with its secrets
        events = [json.loads(file.read_text()) for file in (artifacts / "job_events").glob("*.json")]
        results = [event.get("event_data", {}).get("res", {}) for event in events]
        changed = [count for event in events if event["event"] == "playbook_on_stats" for count in event["event_data"]["changed"].values()]
        for file in artifacts.rglob("*"):
            assert not file.is_file() or emulator.client_secret not in file.read_text(), f"{file} holds the secret"
        return Job(
            (artifacts / "status").read_text(),
            sum(changed),
            (artifacts / "stdout").read_text(),
            [result["msg"] for result in results if "msg" in result],
            emulator.count(),
        )

    return run


def _install(requirements: Path, target: Path) -> None:
    """Install what the project requires, with the archive of this collection in the place of the one that Galaxy offers."""
    build = ["ansible-galaxy", "collection", "build", "--output-path", str(target / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (archive,) = (target / "dist").iterdir()
    wanted = yaml.safe_load(requirements.read_text())
    (entry,) = wanted["collections"]
    entry.update(name=str(archive), type="file")
    entry.pop("version")
    requirements.write_text(yaml.safe_dump(wanted))
    install = ["ansible-galaxy", "collection", "install", "--requirements-file", str(requirements)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(target)}  # without the paths on which the collection is found already
    subprocess.run(
        [*install, "--collections-path", str(target / "requirements_collections")], check=True, stdout=subprocess.DEVNULL, env=environment
    )


def test_onboarding_and_drift(emulator: Emulator, launch: Launch) -> None:
    onboarding = launch(SITE, **ANSWERS)
    assert (onboarding.status, onboarding.changed) == ("successful", 3), onboarding.output
    (network,) = emulator.state()["networks"]
    assert {connector["name"] for connector in network["connectors"]} == {"berlin-frankfurt", "berlin-us-mia"}
    assert {route["subnet"] for route in network["routes"]} == {"10.20.0.0/16", "2001:db8:20::/48"}

    again = launch(SITE, **ANSWERS)
    assert (again.status, again.changed, again.calls["write"]) == ("successful", 0, 0), again.output

    clean = launch(DRIFT, **ANSWERS)
    assert (clean.status, clean.calls["write"]) == ("successful", 0), clean.output
    assert "No drift." in clean.messages

    drifted = launch(DRIFT, **ANSWERS | {"site_description": "Headquarters", "site_routes": "10.20.0.0/16"})
    assert (drifted.status, drifted.calls["write"]) == ("failed", 0), drifted.output
    (report,) = (message for message in drifted.messages if isinstance(message, list))
    assert report == [
        'Network berlin: description is "", should be "Headquarters"',
        "Route 2001:db8:20::/48 of Network berlin is not in the variables of the site",
    ]


def test_token_of_a_new_connector_goes_to_the_directory_that_the_survey_names(emulator: Emulator, launch: Launch, tmp_path: Path) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    onboarding = launch(SITE, **ANSWERS | {"site_credentials": "token", "site_credentials_dir": str(mounted)})
    assert onboarding.status == "successful", onboarding.output
    assert {file.name for file in mounted.iterdir()} == {"berlin-frankfurt", "berlin-us-mia"}
    assert {file.read_text() for file in mounted.iterdir()} <= emulator.secrets
    assert not [secret for secret in emulator.secrets if secret in onboarding.output]


def test_job_needs_the_installed_collection(launch: Launch, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "requirements_collections" / "ansible_collections")
    job = launch(SITE, **ANSWERS)
    assert (job.status, job.calls["login"]) == ("failed", 0)
    assert "openvpn.cloudconnexa.site" in job.output
