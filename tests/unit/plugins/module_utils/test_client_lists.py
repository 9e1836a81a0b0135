# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client: lists, page by page."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _answer, _client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._answer import Size
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import InvalidAnswer, MissingObject, TooLarge
from emulator import Emulator

from ...conftest import Clock
from .conftest import Answer, Connect, Wire


def entries(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"n{number}", "name": f"network {number}"} for number in numbers]


def page(content: Sequence[Any], **members: Any) -> Answer:
    return Answer(200, {"content": content, **members})


def ids(objects: Sequence[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in objects]


def paged(found: list[dict[str, Any]], totals: bool = True, most: int = 1000) -> Callable[[Any], tuple[int, dict[str, str], str]]:
    """The answers of a service that gives at most so many entries a page."""

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url).query)
        number, size = int(query["page"][0]), min(int(query["size"][0]), most)
        body: dict[str, Any] = {"content": found[number * size : (number + 1) * size]}
        if totals:
            body |= {"totalElements": len(found), "totalPages": -(-len(found) // size)}
        return 200, {}, json.dumps(body)

    return answer


class TestPaging:
    def test_pages_count_from_zero_and_are_as_large_as_possible(self, wire: Wire, connect: Connect) -> None:
        found = entries(*range(2500))
        wire.compute("GET", "/networks", paged(found))
        assert connect().list("networks") == found
        assert wire.calls == [f"GET /networks?page={number}&size=1000" for number in range(3)]

    def test_a_service_with_smaller_pages_is_read_to_the_end(self, wire: Wire, connect: Connect) -> None:
        found = entries(*range(25))
        wire.compute("GET", "/networks", paged(found, most=10))
        assert connect().list("networks") == found
        assert len(wire.calls) == 3

    def test_the_query_goes_with_every_page(self, wire: Wire, connect: Connect) -> None:
        wire.compute("GET", "/networks/routes", paged(entries(1, 2), most=1))
        connect().list("networks", "routes", query={"networkId": "n 1"})
        assert wire.calls == [f"GET /networks/routes?networkId=n+1&page={number}&size=1000" for number in (0, 1)]

    def test_a_short_list_takes_one_call(self, wire: Wire, connect: Connect) -> None:
        wire.compute("GET", "/networks", paged(entries(1)))
        assert ids(connect().list("networks")) == ["n1"]
        assert len(wire.calls) == 1

    def test_an_empty_list_takes_one_call(self, wire: Wire, connect: Connect) -> None:
        wire.compute("GET", "/networks", paged([]))
        assert connect().list("networks") == []
        assert len(wire.calls) == 1

    def test_without_totals_the_first_empty_page_is_the_end(self, wire: Wire, connect: Connect) -> None:
        found = entries(*range(3))
        wire.compute("GET", "/networks", paged(found, totals=False, most=2))
        assert connect().list("networks") == found
        assert len(wire.calls) == 3

    @pytest.mark.parametrize("odd", [None, "2", 1.5])
    def test_a_number_of_pages_that_is_none_is_ignored(self, wire: Wire, connect: Connect, odd: Any) -> None:
        wire.on("GET", "/networks", page(entries(1), totalPages=odd), page([], totalPages=odd))
        assert ids(connect().list("networks")) == ["n1"]
        assert len(wire.calls) == 2

    def test_an_empty_page_ends_the_list_whatever_the_totals_say(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks", page([], totalPages=5, totalElements=0))
        assert connect().list("networks") == []
        assert len(wire.calls) == 1

    def test_a_list_without_entries_may_be_answered_404(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/routes", Answer(404, []))
        assert connect().list("networks", "routes") == []

    def test_a_page_behind_the_last_may_be_answered_404(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks/routes", page(entries(1, 2)), Answer(404, []))
        assert ids(connect().list("networks", "routes")) == ["n1", "n2"]

    @pytest.mark.parametrize("answer", [Answer(404), Answer(404, {}), Answer(400, {"errorMessage": "Network with id 7 was not found"})])
    def test_a_parent_that_is_missing_is_not_an_empty_list(self, wire: Wire, connect: Connect, answer: Answer) -> None:
        wire.on("GET", "/networks/routes", answer)
        with pytest.raises(MissingObject):
            connect().list("networks", "routes", query={"networkId": "7"})

    def test_ids_may_be_numbers(self, wire: Wire, connect: Connect) -> None:
        wire.compute("GET", "/networks", paged([{"id": 1}, {"id": 2}]))
        assert connect().list("networks") == [{"id": 1}, {"id": 2}]


class TestChanges:
    """Whatever changes while pages are read, the list is complete or is read again."""

    def test_a_total_that_changes_between_pages_starts_it_again(self, wire: Wire, connect: Connect) -> None:
        wire.on(
            "GET",
            "/networks",
            page(entries(1, 2), totalElements=4, totalPages=2),
            page(entries(4), totalElements=3, totalPages=2),
            page(entries(1, 3), totalElements=3, totalPages=2),
            page(entries(4), totalElements=3, totalPages=2),
        )
        assert ids(connect().list("networks")) == ["n1", "n3", "n4"]
        assert [call[-11] for call in wire.calls] == ["0", "1", "0", "1"]

    def test_an_entry_that_slipped_to_another_page_starts_it_again(self, wire: Wire, connect: Connect) -> None:
        wire.on(
            "GET",
            "/networks",
            page(entries(1, 2), totalElements=4, totalPages=2),
            page(entries(2, 3), totalElements=4, totalPages=2),
            page(entries(0, 1), totalElements=4, totalPages=2),
            page(entries(2, 3), totalElements=4, totalPages=2),
        )
        assert ids(connect().list("networks")) == ["n0", "n1", "n2", "n3"]

    def test_a_page_that_comes_again_is_not_read_for_ever(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks", page(entries(1, 2)))
        with pytest.raises(InvalidAnswer, match="/networks kept changing"):
            connect().list("networks")
        assert len(wire.calls) == 6

    def test_an_empty_page_too_early_starts_it_again(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks", page([], totalElements=1, totalPages=1), page(entries(1), totalElements=1, totalPages=1))
        assert ids(connect().list("networks")) == ["n1"]

    def test_a_list_that_keeps_changing_is_given_up(self, wire: Wire, connect: Connect) -> None:
        totals = itertools.count(2)
        wire.compute(
            "GET",
            "/networks",
            lambda _request: (200, {}, json.dumps({"content": entries(total := next(totals)), "totalElements": total, "totalPages": 9})),
        )
        with pytest.raises(InvalidAnswer, match="kept changing") as failure:
            connect().list("networks")
        assert len(wire.calls) == 6
        assert "Run the task again" in failure.value.remedy

    @pytest.mark.parametrize("change", ["insert", "remove"])
    def test_an_object_that_comes_or_goes_meanwhile_makes_no_other_one_missing(
        self, emulator: Emulator, connect: Connect, monkeypatch: pytest.MonkeyPatch, change: str
    ) -> None:
        monkeypatch.setattr(_client, "_PAGE_SIZES", (2,))
        emulator.seed(networks=[{"name": f"network {number}"} for number in range(5)])
        emulator.faults.add("page_change", when={"nth": 1}, change=change)
        found = connect(base_url=emulator.base_url, access_token=emulator.issue_token()).list("networks")
        assert sorted(ids(found)) == sorted(ids(emulator.state()["networks"]))


class TestShapes:
    @pytest.mark.parametrize("body", [[], entries(1), "text", 5, None])
    def test_a_list_without_pages_is_invalid_where_pages_belong(self, wire: Wire, connect: Connect, body: Any) -> None:
        wire.on("GET", "/networks", Answer(200, json.dumps(body).encode()))
        with pytest.raises(InvalidAnswer, match="/networks is not paged"):
            connect().list("networks")
        assert len(wire.calls) == 1

    @pytest.mark.parametrize("content", [None, {}, "text", ["text"], [None], [{}], [{"id": None}], [{"id": ""}], [{"name": "x"}], [[]]])
    @pytest.mark.parametrize("paged", [True, False])
    def test_entries_have_to_be_objects_with_ids(self, wire: Wire, connect: Connect, content: Any, paged: bool) -> None:
        body = {"content": content} if paged else content
        wire.on("GET", "/regions", Answer(200, json.dumps(body).encode()))
        with pytest.raises(InvalidAnswer, match="objects with ids"):
            connect().list("regions", paged=paged)

    def test_a_list_without_pages_is_read_in_one_call(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/regions", Answer(200, entries(1, 2)))
        assert ids(connect().list("regions", paged=False)) == ["n1", "n2"]
        assert wire.calls == ["GET /regions"]


class TestSizes:
    @pytest.fixture(autouse=True)
    def largest_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_client, "_LARGEST_ANSWER", 3000)

    def test_pages_that_are_too_large_are_asked_for_in_smaller_ones(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        found = entries(*range(140))  # a hundred take more than 3000 bytes, ten do not
        wire.compute("GET", "/networks", paged(found))
        assert connect().list("networks") == found
        assert wire.calls[:4] == [f"GET /networks?page=0&size={size}" for size in (1000, 100, 10)] + ["GET /networks?page=1&size=10"]
        assert clock.naps == []

    def test_a_page_that_is_too_large_in_the_smallest_size_is_an_error(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/networks", Answer(200, b" " * 5000))
        with pytest.raises(TooLarge):
            connect().list("networks")
        assert len(wire.calls) == 3

    @pytest.mark.parametrize("limit", [Size(100_000, 10**9), Size(10**9, 8000)])
    def test_a_list_that_is_too_large_is_given_up_and_not_read_again(
        self, wire: Wire, connect: Connect, monkeypatch: pytest.MonkeyPatch, limit: Size
    ) -> None:
        monkeypatch.setattr(_client, "HEAVIEST_LIST", limit)
        wire.compute("GET", "/networks", paged(entries(*range(1000)), most=50))
        with pytest.raises(InvalidAnswer, match="list /networks would take more memory than a task may have"):
            connect().list("networks")
        assert len(wire.calls) in (4, 5)

    def test_a_page_of_too_many_values_is_asked_for_in_smaller_ones(
        self, wire: Wire, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_answer, "_HEAVIEST_ANSWER", Size(30_000, 30_000))
        found = [{"id": number, "routes": [[], [], [], []]} for number in range(1, 41)]
        wire.compute("GET", "/networks", paged(found))
        assert connect().list("networks") == found
        assert len(wire.calls) == 2 + 4


class TestSize:
    @pytest.mark.parametrize(
        ("body", "values"),
        [
            ("{}", 1),
            ("[[],[1,2]]", 5),
            ('{"a": [1, "b"]}', 3),
            ('["a,b", "[{,"]', 2),
            (r'["\",[", ",\\", ","]', 3),
            (json.dumps(["x" * 65_530, "[,{", "y"]), 3),
        ],
    )
    def test_the_values_of_a_text_are_counted_and_not_what_strings_hold(self, body: str, values: int) -> None:
        assert _answer._values(body.encode()) == values

    @pytest.mark.parametrize(
        ("body", "memory", "printed"),
        [
            ("ab", 2, 2),
            ("aé", 4, 1 + 6),
            ("a€", 4, 1 + 6),
            ("a\x7f", 4, 1 + 6),
            ("a🚀", 8, 1 + 12),
            (r"ab\u20ac", 8, 8),
            (r"ab\n", 4, 4),
            (r"abcd\ud83d\ude80", 24, 16),
            ("a🚀\\u20ac", 32, 7 + 12),
        ],
    )
    def test_the_letters_of_a_text_are_as_wide_as_the_widest(self, body: str, memory: int, printed: int) -> None:
        assert _answer._size(body.encode()) == (memory, printed)


class TestPagesWithoutEnd:
    @pytest.mark.parametrize("totals", [True, False])
    def test_ten_thousand_objects_may_come_by_tens(self, wire: Wire, connect: Connect, totals: bool) -> None:
        found = entries(*range(10_000))
        wire.compute("GET", "/networks", paged(found, totals, most=10))
        assert connect().list("networks") == found

    def test_more_pages_than_can_be_meant_are_not_begun(self, emulator: Emulator, connect: Connect) -> None:
        emulator.faults.add("endless_pages")
        with pytest.raises(InvalidAnswer, match="list /networks comes in more than 1000 pages"):
            connect(base_url=emulator.base_url, access_token=emulator.issue_token()).list("networks")
        assert len(emulator.calls) == 1

    def test_pages_that_are_not_announced_end(self, wire: Wire, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_client, "_MOST_PAGES", 20)
        wire.compute("GET", "/networks", paged(entries(*range(10_000)), totals=False, most=1))
        with pytest.raises(InvalidAnswer, match="list /networks comes in more than 20 pages"):
            connect().list("networks")
        assert len(wire.calls) == 21
