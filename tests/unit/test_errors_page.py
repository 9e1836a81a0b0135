# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message of the table in the guide to errors is what a user really gets to read."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from emulator import Emulator

from .conftest import Playground

PAGE = Path(__file__).parents[2] / "docs" / "docsite" / "rst" / "errors.rst"
MESSAGES = dict(re.findall(r"^   \* - (.+)\n     - ``(.+)``$", PAGE.read_text(), re.MULTILINE))

Provoke = Callable[[Playground, pytest.MonkeyPatch], str]
PROVOKED: dict[str, Provoke] = {}


def row(title: str) -> Callable[[Provoke], Provoke]:
    """What provokes the message of a row."""

    def register(provoke: Provoke) -> Provoke:
        PROVOKED[title] = provoke
        return provoke

    return register


def refused_login(wpc: Playground, **answer: Any) -> str:
    wpc.emulator.faults.add("status", **answer, when={"kind": "login"})
    return wpc.fails("network", name="new", **wpc.by_login)


@row("Wrong credentials")
def _wrong_credentials(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    return wpc.fails("network", name="new", **{**wpc.by_login, "client_secret": "wrong"})


@row("Expired credentials")
def _expired_credentials(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    return refused_login(wpc, status=400, body={"errorMessage": "Credentials expired", "statusError": "Bad Request"})


@row("API switched off")
def _api_switched_off(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    return refused_login(wpc, status=403)


@row("Source address not allowed")
def _source_address_not_allowed(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    return refused_login(wpc, status=403, body={"errorMessage": "Access from 192.0.2.1 is not allowed"})


@row("Missing permission")
def _missing_permission(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.emulator.faults.add("status", status=403, body={"errorMessage": "Forbidden"}, when={"kind": "write"})
    return wpc.fails("network", name="new")


@row("Wrong cloud id")
def _wrong_cloud_id(wpc: Playground, environment: pytest.MonkeyPatch) -> str:
    def resolve(*_arguments: Any, **_options: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    environment.setattr(socket, "getaddrinfo", resolve)
    return wpc.fails("network", name="new", **wpc.by_login, base_url=None, cloud_id="no-such-wpc")


@row("TLS failure")
def _tls_failure(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    with Emulator(tls=True) as secure:
        return wpc.fails("network", name="new", **wpc.by_login, base_url=secure.base_url)


@row("Proxy failure")
def _proxy_failure(wpc: Playground, environment: pytest.MonkeyPatch) -> str:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # and nobody listens there
        environment.setenv("HTTPS_PROXY", f"http://user:Canary.Proxy.1@127.0.0.1:{holder.getsockname()[1]}")
        return wpc.fails("network", name="new", **wpc.by_login, base_url="https://192.0.2.1")


@row("Time-out")
def _time_out(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.emulator.faults.add("delay", seconds=60)
    return wpc.fails("network", name="new", timeout=0.05).replace("http:", "https:")


@row("Rate limit, foreseen")
def _rate_limit_foreseen(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.limit_writes(burst=2, interval=15)
    session = {**wpc.by_login, "session_cache": True}
    wpc.run("network", name="new", **session)  # tells the limit to those who share the session
    return wpc.fails("route", network="berlin", routes=[f"10.{number}.0.0/16" for number in range(9)], max_wait=60, **session)


@row("Rate limit, met")
def _rate_limit_met(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.emulator.faults.add("status", status=429, headers={"Retry-After": "60"})
    return wpc.fails("network", name="new", max_wait=30)


@row("Validation error")
def _validation_error(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    return wpc.fails("host", name="new", domain="x" * 300)


@row("Options that exclude each other")
def _options_that_exclude_each_other(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    return wpc.fails("route", network="berlin", subnet="10.1.0.0/16", routes=[])


@row("Option without the one it needs")
def _option_without_the_one_it_needs(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    return wpc.fails("route", network="berlin", subnet="10.1.0.0/16", purge=True)


@row("Missing parent")
def _missing_parent(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    return wpc.fails("route", network="nowhere", subnet="10.1.0.0/16")


@row("Missing object")
def _missing_object(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.emulator.faults.add("status", status=404, body={"errorMessage": "Entity was not found"}, when={"method": "PUT"})
    return wpc.fails("network", name="berlin", description="new")


@row("Ambiguous name")
def _ambiguous_name(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.emulator.seed(networks=[{"name": "berlin"}])
    return wpc.fails("network", name="berlin")


@row("Overlap")
def _overlap(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.run("route", network="frankfurt", subnet="10.70.0.0/16")
    return wpc.fails("route", network="berlin", subnet="10.70.1.0/24")


@row("Parent that holds something")
def _parent_that_holds_something(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.run("route", network="berlin", subnet="10.70.0.0/16")
    return wpc.fails("network", name="berlin", state="absent")


@row("Lost answers")
def _lost_answers(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.emulator.faults.add("drop", when={"method": "POST", "nth": 1})
    wpc.emulator.faults.add("status", status=403, when={"method": "POST", "nth": 2})
    wpc.emulator.faults.add("status", status=403, when={"method": "GET", "nth": 2})
    return wpc.fails("route", network="berlin", routes=["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"], concurrency=1)


@row("Fault of the service")
def _fault_of_the_service(wpc: Playground, _environment: pytest.MonkeyPatch) -> str:
    wpc.emulator.faults.add("status", status=503)
    return wpc.fails("network", name="new")


def test_every_row_is_provoked() -> None:
    assert [*PROVOKED] == [*MESSAGES]


@pytest.mark.parametrize("title", PROVOKED)
def test_the_message_is_the_one_that_the_page_shows(wpc: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, title: str) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    pattern = ".+".join(map(re.escape, MESSAGES[title].split("…")))
    message = PROVOKED[title](wpc, monkeypatch)
    assert re.fullmatch(pattern, message), message
    assert "Canary" not in message
