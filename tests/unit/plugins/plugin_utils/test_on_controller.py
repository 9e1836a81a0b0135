# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways of a task, with the real ansible-playbook: on the controller or as a module, nobody can tell the difference."""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.module_utils.common.parameters import remove_values
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.action import ActionBase
from ansible_collections.openvpn.cloudconnexa.plugins.plugin_utils import _on_controller
from emulator import Emulator
from hypothesis import given
from hypothesis import strategies as st

BEFORE_2_19 = not hasattr(constants, "DISPLAY_TRACEBACK")
CONTROLLER, MODULE = "controller", "module"
PREFIX = "openvpn.cloudconnexa.cloudconnexa_"
QUIET = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}
SWITCH = "cloudconnexa_on_controller"
CANARY = "Canary.Key.1"
TUNNEL = {"platform": "aws", "remote_site_public_ip": "203.0.113.10", "pre_shared_key": CANARY}
KEPT = "Keep the results"

ELSEWHERE = """
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = "{name: elsewhere, short_description: A test, description: [A test], author: [Nobody], options: {}}"


class Connection(Local):
    transport = "elsewhere"
"""

Task = dict[str, Any]


class Vaulted(str):
    """A text that is encrypted in the playbook."""


def dump_vaulted(dumper: yaml.SafeDumper, text: Vaulted) -> yaml.Node:
    vault = VaultLib([("default", VaultSecret(b"password"))])
    return dumper.represent_scalar("!vault", vault.encrypt(text).decode(), style="|")


