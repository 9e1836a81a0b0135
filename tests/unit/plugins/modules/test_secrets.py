# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets never land: not in the result, diff, message, or on the disk, unless the user asked for exactly that secret.

wpc.run looks for every secret that the service has seen, in all tests; here are the ways out that a secret might take.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from ...conftest import Playground

KEY, PRIVATE, PASSPHRASE = "Canary.Key.1", "Canary.Private.1", "Canary.Passphrase.1"
SECRETS: dict[str, Any] = {"pre_shared_key": KEY, "peer_certificate_private_key": PRIVATE, "peer_certificate_key_passphrase": PASSPHRASE}
TUNNEL: dict[str, Any] = {"network": "datacenter", "name": "tunnel", "region": "it-mxp", "ipsec": {"platform": "aws", **SECRETS}}


@pytest.fixture
def canaries(wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every secret of a task that gives them all."""
    monkeypatch.chdir(tmp_path)
    wpc.emulator.secrets.update(SECRETS.values())
    return [*SECRETS.values(), wpc.emulator.client_secret]


def echo(wpc: Playground, secrets: list[str], status: int, **when: Any) -> None:
    """Let the service quote every secret in an error."""
    quoted = " ".join(secrets)
    body = {
        "errorMessage": quoted,
        "errorDetails": {quoted: [{"errorCode": quoted, "message": f"Invalid value {quoted}"}]},
        "statusError": quoted,
    }
    wpc.emulator.faults.add("status", status=status, body=body, when=when)


@pytest.mark.parametrize("switches", [{"pre_shared_key": position} for position in ("clear", "masked", "empty", "omitted")])
def test_nothing_of_the_life_of_a_tunnel_shows_its_secrets(wpc: Playground, canaries: list[str], tmp_path: Path) -> None:
    for change in ({}, {}, {"description": "Changed"}, {"update_secrets": "always"}, {"ipsec_state": "started"}, {"state": "absent"}):
        for check in (True, False):
            result = wpc.run("connector", **TUNNEL, **change, **wpc.by_login, check=check)
            assert not result.get("failed"), result["msg"]
            assert [secret for secret in canaries if secret in json.dumps(result)] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [400, 401, 403, 409, 422, 500])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_service_that_quotes_secrets_in_an_error_is_not_quoted(wpc: Playground, canaries: list[str], status: int, method: str) -> None:
    if method == "PUT":
        wpc.run("connector", **TUNNEL)
    echo(wpc, canaries, status, method=method)
    result = wpc.run("connector", **{**TUNNEL, "description": "Changed"}, **wpc.by_login)
    assert result["failed"]
    assert [secret for secret in canaries if secret in json.dumps(result)] == []


@pytest.mark.parametrize("switches", [{"pre_shared_key": "clear"}])
def test_a_key_that_only_the_service_tells_is_not_quoted(wpc: Playground) -> None:
    wpc.run("connector", **{**TUNNEL, "ipsec": {"platform": "aws", "pre_shared_key": KEY}})
    wpc.emulator.secrets.add(KEY)
    echo(wpc, [KEY], 400, method="POST", path="/ipsec/")
    assert "***" in wpc.fails("connector", network="datacenter", name="tunnel", ipsec_state="started")


def test_a_login_that_quotes_its_header_is_not_quoted(wpc: Playground) -> None:
    header = base64.b64encode(f"{wpc.emulator.client_id}:{wpc.emulator.client_secret}".encode()).decode()
    wpc.emulator.secrets.add(header)
    echo(wpc, [header], 400, kind="login")
    assert "***" in wpc.fails("network", name="new", **wpc.by_login)


def test_a_refused_login_does_not_quote_the_secret(wpc: Playground) -> None:
    echo(wpc, [wpc.emulator.client_secret], 401, kind="login")
    result = wpc.run("token", **wpc.by_login)
    assert result["failed"]
    assert wpc.emulator.client_secret not in json.dumps(result)


def test_options_that_are_refused_do_not_quote_secrets(wpc: Playground, canaries: list[str]) -> None:
    for refused in ({"region": "Canada"}, {"network": "oslo"}, {"state": "gone"}, {"ipsec_state": "paused"}, {"wait_timeout": "soon"}):
        result = wpc.run("connector", **{**TUNNEL, **refused}, **wpc.by_login)
        assert result["failed"]
        assert [secret for secret in canaries if secret in json.dumps(result)] == []


def test_an_issued_credential_is_shown_only_where_it_was_asked_for(
    wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task: dict[str, Any] = {"network": "berlin", "name": "standing", "credentials": "token", "credentials_force": True}
    result = wpc.run("connector", **task, reveals="credentials.value")
    token = result["credentials"].pop("value")
    assert token in wpc.emulator.secrets
    assert token not in json.dumps(result)
    result = wpc.run("connector", **task, credentials_dest=str(tmp_path / "token"))
    assert (tmp_path / "token").read_text() not in json.dumps(result)


def test_a_credential_that_cannot_be_kept_is_not_shown_in_the_failure(
    wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.replace", fail)
    task: dict[str, Any] = {"network": "berlin", "name": "standing", "credentials": "profile", "credentials_force": True}
    result = wpc.run("connector", **task, credentials_dest=str(tmp_path / "profile"))
    assert result["failed"]
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_collection_does_not_show_secrets_in_its_traceback(
    wpc: Playground, canaries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*values: Any, **_: Any) -> None:
        raise RuntimeError(" ".join(canaries))

    monkeypatch.setattr("ansible_collections.openvpn.cloudconnexa.plugins.module_utils._connector.Connector.plan", fail)
    result = wpc.run("connector", **TUNNEL, **wpc.by_login)
    assert "The collection itself failed (RuntimeError)" in result["msg"]
    assert [secret for secret in canaries if secret in json.dumps(result)] == []
