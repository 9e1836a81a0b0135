# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault: what the client sees of it, and what the service has done."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from emulator import Emulator
from emulator.faults import KINDS

from .conftest import Api

HOST = {"name": "h", "internetAccess": "SPLIT_TUNNEL_ON"}


def hosts(api: Api) -> list[str]:
    return [host["name"] for host in api.emulator.state()["hosts"]]


def last_call(api: Api) -> tuple[int | None, str | None, bool]:
    call = api.emulator.calls[-1]
    return call.status, call.fault, call.executed


class TestConditions:
    def test_nothing_else_is_hit(self, api: Api) -> None:
        fault = api.emulator.faults.add("status", when={"method": "POST", "path": "/hosts$", "kind": "write", "query": {"a": 1}})
        assert api("GET", "/hosts?a=1").status_code == 200
        assert api("POST", "/networks?a=1", json={"name": "n"}).status_code == 201
        assert api("POST", "/hosts?a=2", json=HOST).status_code == 201
        assert fault.hits == 0
        assert api("POST", "/hosts?a=1", json=HOST).status_code == 503
        assert fault.hits == 1
        api.emulator.faults.clear()
        assert api("POST", "/hosts?a=1", json=HOST).status_code == 201

    @pytest.mark.parametrize(
        ("when", "hit"),
        [
            ({}, [1, 2, 3, 4, 5]),
            ({"nth": 2}, [2]),
            ({"times": 2}, [1, 2]),
            ({"nth": 2, "times": 3}, [2, 3, 4]),
            ({"probability": 0.0}, []),
            ({"probability": 0.5, "seed": 1}, [1, 4, 5]),
        ],
    )
    def test_which_calls(self, api: Api, when: dict[str, Any], hit: list[int]) -> None:
        api.emulator.faults.add("status", when=when)
        assert [number for number in range(1, 6) if api("GET", "/regions").status_code == 503] == hit

    def test_the_first_that_strikes_has_the_call_alone(self, api: Api) -> None:
        first = api.emulator.faults.add("status", when={"nth": 2}, status=500)
        second = api.emulator.faults.add("status", status=502)
        assert [api("GET", "/regions").status_code for _time in range(3)] == [502, 500, 502]
        assert (first.hits, second.hits) == (1, 2)

    @pytest.mark.parametrize(
        "wrong", [{"kind": "rain"}, {"when": {"colour": "red"}}, {"phase": "never"}, {"when": {"path": "("}}, {"colour": "red"}]
    )
    def test_mistakes(self, api: Api, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"."):
            api.emulator.faults.add(**{"kind": "status", **wrong})


