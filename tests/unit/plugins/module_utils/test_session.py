# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the calls of a task share: the token and two budgets."""

from __future__ import annotations

import heapq
import itertools
import math
import threading
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._session import READ, WRITE, Budget, Session, Turn, number
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import learn, wait


def limits(remaining: Any, rate: Any = 1, period: Any = 15, capacity: Any = 20) -> dict[str, str]:
    figures = {"Remaining": remaining, "Replenish-Rate": rate, "Replenish-Time": period, "Burst-Capacity": capacity}
    return {f"X-RateLimit-{name}": str(value) for name, value in figures.items() if value is not None}


DELAY = st.one_of(st.just(0.0), st.floats(0, 3), st.floats(0, 20))  # seconds


class Service:
    """The other side: a token bucket that is refilled continuously."""

    def __init__(self, capacity: int, interval: float, level: float, now: float) -> None:
        self.capacity, self.interval, self.level, self.stamp = capacity, interval, level, now

    def call(self, now: float) -> dict[str, str]:
        """The headers of the answer; a call too many fails the test."""
        self.level = min(self.capacity, self.level + (now - self.stamp) / self.interval)
        self.stamp = now
        assert self.level >= 1 - 1e-6, "the service would have refused this call"
        self.level -= 1
        return limits(max(0, math.floor(self.level + 1e-9)), 1, self.interval, self.capacity)


class TestBudgetProperties:
    @settings(max_examples=500)
    @given(
        st.integers(1, 5),
        st.sampled_from([0.25, 1.0, 4.0, 15.0]),
        st.floats(0, 1),
        st.lists(st.one_of(st.lists(DELAY, min_size=1, max_size=4), st.floats(0, 40)), max_size=25),
    )
    def test_no_more_calls_pass_than_the_bucket_gives(
        self, capacity: int, interval: float, filled: float, steps: list[list[float] | float]
    ) -> None:
        """steps: a list makes a call for each entry, with the seconds that its answer is under way; a float lets so many pass."""
        now = 1000.0
        service, budget = Service(capacity, interval, 1 + filled * (capacity - 1), now), Budget()
        budget.learn(service.call(now), budget.reserve(now), now)
        order = itertools.count()
        events: list[tuple[float, int, Callable[[float], None]]] = []

        def call(turn: Turn, delay: float) -> None:
            def execute(moment: float) -> None:
                headers = service.call(moment)
                heapq.heappush(events, (moment + delay, next(order), lambda later: budget.learn(headers, turn, later)))

            heapq.heappush(events, (turn.due, next(order), execute))

        def pass_until(end: float) -> None:
            while events and events[0][0] <= end:
                moment, _number, happens = heapq.heappop(events)
                happens(moment)

        for step in steps:
            if isinstance(step, list):
                for delay in step:
                    turn = budget.reserve(now)
                    assert turn.due >= now
                    call(turn, delay)
            else:
                now += step
                pass_until(now)
        pass_until(math.inf)

    HEADERS = st.fixed_dictionaries(
        {},
        optional={
            f"X-RateLimit-{name}": st.one_of(st.floats().map(str), st.integers().map(str), st.text(max_size=5))
            for name in ("Remaining", "Replenish-Rate", "Replenish-Time", "Burst-Capacity")
        },
    )

    @given(st.lists(st.tuples(HEADERS, st.floats(0, 1e6), st.sampled_from(["learn", "close", "release"])), max_size=10))
    def test_whatever_the_headers_say_a_wait_is_finite_and_not_negative(self, answers: list[tuple[dict[str, str], float, str]]) -> None:
        budget, now = Budget(), 0.0
        for headers, seconds, what in answers:
            now += seconds
            turn = budget.reserve(now)
            assert now <= turn.due < math.inf
            forecast = budget.forecast(3, now)
            assert forecast is None or 0 <= forecast < math.inf
            if what == "release":
                budget.release(turn, now)
            else:
                budget.learn(headers, turn, now)
            if what == "close":
                budget.close(seconds, now)


