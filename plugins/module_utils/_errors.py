# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""Every failure that a user gets to read. Imports nothing of the collection. Private to it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Dict, Iterator, Mapping


class CloudConnexaError(Exception):
    """A failure that ends the task with a message instead of a traceback.

    problem: one sentence (without full stop) that says what is wrong; never holds a secret.
    remedy: one sentence that says what to do about it, or an empty string.
    doing: what was being attempted, such as ``create the Route 10.0.0.0/24``. done, uncertain and left: what the same task had achieved
    by then, what it may have achieved, and what is still to do. Whoever carries out the task fills these in.
    may_be_done: whether what was being attempted may have been executed all the same.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.doing = ""
        self.done: list[str] = []
        self.uncertain: list[str] = []
        self.left: list[str] = []
        self.may_be_done = False

    def __str__(self) -> str:
        start = f"Could not {self.doing}: {self.problem}" if self.doing else self.problem
        done = f"Done before that: {_few(self.done)}" if self.done else ""
        uncertain = f"It is not known whether this was done: {_few(self.uncertain)}" if self.uncertain else ""
        left = f"Not done: {_few(self.left)}" if self.left else ""
        return " ".join(part.rstrip(".") + "." for part in (start, done, uncertain, left, self.remedy) if part)

    def details(self) -> Dict[str, Any]:
        """What a playbook may want to branch on, for the ``error`` result."""
        progress = {"done": self.done, "uncertain": self.uncertain, "left": self.left}
        return {"kind": type(self).__name__, **{name: told for name, told in progress.items() if told}}


def _few(entries: list[str], most: int = 10) -> str:
    return "; ".join(entries[:most]) + (f"; and {len(entries) - most} more" if len(entries) > most else "")


class InvalidInput(CloudConnexaError):
    """The options cannot be met. Where a task fails with it, nothing was written."""


class OutOfTime(CloudConnexaError):
    """Waiting would exceed what the user allows, ``max_wait`` or ``wait_timeout``. max_wait: whether it came to the former unforeseen."""

    def __init__(self, problem: str, remedy: str = "", max_wait: bool = False) -> None:
        super().__init__(problem, remedy)
        self.max_wait = max_wait


class NotWritten(CloudConnexaError):
    """A file of the user could not be written."""


class NoConnection(CloudConnexaError):
    """The service could not be reached. sent: whether the request may have reached it. lasting: whether repeating is pointless."""

    def __init__(self, problem: str, remedy: str = "", sent: bool = False, lasting: bool = False) -> None:
        super().__init__(problem, remedy)
        self.sent = sent
        self.lasting = lasting


class ApiError(CloudConnexaError):
    """The service answered, but not with what was asked for.

    status: HTTP status. code: the vendor's error code, or an empty string. headers, body: the answer's headers and decoded JSON;
    never shown.
    """

    def __init__(
        self, problem: str, remedy: str = "", status: int = 0, code: str = "", headers: Mapping[str, str] | None = None, body: object = None
    ) -> None:
        super().__init__(problem, remedy)
        self.status = status
        self.code = code
        self.headers = headers or {}
        self.body = body

    def details(self) -> Dict[str, Any]:
        return {**super().details(), "status": self.status, "code": self.code}


class MissingObject(ApiError):
    """The object, or its parent, does not exist (any more)."""


class Refused(ApiError):
    """Login, token, permission or source address was refused."""


class InvalidAnswer(ApiError):
    """The answer cannot be what the API documents: not JSON, cut off, too large, or of the wrong shape."""


class TooLarge(InvalidAnswer):
    """The answer is larger than one answer may be."""


class NotReady(ApiError):
    """The service accepted the call but has nothing to hand out yet."""


class UncertainResult(CloudConnexaError):
    """A call that must not be repeated blindly may have been executed: look before deciding. cause: what went wrong."""

    def __init__(self, cause: CloudConnexaError) -> None:
        super().__init__(cause.problem, cause.remedy)
        self.cause = cause
        self.may_be_done = True

    def details(self) -> Dict[str, Any]:
        return {**self.cause.details(), **super().details()}


@contextmanager
def telling(doing: str) -> Iterator[None]:
    """Tells a failure what was being done."""
    try:
        yield
    except InvalidInput:
        raise  # says what is wrong with the options, which has nothing to do with the moment
    except CloudConnexaError as error:
        error.doing = error.doing or doing
        raise
