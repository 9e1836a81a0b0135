# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client: calls, login, addresses, TLS, and what it says about errors."""

from __future__ import annotations

import base64
import gzip
import importlib.util
import io
import json
import platform
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._answer import NOTHING, PROFILE, TEXT
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._connection import Connection
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import (
    ApiError,
    CloudConnexaError,
    InvalidAnswer,
    InvalidInput,
    MissingObject,
    NoConnection,
    OutOfTime,
    Refused,
    TooLarge,
    UncertainResult,
)
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._session import Session
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._version import VERSION
from emulator import Emulator

from ...conftest import Clock
from .conftest import BASE_URL, Answer, Connect, Wire

SECRET = "Canary.Secret.1"
CREDENTIALS = {"client_id": "id.1", "client_secret": SECRET}
TOKEN = Answer(200, {"access_token": "Token.1", "token_type": "bearer", "expires_in": 43199})
NETWORK = Answer(200, {"id": "n1", "name": "berlin"})


def authorizations(wire: Wire) -> list[str]:
    return [request.headers["Authorization"] for request in wire.sent]


class TestCalls:
    def test_an_object_is_read_with_token_and_query(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", NETWORK)
        assert connect().get("networks", "n1", query={"networkId": "x y"}) == {"id": "n1", "name": "berlin"}
        assert wire.calls == ["GET /networks/n1?networkId=x+y"]
        assert authorizations(wire) == ["Bearer Token.0"]
        assert wire.sent[0].headers["Accept"] == "application/json"
        assert wire.sent[0].body is None

    def test_an_object_is_created_as_json_with_its_parent_in_the_query(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/networks/connectors", Answer(201, {"id": "c1"}))
        assert connect().post("networks", "connectors", body={"name": "ü"}, query={"networkId": "n1"}) == {"id": "c1"}
        assert wire.calls == ["POST /networks/connectors?networkId=n1"]
        assert wire.sent[0].headers["Content-Type"] == "application/json"
        assert json.loads(wire.sent[0].body or "") == {"name": "ü"}

    def test_a_text_is_sent_raw(self, wire: Wire, connect: Connect) -> None:
        wire.on("PUT", "/settings/wpc/default-region", Answer(200, b"eu-central-1"))
        assert connect().put("settings", "wpc", "default-region", body="eu-central-1", expect=NOTHING) is None
        assert wire.sent[0].headers["Content-Type"] == "text/plain"
        assert wire.sent[0].body == b"eu-central-1"

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            (b"client\nremote x\n", "client\nremote x"),
            (b'"quoted\\nline"', "quoted\nline"),
            (b'"not closed', '"not closed'),
            ("Zürich".encode(), "Zürich"),
            (b"  ", ""),
        ],
    )
    def test_a_text_is_understood_raw_and_as_json(self, wire: Wire, connect: Connect, body: bytes, text: str) -> None:
        wire.on("GET", "/settings/wpc/default-region", Answer(200, body))
        assert connect().get("settings", "wpc", "default-region", expect=TEXT) == text
        assert wire.sent[0].headers["Accept"] == "text/plain, */*"

    def test_a_text_that_is_no_utf_8_is_invalid(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        wire.on("GET", "/regions", Answer(200, b"\xff\xfe"))
        with pytest.raises(InvalidAnswer):
            connect().get("regions", expect=TEXT)

    def test_json_that_names_a_member_twice_is_invalid(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", Answer(200, b'{"id": "n1", "name": {"a": 1, "a": 2}}'))
        with pytest.raises(InvalidAnswer):
            connect().get("networks", "n1")

    def test_json_that_is_nested_without_end_is_invalid(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/regions", Answer(200, b"[" * 100_000))
        with pytest.raises(InvalidAnswer):
            connect().get("regions")

    @pytest.mark.parametrize(
        "answer",
        [
            Answer(204),
            Answer(200, True),
            Answer(404),
            Answer(400, {"errorMessage": "Network with id n1 was not found"}),
            Answer(400, {"errorDetails": {"application": [{"errorCode": "9-11-6", "message": "Entity does not exist"}]}}),
        ],
    )
    def test_removing_succeeds_also_where_nothing_is_left(self, wire: Wire, connect: Connect, answer: Answer) -> None:
        wire.on("DELETE", "/networks/n1", answer)
        connect().delete("networks", "n1")
        assert wire.calls == ["DELETE /networks/n1"]

    def test_calls_are_counted_by_kind(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", NETWORK)
        wire.on("PUT", "/networks/n1", NETWORK)
        wire.on("DELETE", "/networks/n1", Answer(204))
        client = connect()
        client.get("networks", "n1")
        client.put("networks", "n1", body={})
        client.delete("networks", "n1")
        assert client.report() == {
            "reads": 1,
            "writes": 2,
            "logins": 0,
            "retries": 0,
            "waited": 0.0,
            "remaining": {"read": None, "write": None},
        }

    def test_a_call_is_not_given_up_before_its_answer_may_be_there(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        session = Session()
        lost: list[float] = []

        def answer(_request: Any) -> tuple[int, dict[str, str], str]:
            lost.extend(turn.lost for turn in session.budgets["read"].pending)
            return 200, {}, "{}"

        wire.compute("GET", "/networks/n1", answer)
        connect(session, timeout=100.0).get("networks", "n1")
        assert lost == [clock.now + 200]

    def test_the_remaining_budget_is_reported_and_never_negative(self, wire: Wire, connect: Connect) -> None:
        limits = {"X-RateLimit-Replenish-Rate": "1", "X-RateLimit-Replenish-Time": "15"}
        wire.on("GET", "/networks/n1", Answer(200, {}, {**limits, "X-RateLimit-Remaining": "7"}))
        client = connect()
        client.get("networks", "n1")
        assert client.report()["remaining"] == {"read": 7, "write": None}
        client._session.budgets["read"].level = -2.5
        assert client.report()["remaining"]["read"] == 0

    def test_the_user_agent_tells_versions_and_caller(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", NETWORK)
        connect(caller="ansible-core/2.19.0").get("networks", "n1")
        connect().get("networks", "n1")
        ours, python = f"openvpn.cloudconnexa/{VERSION}", f"python/{platform.python_version()}"
        assert [request.headers["User-Agent"] for request in wire.sent] == [f"{ours} ansible-core/2.19.0 {python}", f"{ours} {python}"]

    def test_the_time_for_one_answer_is_limited(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", NETWORK)
        connect(timeout=12.5).get("networks", "n1")
        assert wire.sent[0].req_kwargs["timeout"] == (12.5, 12.5)  # type: ignore[attr-defined]

    def test_an_answer_that_does_not_come_to_an_end_is_given_up(self, wire: Wire, connect: Connect) -> None:
        over = threading.Event()

        class Endless(io.RawIOBase):
            def readable(self) -> bool:
                return True

            def readinto(self, _buffer: Any) -> int:
                over.wait()
                return 0

        wire.mock.add("POST", f"{BASE_URL}/api/v1/networks", body=io.BufferedReader(Endless()))
        wire.on("POST", "/networks", Answer(201, {"id": "n1"}))
        client = connect(timeout=0.005)
        with pytest.raises(UncertainResult, match=r"did not answer within 0\.005 s") as failure:
            client.post("networks", body={})
        assert "http" not in client._thread.__dict__  # its connection is still in use
        over.set()
        assert isinstance(failure.value.cause, NoConnection)
        assert connect().post("networks", body={}) == {"id": "n1"}

    def test_the_clock_is_the_one_that_was_given(self, connect: Connect, clock: Clock) -> None:
        assert connect().now() == clock.now


class TestPaths:
    @pytest.mark.parametrize(
        "identity",
        ["a/b", "a/../b", "../hosts", "/", "//", "%", "%2e%2e", "%2F", "a b", "a?b=c", "a#b", "ä", "🚀", "a\nb", "\r\n", "...", "\\"],
    )
    def test_an_id_stays_one_segment_on_the_wire(self, emulator: Emulator, connect: Connect, identity: str) -> None:
        client = connect(base_url=emulator.base_url, access_token=emulator.issue_token())
        with pytest.raises(ApiError):
            client.get("networks", identity)
        (call,) = emulator.calls
        start, name, last = call.path.rpartition("/networks/")
        assert (start, name) == ("/api/v1", "/networks/")
        assert "/" not in last
        assert unquote(last) == identity

    @pytest.mark.parametrize(
        "path", [("networks", "\ud800"), ("networks", ""), ("networks", "."), ("networks", ".."), ("networks", "..", "connectors")]
    )
    def test_an_id_that_would_name_another_place_is_refused(self, wire: Wire, connect: Connect, path: tuple[str, ...]) -> None:
        with pytest.raises(InvalidInput) as failure:
            connect().delete(*path)
        assert failure.value.problem == f"{path[1]!r} cannot be an id"
        assert wire.calls == []


class TestLogin:
    def test_credentials_go_as_basic_authentication_beside_a_json_body(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/oauth/token", TOKEN)
        assert connect(**CREDENTIALS).login() == {"access_token": "Token.1", "token_type": "bearer", "expires_in": 43199}
        (request,) = wire.sent
        assert wire.calls == ["POST /oauth/token"]
        assert request.headers["Authorization"] == "Basic " + base64.b64encode(f"id.1:{SECRET}".encode()).decode()
        assert json.loads(request.body or "") == {"grant_type": "client_credentials", "scope": "default"}

    def test_a_secret_may_hold_any_characters(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/oauth/token", TOKEN)
        connect(client_id="id.1", client_secret="pässword:€").login()
        assert authorizations(wire) == ["Basic " + base64.b64encode("id.1:pässword:€".encode()).decode()]

    def test_the_first_call_logs_in_and_later_ones_use_the_token(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/oauth/token", TOKEN)
        wire.on("GET", "/networks/n1", NETWORK)
        client = connect(**CREDENTIALS)
        client.get("networks", "n1")
        client.get("networks", "n1")
        assert wire.calls == ["POST /oauth/token", "GET /networks/n1", "GET /networks/n1"]
        assert authorizations(wire)[1:] == ["Bearer Token.1", "Bearer Token.1"]
        assert client.report()["logins"] == 1

    def test_two_clients_of_one_session_log_in_once(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/oauth/token", TOKEN)
        wire.on("GET", "/networks/n1", NETWORK)
        session = Session()
        connect(session, **CREDENTIALS).get("networks", "n1")
        connect(session, **CREDENTIALS).get("networks", "n1")
        assert wire.calls.count("POST /oauth/token") == 1

    @pytest.mark.parametrize("method", ["get", "post", "put"])
    def test_a_dead_token_is_renewed_once_and_the_call_repeated(self, wire: Wire, connect: Connect, clock: Clock, method: str) -> None:
        wire.on("POST", "/oauth/token", TOKEN)
        wire.on(method.upper(), "/networks", Answer(401), NETWORK)
        assert getattr(connect(access_token="Token.0", **CREDENTIALS), method)("networks") == NETWORK.body
        assert wire.calls == [f"{method.upper()} /networks", "POST /oauth/token", f"{method.upper()} /networks"]
        assert [authorizations(wire)[call] for call in (0, 2)] == ["Bearer Token.0", "Bearer Token.1"]
        assert clock.naps == []

    def test_a_renewed_token_that_is_refused_too_ends_it(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/oauth/token", TOKEN)
        wire.on("GET", "/networks", Answer(401))
        with pytest.raises(Refused, match="answered 401") as failure:
            connect(access_token="Token.0", **CREDENTIALS).get("networks")
        assert wire.calls == ["GET /networks", "POST /oauth/token", "GET /networks"]
        assert "client_secret" in failure.value.remedy

    def test_a_dead_token_without_credentials_says_so(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks", Answer(401))
        with pytest.raises(Refused, match="access token is not, or no longer, valid") as failure:
            connect().get("networks")
        assert wire.calls == ["GET /networks"]
        assert "Give client_id and client_secret" in failure.value.remedy
        assert failure.value.details() == {"kind": "Refused", "status": 401, "code": ""}

    def test_a_missing_permission_does_not_renew_the_token(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks", Answer(403))
        with pytest.raises(Refused, match="answered 403") as failure:
            connect(access_token="Token.0", **CREDENTIALS).get("networks")
        assert wire.calls == ["GET /networks"]
        assert "may do this" in failure.value.remedy

    @pytest.mark.parametrize(
        ("answer", "kind", "said", "calls"),
        [
            (Answer(401), Refused, "answered 401", 1),
            (Answer(403, b"<html>Forbidden</html>"), Refused, "answered 403", 1),
            (Answer(400, {"errorMessage": "Bad credentials"}), ApiError, r"answered 400 \(Bad credentials\)", 1),
            (Answer(200, {"token_type": "bearer"}), InvalidAnswer, "without an access token", 1),
            (Answer(200, {"access_token": ""}), InvalidAnswer, "without an access token", 1),
            (Answer(200, {"access_token": "two\nlines"}), InvalidAnswer, "without an access token", 1),
            (Answer(200, {"access_token": "x" * 70_000}), InvalidAnswer, "without an access token", 1),
            (Answer(404), MissingObject, "answered 404", 1),
            (Answer(200, {"access_token": 5}), InvalidAnswer, "without an access token", 1),
            (Answer(200, ["Token.1"]), InvalidAnswer, "without an access token", 1),
            (Answer(200, b"<html>Welcome</html>"), InvalidAnswer, "not what the API documents", 8),
            (Answer(500), ApiError, "answered 500", 8),
            (Answer(302, b"", {"Location": "https://elsewhere.invalid/"}), InvalidAnswer, "redirected", 1),
        ],
    )
    def test_a_failed_login_is_explained_without_the_secret(
        self, wire: Wire, connect: Connect, answer: Answer, kind: type[CloudConnexaError], said: str, calls: int
    ) -> None:
        wire.on("POST", "/oauth/token", answer)
        with pytest.raises(kind, match=said) as failure:
            connect(**CREDENTIALS).get("networks")
        assert wire.calls == ["POST /oauth/token"] * calls
        assert SECRET not in f"{failure.value} {failure.value!r} {failure.value.details()}"
        if answer.status in (400, 401, 403, 404):
            assert "Check client_id and client_secret" in failure.value.remedy

    def test_a_login_waits_out_a_limit(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        wire.on("POST", "/oauth/token", Answer(429, headers={"Retry-After": "3"}), TOKEN)
        client = connect(**CREDENTIALS)
        client.login()
        assert clock.naps == [3.0]
        assert client.report()["logins"] == 2

    def test_a_netrc_entry_replaces_neither_token_nor_credentials(
        self, wire: Wire, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        netrc = tmp_path / ".netrc"
        netrc.write_text("machine example.api.openvpn.com login other password other\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("NETRC", raising=False)
        wire.on("POST", "/oauth/token", TOKEN)
        wire.on("GET", "/networks", Answer(200, {}))
        connect(**CREDENTIALS).get("networks")
        assert authorizations(wire) == ["Basic " + base64.b64encode(f"id.1:{SECRET}".encode()).decode(), "Bearer Token.1"]


class TestTls:
    BUNDLE = "/bundle.pem"

    @pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", None])
    @pytest.mark.parametrize(
        "options", [{}, {"ca_path": "/ours.pem"}, {"validate_certs": False}, {"validate_certs": False, "ca_path": "/ours.pem"}]
    )
    def test_options_win_over_the_environment(
        self, wire: Wire, connect: Connect, monkeypatch: pytest.MonkeyPatch, variable: str | None, options: dict[str, Any]
    ) -> None:
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
        if variable:
            monkeypatch.setenv(variable, self.BUNDLE)
        wire.on("GET", "/networks", Answer(200, {}))
        connect(**options).get("networks")
        unstated = self.BUNDLE if variable else True
        expected = options.get("ca_path", unstated) if options.get("validate_certs", True) else False
        assert wire.sent[0].req_kwargs["verify"] == expected  # type: ignore[attr-defined]


class TestLimitsOfAnswers:
    @pytest.mark.parametrize("method", ["get", "put", "delete"])
    def test_a_web_page_is_never_taken_for_an_answer(self, wire: Wire, connect: Connect, method: str) -> None:
        wire.on(method.upper(), "/networks", Answer(200, b"{}", {"Content-Type": "Text/HTML; charset=utf-8"}))
        with pytest.raises(InvalidAnswer, match="the answer is a web page"):
            getattr(connect(), method)("networks")

    def test_only_one_kind_of_compression_is_asked_for_and_accepted(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", Answer(200, gzip.compress(b'{"id": "n1"}'), {"Content-Encoding": "gzip"}))
        wire.on("GET", "/networks/n2", Answer(200, b"{}", {"Content-Encoding": "br"}))
        assert connect().get("networks", "n1") == {"id": "n1"}
        assert wire.sent[0].headers["Accept-Encoding"] == "gzip"
        with pytest.raises(InvalidAnswer, match="compressed in a way that was not asked for"):
            connect().get("networks", "n2")

    def test_a_small_answer_that_unfolds_without_end_is_cut_off(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", Answer(200, gzip.compress(b" " * (9 * 2**20)), {"Content-Encoding": "gzip"}))
        with pytest.raises(TooLarge):
            connect().get("networks", "n1")

    @pytest.mark.parametrize("answer", [(b"<html>Not found</html>", {"Content-Type": "text/html"}), (b"no such page", {})])
    def test_a_page_that_is_missing_is_no_missing_object(self, wire: Wire, connect: Connect, answer: tuple[bytes, dict[str, str]]) -> None:
        wire.on("DELETE", "/networks/n1", *[Answer(404, *answer)] * 8)
        with pytest.raises(InvalidAnswer):
            connect().delete("networks", "n1")

    @pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
    @pytest.mark.parametrize("method", ["get", "put"])
    def test_a_redirection_is_refused(self, wire: Wire, connect: Connect, method: str, status: int) -> None:
        wire.on(method.upper(), "/networks", Answer(status, b"", {"Location": "https://elsewhere.invalid/"}))
        with pytest.raises(InvalidAnswer, match="redirected") as failure:
            getattr(connect(), method)("networks")
        assert wire.calls == [f"{method.upper()} /networks"]
        assert "base_url" in failure.value.remedy
        assert failure.value.status == status

    def test_an_answer_without_end_is_cut_off_and_not_asked_for_again(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", Answer(200, b" " * (8 * 2**20 + 1)))
        with pytest.raises(TooLarge, match="larger than 8 MiB"):
            connect().get("networks", "n1")
        assert wire.calls == ["GET /networks/n1"]

    def test_an_answer_of_the_largest_size_is_read(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", Answer(200, b"{}".ljust(8 * 2**20)))
        assert connect().get("networks", "n1") == {}

    def test_an_error_is_known_by_its_status_however_long_it_is(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", Answer(503, b" " * (8 * 2**20 + 1)), NETWORK)
        assert connect().get("networks", "n1") == NETWORK.body
        assert len(wire.calls) == 2

    def test_a_creation_answered_without_end_may_have_happened(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/networks", Answer(201, b" " * (8 * 2**20 + 1)))
        with pytest.raises(UncertainResult) as failure:
            connect().post("networks", body={})
        assert isinstance(failure.value.cause, TooLarge)


def problem(wire: Wire, client: Client, answer: Answer) -> ApiError:
    wire.on("PUT", "/networks/n1", answer)
    with pytest.raises(ApiError) as failure:
        client.put("networks", "n1", body={})
    return failure.value


PROFILE_TEXT = "client\n<ca>\nx\n</ca>\n<key>\nx\n</key>"


class TestProfiles:
    @pytest.mark.parametrize("length", [0, 10, 14, 19, len(PROFILE_TEXT) - 12, len(PROFILE_TEXT) - 1])
    def test_one_that_was_cut_off_is_asked_for_again(self, wire: Wire, connect: Connect, length: int) -> None:
        cut = Answer(200, PROFILE_TEXT[:length].encode())
        wire.on("POST", "/profile", cut, Answer(200, PROFILE_TEXT.encode()))
        assert connect().post("profile", repeatable=True, expect=PROFILE) == PROFILE_TEXT
        assert len(wire.calls) == 2

    def test_one_that_stays_cut_off_is_told(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/profile", Answer(200, PROFILE_TEXT[:-1].encode()))
        with pytest.raises(InvalidAnswer, match="the profile is none, or it was cut off"):
            connect().post("profile", repeatable=True, expect=PROFILE)

    def test_one_without_end_is_cut_off(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/profile", Answer(200, b" " * (2**20 + 1)))
        with pytest.raises(TooLarge, match="larger than 1 MiB"):
            connect().post("profile", repeatable=True, expect=PROFILE)


class TestErrors:
    @pytest.mark.parametrize(
        ("body", "said", "code"),
        [
            ({"errorMessage": "Http message not readable"}, "Http message not readable", ""),
            ({"statusError": "Bad Request"}, "Bad Request", ""),
            ({"errorMessage": "Wrong", "statusError": "Bad Request"}, "Wrong", ""),
            (
                {"errorDetails": {"name": [{"errorCode": "9-1", "message": "too long"}, {"errorCode": "9-2", "message": "taken"}]}},
                "name: too long; name: taken",
                "9-1",
            ),
            ({"errorMessage": "Wrong", "errorDetails": {"egress": [{"errorCode": "9-3"}]}}, "Wrong; egress: 9-3", "9-3"),
            ({"errorDetails": {"egress": [{"message": "odd", "errorCode": 7}]}}, "egress: odd", "7"),
            ({"errorMessage": None, "statusError": None, "errorDetails": None}, "", ""),
            ({"errorMessage": 5, "statusError": ["x"], "errorDetails": "x"}, "", ""),
            ({"errorDetails": {"name": None, "other": ["text", 1, None]}, "statusError": "Bad Request"}, "Bad Request", ""),
            ({}, "", ""),
            ([], "", ""),
            ("text", "", ""),
            (None, "", ""),
            (b"<html><h1>Bad Request</h1></html>", "", ""),
            (b"", "", ""),
            (b"\xff", "", ""),
        ],
    )
    def test_the_answer_is_told_in_one_line(self, wire: Wire, connect: Connect, body: Any, said: str, code: str) -> None:
        error = problem(wire, connect(), Answer(400, body))
        assert error.problem == "the API answered 400" + (f" ({said})" if said else "")
        assert error.details() == {"kind": "ApiError", "status": 400, "code": code}

    def test_control_characters_are_removed(self, wire: Wire, connect: Connect) -> None:
        controls = "".join(map(chr, [*range(32), *range(127, 160), 0x2028, 0x2029]))
        error = problem(
            wire, connect(), Answer(400, {"errorDetails": {f"a{controls}b": [{"message": "c\x1b[31md", "errorCode": f"9\x07{controls}"}]}})
        )
        assert error.problem == "the API answered 400 (a b: c [31md)"
        assert error.code.strip() == "9"
        assert not set(controls) & {*error.problem, *error.code} - {" "}

    def test_the_length_is_bounded(self, wire: Wire, connect: Connect) -> None:
        error = problem(wire, connect(), Answer(400, {"errorDetails": {"a" * 9999: [{"message": "b" * 9999, "errorCode": "c" * 9999}]}}))
        assert len(error.problem) < 600
        assert len(error.code) == 50

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (f"the password {SECRET} is wrong", "the password *** is wrong"),
            (f"{'x' * 490}{SECRET}", f"{'x' * 490}***"),
            ("Token.0", "***"),
            (f"{SECRET}+longer", "***"),
            ("two\nlines", "***"),
        ],
    )
    def test_secrets_are_removed(self, wire: Wire, connect: Connect, text: str, said: str) -> None:
        client = connect(access_token="Token.0", **CREDENTIALS)
        client.hide(f"{SECRET}+longer", "two\nlines", "", None)
        error = problem(wire, client, Answer(400, {"errorDetails": {"key": [{"message": text, "errorCode": SECRET}]}}))
        assert error.problem == f"the API answered 400 (key: {said})"
        assert error.code == "***"

    @pytest.mark.parametrize(
        "quoted",
        [
            "a%2Fb%22c%26d+%C3%A9%3D%0A%27",
            "a%2fb%22c%26d%20%c3%a9%3d%0a%27",
            "a/b%22c%26d%20%C3%A9%3D%0A%27",
            r"a/b\"c&d é=\n'",
            r"a/b\"c&d \u00e9=\n'",
            "a/b&quot;c&amp;d é=\n&#x27;",
            "a/b&#34;c&amp;d é=\n&#39;",
            "a/b\"c&amp;d é=\n'",
            base64.b64encode(b"id.1:" + SECRET.encode()).decode(),
            "blanks around",
        ],
    )
    def test_secrets_are_removed_however_they_are_quoted(self, wire: Wire, connect: Connect, quoted: str) -> None:
        client = connect(**CREDENTIALS)
        client._session.keep("Token.0")
        client.hide("a/b\"c&d é=\n'", " blanks around\n")
        assert problem(wire, client, Answer(400, {"errorMessage": f"not {quoted}"})).problem == "the API answered 400 (not ***)"

    def test_a_secret_that_is_no_text_is_hidden(self, wire: Wire, connect: Connect) -> None:
        client = connect()
        client.hide("\udcff.Canary")
        assert "Canary" not in problem(wire, client, Answer(400, {"errorMessage": "\udcff.Canary"})).problem

    @pytest.mark.parametrize("member", ["preSharedKey", "peerCertificatePrivateKey", "peerCertificateKeyPassphrase"])
    def test_a_secret_that_was_read_is_hidden(self, wire: Wire, connect: Connect, member: str) -> None:
        wire.on("GET", "/networks", Answer(200, [{"id": "n1", "connectors": [{"ipSecConfig": {member: "Canary.Read"}}]}]))
        client = connect()
        client.list("networks", paged=False)
        assert problem(wire, client, Answer(400, {"errorMessage": "not Canary.Read"})).problem == "the API answered 400 (not ***)"

    @pytest.mark.parametrize("content", [None, "", 5, ["x"], {}])
    def test_what_stands_for_a_secret_that_is_not_shown_hides_nothing(self, wire: Wire, connect: Connect, content: Any) -> None:
        wire.on("GET", "/networks/n1", Answer(200, {"preSharedKey": content}))
        client = connect()
        client.get("networks", "n1")
        assert problem(wire, client, Answer(400, {"errorMessage": "5 x"})).problem == "the API answered 400 (5 x)"

    def test_a_new_token_is_a_secret_too(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/oauth/token", TOKEN)
        assert "Token.1" not in str(problem(wire, connect(**CREDENTIALS), Answer(400, {"errorMessage": "Token.1 is odd"})))

    def test_no_secret_is_in_what_a_connection_shows(self) -> None:
        connection = Connection("https://example.api.openvpn.com", client_id="id.1", client_secret=SECRET, access_token="Token.0")
        client = Client(connection)
        assert repr(connection) == "Connection(https://example.api.openvpn.com)"
        assert SECRET not in f"{connection} {client!r} {client.report()}"
        assert "Token.0" not in f"{connection} {client!r} {client.report()}"

    @pytest.mark.parametrize(
        ("answer", "missing"),
        [
            (Answer(404), True),
            (Answer(404, {"errorMessage": "whatever"}), True),
            (Answer(400, {"errorMessage": "Network with id 5 was NOT FOUND"}), True),
            (Answer(400, {"errorDetails": {"application": [{"message": "Entity does not exist"}]}}), True),
            (Answer(400, {"errorMessage": "the subnet overlaps with an existing one"}), False),
            (Answer(400, {"errorMessage": "does exist"}), False),
            (Answer(400), False),
            (Answer(409, {"errorMessage": "not found"}), False),
            (Answer(403, {"errorMessage": "does not exist"}), False),
        ],
    )
    def test_an_object_is_missing_only_where_the_answer_says_so(self, wire: Wire, connect: Connect, answer: Answer, missing: bool) -> None:
        assert isinstance(problem(wire, connect(), answer), MissingObject) is missing

    def test_a_fault_of_the_service_is_said_to_be_one(self, wire: Wire, connect: Connect) -> None:
        assert "service is at fault" in problem(wire, connect(), Answer(501)).remedy


class TestAffording:
    def limited(self, wire: Wire, connect: Connect, remaining: int, **options: Any) -> Client:
        limits = {"X-RateLimit-Replenish-Rate": "1", "X-RateLimit-Replenish-Time": "15", "X-RateLimit-Remaining": str(remaining)}
        wire.on("PUT", "/networks/n1", Answer(200, {}, limits))
        client = connect(**options)
        client.put("networks", "n1", body={})
        return client

    def test_writes_that_fit_into_max_wait_are_allowed(self, wire: Wire, connect: Connect) -> None:
        self.limited(wire, connect, 2, max_wait=30).afford(4)

    def test_writes_that_do_not_fit_are_refused_with_the_max_wait_they_need(self, wire: Wire, connect: Connect) -> None:
        with pytest.raises(OutOfTime, match=r"left \(5\) have to wait 45 s at one in 15 s, but max_wait allows 30 s more\. Set") as failure:
            self.limited(wire, connect, 2, max_wait=30).afford(5)
        assert failure.value.remedy.startswith("Set max_wait to 45")

    def test_unknown_limits_allow_everything(self, connect: Connect) -> None:
        connect(max_wait=0).afford(1000)

    def test_what_is_spent_counts(self, wire: Wire, connect: Connect) -> None:
        client = self.limited(wire, connect, 0, max_wait=30)
        client.pause(15)
        client.afford(2)
        with pytest.raises(OutOfTime, match=r"left \(3\) have to wait 30 s .* allows 15 s more\. Set") as failure:
            client.afford(3)
        assert failure.value.remedy.startswith("Set max_wait to 45")

    def test_what_others_tell_of_the_limits_is_known_before_anything_is_changed(self, wire: Wire, connect: Connect) -> None:
        session = self.limited(wire, connect, 0)._session
        with pytest.raises(OutOfTime, match=r"max_wait allows 10 s more; nothing has been changed\. Set"):
            connect(session, max_wait=10).afford(1)

    def test_nothing_can_always_be_afforded(self, wire: Wire, connect: Connect) -> None:
        client = self.limited(wire, connect, 0, max_wait=10)
        client._session.budgets["write"].level = -100.0  # others wait for their turn
        client.afford(0)

    def test_costs_are_forecast_with_what_is_spent_already(self, wire: Wire, connect: Connect) -> None:
        client = self.limited(wire, connect, 2)
        assert client.forecast(5) == {"reads": 0, "writes": 6, "seconds": 45.0}
        assert connect().forecast(0) == {"reads": 0, "writes": 0, "seconds": 0.0}

    def test_no_time_is_foretold_where_the_limits_are_not_known(self, connect: Connect) -> None:
        assert connect().forecast(5) == {"reads": 0, "writes": 5, "seconds": None}


class TestWaiting:
    def test_max_wait_bounds_the_sum(self, connect: Connect, clock: Clock) -> None:
        client = connect(max_wait=10)
        client.pause(4)
        client.pause(6)
        with pytest.raises(OutOfTime, match=r"only in 1 s, but of the 10 s that max_wait allows, 10 s are used"):
            client.pause(1)
        assert clock.naps == [4, 6]

    def test_waits_at_the_same_time_count_once(self) -> None:
        connection = Connection("https://example.api.openvpn.com", access_token="Token.0", max_wait=12)
        client = Client(connection, sleep=lambda _seconds: None, clock=lambda: 1000.0)
        for seconds, waited in ((10, 10), (4, 10), (12, 12)):
            client.pause(seconds)
            assert client.report()["waited"] == waited
        with pytest.raises(OutOfTime):
            client.pause(13)

    def test_nothing_is_no_pause(self, connect: Connect, clock: Clock) -> None:
        connect().pause(0)
        connect().pause(-1)
        assert clock.naps == []

    def test_a_wait_that_the_user_asked_for_has_nothing_to_do_with_max_wait(self, connect: Connect, clock: Clock) -> None:
        client = connect(max_wait=0)
        client.pause(7, within_max_wait=False)
        assert clock.naps == [7]
        assert client.report()["waited"] == 0


def test_missing_packages_are_reported_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    spec = importlib.util.spec_from_file_location(f"{_client.__name__}_alone", _client.__file__)
    assert spec is not None
    assert spec.loader is not None
    alone = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, alone)  # dataclasses look their module up
    spec.loader.exec_module(alone)
    assert "requests" in alone.IMPORT_ERROR
    assert _client.IMPORT_ERROR is None
