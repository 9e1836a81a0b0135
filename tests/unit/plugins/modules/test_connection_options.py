# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that all modules share, from the task or the environment to the wire."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._args import connection_options
from emulator import Emulator

from ...conftest import Playground

READ: dict[str, Any] = {"login": 0, "read": 1, "write": 0}
LOGIN_AND_READ = {"login": 1, "read": 1, "write": 0}
NO_OPTIONS: dict[str, Any] = {"base_url": None, "access_token": None}


@pytest.fixture(autouse=True)
def proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def environment(wpc: Playground, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The variables that lead to the emulator, as it prints them itself."""
    for variable, value in wpc.emulator.env.items():
        monkeypatch.setenv(variable, value)
    return monkeypatch


@pytest.fixture(scope="module")
def secure() -> Iterator[Emulator]:
    with Emulator(tls=True) as emulator:
        yield emulator


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, and that nobody else can take."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def silent(wpc: Playground, **options: Any) -> str:
    """The message of a task that fails before it sends anything."""
    wpc.emulator.forget_calls()
    message = wpc.fails("region_info", **options)
    assert wpc.emulator.calls == []
    return message


class TestEnvironment:
    def test_is_enough(self, wpc: Playground, environment: pytest.MonkeyPatch) -> None:
        assert wpc.calls("region_info", **NO_OPTIONS) == LOGIN_AND_READ

    def test_may_hold_a_token(self, wpc: Playground, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("CLOUDCONNEXA_ACCESS_TOKEN", wpc.emulator.issue_token())
        assert wpc.calls("region_info", **NO_OPTIONS) == READ

    @pytest.mark.parametrize("blank", ["", " "])
    def test_that_is_empty_counts_as_unset(self, wpc: Playground, environment: pytest.MonkeyPatch, blank: str) -> None:
        for option in connection_options().values():
            (variable,) = option["fallback"][1]
            if variable not in wpc.emulator.env:
                environment.setenv(variable, blank)
        assert wpc.calls("region_info", **NO_OPTIONS) == LOGIN_AND_READ
        environment.setenv("CLOUDCONNEXA_CLIENT_SECRET", blank)
        assert "there are no credentials" in silent(wpc, **NO_OPTIONS)

    def test_gives_way_to_options(self, wpc: Playground, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("CLOUDCONNEXA_BASE_URL", "https://127.0.0.1:1")
        environment.setenv("CLOUDCONNEXA_ACCESS_TOKEN", "Canary.Wrong.1")
        environment.setenv("CLOUDCONNEXA_MAX_WAIT", "-1")
        environment.setenv("CLOUDCONNEXA_TIMEOUT", "-1")
        assert wpc.calls("region_info", max_wait=5, timeout=5) == READ

    @pytest.mark.parametrize(
        ("variable", "value", "told"),
        [
            ("MAX_WAIT", "-1", "max_wait is -1 but has to be 0 or more seconds"),
            ("TIMEOUT", "0", "timeout is 0 but has to be more than 0 seconds"),
            ("TIMEOUT", "soon", "timeout"),
            ("VALIDATE_CERTS", "perhaps", "validate_certs"),
            ("SESSION_CACHE", "perhaps", "session_cache"),
            ("CA_PATH", "/nowhere/ca.pem", "ca_path /nowhere/ca.pem does not exist"),
            ("CLOUD_ID", "no such name", "cloud_id 'no such name' is not the name of a WPC"),
        ],
    )
    def test_reaches_every_option(self, wpc: Playground, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str) -> None:
        monkeypatch.setenv(f"CLOUDCONNEXA_{variable}", value)
        assert told in silent(wpc, **({"base_url": None} if variable == "CLOUD_ID" else {}))


class TestCredentials:
    def test_log_in_once_for_all_calls_of_a_task(self, wpc: Playground) -> None:
        assert wpc.calls("connector", network="berlin", name="new", region="Milan", **wpc.by_login) == {"login": 1, "read": 2, "write": 1}

    @pytest.mark.parametrize("missing", ["client_id", "client_secret"])
    def test_are_needed_whole(self, wpc: Playground, missing: str) -> None:
        assert "Give client_id and client_secret, or access_token" in silent(wpc, **{**wpc.by_login, missing: None})

    def test_never_appear_in_an_address(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        wpc.run("network_info", **wpc.by_login)
        for call in wpc.emulator.calls:
            assert wpc.emulator.client_secret not in f"{call.path} {call.query}"

    def test_survive_a_netrc_of_the_user(self, wpc: Playground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        netrc = tmp_path / ".netrc"
        netrc.write_text("machine 127.0.0.1 login somebody password else\ndefault login somebody password else\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(netrc))
        assert wpc.calls("region_info") == READ
        assert wpc.calls("region_info", **wpc.by_login) == LOGIN_AND_READ


class TestSessionCache:
    def test_shares_one_login_between_tasks_without_showing_the_token(
        self, wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        assert wpc.calls("region_info", **wpc.by_login, session_cache=True) == LOGIN_AND_READ
        assert wpc.calls("region_info", **wpc.by_login, session_cache=True) == READ
        assert wpc.calls("network", name="paris", **wpc.by_login, session_cache=True) == {"login": 0, "read": 1, "write": 1}
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert files
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert all(secret.encode() not in file.read_bytes() for file in files for secret in wpc.emulator.secrets)

    def test_that_fails_in_mid_task_is_a_warning_and_what_is_done_is_done(
        self, wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[str] = []  # where the controller's part of Ansible is loaded, warnings are no part of a module's result
        monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, warning: told.append(warning))
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        wpc.before_next_write(lambda: shutil.rmtree(tmp_path / "openvpn.cloudconnexa"))
        result = wpc.run("network", name="paris", **wpc.by_login, session_cache=True)
        assert (result["changed"], result.get("failed"), "warnings" in result) == (True, None, False)
        assert len(told) == 1
        assert told[0].endswith("; the task went on without it")
        assert wpc.parent("paris")

    def test_whose_answer_is_lost_in_mid_task_is_still_looked_after(
        self, wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        wpc.before_next_write(lambda: shutil.rmtree(tmp_path / "openvpn.cloudconnexa"))
        wpc.emulator.faults.add("drop", phase="after", when={"kind": "write", "times": 1})
        result = wpc.run("network", name="paris", **wpc.by_login, session_cache=True)
        assert (result["changed"], result.get("failed")) == (True, None)

    def test_is_off_unless_asked_for(self, wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        for _run in range(2):
            assert wpc.calls("region_info", **wpc.by_login) == LOGIN_AND_READ
        assert list(tmp_path.iterdir()) == []


class TestAddress:
    @pytest.mark.parametrize("suffix", ["", "/", "/api/v1", "/api/v1/"])
    def test_goes_with_and_without_the_path_of_the_api(self, wpc: Playground, suffix: str) -> None:
        assert wpc.calls("region_info", base_url=f" {wpc.emulator.base_url}{suffix} ") == READ

    def test_may_name_this_machine(self, wpc: Playground) -> None:
        assert wpc.calls("region_info", base_url=wpc.emulator.base_url.replace("127.0.0.1", "localhost")) == READ

    def test_goes_before_the_cloud_id(self, wpc: Playground) -> None:
        assert wpc.calls("region_info", cloud_id="example") == READ

    @pytest.mark.parametrize(
        "url", ["http://192.0.2.1", "http://example.api.openvpn.com", "ftp://127.0.0.1", "127.0.0.1:80", "//127.0.0.1"]
    )
    def test_in_the_clear_is_refused_away_from_this_machine(self, wpc: Playground, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def sent(*_: Any, **__: Any) -> None:
            raise AssertionError("something was sent")

        monkeypatch.setattr("socket.socket.connect", sent)
        assert "https://" in silent(wpc, base_url=url)

    @pytest.mark.parametrize("user", ["user:Canary.Password@", "user@", ":@"])
    def test_with_a_user_is_refused_and_not_shown(self, wpc: Playground, user: str) -> None:
        result = wpc.run("region_info", base_url=wpc.emulator.base_url.replace("//", f"//{user}"))
        assert "base_url holds a user name or a password" in result["msg"]
        assert "Canary.Password" not in result["msg"]

    @pytest.mark.parametrize("path", ["/api/v2", "/networks", "?page=1", "#regions"])
    def test_of_something_else_is_refused(self, wpc: Playground, path: str) -> None:
        assert "base_url is not the address of the API" in silent(wpc, base_url=wpc.emulator.base_url + path)

    def test_is_needed(self, wpc: Playground) -> None:
        assert "CLOUDCONNEXA_CLOUD_ID" in silent(wpc, base_url=None)

    def test_that_refuses_connections_is_told(self, wpc: Playground, closed_port: int) -> None:
        message = wpc.fails("region_info", base_url=f"http://127.0.0.1:{closed_port}")
        assert message.startswith(f"Could not list the regions: http://127.0.0.1:{closed_port} cannot be reached or refuses connections")


class TestCertificates:
    @staticmethod
    def options(emulator: Emulator, **more: Any) -> dict[str, Any]:
        return {"base_url": emulator.base_url, "access_token": emulator.issue_token(), **more}

    def test_of_an_authority_that_is_given_are_accepted(self, wpc: Playground, secure: Emulator) -> None:
        assert wpc.run("region_info", **self.options(secure, ca_path=secure.ca_path))["regions"]

    def test_of_an_unknown_authority_are_refused_at_once(self, wpc: Playground, secure: Emulator) -> None:
        secure.forget_calls()
        message = wpc.fails("region_info", **self.options(secure))
        assert f"the TLS certificate of {secure.base_url} was not accepted" in message
        assert "ca_path" in message
        assert (secure.calls, wpc.clock.naps) == ([], [])

    def test_are_not_checked_on_request(self, wpc: Playground, secure: Emulator, recwarn: pytest.WarningsRecorder) -> None:
        assert wpc.run("region_info", **self.options(secure, validate_certs=False))["regions"]
        assert [warning.category.__name__ for warning in recwarn] == []

    @pytest.mark.parametrize(("certificate", "reason"), [("expired", "expired"), ("wrong_host", "127.0.0.1")])
    def test_that_are_not_valid_are_refused_with_the_reason(self, wpc: Playground, certificate: str, reason: str) -> None:
        with Emulator(tls=True, certificate=certificate) as emulator:
            message = wpc.fails("region_info", **self.options(emulator, ca_path=emulator.ca_path))
            assert "was not accepted" in message
            assert reason in message.partition("was not accepted")[2]
            assert emulator.calls == []

    def test_of_another_authority_than_the_given_one_are_refused(self, wpc: Playground, secure: Emulator) -> None:
        with Emulator(tls=True) as other:
            assert "was not accepted" in wpc.fails("region_info", **self.options(secure, ca_path=other.ca_path))

    def test_of_the_authorities_of_the_environment_are_accepted(
        self, wpc: Playground, secure: Emulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(secure.ca_path))
        assert wpc.run("region_info", **self.options(secure))["regions"]

    def test_options_win_over_the_environment(self, wpc: Playground, secure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        with Emulator(tls=True) as other:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other.ca_path))
            assert wpc.run("region_info", **self.options(secure, ca_path=secure.ca_path))["regions"]
            assert wpc.run("region_info", **self.options(secure, validate_certs=False))["regions"]

    def test_of_authorities_that_are_not_there_are_told_before_any_call(self, wpc: Playground) -> None:
        assert "ca_path /nowhere/ca.pem does not exist" in silent(wpc, ca_path="/nowhere/ca.pem")

    def test_need_no_authority_when_they_are_not_checked(self, wpc: Playground, secure: Emulator) -> None:
        assert wpc.run("region_info", **self.options(secure, validate_certs=False, ca_path="/nowhere/ca.pem"))["regions"]

    def test_a_service_without_any_is_told(self, wpc: Playground) -> None:
        message = wpc.fails("region_info", base_url=wpc.emulator.base_url.replace("http:", "https:"))
        assert "no TLS connection" in message


class TestProxies:
    @pytest.fixture
    def options(self, secure: Emulator, closed_port: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """Of a task whose environment names a proxy that is not there."""
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:Canary.Proxy@127.0.0.1:{closed_port}")
        return {"base_url": secure.base_url, "access_token": secure.issue_token(), "ca_path": secure.ca_path}

    def test_that_are_not_there_are_told_without_their_password(self, wpc: Playground, secure: Emulator, options: dict[str, Any]) -> None:
        secure.forget_calls()
        result = wpc.run("region_info", **options)
        assert f"the proxy on the way to {secure.base_url} could not be used" in result["msg"]
        assert "HTTPS_PROXY and NO_PROXY" in result["msg"]
        assert "Canary.Proxy" not in str(result)
        assert secure.calls == []

    @pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
    def test_are_passed_by_for_hosts_that_need_none(
        self, wpc: Playground, options: dict[str, Any], variable: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable, "127.0.0.1")
        assert wpc.run("region_info", **options)["regions"]


class TestTimes:
    def test_a_service_that_does_not_answer_in_time_is_told(self, wpc: Playground) -> None:
        wpc.emulator.faults.add("delay", seconds=1)
        message = wpc.fails("region_info", timeout=0.1, max_wait=0)
        assert f"{wpc.emulator.base_url} did not answer within 0.1 s" in message

    def test_waiting_is_reported(self, wpc: Playground) -> None:
        wpc.emulator.faults.add("status", status=429, headers={"Retry-After": "30"}, when={"times": 2})
        result = wpc.run("region_info", max_wait=60)
        assert (result["api"]["waited"], result["api"]["retries"], wpc.clock.naps) == (60.0, 2, [30.0, 30.0])

    def test_waiting_ends_before_max_wait_is_exceeded(self, wpc: Playground) -> None:
        wpc.emulator.faults.add("status", status=429, headers={"Retry-After": "30"})
        result = wpc.run("region_info", max_wait=59)
        assert (result["failed"], result["error"]["kind"], wpc.clock.naps) == (True, "OutOfTime", [30.0])
        assert "max_wait" in result["msg"]

    def test_no_waiting_at_all_is_possible(self, wpc: Playground) -> None:
        wpc.emulator.faults.add("status", status=503, when={"times": 1})
        assert "503" in wpc.fails("region_info", max_wait=0)
        assert wpc.clock.naps == []
        assert wpc.calls("region_info", max_wait=0) == READ

    @pytest.mark.parametrize(
        ("option", "value"), [("timeout", 0), ("timeout", -1), ("timeout", "nan"), ("max_wait", -1), ("max_wait", "inf")]
    )
    def test_that_make_no_sense_are_refused(self, wpc: Playground, option: str, value: Any) -> None:
        assert f"{option} is {value}" in silent(wpc, **{option: value})

    def test_remaining_calls_are_reported_by_kind(self, wpc: Playground) -> None:
        wpc.emulator.set_limits({"burst": 10, "rate": 1, "interval": 3600})
        remaining = wpc.run("network", name="paris")["api"]["remaining"]
        assert remaining == {"read": 9, "write": 9}
        assert wpc.run("region_info")["api"]["remaining"] == {"read": 8, "write": None}


def test_the_service_is_told_who_calls(wpc: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    answer = wpc.emulator.answer

    async def listening(incoming: Any) -> Any:
        seen.append(incoming.headers["user-agent"])
        return await answer(incoming)

    monkeypatch.setattr(wpc.emulator, "answer", listening)
    wpc.run("region_info")
    assert len(seen) == 1
    assert seen[0].startswith("openvpn.cloudconnexa/1.")
    assert " ansible-core/" in seen[0]
