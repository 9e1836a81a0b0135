# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client: what it sends again, how long it waits before that, and how it paces its calls."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
import urllib3
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._answer import NOTHING, TEXT
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import (
    ApiError,
    CloudConnexaError,
    InvalidAnswer,
    NoConnection,
    NotReady,
    OutOfTime,
    UncertainResult,
)
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._session import Session

from ...conftest import Clock
from .conftest import Answer, Connect, Wire

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def raised(outer: Exception, inner: BaseException) -> Exception:
    """An exception as it looks when it was raised because of another one."""
    outer.__cause__ = inner
    return outer


def refused() -> Exception:
    cause = raised(urllib3.exceptions.NewConnectionError(None, "failed"), ConnectionRefusedError(111, "Connection refused"))  # type: ignore[arg-type]
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", cause))  # type: ignore[arg-type]


def reset() -> Exception:
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer")))


FAULTS: dict[str, Answer | Callable[[], Exception]] = {
    **{str(status): Answer(status) for status in (429, 500, 502, 503, 504)},
    "refused": refused,
    "no connection in time": lambda: requests.ConnectTimeout("timed out"),
    "no answer in time": lambda: requests.ReadTimeout("timed out"),
    "reset": reset,
    "cut off": Answer(200, b'{"id"', {"Content-Length": "100"}),
    "202": Answer(202),
    "empty": Answer(200),
    "blank": Answer(200, b" \r\n"),
    "not JSON": Answer(200, b"<html></html>"),
    "truncated JSON": Answer(200, b'{"id": "1"'),
}
EMPTY = {"empty", "blank"}
SENSELESS = {"not JSON", "truncated JSON"}
NEVER_SENT = {"429", "refused", "no connection in time"}
WITHOUT_END = {"429", "202"}  # what only max_wait ends

PROFILE = ("networks", "connectors", "c1", "profile")
CALLS: dict[str, tuple[str, str, Callable[[Client], Any], Answer]] = {
    "GET": ("GET", "/networks/n1", lambda client: client.get("networks", "n1"), Answer(200, {"id": "n1"})),
    "PUT": ("PUT", "/networks/n1", lambda client: client.put("networks", "n1", body={"name": "n"}), Answer(200, {"id": "n1"})),
    "acting PUT": (
        "PUT",
        "/networks/connectors/c1/suspend",
        lambda client: client.put("networks", "connectors", "c1", "suspend", expect=NOTHING),
        Answer(200),
    ),
    "DELETE": ("DELETE", "/networks/n1", lambda client: client.delete("networks", "n1"), Answer(204)),
    "creating POST": ("POST", "/networks", lambda client: client.post("networks", body={"name": "n"}), Answer(201, {"id": "n1"})),
    "repeatable POST": (
        "POST",
        "/networks/connectors/c1/profile",
        lambda client: client.post(*PROFILE, repeatable=True, expect=TEXT),
        Answer(200, b"client"),
    ),
}
REPEATED = {
    "GET": {*FAULTS},
    "PUT": {*FAULTS} - {"202"},
    "acting PUT": {*FAULTS} - EMPTY - SENSELESS,
    "DELETE": {*FAULTS} - EMPTY - SENSELESS,
    "creating POST": NEVER_SENT,
    "repeatable POST": {*FAULTS} - SENSELESS,
}
ACCEPTED = {"acting PUT": EMPTY | SENSELESS, "DELETE": EMPTY | SENSELESS, "repeatable POST": SENSELESS}


def play(fault: str) -> Answer | Exception:
    answer = FAULTS[fault]
    return answer if isinstance(answer, Answer) else answer()


