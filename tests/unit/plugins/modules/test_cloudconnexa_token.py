# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_token over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ...conftest import Playground


def test_a_login_costs_one_call_and_its_token_serves_the_other_modules(wpc: Playground) -> None:
    wpc.emulator.forget_calls()
    result = wpc.run("token", **wpc.by_login, reveals="access_token")
    assert wpc.emulator.count() == {"login": 1, "read": 0, "write": 0}
    assert (result["changed"], result["token_type"], result["expires_in"]) == (False, "bearer", 43199)
    assert wpc.calls("region_info", access_token=result["access_token"]) == {"login": 0, "read": 1, "write": 0}


def test_check_mode_logs_in_too_because_the_tasks_that_follow_need_a_token(wpc: Playground) -> None:
    result = wpc.run("token", **wpc.by_login, check=True, reveals="access_token")
    assert wpc.calls("region_info", access_token=result["access_token"])["read"] == 1


def test_a_token_that_is_given_as_well_is_not_taken_for_a_new_one(wpc: Playground) -> None:
    given = wpc.emulator.issue_token()
    result = wpc.run("token", **{**wpc.by_login, "access_token": given}, reveals="access_token")
    assert result["access_token"] != given


@pytest.mark.parametrize("switches", [{"login_refusal": position} for position in ("401_empty", "400_json", "403")])
@pytest.mark.parametrize("wrong", [{"client_secret": "Canary.Wrong.1"}, {"client_id": "somebody.else"}])
def test_wrong_credentials_are_told_and_not_tried_again(wpc: Playground, wrong: dict[str, Any]) -> None:
    wpc.emulator.forget_calls()
    result = wpc.run("token", **{**wpc.by_login, **wrong})
    assert result["failed"]
    assert "Could not log in: the API answered 40" in result["msg"]
    assert "client_id and client_secret" in result["msg"]
    assert "Canary.Wrong.1" not in str(result)
    assert result["error"]["status"] in (400, 401, 403)
    assert wpc.emulator.count() == {"login": 1, "read": 0, "write": 0}


def test_a_token_alone_is_not_enough(wpc: Playground) -> None:
    wpc.emulator.forget_calls()
    assert "client_id and client_secret" in wpc.fails("token")
    assert wpc.emulator.calls == []


def test_no_credentials_at_all_are_told_before_any_call(wpc: Playground) -> None:
    wpc.emulator.forget_calls()
    message = wpc.fails("token", access_token=None)
    assert "CLOUDCONNEXA_CLIENT_ID" in message
    assert wpc.emulator.calls == []


def test_a_dead_token_is_renewed_once_where_there_are_credentials(wpc: Playground) -> None:
    task = {**wpc.by_login, "access_token": wpc.emulator.issue_token()}
    wpc.emulator.revoke_tokens()
    assert wpc.calls("network", name="berlin", **task) == {"login": 1, "read": 2, "write": 0}


def test_a_dead_token_without_credentials_is_told(wpc: Playground) -> None:
    token = wpc.emulator.issue_token()
    wpc.emulator.revoke_tokens()
    wpc.emulator.forget_calls()
    result = wpc.run("network", name="berlin", access_token=token)
    assert (result["failed"], result["error"]["kind"]) == (True, "Refused")
    assert "cloudconnexa_token" in result["msg"]
    assert wpc.emulator.count() == {"login": 0, "read": 1, "write": 0}
