# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the layers share: the API as it appears on the wire, and clients that speak to it without real waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import responses
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._connection import Connection
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._session import Budget, Session, Turn
from hypothesis import HealthCheck, settings

from ...conftest import Clock

# The same examples in every run, however busy the machine is.
settings.register_profile("stable", derandomize=True, max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stable")

BASE_URL = "https://example.api.openvpn.com"
PREFIX = "/api/v1"

Connect = Callable[..., Client]


def wait(budget: Budget, now: float) -> float:
    """Seconds that a call which is made now has to wait for its turn."""
    return budget.reserve(now).due - now


def learn(budget: Budget, headers: dict[str, str], now: float) -> None:
    """Take in the answer to a call that has taken no time."""
    budget.learn(headers, Turn(now, budget.answers, now), now)


@dataclass
class Answer:
    """One HTTP answer; a body of bytes is sent as it is, any other one as JSON."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    def play(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "headers": self.headers,
            **({"body": self.body} if isinstance(self.body, bytes) else {"json": self.body}),
        }


class Wire:
    """The API: what it answers, and what it was sent. A call that is not expected fails the test as a lost connection."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.mock = mock

    def on(self, method: str, path: str, *answers: Answer | Exception) -> None:
        """Give these answers in turn, with whatever query; the last one stays."""
        for answer in answers:
            self.mock.add(method, BASE_URL + PREFIX + path, **({"body": answer} if isinstance(answer, Exception) else answer.play()))

    def compute(self, method: str, path: str, answer: Callable[[Any], tuple[int, dict[str, str], str]]) -> None:
        """Give the status, headers and body that a function of the request says."""
        self.mock.add_callback(method, BASE_URL + PREFIX + path, callback=answer)

    @property
    def sent(self) -> list[requests.PreparedRequest]:
        return [call.request for call in self.mock.calls]

    @property
    def calls(self) -> list[str]:
        """Such as "GET /networks?page=0"."""
        return [f"{request.method} {str(request.url).removeprefix(BASE_URL + PREFIX)}" for request in self.sent]


@pytest.fixture
def wire() -> Iterator[Wire]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Wire(mock)


@pytest.fixture
def connect(clock: Clock) -> Connect:
    """A client of the API on the wire, by its connection; it has a token unless it gets a client_id."""

    def connect(session: Session | None = None, **options: Any) -> Client:
        options = {"base_url": BASE_URL, **({} if "client_id" in options else {"access_token": "Token.0"}), **options}
        return Client(Connection(**options), session, sleep=clock.sleep, clock=clock)

    return connect