@pytest.fixture(autouse=True)
def longest_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance takes the upper end, so that pauses can be foretold."""
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)


class TestMatrix:
    @pytest.mark.parametrize("fault", FAULTS)
    @pytest.mark.parametrize("call", CALLS)
    def test_one_fault(self, wire: Wire, connect: Connect, clock: Clock, call: str, fault: str) -> None:
        method, path, run, success = CALLS[call]
        wire.on(method, path, play(fault), success)
        client = connect()
        if fault in REPEATED[call]:
            assert run(client) == (success.body.decode() or None if isinstance(success.body, bytes) else success.body)
            assert (len(wire.calls), clock.naps, client.report()["retries"]) == (2, [0.5], 1)
            assert wire.sent[0].body == wire.sent[1].body
        elif fault in ACCEPTED.get(call, ()):
            run(client)
            assert (len(wire.calls), clock.naps) == (1, [])
        else:
            with pytest.raises(UncertainResult):
                run(client)
            assert (len(wire.calls), clock.naps) == (1, [])

    @pytest.mark.parametrize(("call", "fault"), [(call, fault) for call in CALLS for fault in sorted(REPEATED[call])])
    def test_a_lasting_fault(self, wire: Wire, connect: Connect, clock: Clock, call: str, fault: str) -> None:
        method, path, run, _success = CALLS[call]
        wire.on(method, path, *(play(fault) for _attempt in range(20)))
        with pytest.raises(CloudConnexaError) as failure:
            run(connect(max_wait=100))
        if fault in WITHOUT_END or (fault in EMPTY and call == "repeatable POST"):
            assert isinstance(failure.value, OutOfTime)
            assert clock.naps == [0.5, 1, 2, 4, 8, 16, 30, 30]
        else:
            assert isinstance(failure.value, (ApiError, NoConnection))
            assert clock.naps == [0.5, 1, 2, 4, 8, 16, 30]
        assert len(wire.calls) == len(clock.naps) + 1


class TestDoubt:
    """What is told of a call that was repeated in vain: whether any attempt may have been executed."""

    def error(self, connect: Connect, call: str, **options: Any) -> CloudConnexaError:
        with pytest.raises(CloudConnexaError) as failure:
            CALLS[call][2](connect(**options))
        return failure.value

    @pytest.mark.parametrize(("call", "fault"), [(call, fault) for call in CALLS for fault in sorted(REPEATED[call])])
    def test_a_lasting_fault(self, wire: Wire, connect: Connect, call: str, fault: str) -> None:
        method, path, _run, _success = CALLS[call]
        wire.on(method, path, *(play(fault) for _attempt in range(20)))
        assert self.error(connect, call).may_be_done is (call != "GET" and fault not in NEVER_SENT)

    @pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in NEVER_SENT | EMPTY | SENSELESS | {"202"}])
    @pytest.mark.parametrize("last", ["refused", "429", "400", "403", "404"])
    def test_one_attempt_is_enough(self, wire: Wire, connect: Connect, fault: str, last: str) -> None:
        end = refused() if last == "refused" else Answer(int(last), {"errorMessage": "no"})
        wire.on("PUT", "/networks/n1", play(fault), end)
        assert self.error(connect, "PUT").may_be_done

    @pytest.mark.parametrize("call", ["PUT", "acting PUT", "DELETE", "repeatable POST"])
    def test_no_time_for_another_attempt_makes_no_difference(self, wire: Wire, connect: Connect, call: str) -> None:
        wire.on(*CALLS[call][:2], Answer(503))
        error = self.error(connect, call, max_wait=0)
        assert isinstance(error, OutOfTime)
        assert error.may_be_done

    def test_a_turn_that_does_not_come_in_time_makes_no_difference(self, wire: Wire, connect: Connect) -> None:
        wire.on("PUT", "/networks/n1", Answer(503, headers={**LIMITS, "X-RateLimit-Remaining": "0"}))
        error = self.error(connect, "PUT", max_wait=10)
        assert "the next call may be made only in" in error.problem
        assert error.may_be_done

    @pytest.mark.parametrize("login", [Answer(403), Answer(200, {"access_token": "Token.1"})])
    def test_a_token_that_dies_between_two_attempts_makes_no_difference(self, wire: Wire, connect: Connect, login: Answer) -> None:
        wire.on("POST", "/oauth/token", Answer(200, {"access_token": "Token.0"}), login)
        wire.on("PUT", "/networks/n1", Answer(503), Answer(401), Answer(403))
        assert self.error(connect, "PUT", client_id="id", client_secret="secret").may_be_done

    def test_a_login_that_fails_has_changed_nothing(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/oauth/token", Answer(503))
        assert not self.error(connect, "PUT", client_id="id", client_secret="secret").may_be_done


class TestPolicy:
    @pytest.mark.parametrize("status", [400, 402, 403, 404, 405, 406, 409, 412, 422, 451, 501, 505, 520])
    @pytest.mark.parametrize("call", ["GET", "PUT", "creating POST", "repeatable POST"])
    def test_other_statuses_are_final(self, wire: Wire, connect: Connect, clock: Clock, call: str, status: int) -> None:
        method, path, run, _success = CALLS[call]
        wire.on(method, path, Answer(status))
        with pytest.raises(UncertainResult if call == "creating POST" and status >= 500 else ApiError) as failure:
            run(connect())
        assert failure.value.details()["status"] == status
        assert (len(wire.calls), clock.naps) == (1, [])

    def test_an_uncertain_result_tells_its_cause(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/networks", Answer(503))
        with pytest.raises(UncertainResult) as failure:
            connect().post("networks", body={})
        assert failure.value.problem == "the API answered 503"
        assert failure.value.details() == {"kind": "UncertainResult", "status": 503, "code": ""}

    def test_a_creation_that_was_limited_first_may_still_end_uncertain(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/networks", Answer(429), refused(), reset())
        with pytest.raises(UncertainResult):
            connect().post("networks", body={})
        assert len(wire.calls) == 3

    def test_what_is_not_ready_may_say_when_it_will_be(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        wire.on("POST", "/networks/connectors/c1/profile", Answer(202, headers={"Retry-After": "4"}), Answer(200, b"client"))
        connect().post(*PROFILE, repeatable=True, expect=TEXT)
        assert clock.naps == [4]

    def test_a_limit_does_not_count_as_a_fault(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", *[Answer(429, headers={"Retry-After": "1"})] * 20, *[Answer(503)] * 7, Answer(200, {"id": "n1"}))
        client = connect()
        assert client.get("networks", "n1") == {"id": "n1"}
        assert client.report()["retries"] == 27

    def test_what_is_not_ready_is_awaited(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        wire.on("POST", "/networks/connectors/c1/profile", *[Answer(202)] * 5, *[Answer(200)] * 5, Answer(200, b"client"))
        assert connect().post(*PROFILE, repeatable=True, expect=TEXT) == "client"
        assert clock.naps == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]

    def test_what_is_not_ready_yet_may_have_been_created(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/networks", Answer(202))
        with pytest.raises(UncertainResult) as failure:
            connect().post("networks", body={})
        assert isinstance(failure.value.cause, NotReady)

    def test_a_removal_that_was_executed_before_its_answer_was_lost_is_fine(self, wire: Wire, connect: Connect) -> None:
        wire.on("DELETE", "/networks/n1", reset(), Answer(400, {"errorMessage": "Entity does not exist"}))
        connect().delete("networks", "n1")
        assert len(wire.calls) == 2

    def test_pauses_are_spread_by_chance(self, wire: Wire, connect: Connect, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(random, "uniform", random.Random(7).uniform)
        wire.on("GET", "/networks/n1", Answer(500))
        with pytest.raises(ApiError):
            connect().get("networks", "n1")
        longest = [0.5, 1, 2, 4, 8, 16, 30]
        assert all(most / 2 <= nap <= most for nap, most in zip(clock.naps, longest, strict=True))
        assert clock.naps != longest

    def test_a_name_that_does_not_resolve_for_good_is_not_tried_again(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        unknown = requests.ConnectionError(raised(urllib3.exceptions.HTTPError("failed"), socket.gaierror(socket.EAI_NONAME, "unknown")))
        wire.on("POST", "/networks", unknown)
        with pytest.raises(NoConnection, match="does not resolve"):
            connect().post("networks", body={})
        assert (len(wire.calls), clock.naps) == (1, [])

    def test_a_name_that_does_not_resolve_for_now_is_tried_again(self, wire: Wire, connect: Connect) -> None:
        again = requests.ConnectionError(raised(urllib3.exceptions.HTTPError("failed"), socket.gaierror(socket.EAI_AGAIN, "later")))
        wire.on("POST", "/networks", again, Answer(201, {"id": "n1"}))
        assert connect().post("networks", body={}) == {"id": "n1"}

    def test_faults_of_our_own_are_not_tried_again(self, connect: Connect, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError

        client = connect()
        monkeypatch.setattr(client, "_send", fail)
        with pytest.raises(ZeroDivisionError):
            client.get("networks")
        assert clock.naps == []


LIMITS = {"X-RateLimit-Replenish-Rate": "1", "X-RateLimit-Replenish-Time": "15"}
BACKOFF = 0.5


class TestWaits:
    def naps(self, wire: Wire, connect: Connect, clock: Clock, status: int, headers: dict[str, str]) -> list[float]:
        wire.on("GET", "/networks/n1", Answer(status, headers=headers), Answer(200, {"id": "n1"}))
        client = connect()
        client.get("networks", "n1")
        assert len(wire.calls) == 2
        assert client.report()["waited"] == pytest.approx(sum(clock.naps), abs=0.001)
        return clock.naps

    @pytest.mark.parametrize("status", [429, 503, 500])
    @pytest.mark.parametrize(
        ("asked", "seconds"),
        [
            ("7", 7.0),
            ("1.5", 1.5),
            (" 2 ", 2.0),
            ("1e2", 100.0),
            (format_datetime(datetime.fromtimestamp(NOW.timestamp() + 20, UTC), usegmt=True), 20.0),
            ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
            (format_datetime(datetime.fromtimestamp(NOW.timestamp() - 20, UTC), usegmt=True), BACKOFF),
            ("0", BACKOFF),
            ("-5", BACKOFF),
            ("", BACKOFF),
            ("soon", BACKOFF),
            ("nan", BACKOFF),
            ("inf", BACKOFF),
            ("1e999", BACKOFF),
            ("Sun, 99 Mar 2026 99:99:99 GMT", BACKOFF),
            ("7, 8", BACKOFF),
        ],
    )
    def test_retry_after_says_how_long(
        self, wire: Wire, connect: Connect, clock: Clock, monkeypatch: pytest.MonkeyPatch, status: int, asked: str, seconds: float
    ) -> None:
        monkeypatch.setattr(time, "time", NOW.timestamp)
        assert self.naps(wire, connect, clock, status, {"Retry-After": asked}) == [seconds]

    @pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
    @pytest.mark.parametrize("form", ["%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S -0000"])
    def test_a_date_without_a_zone_is_universal_time(
        self, wire: Wire, connect: Connect, clock: Clock, monkeypatch: pytest.MonkeyPatch, zone: str, form: str
    ) -> None:
        monkeypatch.setattr(time, "time", NOW.timestamp)
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            asked = (NOW + timedelta(seconds=20)).strftime(form)
            assert self.naps(wire, connect, clock, 429, {"Retry-After": asked}) == [20.0]
        finally:
            monkeypatch.delenv("TZ")
            time.tzset()

    @pytest.mark.parametrize("asked", ["0", "-1", "soon"])
    def test_a_senseless_retry_after_leaves_it_to_the_limits(self, wire: Wire, connect: Connect, clock: Clock, asked: str) -> None:
        assert self.naps(wire, connect, clock, 429, {"Retry-After": asked, **LIMITS}) == [15.0]

    @pytest.mark.parametrize(
        ("rate", "period", "seconds"),
        [
            ("1", "15", 15.0),
            ("2", "15", 7.5),
            ("0.5", "15", 30.0),
            ("1", "0.25", 0.25),
            ("0", "15", BACKOFF),
            ("1", "0", BACKOFF),
            ("-1", "15", BACKOFF),
            ("1", "-15", BACKOFF),
            ("one", "15", BACKOFF),
            ("nan", "inf", BACKOFF),
            ("1", "1e9", BACKOFF),
            ("1e-9", "15", BACKOFF),
            ("", "", BACKOFF),
            (None, "15", BACKOFF),
            ("1", None, BACKOFF),
        ],
    )
    @pytest.mark.parametrize("remaining", ["0", None, "-3", "many"])
    def test_a_limit_is_waited_out_for_one_replenishment(
        self, wire: Wire, connect: Connect, clock: Clock, rate: str | None, period: str | None, seconds: float, remaining: str | None
    ) -> None:
        headers = {"X-RateLimit-Replenish-Rate": rate, "X-RateLimit-Replenish-Time": period, "X-RateLimit-Remaining": remaining}
        assert self.naps(wire, connect, clock, 429, {name: value for name, value in headers.items() if value is not None}) == [seconds]

    def test_the_limits_say_nothing_about_faults(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        assert self.naps(wire, connect, clock, 503, LIMITS) == [BACKOFF]

    def test_an_absurd_wait_ends_the_task_at_once(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        wire.on("GET", "/networks/n1", Answer(429, headers={"Retry-After": "1e9"}))
        with pytest.raises(OutOfTime, match=r"answered 429, and another \d+ s of waiting would exceed max_wait"):
            connect().get("networks", "n1")
        assert (len(wire.calls), clock.naps) == (1, [])

    @pytest.mark.parametrize("headers", [{"Retry-After": "1e-9"}, {"X-RateLimit-Replenish-Rate": "1e9", "X-RateLimit-Replenish-Time": "1"}])
    def test_a_vanishing_wait_does_not_become_a_storm_of_calls(self, wire: Wire, connect: Connect, headers: dict[str, str]) -> None:
        wire.compute("GET", "/networks/n1", lambda _request: (429 if len(wire.calls) < 100 else 200, headers, "{}"))
        with pytest.raises(OutOfTime):
            connect(max_wait=2).get("networks", "n1")
        assert len(wire.calls) <= 21

    def test_no_wait_is_begun_that_max_wait_does_not_allow(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        wire.on("GET", "/networks/n1", Answer(429, headers={"Retry-After": "4"}))
        client = connect(max_wait=10)
        with pytest.raises(OutOfTime, match=r"another 4 s of waiting would exceed max_wait \(8 of 10 s are used\)") as failure:
            client.get("networks", "n1")
        assert clock.naps == [4, 4]
        assert client.report()["waited"] == 8
        assert failure.value.remedy == "Raise max_wait, or run fewer tasks at a time"

    def test_without_max_wait_nothing_is_tried_again(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/n1", Answer(503))
        with pytest.raises(OutOfTime, match="answered 503"):
            connect(max_wait=0).get("networks", "n1")
        assert len(wire.calls) == 1

    def test_a_limited_creation_that_runs_out_of_time_is_not_uncertain(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/networks", Answer(429, headers={"Retry-After": "9"}))
        with pytest.raises(OutOfTime):
            connect(max_wait=5).post("networks", body={})


class Bucket:
    """A budget of the service: a call too many is answered with 429."""

    def __init__(self, clock: Clock, capacity: int, interval: float) -> None:
        self.clock, self.capacity, self.interval = clock, capacity, interval
        self.level, self.stamp = float(capacity), clock.now
        self.times: list[float] = []

    def __call__(self, request: Any) -> tuple[int, dict[str, str], str]:
        self.level = min(self.capacity, self.level + (self.clock.now - self.stamp) / self.interval)
        self.stamp = self.clock.now
        status = 200 if self.level >= 1 else 429
        self.level -= status == 200
        self.times.append(self.clock.now)
        headers = {
            "X-RateLimit-Remaining": str(int(self.level)),
            "X-RateLimit-Replenish-Rate": "1",
            "X-RateLimit-Replenish-Time": f"{self.interval:g}",
            "X-RateLimit-Burst-Capacity": str(self.capacity),
        }
        return status, headers, json.dumps({"id": "n1"})


class TestPacing:
    def test_the_burst_goes_first_and_then_one_call_per_replenishment(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        bucket = Bucket(clock, 3, 15)
        wire.compute("GET", "/networks/n1", bucket)
        client = connect()
        for _call in range(6):
            client.get("networks", "n1")
        assert bucket.times == [1000, 1000, 1000, 1015, 1030, 1045]
        assert client.report() == {
            "reads": 6,
            "writes": 0,
            "logins": 0,
            "retries": 0,
            "waited": 45.0,
            "remaining": {"read": 0, "write": None},
        }

    def test_time_that_passes_fills_the_budget_again(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        bucket = Bucket(clock, 3, 15)
        wire.compute("GET", "/networks/n1", bucket)
        client = connect()
        for _call in range(3):
            client.get("networks", "n1")
        clock.now += 1000
        for _call in range(4):
            client.get("networks", "n1")
        assert [when - 2000 for when in bucket.times[3:]] == [0, 0, 0, 15]

    def test_reads_and_writes_have_a_budget_each(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        reads, writes = Bucket(clock, 1, 20), Bucket(clock, 2, 60)
        wire.compute("GET", "/networks/n1", reads)
        wire.compute("PUT", "/networks/n1", writes)
        client = connect()
        client.get("networks", "n1")
        client.put("networks", "n1", body={})
        client.put("networks", "n1", body={})
        assert clock.naps == []
        client.get("networks", "n1")
        client.put("networks", "n1", body={})
        assert (reads.times, writes.times) == ([1000, 1020], [1000, 1000, 1060])
        assert client.read_interval() == 20

    def test_a_login_spends_neither(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        wire.on("POST", "/oauth/token", Answer(200, {"access_token": "Token.1"}, {**LIMITS, "X-RateLimit-Remaining": "0"}))
        wire.on("POST", "/networks", Answer(201, {"id": "n1"}))
        connect(client_id="id", client_secret="secret").post("networks", body={})
        assert clock.naps == []

    def test_a_turn_beyond_max_wait_is_given_back(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        bucket = Bucket(clock, 1, 15)
        wire.compute("GET", "/networks/n1", bucket)
        client = connect(max_wait=10)
        client.get("networks", "n1")
        for _attempt in range(2):
            with pytest.raises(OutOfTime, match="only in 15 s"):
                client.get("networks", "n1")
        assert bucket.times == [1000]
        assert client.report()["reads"] == 1

    def test_a_limit_that_comes_unforeseen_holds_back_what_follows(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        bucket = Bucket(clock, 5, 10)
        wire.compute("GET", "/networks/n1", bucket)
        client = connect()
        client.get("networks", "n1")
        bucket.level = 0.0  # somebody else has spent the rest
        for _call in range(3):
            client.get("networks", "n1")
        assert bucket.times == [1000, 1000, 1010, 1020, 1030]
        assert client.report()["retries"] == 1

    def test_a_refusal_holds_back_whoever_else_shares_the_budget_for_as_long_as_it_asks(
        self, wire: Wire, connect: Connect, clock: Clock
    ) -> None:
        wire.on("GET", "/networks/n1", Answer(429, headers={"Retry-After": "7"}), Answer(200, {"id": "n1"}))
        session = Session()
        with pytest.raises(OutOfTime):
            connect(session, max_wait=5).get("networks", "n1")
        connect(session).get("networks", "n1")
        assert (len(wire.calls), clock.naps) == (2, [7.0])

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-RateLimit-Remaining": "0"},
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Replenish-Rate": "0", "X-RateLimit-Replenish-Time": "15"},
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Replenish-Rate": "1", "X-RateLimit-Replenish-Time": "0"},
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Replenish-Rate": "-1", "X-RateLimit-Replenish-Time": "15"},
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Replenish-Rate": "1", "X-RateLimit-Replenish-Time": "1e9"},
            {"X-RateLimit-Remaining": "-1", **LIMITS},
            {"X-RateLimit-Remaining": "nan", **LIMITS},
            {"X-RateLimit-Remaining": "none", **LIMITS},
            LIMITS,
            {},
        ],
    )
    def test_senseless_limits_hold_nothing_back(self, wire: Wire, connect: Connect, clock: Clock, headers: dict[str, str]) -> None:
        wire.on("GET", "/networks/n1", Answer(200, {"id": "n1"}, headers))
        client = connect()
        for _call in range(5):
            client.get("networks", "n1")
        assert clock.naps == []


def test_a_lost_answer_gives_its_place_in_the_budget_free(wire: Wire, connect: Connect) -> None:
    wire.on("GET", "/networks/n1", reset(), Answer(200, {"id": "n1"}, {**LIMITS, "X-RateLimit-Remaining": "3"}))
    client = connect()
    client.get("networks", "n1")
    assert client.report()["remaining"]["read"] == 3


def test_the_largest_number_of_tries_takes_about_a_minute(wire: Wire, connect: Connect, clock: Clock) -> None:
    wire.on("GET", "/networks/n1", Answer(200))
    with pytest.raises(InvalidAnswer):
        connect().get("networks", "n1")
    assert len(wire.calls) == _client._FAULT_TRIES
    assert sum(clock.naps) == 61.5