class PlaybookDumper(yaml.SafeDumper):
    """Writes a playbook without aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


PlaybookDumper.add_representer(Vaulted, dump_vaulted)


def task(module: str, *, named: str = "", diff: bool = False, **options: Any) -> Task:
    """One of our modules with these options."""
    return {"name": named or module, f"{PREFIX}{module}": options, **({"diff": True} if diff else {})}


class Watch:
    """Sees the arguments of every process that has a text in its environment for a while, as any user of the machine can."""

    def __init__(self, text: str) -> None:
        self.arguments: set[str] = set()
        self._text = text.encode()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.wait(0.2):
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):  # it has ended, or is another user's
                    if self._text in (process / "environ").read_bytes():
                        self.arguments.add((process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " "))

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()


@dataclass
class Played:
    """What came of a play. arguments: those of processes. results: what each task registered, by its name."""

    output: str
    log: str
    arguments: set[str]
    results: dict[str, Any]

    @property
    def ways(self) -> dict[str, str]:
        """How each task went, as ansible-playbook -vvv tells."""
        sections = re.findall(r"^TASK \[(.*?)\] \*+$(.*?)(?=^TASK \[|^PLAY |\Z)", self.output, re.MULTILINE | re.DOTALL)
        return {name: MODULE if "Using module file" in text else CONTROLLER for name, text in sections if name != KEPT}


class Player:
    """Plays tasks against the emulator, which they find through module_defaults."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder

    def __call__(
        self, tasks: list[Task], *arguments: str, hosts: str = "localhost", environment: dict[str, str] | None = None, **variables: Any
    ) -> Played:
        """variables: those of the play. Tasks may fail."""
        results = self.folder / "results.json"
        results.unlink(missing_ok=True)
        registered = {entry["name"]: f"result_{number}" for number, entry in enumerate(tasks)}
        keep = {
            "name": KEPT,
            "ansible.builtin.copy": {"dest": str(results), "content": "{{ registered | to_json }}"},
            "no_log": True,
            "delegate_to": "localhost",
            "vars": {
                "registered": {name: f"{{{{ {variable} }}}}" for name, variable in registered.items()},
                "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            },
        }
        connection = {
            "base_url": self.emulator.base_url,
            "client_id": self.emulator.client_id,
            "client_secret": self.emulator.client_secret,
        }
        play = {
            "hosts": hosts,
            "gather_facts": False,
            "vars": variables,
            "module_defaults": {"group/openvpn.cloudconnexa.all": connection},
            "tasks": [*({**entry, "register": registered[entry["name"]], "ignore_errors": True} for entry in tasks), keep],
        }
        playbook = self.folder / "playbook" / "site.yml"
        playbook.parent.mkdir(exist_ok=True)
        playbook.write_text(yaml.dump([play], Dumper=PlaybookDumper, sort_keys=False, width=1000))
        log = self.folder / "log"
        log.unlink(missing_ok=True)
        own = {"ANSIBLE_ASYNC_DIR": str(self.folder / "async"), "ANSIBLE_LOG_PATH": str(log)}
        with Watch(str(log)) as watch:
            done = subprocess.run(
                ["ansible-playbook", str(playbook), *arguments],
                cwd=self.folder,
                env={**os.environ, **QUIET, **own, **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
                check=False,
            )
        return Played(done.stdout, log.read_text(), watch.arguments, json.loads(results.read_text()) if results.exists() else {})


@pytest.fixture
def play(tmp_path: Path, emulator: Emulator) -> Player:
    emulator.reset({"ids": "digits"})  # the same ids in every play
    return Player(emulator, tmp_path)


EVERYTHING: list[Task] = [
    task("network", named="create", name="paris", description="Offices"),
    task("network", named="create again", name="paris", description="Offices", diff=True),
    task("network", named="predict", name="paris", description="New", diff=True) | {"check_mode": True},
    task("network", named="update", name="paris", description="New", diff=True),
    task("network", named="text like a template", name="paris", description="{% raw %}{{ 1 + 1 }}{% endraw %}"),
    task("network", named="result used", name="rome", description="{{ result_4.network.description }}"),
    task("network", named="number for text", name="rome", description=2026),
    task("network", named="text for flag", name="rome", egress="yes"),
    task("network", named="set by a loop", name="{{ item }}", internet_access="SPLIT_TUNNEL_OFF") | {"loop": ["rome", "", "berlin"]},
    task("network", named="tunnels", name="datacenter", tunneling_protocol="ipsec"),
    task("network_info", named="networks"),
    task("host", named="host", name="db1", domain="db1.example.com", gateways=["paris"], diff=True),
    task("host_info", named="hosts", name="db1"),
    task("region", named="region", region="Milan", default=True, diff=True),
    task("region", named="no region", region="Atlantis"),
    task("region_info", named="regions", country="Germany"),
    task("route", named="route", network="paris", subnet="10.1.0.0/16"),
    task("route", named="overlap", network="rome", subnet="10.1.2.0/24"),
    task("route", named="routes", network="rome", routes=["10.2.0.0/16", {"subnet": "2001:db8::/48"}], concurrency=1, diff=True),
    task("route", named="no routes", network="rome", routes=[], purge=True, diff=True) | {"check_mode": True},
    task("route_info", named="listed routes", network="rome"),
    task("connector", named="connectors", network="paris", connectors=[{"name": "a"}, {"name": "b", "region": "us-mia"}], concurrency=1),
    task("connector", named="token of a loop", host="db1", name="c", credentials="{{ item }}", credentials_force=True)
    | {"loop": ["token", "profile"], "no_log": True},
    task("connector", named="kept token", host="db1", name="d", credentials="token", credentials_dest="kept.token"),
    task("connector", named="suspended", host="db1", name="d", suspended=True),
    task("connector", named="tunnel", network="datacenter", name="t", region="us-mia", ipsec=TUNNEL, diff=True),
    task(
        "connector",
        named="vaulted tunnel",
        network="datacenter",
        name="v",
        region="us-mia",
        ipsec={**TUNNEL, "pre_shared_key": Vaulted(CANARY)},
    ),
    task("connector", named="no key", network="datacenter", name="u", region="us-mia", ipsec={"platform": "aws"}),
    task("connector_info", named="listed connectors", network="datacenter"),
    task("token", named="token") | {"no_log": True},
    task("token", named="wrong secret", client_secret=f"not {CANARY}"),
    task("network", named="own token", name="paris", access_token="{{ result_29.access_token }}", client_secret=""),
    task("network", named="unsupported", name="paris", colour="red"),
    task("network", named="nothing"),
    task("network", named="wrong choice", name="paris", internet_access="sometimes"),
    task("network", named="wrong type", name="paris", max_wait="long"),
    task("route", named="exclusive", network="paris", subnet="10.7.0.0/16", routes=[]),
    task("network", named="no service", name="paris", base_url="http://127.0.0.1:9", max_wait=0),
    task("network", named="own environment", name="paris")
    | {"environment": [{"CLOUDCONNEXA_TIMEOUT": 5}, {"CLOUDCONNEXA_MAX_WAIT": "long"}]},
    task("network", named="other environment", name="paris") | {"environment": {"CLOUDCONNEXA_TIMEOUT": 5}},
    {"name": "short name", "cloudconnexa_network": {"name": "paris", "bogus": 1}, "collections": ["openvpn.cloudconnexa"]},
    {"name": "action", "action": f"{PREFIX}network", "args": {"name": "paris", "state": "absent"}},
    {"name": "local action", "local_action": {"module": f"{PREFIX}network", "name": "paris", "state": "absent", "force": "yes"}},
    task("network", named="environment of one item", name="{{ item }}")
    | {"loop": ["rome", "berlin"], "environment": "{{ {'CLOUDCONNEXA_MAX_WAIT': 'long'} if item == 'rome' else {} }}"},
    task("network", named="retried", name="berlin") | {"until": False, "retries": 1, "delay": 0},
    task("connector", named="secret that is part of a word", network="datacenter", name="t", ipsec={**TUNNEL, "pre_shared_key": "e"}),
]
MANY = [f"10.{number}.0.0/16" for number in range(30)]
PAIR = [{"name": "a", "region": "us-mia"}, {"name": "b", "region": "us-mia"}]
POOLED: list[Task] = [
    task("network", named="network", name="rome"),
    task("route", named="create", network="rome", routes=MANY, concurrency=4, diff=True),
    task("route", named="nothing to do", network="rome", routes=MANY, purge=True, concurrency=4, diff=True),
    task("route", named="change", network="rome", routes=[*MANY[9:], "10.1.0.0/17", "2001:db8::/48"], purge=True, concurrency=4, diff=True),
    task("route", named="overlap", network="rome", routes=["10.60.0.0/16", "10.60.1.0/24"], concurrency=4),
    task("route", named="remove", network="rome", routes=MANY, state="absent", concurrency=4, diff=True),
    task("connector", named="connectors", network="rome", connectors=PAIR, suspended=True, concurrency=4, diff=True),
    task("connector", named="fewer connectors", network="rome", connectors=PAIR[:1], purge=True, concurrency=4, diff=True),
]


def differences(one: str, other: str) -> list[tuple[str, ...]]:
    """Lines that differ, but for how modules are executed and for what is another at each login."""
    texts = []
    for text in (one, other):
        text = re.sub(r"^(<|Using module file).*\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"\b(Action|Module) failed:", "Failed:", text)  # ansible-core names what reported the failure
        texts.append(re.sub(r"[0-9a-f]{64}", "SECRET", text).splitlines())
    return [pair for pair in zip_longest(*texts, fillvalue="") if pair[0] != pair[1]][:5]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)
SECRETS = st.text(min_size=1) | st.sampled_from(["8", "0", "e", "None", "True", "nan", "'", "a'b", "\\", "\n", "é", "\ud800"])


@given(st.dictionaries(st.text(), VALUES), st.sets(SECRETS), st.data())
def test_members_are_censored_as_by_ansible(members: dict[str, Any], secrets: set[str], data: st.DataObject) -> None:
    before, after = data.draw(st.text(), "before"), data.draw(st.text(), "after")
    members = {**members, "holding": [{"each": before + secret + after} for secret in sorted(secrets)]}
    assert repr(_on_controller.censored(members, secrets)) == repr(remove_values(members, secrets))


def test_every_module_has_its_action_plugin() -> None:
    plugins = Path(__file__).parents[4] / "plugins"
    modules = sorted(file.stem for file in (plugins / "modules").glob("*.py"))
    assert sorted(file.stem for file in (plugins / "action").glob("*.py")) == modules
    for module in modules:
        plugin = importlib.import_module(f"ansible_collections.openvpn.cloudconnexa.plugins.action.{module}").ActionModule
        assert issubclass(plugin, ActionBase)


def test_the_environment_of_a_task_adds_to_that_of_the_controller_and_ends_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLOUDCONNEXA_TIMEOUT", "7")
    monkeypatch.setenv("CLOUDCONNEXA_CLIENT_ID", "of the controller")
    monkeypatch.delenv("CLOUDCONNEXA_MAX_WAIT", raising=False)
    variables, before, folder = {"CLOUDCONNEXA_TIMEOUT": "8", "CLOUDCONNEXA_MAX_WAIT": "9"}, dict(os.environ), Path.cwd()
    for _task in range(2):
        with _on_controller._surroundings(str(tmp_path), variables):
            assert os.environ == {**before, **variables}
            assert Path.cwd() == tmp_path
            os.environ["SET_BY_THE_JOB"] = "1"
        assert os.environ == before
        assert Path.cwd() == folder


def test_the_log_of_ansible_gets_nothing_of_the_library_that_speaks_to_the_service(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with _on_controller._surroundings(str(tmp_path), {}):
        logging.getLogger("urllib3.connection").warning("of the job")
    logging.getLogger("urllib3.connection").warning("of others")
    assert caplog.messages == ["of others"]


def test_both_ways_lead_to_the_same_results_messages_diffs_and_secrets(play: Player, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("password")
    played = {}
    for way in (CONTROLLER, MODULE):
        play.emulator.reset({"ids": "digits"})
        arguments = ["-vvvv", "--vault-password-file", str(tmp_path / "password")]
        played[way] = play(EVERYTHING, *arguments, cloudconnexa_on_controller=way == CONTROLLER)
        vaulted = {"vaulted tunnel": MODULE} if BEFORE_2_19 else {}  # there, what is encrypted is no plain text
        assert played[way].ways == {**{entry["name"]: way for entry in EVERYTHING}, **vaulted}
        assert [path.name for path in tmp_path.glob("**/kept.token")] == ["kept.token"]
        (tmp_path / "playbook" / "kept.token").unlink()
        for shown in (played[way].output, played[way].log, "\n".join(played[way].arguments)):
            assert "site.yml" in shown
            assert [secret for secret in play.emulator.secrets | {CANARY} if secret in shown] == []
        assert play.emulator.state()["networks"][0]["name"] == "rome"
    one, other = (json.dumps(played[way].results, indent=1, sort_keys=True) for way in (CONTROLLER, MODULE))
    assert differences(one, other) == []
    assert differences(played[CONTROLLER].output, played[MODULE].output) == []


def test_sets_whose_writes_overlap_lead_to_the_same_on_both_ways(play: Player) -> None:
    played = {}
    for way in (CONTROLLER, MODULE):
        play.emulator.reset({"ids": "digits"})
        played[way] = play(POOLED, cloudconnexa_on_controller=way == CONTROLLER)
        assert [name for name, result in played[way].results.items() if result["failed"]] == ["overlap"]
    # Which of several calls comes first decides who gets which id and which address.
    one, other = (
        re.sub(r'"(id|ip_v[46]_address)": "[^"]+"', r'"\1": ""', json.dumps(played[way].results, indent=1, sort_keys=True))
        for way in (CONTROLLER, MODULE)
    )
    assert differences(one, other) == []
    assert differences(played[CONTROLLER].output, played[MODULE].output) == []


def test_the_module_is_executed_wherever_that_might_make_a_difference(play: Player) -> None:
    play.emulator.seed(networks=[{"name": "berlin"}])
    (play.folder / "playbook" / "connection_plugins").mkdir(parents=True)
    (play.folder / "playbook" / "connection_plugins" / "elsewhere.py").write_text(ELSEWHERE)
    names = "['python', 'python3'] | difference([ansible_playbook_python | basename])"
    other_name = f"{{{{ ansible_playbook_python | dirname }}}}/{{{{ {names} | first }}}}"
    inventory = {
        "web1": {"ansible_host": "192.0.2.1", "ansible_connection": "ssh", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "same": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "other": {"ansible_connection": "local", "ansible_python_interpreter": other_name},
        "off": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", SWITCH: False},
    }
    (play.folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": inventory}}))
    situations: list[tuple[str, str, Task]] = [
        ("nothing special", CONTROLLER, {}),
        ("check mode", CONTROLLER, {"check_mode": True, "diff": True}),
        ("environment", CONTROLLER, {"environment": {"CLOUDCONNEXA_MAX_WAIT": 7}}),
        ("delegated to a host like this one", CONTROLLER, {"delegate_to": "same"}),
        ("switched on", CONTROLLER, {"vars": {SWITCH: "{{ 1 == 1 }}"}}),
        ("switched off", MODULE, {"vars": {SWITCH: "{{ 1 == 2 }}"}}),
        ("switched off in words", MODULE, {"vars": {SWITCH: "no"}}),
        ("switched off for the host", MODULE, {"delegate_to": "off"}),
        ("become", MODULE, {"become": True}),
        ("become by variable", MODULE, {"vars": {"ansible_become": True}}),
        ("async", MODULE, {"async": 60, "poll": 1}),
        ("another interpreter", MODULE, {"vars": {"ansible_python_interpreter": other_name}}),
        ("another interpreter of a delegate", MODULE, {"delegate_to": "other"}),
        ("another connection", MODULE, {"vars": {"ansible_connection": "elsewhere"}}),
        ("environment of a new process", MODULE, {"environment": {"PYTHONUNBUFFERED": "1"}}),
        ("environment of no shell", MODULE, {"environment": {"my.variable": "1"}}),
    ]
    tasks = [task("network", named=name, name="berlin") | keywords for name, _way, keywords in situations]
    played = play(tasks, "-vvv", "--inventory", str(play.folder / "hosts.yml"))
    assert played.ways == {name: way for name, way, _keywords in situations}
    may_fail = {"become", "become by variable", "environment of no shell"}  # sudo may be missing or ask for a password
    assert [name for name, result in played.results.items() if result["failed"] and name not in may_fail] == []
    elsewhere = play(
        [task("network", named="delegated", name="berlin") | {"delegate_to": "localhost"}],
        "-vvv",
        "-i",
        str(play.folder / "hosts.yml"),
        hosts="web1",
    )
    assert (elsewhere.ways, elsewhere.results["delegated"]["failed"]) == ({"delegated": CONTROLLER}, False)


@pytest.mark.parametrize("variable", ["ANSIBLE_KEEP_REMOTE_FILES=true", "ANSIBLE_DISPLAY_TRACEBACK=error"])
def test_the_module_is_executed_for_who_wants_to_look_into_it(play: Player, variable: str) -> None:
    name, value = variable.split("=")
    if name == "ANSIBLE_DISPLAY_TRACEBACK" and BEFORE_2_19:
        pytest.skip("came with ansible-core 2.19")
    played = play([task("network", name="berlin")], "-vvv", environment={name: value})
    assert (played.ways, played.results["network"]["changed"]) == ({"network": MODULE}, True)


@pytest.mark.parametrize("kind", ["ImportError", "AttributeError"])
def test_the_module_tells_which_python_package_is_missing_or_broken(play: Player, kind: str) -> None:
    (play.folder / "tenacity.py").write_text(f"raise {kind}\n")
    played = play([task("network", name="berlin")], "-vvv", environment={"PYTHONPATH": f"{play.folder}:{os.environ['PYTHONPATH']}"})
    assert played.ways == {"network": MODULE}
    assert "requests and tenacity" in played.results["network"]["msg"]


def test_what_python_packages_say_to_developers_is_not_shown(play: Player) -> None:
    (play.folder / "tenacity.py").write_text("import warnings\nwarnings.warn('out of date')\nraise ImportError\n")
    played = play([task("network", name="berlin")], environment={"PYTHONPATH": f"{play.folder}:{os.environ['PYTHONPATH']}"})
    assert "requests and tenacity" in played.results["network"]["msg"]
    assert "out of date" not in played.output


@pytest.mark.parametrize("on_controller", [True, False])
def test_a_fault_of_our_own_is_told_without_traceback(play: Player, on_controller: bool) -> None:
    (play.folder / "sitecustomize.py").write_text("import email.utils, http.client\nhttp.client.HTTPConnection.putrequest = None\n")
    paths = {"PYTHONPATH": f"{play.folder}:{os.environ['PYTHONPATH']}"}
    played = play([task("network", name="berlin")], environment=paths, cloudconnexa_on_controller=on_controller)
    assert "The collection itself failed (TypeError)" in played.results["network"]["msg"]
    assert "Traceback" not in played.output


@pytest.mark.parametrize("on_controller", [True, False])
def test_a_task_that_times_out_ends_there_and_then(play: Player, on_controller: bool) -> None:
    play.emulator.seed(networks=[{"name": "berlin"}])
    play.emulator.faults.add("delay", seconds=600, when={"method": "POST"})
    routes = [f"10.{number}.0.0/16" for number in range(20)]
    slow = task("route", network="berlin", routes=routes, timeout=600, max_wait=1) | {"timeout": 5}
    played = play([slow], cloudconnexa_on_controller=on_controller)
    assert re.search(r"Timed out after 5 second|expected time frame \(5\)", played.results["route"]["msg"])
    assert play.emulator.state()["networks"][0]["routes"] == []


def test_a_set_that_times_out_in_the_middle_begins_no_other_write(play: Player) -> None:
    play.emulator.seed(networks=[{"name": "berlin"}])
    play.emulator.faults.add("delay", seconds=1, when={"method": "POST", "nth": 2, "times": 1000})
    routes = [f"10.{number}.0.0/16" for number in range(60)]
    slow = task("route", network="berlin", routes=routes, concurrency=4) | {"timeout": 4}
    played = play([slow, {"name": "wait", "ansible.builtin.pause": {"seconds": 3}}], cloudconnexa_on_controller=True)
    assert re.search(r"Timed out after 4 second|expected time frame \(4\)", played.results["route"]["msg"])
    begun = play.emulator.count()["write"]
    assert 5 <= begun <= 1 + 4 * 5  # one alone, then four at a time, each for a second
    time.sleep(2)
    assert play.emulator.count()["write"] == begun
    assert len(play.emulator.state()["networks"][0]["routes"]) == begun
