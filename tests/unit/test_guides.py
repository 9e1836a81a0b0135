# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example in the guides and in the README is played by the real ansible-playbook, and every diagram of calls shows the real ones."""

from __future__ import annotations

import itertools
import json
import os
import re
import select
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs.pages import GUIDES, PAGES, README, ROOT, blocks, commands, examples, plays, words
from emulator import Emulator

from docs import guides

from .conftest import Playground

DIAGRAMS = sorted((ROOT / "docs" / "docsite" / "diagrams").glob("*.dot"))
QUIET = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false", "ANSIBLE_NOCOLOR": "true"}
# What a page leaves to its reader, and machines that are not there: everything runs here, as who runs the tests.
VARIABLES = {"psk": "Canary.Key.1", "site_name": "berlin", "ansible_connection": "local", "ansible_become": False}
SETUP_TOOL = '#!/bin/sh\n[ "$1" = --token ] && printf %s "$2" > "$HANDED_OVER"\n'


class Stage:
    """A folder with the files that a page names, in which its examples and commands are played."""

    def __init__(self, folder: Path, page: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.blocks = examples(page)
        for block in self.blocks:
            if block.file:
                (folder / block.file).write_text(block.text)
        (folder / "openvpn-connector-setup").write_text(SETUP_TOOL)
        (folder / "openvpn-connector-setup").chmod(0o755)
        self.handed_over = folder / "handed_over"
        self.commands = [line for line in commands(page) if words(line)[0] == "ansible-playbook" and "--ask-vault-pass" not in line]
        if page.stem == "awx":  # tests/awx plays that
            self.commands = [line for line in self.commands if "openvpn.cloudconnexa.awx.setup" not in line]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CLOUDCONNEXA_")},
            **QUIET,
            **environment,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "HANDED_OVER": str(self.handed_over),
        }

    def run(self, *command: str, rc: int = 0, without: tuple[str, ...] = (), **variables: Any) -> str:
        """The output of a command."""
        (self.folder / "variables.json").write_text(json.dumps({**VARIABLES, **variables}))
        finished = subprocess.run(
            [*command, "--extra-vars", "@variables.json"],
            cwd=self.folder,
            env={name: value for name, value in self.environment.items() if name not in without},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert finished.returncode == rc, finished.stdout
        assert "no hosts matched" not in finished.stdout
        return finished.stdout

    def play_examples(self, **variables: Any) -> None:
        """All that no command of the page plays. Plays that bring credentials along find none in the environment."""
        rest = [block for block in self.blocks if not any(block.file and block.file in words(line) for line in self.commands)]
        inventory = ["--inventory", "inventory.yml"] if (self.folder / "inventory.yml").exists() else []
        for with_credentials, some in itertools.groupby(plays(rest), key=lambda play: "client_id" in str(play.get("module_defaults"))):
            (self.folder / "page.yml").write_text(yaml.safe_dump(list(some), sort_keys=False))
            without = ("CLOUDCONNEXA_CLIENT_ID", "CLOUDCONNEXA_CLIENT_SECRET") if with_credentials else ()
            self.run("ansible-playbook", *inventory, "page.yml", without=without, **variables)

    def run_commands(self) -> None:
        for line in self.commands:
            output = self.run(*words(line))
            assert "changed=0" not in line or "changed=0" in output, "the page promises that nothing changes"


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "many_wpcs"], ids=lambda page: page.stem)
def test_examples_work(wpc: Playground, tmp_path: Path, page: Path) -> None:
    assert plays(examples(page)), "every page has an example"
    stage = Stage(tmp_path, page, wpc.emulator.env)
    stage.play_examples(vault_client_id=wpc.emulator.client_id, vault_client_secret=wpc.emulator.client_secret)
    stage.run_commands()
    assert wpc.emulator.count()["read"]
    if "openvpn-connector-setup" in json.dumps(plays(stage.blocks)):
        assert stage.handed_over.read_text() in wpc.emulator.secrets


def test_drift_is_found_where_the_wpc_is_empty(wpc: Playground, tmp_path: Path) -> None:
    (page,) = (page for page in GUIDES if page.stem == "drift")
    stage = Stage(tmp_path, page, wpc.emulator.env)
    wpc.emulator.reset()
    build, find = map(words, stage.commands)
    stage.run(*build)  # in check mode
    assert "The WPC is not what the playbook says" in stage.run(*find, rc=2)
    assert not wpc.emulator.count()["write"]


