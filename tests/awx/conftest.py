# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the playbooks share: the emulator, and ansible-playbook as a person runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from awx_plugins.interfaces._temporary_private_api import ManagedCredentialType
from awx_plugins.interfaces._temporary_private_credential_api import Credential
from awx_plugins.interfaces._temporary_private_inject_api import inject_credential
from emulator import Emulator

ROOT = Path(__file__).parents[2]
AWX = ROOT / "playbooks" / "awx"
INPUTS: dict[str, Any] = yaml.safe_load((AWX / "files/credential_inputs.yml").read_text())
INJECTORS: dict[str, Any] = yaml.safe_load((AWX / "files/credential_injectors.yml").read_text())


class Injected(NamedTuple):
    env: dict[str, Any]  # of a job
    stored: dict[str, Any]  # the same as AWX keeps and shows it
    arguments: list[str]  # for ansible-playbook


def inject(private_data_dir: Path, **fields: str) -> Injected:
    """What AWX's own code makes of a credential of our type. The fields that are not given are blank."""
    kind = ManagedCredentialType(namespace="cloudconnexa", name="CloudConnexa", kind="cloud", inputs=INPUTS, injectors=INJECTORS)
    injected = Injected({}, {}, [])
    inject_credential(kind, Credential(dict(fields)), *injected, str(private_data_dir))
    return injected


class Run(NamedTuple):
    rc: int
    changed: int  # tasks
    calls: dict[str, int]  # by kind: login, read, write
    output: str


Play = Callable[..., Run]


@pytest.fixture(scope="session")
def service() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(service: Emulator) -> Emulator:
    """An empty WPC."""
    service.reset()
    service.forget_calls()
    return service


@pytest.fixture
def play(emulator: Emulator) -> Play:
    """Play a playbook, given by name or path: play("openvpn.cloudconnexa.site", "--check", site_name="berlin")."""

    def run(playbook: str | Path, *arguments: str, env: dict[str, str] | None = None, **variables: Any) -> Run:
        emulator.forget_calls()
        command = ["ansible-playbook", str(playbook), "--extra-vars", json.dumps(variables), *arguments]
        done = subprocess.run(
            command,
            env={**os.environ, **emulator.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        recap = re.search(r"PLAY RECAP.*?changed=(\d+)", done.stdout, re.DOTALL)
        assert recap, done.stdout
        return Run(done.returncode, int(recap[1]), emulator.count(), done.stdout)

    return run