class TestAnswers:
    @pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503, 504])
    @pytest.mark.parametrize("phase", ["before", "after"])
    def test_status(self, api: Api, status: int, phase: str) -> None:
        api.emulator.faults.add("status", status=status, phase=phase, headers={"Retry-After": 7}, body="<h1>no</h1>")
        answer = api("POST", "/hosts", json=HOST)
        assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (status, "<h1>no</h1>", "7")
        assert answer.headers["Content-Type"].startswith("text/html")
        assert hosts(api) == (["h"] if phase == "after" else [])
        assert last_call(api) == (status, "status", phase == "after")

    @pytest.mark.parametrize(
        ("kind", "options", "status", "body"),
        [
            ("html", {}, 200, b"<!doctype html><title>Service</title><p>Something went wrong.</p>"),
            ("empty", {}, 200, b""),
            ("accepted", {}, 202, b""),
            ("wrong_json", {"body": {"id": 5}}, 200, b'{"id": 5}'),
            ("wrong_json", {"body": '{"id": 1, "id": 2}'}, 200, b'{"id": 1, "id": 2}'),
            ("invalid_utf8", {}, 200, b'{"content": "\xff\xfe"}'),
        ],
    )
    def test_other_bodies(self, api: Api, kind: str, options: dict[str, Any], status: int, body: bytes) -> None:
        api.emulator.faults.add(kind, **options)
        answer = api("POST", "/hosts", json=HOST)
        assert (answer.status_code, answer.content) == (status, body)
        assert hosts(api) == []

    def test_truncated(self, api: Api) -> None:
        whole = api("GET", "/regions").content
        api.emulator.faults.add("truncated")
        answer = api("GET", "/regions")
        assert answer.content == whole[: len(whole) // 2]
        with pytest.raises(requests.exceptions.JSONDecodeError):
            answer.json()

    def test_headers(self, api: Api) -> None:
        api.emulator.faults.add("headers", headers={"X-RateLimit-Remaining": "-1", "X-RateLimit-Replenish-Time": None})
        answer = api("POST", "/hosts", json=HOST)
        assert answer.status_code == 201
        assert answer.headers["X-RateLimit-Remaining"] == "-1"
        assert "X-RateLimit-Replenish-Time" not in answer.headers

    def test_huge(self, api: Api) -> None:
        api.emulator.faults.add("huge", size=3_000_001)
        answer = api("GET", "/regions", stream=True)
        assert "Content-Length" not in answer.headers
        assert sum(len(chunk) for chunk in answer.iter_content(2**16)) == 3_000_001
        assert answer.headers["Content-Type"] == "application/json"

    def test_a_huge_answer_may_be_left_unread(self, api: Api) -> None:
        api.emulator.faults.add("huge", when={"times": 1}, size=2**40)
        with api("GET", "/regions", stream=True) as answer:
            assert b"".join(itertools.islice(answer.iter_content(1), 3)) == b'"xx'
        assert api("GET", "/regions").status_code == 200


class TestLines:
    @pytest.mark.parametrize("tls", [False, True])
    @pytest.mark.parametrize("phase", ["before", "after", "middle"])
    def test_drop(self, phase: str, tls: bool) -> None:
        with Emulator(tls=tls) as emulator:
            api = Api(emulator)
            emulator.faults.add("drop", phase=phase, when={"times": 1})
            broken = requests.exceptions.ChunkedEncodingError if phase == "middle" else requests.exceptions.ConnectionError
            with pytest.raises(broken):
                api("POST", "/hosts", json=HOST)
            assert hosts(api) == ([] if phase == "before" else ["h"])
            assert last_call(api) == (None, "drop", phase != "before")
            assert api("GET", "/hosts").status_code == 200

    def test_drop_is_a_reset(self, api: Api) -> None:
        api.emulator.faults.add("drop")
        with pytest.raises(requests.exceptions.ConnectionError, match="ConnectionResetError"):
            api("GET", "/regions")

    def test_an_answer_without_a_body_has_no_middle(self, api: Api) -> None:
        host = api.create("/hosts", **HOST)
        api.emulator.faults.add("drop", phase="middle")
        with pytest.raises(requests.exceptions.ConnectionError):
            api("DELETE", f"/hosts/{host['id']}")
        assert hosts(api) == []

    @pytest.mark.parametrize("phase", ["before", "after"])
    def test_delay(self, api: Api, phase: str) -> None:
        api.emulator.faults.add("delay", phase=phase, seconds=0.3)
        waiting = threading.Thread(target=api, args=("POST", "/hosts"), kwargs={"json": HOST})
        waiting.start()
        while not api.emulator.calls or api.emulator.calls[-1].fault is None:
            time.sleep(0.001)
        assert hosts(api) == (["h"] if phase == "after" else [])
        assert api.emulator.calls[-1].status is None
        waiting.join()
        assert hosts(api) == ["h"]
        assert last_call(api) == (201, "delay", True)

    def test_a_delay_holds_up_neither_others_nor_the_end(self) -> None:
        started = time.monotonic()
        with Emulator() as emulator:
            api = Api(emulator)
            emulator.faults.add("delay", seconds=60, when={"path": "/hosts"})
            with pytest.raises(requests.exceptions.ReadTimeout):
                api.session.get(f"{emulator.base_url}/api/v1/hosts", timeout=0.05)
            assert api("GET", "/regions").status_code == 200
        assert time.monotonic() - started < 5


class TestLateExecution:
    def test_before_a_further_call(self, api: Api) -> None:
        api.emulator.faults.add("late", when={"method": "POST"}, calls=2)
        assert api("POST", "/hosts", json=HOST).status_code == 504
        assert api.read("/hosts")["content"] == []
        assert last_call(api) == (200, None, True)
        assert [host["name"] for host in api.read("/hosts")["content"]] == ["h"]
        assert [(call.status, call.executed) for call in api.emulator.calls] == [(504, True), (200, True), (200, True)]

    def test_after_a_time(self, api: Api) -> None:
        api.emulator.faults.add("late", when={"method": "POST"}, seconds=0.05)
        assert api("POST", "/hosts", json=HOST).status_code == 504
        assert hosts(api) == []
        give_up = time.monotonic() + 5
        while not hosts(api) and time.monotonic() < give_up:
            time.sleep(0.005)
        assert hosts(api) == ["h"]

    def test_given_up(self, api: Api) -> None:
        api.emulator.faults.add("late", when={"method": "POST"}, calls=1)
        api("POST", "/hosts", json=HOST)
        api.emulator.faults.clear()
        assert api.read("/hosts")["content"] == []
        assert api.emulator.calls[0].executed is False


class TestLists:
    def test_endless_pages(self, api: Api) -> None:
        api.emulator.faults.add("endless_pages")
        pages = [api.read("/hosts", page=page, size=5) for page in (0, 1, 10_000)]
        assert all(page["totalPages"] > 10**9 and len(page["content"]) == 5 for page in pages)
        assert len({entry["id"] for page in pages for entry in page["content"]}) == 15

    @pytest.mark.parametrize("path", ["/networks", "/hosts", "/networks/connectors", "/networks/routes"])
    def test_page_change(self, api: Api, path: str) -> None:
        children = {
            "connectors": [{"name": f"c{number}"} for number in range(4)],
            "routes": [{"value": f"10.{number}.0.0/16"} for number in range(4)],
        }
        api.emulator.seed(networks=[{"name": "n0", **children}, *({"name": f"n{number}"} for number in range(1, 4))])
        api.emulator.seed(hosts=[{"name": f"h{number}"} for number in range(4)])

        def page(number: int) -> list[str]:
            return [entry["id"] for entry in api.read(path, page=number, size=2)["content"]]

        before = page(0) + page(1)
        api.emulator.faults.add("page_change", when={"query": {"page": 0}, "times": 1}, change="insert")
        assert page(0) == before[:2]
        assert page(1) == before[1:3]
        inserted = page(0)[0]
        assert inserted not in before
        api.emulator.faults.add("page_change", when={"query": {"page": 0}, "times": 1}, change="remove")
        assert page(0) == [inserted, before[0]]
        assert page(1) == before[2:]
        assert page(0) == before[:2]


def test_all_kinds_are_tested() -> None:
    tests = Path(__file__).read_text()
    assert [kind for kind in KINDS if f'"{kind}"' not in tests] == []