class Internet(socketserver.ThreadingTCPServer):
    """A proxy that leads to emulators. ports: of each by its name and port in the internet."""

    daemon_threads = True
    ports: dict[str, int]


class Tunnel(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Internet)
        wanted = self.request.recv(65536).split()[1].decode()
        with socket.create_connection(("127.0.0.1", self.server.ports[wanted])) as service:
            self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            other = {self.request: service, service: self.request}
            while True:
                for end in select.select([*other], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    other[end].sendall(data)


@contextmanager
def internet(**emulators: Emulator) -> Iterator[str]:
    """The address of a proxy, on whose other side each emulator is the API of the WPC of its name."""
    with Internet(("127.0.0.1", 0), Tunnel) as server:
        server.ports = {f"{name}.api.openvpn.com:443": int(wpc.base_url.rpartition(":")[2]) for name, wpc in emulators.items()}
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_each_wpc_gets_what_is_its_own(tmp_path: Path) -> None:
    (page,) = (page for page in GUIDES if page.stem == "many_wpcs")
    with Emulator(tls=True) as acme, Emulator(tls=True) as globex, internet(acme=acme, globex=globex) as proxy:
        stage = Stage(tmp_path, page, {"HTTPS_PROXY": proxy, "CLOUDCONNEXA_VALIDATE_CERTS": "false"})
        for name, wpc in {"acme": acme, "globex": globex}.items():
            (tmp_path / "host_vars" / name).mkdir(parents=True)
            secrets = {"wpc_client_id": wpc.client_id, "wpc_client_secret": wpc.client_secret}
            (tmp_path / "host_vars" / name / "vault.yml").write_text(yaml.safe_dump(secrets))
        stage.play_examples()
        built = [(network["name"], len(network["routes"])) for wpc in (acme, globex) for network in wpc.state()["networks"]]
        assert built == [("acme-office", 2), ("globex-office", 1)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_says_what_it_is(page: Path) -> None:
    found = blocks(page)
    assert {block.language for block in found} <= {"yaml", "shell", "terraform", "text"}
    assert len(found) == len(re.findall(r"^(?:```\w+|\.\. code-block:: .*)$", page.read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ("diagram", "module", "options"),
    [
        ("connector-requests", "connector", {"network": "berlin", "name": "new", "region": "Frankfurt", "credentials": "token"}),
        ("route-requests", "route", {"network": "berlin", "subnet": "10.20.0.0/16"}),
        ("region-requests", "region", {"region": "Frankfurt", "default": True}),
        ("limit-requests", "route", {"network": "berlin", "subnet": "10.20.0.0/16"}),
    ],
)
def test_diagrams_show_the_calls_of_a_task(wpc: Playground, tmp_path: Path, diagram: str, module: str, options: dict[str, Any]) -> None:
    if "credentials" in options:
        options = {**options, "credentials_dest": str(tmp_path / "token")}
    if diagram == "limit-requests":
        wpc.limit_writes(burst=1, interval=15)
        assert not wpc.run("route", network="berlin", subnet="10.19.0.0/16").get("failed")
    wpc.calls(module, **options)
    calls = [call for call in wpc.emulator.calls if call.kind != "login"]
    made = [(call.method, re.sub(r"[0-9a-f-]{36}", "{id}", call.path.removeprefix("/api/v1"))) for call in calls]
    (source,) = (source for source in DIAGRAMS if source.stem == diagram)
    assert made == re.findall(r'label="(GET|POST|PUT|DELETE) ([^"]+)"', source.read_text())


@pytest.mark.parametrize("source", DIAGRAMS, ids=lambda source: source.stem)
def test_picture_shows_the_diagram(source: Path) -> None:
    assert guides.is_current(source), "run: make guides"


def test_every_picture_has_a_diagram_and_every_diagram_is_shown() -> None:
    assert [picture.stem for picture in sorted(DIAGRAMS[0].parent.glob("*.svg"))] == [source.stem for source in DIAGRAMS]
    shown = [name for page in GUIDES for name in re.findall(r"^\.\. figure:: diagrams/([\w-]+)\.svg$", page.read_text(), re.MULTILINE)]
    assert sorted(shown) == [source.stem for source in DIAGRAMS]


def test_every_guide_is_in_the_contents() -> None:
    sections = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text())["sections"]
    assert sorted(page for section in sections for page in section["toctree"]) == [page.stem for page in GUIDES]


def test_readme_leads_to_every_guide() -> None:
    assert [page.stem for page in GUIDES if f"/blob/main/docs/{page.stem}.md)" not in README.read_text()] == []
