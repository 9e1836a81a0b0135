# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user reads of a failure."""

from __future__ import annotations

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import (
    ApiError,
    CloudConnexaError,
    InvalidAnswer,
    InvalidInput,
    MissingObject,
    NoConnection,
    NotReady,
    OutOfTime,
    Refused,
    TooLarge,
    UncertainResult,
)


class TestMessages:
    def test_a_problem_becomes_a_sentence(self) -> None:
        assert str(InvalidInput("subnet: 10.0.0.5/24 has host bits set")) == "subnet: 10.0.0.5/24 has host bits set."

    def test_a_remedy_follows_as_a_sentence(self) -> None:
        assert str(OutOfTime("it took too long", "Raise max_wait")) == "it took too long. Raise max_wait."

    def test_what_was_being_done_comes_first(self) -> None:
        error = ApiError("the API answered 400", "Correct it")
        error.doing = 'create the Route "a"'
        assert str(error) == 'Could not create the Route "a": the API answered 400. Correct it.'

    def test_what_was_done_and_what_is_left_stand_before_the_remedy(self) -> None:
        error = ApiError("the API answered 400", "Correct it")
        error.doing, error.done, error.left = "create c", ["create a", "create b"], ["create c", "create d"]
        assert str(error) == (
            "Could not create c: the API answered 400. Done before that: create a; create b. Not done: create c; create d. Correct it."
        )

    def test_long_lists_are_cut_short(self) -> None:
        error = ApiError("the API answered 400")
        error.left = [str(number) for number in range(12)]
        assert str(error) == "the API answered 400. Not done: 0; 1; 2; 3; 4; 5; 6; 7; 8; 9; and 2 more."
        error.left.pop()
        error.left.pop()
        assert str(error).endswith("8; 9.")

    def test_full_stops_are_not_doubled(self) -> None:
        assert str(InvalidInput("wrong.", "Correct it.")) == "wrong. Correct it."


class TestDetails:
    @pytest.mark.parametrize("kind", [InvalidInput, OutOfTime, NoConnection])
    def test_every_error_tells_its_kind(self, kind: type[CloudConnexaError]) -> None:
        assert kind("wrong").details() == {"kind": kind.__name__}

    @pytest.mark.parametrize("kind", [ApiError, MissingObject, Refused, InvalidAnswer, TooLarge, NotReady])
    def test_an_answer_tells_status_and_code_and_never_headers_or_body(self, kind: type[ApiError]) -> None:
        error = kind("wrong", status=418, code="9-1", headers={"A": "b"}, body={"c": "d"})
        assert error.details() == {"kind": kind.__name__, "status": 418, "code": "9-1"}
        assert (error.headers, error.body) == ({"A": "b"}, {"c": "d"})

    def test_lists_of_done_and_left_are_whole(self) -> None:
        error = OutOfTime("late")
        error.done, error.left = ["a"] * 20, ["b"] * 20
        assert error.details() == {"kind": "OutOfTime", "done": ["a"] * 20, "left": ["b"] * 20}

    def test_an_uncertain_result_tells_of_its_cause(self) -> None:
        cause = ApiError("the API answered 503", "Wait", status=503)
        error = UncertainResult(cause)
        assert str(error) == "the API answered 503. Wait."
        assert error.details() == {"kind": "UncertainResult", "status": 503, "code": ""}
        assert error.cause is cause
        assert error.may_be_done

    def test_a_connection_failure_tells_whether_repeating_it_is_safe_and_of_use(self) -> None:
        error = NoConnection("gone", sent=True, lasting=True)
        assert (error.sent, error.lasting) == (True, True)
        assert (NoConnection("gone").sent, NoConnection("gone").lasting) == (False, False)


def test_kinds_that_are_handled_together_are_related() -> None:
    assert issubclass(TooLarge, InvalidAnswer)
    assert all(issubclass(kind, ApiError) for kind in (MissingObject, Refused, InvalidAnswer, NotReady))
    others = (InvalidInput, OutOfTime, NoConnection, UncertainResult)
    assert all(issubclass(kind, CloudConnexaError) and not issubclass(kind, ApiError) for kind in others)
