# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the modules share: the emulator, and a way to run a module's real main() in this process."""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _args, _runner
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client
from emulator import Emulator
from emulator.calls import Call
from emulator.limits import Limits

MODULES = "ansible_collections.openvpn.cloudconnexa.plugins.modules"
SEED = Path(__file__).parents[1] / "integration" / "targets" / "setup_wpc" / "vars" / "main.yml"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is not about one layer or one module is about the whole. What takes longest begins first, so that nobody waits for it alone."""
    for item in items:
        if Path(__file__).parent / "plugins" not in item.path.parents:
            item.add_marker(pytest.mark.whole)
    items.sort(key=lambda item: item.path.parent.name != "plugin_utils")


class Clock:
    """A clock that only sleeping moves. during_sleep: what the world does meanwhile."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []
        self.during_sleep: Callable[[], None] = lambda: None

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds
        self.during_sleep()


class Playground:
    """One WPC on the emulator, and the modules that manage it."""

    def __init__(self, emulator: Emulator, clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.emulator = emulator
        self.clock = clock
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, module: str, *, check: bool = False, reveals: str = "", **options: Any) -> dict[str, Any]:
        """The result of one task, in diff mode. No secret may be in it but what ``reveals``, a path such as "credentials.value", names."""
        options = {"base_url": self.emulator.base_url, "access_token": self.emulator.issue_token(), **options}
        options = {name: value for name, value in options.items() if value is not None}
        arguments = {"ANSIBLE_MODULE_ARGS": {**options, "_ansible_check_mode": check, "_ansible_diff": True, "_ansible_remote_tmp": "."}}
        self._monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
        self._monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        self._monkeypatch.setattr(warnings, "_global_warnings", type(warnings._global_warnings)())  # else they pass to the next task
        with pytest.raises(SystemExit) as end:
            importlib.import_module(f"{MODULES}.cloudconnexa_{module}").main()
        out, err = self._capsys.readouterr()
        result: dict[str, Any] = json.loads(out)
        assert end.value.code == (1 if result.get("failed") else 0)
        keys: list[Any] = [int(key) if key.isdigit() else key for key in reveals.split(".")]
        asked_for = functools.reduce(lambda value, key: value[key], keys, result) if reveals else None
        for secret in self.emulator.secrets:
            assert secret not in err
            assert secret not in out.replace(json.dumps(asked_for), "") if asked_for else secret not in out
        return result

    def fails(self, module: str, **options: Any) -> str:
        """The message of a task that has to fail."""
        result = self.run(module, **options)
        assert result.get("failed"), result
        return str(result["msg"])

    def calls(self, module: str, **options: Any) -> dict[str, int]:
        """What a task that has to succeed costs: calls by kind, as the emulator counted them."""
        self.emulator.forget_calls()
        result = self.run(module, **options)
        assert not result.get("failed"), result
        count: dict[str, int] = self.emulator.count()
        return count

    @property
    def by_login(self) -> dict[str, Any]:
        """Options of a task that has to log in."""
        return {"access_token": None, "client_id": self.emulator.client_id, "client_secret": self.emulator.client_secret}

    def parent(self, name: str) -> dict[str, Any]:
        """A Network or Host as the emulator holds it."""
        state = self.emulator.state()
        found: dict[str, Any] = next(entry for entry in [*state["networks"], *state["hosts"]] if entry["name"] == name)
        return found

    def connector(self, name: str = "standing", parent: str = "berlin") -> dict[str, Any]:
        """A Connector as the emulator holds it."""
        found: dict[str, Any] = next(entry for entry in self.parent(parent)["connectors"] if entry["name"] == name)
        return found

    def routes(self, network: str = "berlin") -> dict[str, dict[str, Any]]:
        """The Routes of a Network as the emulator holds them, by subnet."""
        return {route["subnet"]: route for route in self.parent(network)["routes"]}

    def limit_writes(self, burst: int, interval: int) -> None:
        """From now on there are so many writes at once, then one every so many seconds of the tasks' clock."""
        budgets = {"write": {"burst": burst, "rate": 1, "interval": interval}}
        self.emulator.limits = Limits(budgets, self.emulator.switches, self.clock)

    def before_next_write(self, happens: Callable[[], Any]) -> None:
        """Let something happen elsewhere after a task has looked and before its first write arrives."""
        log = self.emulator.log
        begin = log.begin

        def begin_and_notice(method: str, path: str, query: dict[str, str]) -> Call:
            call = begin(method, path, query)
            if call.kind == "write":
                self._monkeypatch.setattr(log, "begin", begin)
                happens()
            return call

        self._monkeypatch.setattr(log, "begin", begin_and_notice)


@pytest.fixture(scope="session")
def server() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def switches() -> dict[str, str]:
    """How the service behaves where its behaviour is not known; a test may parametrise it."""
    return {}


@pytest.fixture
def emulator(server: Emulator, switches: dict[str, str]) -> Emulator:
    server.reset(switches)
    return server


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Tasks wait on this clock, so that no test does."""
    clock = Clock()
    monkeypatch.setattr(_runner, "Client", functools.partial(Client, sleep=clock.sleep, clock=clock))
    return clock


@pytest.fixture
def wpc(emulator: Emulator, clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Playground:
    """A WPC with the Networks berlin and frankfurt, the IPsec Network datacenter, and the Host db1, each with the Connector "standing"."""
    for option in _args.connection_options().values():
        monkeypatch.delenv(option["fallback"][1][0], raising=False)
    emulator.seed(**yaml.safe_load(SEED.read_text())["wpc"])
    emulator.forget_calls()
    return Playground(emulator, clock, monkeypatch, capsys)