class TestBudget:
    def test_nothing_is_held_back_until_limits_are_known(self) -> None:
        budget = Budget()
        assert [wait(budget, 0.0) for _call in range(100)] == [0.0] * 100
        assert budget.forecast(100, 0.0) is None
        assert budget.forecast(0, 0.0) == 0

    def test_calls_beyond_the_burst_wait_for_their_turn(self) -> None:
        budget = Budget()
        learn(budget, limits(2), 0.0)
        assert [wait(budget, 0.0) for _call in range(5)] == [0, 0, 15, 30, 45]

    def test_answers_that_are_not_there_yet_are_counted(self) -> None:
        budget = Budget()
        first, *_others = [budget.reserve(0.0) for _call in range(3)]
        budget.learn(limits(4), first, 0.0)
        assert budget.level == 2

    def test_answers_that_overtake_each_other_make_nobody_richer(self) -> None:
        for order in itertools.permutations(range(4)):
            budget = Budget()
            learn(budget, limits(4), 0.0)
            turns = [budget.reserve(0.0) for _call in range(5)]
            assert [turn.due for turn in turns] == [0, 0, 0, 0, 15]
            for answer in order:
                budget.learn(limits(3 - answer), turns[answer], 0.0)
            assert wait(budget, 0.0) == pytest.approx(30), order

    def test_a_call_without_an_answer_is_forgotten_in_time(self) -> None:
        budget = Budget()
        budget.reserve(0.0)
        answered = budget.reserve(50.0)
        budget.learn(limits(4), answered, 70.0)
        assert budget.level == 4

    def test_a_call_whose_answer_may_take_long_is_counted_so_long(self) -> None:
        budget = Budget()
        budget.reserve(0.0, 200.0)
        answered = budget.reserve(50.0, 200.0)
        budget.learn(limits(4), answered, 199.0)
        assert budget.level == 3
        assert budget.reserve(200.0) == budget.pending[0]

    def test_a_call_whose_answer_may_take_days_is_forgotten_sooner(self) -> None:
        budget = Budget()
        assert budget.reserve(0.0, 1e9).lost == 3600

    def test_a_place_that_is_given_back_is_free(self) -> None:
        budget = Budget()
        learn(budget, limits(1), 0.0)
        budget.reserve(0.0)
        turn = budget.reserve(0.0)
        assert turn.due == 15
        budget.release(turn, 0.0)
        assert budget.reserve(0.0) == turn

    def test_a_place_is_given_back_before_limits_are_known(self) -> None:
        budget = Budget()
        budget.release(budget.reserve(0.0), 0.0)
        assert (budget.level, budget.pending) == (None, [])

    def test_a_full_bucket_gains_nothing_while_the_service_may_not_have_counted_a_call(self) -> None:
        budget = Budget()
        learn(budget, limits(2, capacity=2), 0.0)
        assert [wait(budget, 0.0), wait(budget, 14.0), wait(budget, 14.0)] == [0, 0, 15]

    def test_the_finer_figure_of_our_own_is_kept(self) -> None:
        budget = Budget()
        learn(budget, limits(0), 0.0)
        learn(budget, limits(0), 9.0)
        assert wait(budget, 9.0) == pytest.approx(6)

    def test_the_service_knows_better_when_somebody_else_spends(self) -> None:
        budget = Budget()
        learn(budget, limits(10), 0.0)
        learn(budget, limits(3), 0.0)
        assert budget.forecast(1, 0.0) == 0
        assert 3 <= (budget.level or 0) < 4

    def test_the_service_knows_better_when_it_gives_more(self) -> None:
        budget = Budget()
        learn(budget, limits(3), 0.0)
        learn(budget, limits(10), 0.0)
        assert budget.level == 10

    def test_the_bucket_does_not_overflow(self) -> None:
        budget = Budget()
        learn(budget, limits(1, capacity=2), 0.0)
        assert [wait(budget, 1e6) for _call in range(3)] == [0, 0, 15]

    def test_a_refusal_holds_everything_back(self) -> None:
        budget = Budget()
        learn(budget, limits(5), 0.0)
        budget.close(30.0, 0.0)
        assert wait(budget, 10.0) == 20
        assert wait(budget, 40.0) == 0

    def test_a_shorter_refusal_does_not_undo_a_longer_one(self) -> None:
        budget = Budget()
        budget.close(30.0, 0.0)
        budget.close(5.0, 0.0)
        assert wait(budget, 0.0) == 30

    def test_the_forecast_adds_up_the_waits(self) -> None:
        budget = Budget()
        learn(budget, limits(2), 0.0)
        assert [budget.forecast(calls, 0.0) for calls in range(5)] == [0, 0, 0, 15, 30]

    def test_the_forecast_knows_the_time_that_has_passed(self) -> None:
        budget = Budget()
        learn(budget, limits(0), 0.0)
        assert budget.forecast(3, 30.0) == 15

    def test_no_call_has_to_wait_however_many_others_do(self) -> None:
        budget = Budget()
        learn(budget, limits(0), 0.0)
        budget.reserve(0.0)
        assert (budget.forecast(0, 0.0), budget.forecast(1, 0.0)) == (0, 30)

    def test_a_clock_that_was_started_anew_begins_anew(self) -> None:
        budget = Budget()
        learn(budget, limits(0), 1000.0)
        budget.close(500.0, 1000.0)
        assert wait(budget, 5.0) == 0
        assert (budget.level, budget.closed_until, budget.stamp) == (None, 0, 5.0)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            limits(0, rate=None),
            limits(0, period=None),
            limits(0, rate=0),
            limits(0, period=0),
            limits(0, rate=-1),
            limits(0, period="inf"),
            limits(0, rate=1, period=3601),
            limits(0, rate="1e300", period="1e-300"),
            limits(None),
            limits(-1),
            limits("few"),
        ],
    )
    def test_headers_that_make_no_sense_change_nothing(self, headers: dict[str, str]) -> None:
        budget = Budget()
        learn(budget, headers, 0.0)
        assert [wait(budget, 0.0) for _call in range(5)] == [0.0] * 5

    def test_a_capacity_of_nothing_is_not_believed(self) -> None:
        budget = Budget()
        learn(budget, limits(1, capacity=0), 0.0)
        assert wait(budget, 0.0) == 0
        assert budget.capacity is None

    def test_a_rate_may_be_a_fraction(self) -> None:
        budget = Budget()
        learn(budget, limits(0, rate="0.5", period="7.5"), 0.0)
        assert wait(budget, 0.0) == 15


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("5", 5.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("1e3", 1000.0),
        *[(text, None) for text in (None, "", "-1", "nan", "inf", "-inf", "1e999", "five", "1,5", "0x10", "5 s")],
    ],
)
def test_a_figure_is_finite_and_not_negative(text: str | None, figure: float | None) -> None:
    assert number(text) == figure


class TestSession:
    def test_reads_and_writes_have_a_budget_each(self) -> None:
        session = Session()
        with session.budget(READ) as reads, session.budget(WRITE) as writes:
            assert reads is not writes
        with session.budget(READ) as again:
            assert again is reads

    @pytest.mark.parametrize(
        ("kept", "refused", "found"), [(None, None, None), (None, "old", None), ("old", "old", None), ("new", "old", "new")]
    )
    def test_a_login_is_spared_where_another_caller_got_a_token(self, kept: str | None, refused: str | None, found: str | None) -> None:
        session = Session()
        if kept:
            session.keep(kept)
        with session.login(refused) as token:
            assert token == found

    def test_one_caller_logs_in_and_the_others_wait_for_it(self) -> None:
        session, logins, begin = Session(), [], threading.Barrier(4)

        def renew() -> None:
            begin.wait()
            with session.login("old") as token:
                if token is None:
                    logins.append(threading.get_ident())
                    session.keep("new")

        threads = [threading.Thread(target=renew) for _thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(logins) == 1
