# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a handler gives back or raises, before it becomes an HTTP answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

JSON, TEXT, HTML = "application/json", "text/plain", "text/html"


@dataclass
class Answer:
    """One answer.

    content: a value for JSON, a str for any other media type, bytes to be sent as they are, None for no body.
    documented: False where a switch asks for something that the OpenAPI document does not hold.
    stream: bytes of filler to send instead of the content. A header whose value is None is left out.
    """

    status: int = 200
    content: Any = None
    media: str | None = None
    headers: dict[str, str | None] = field(default_factory=dict)
    documented: bool = True
    stream: int = 0

    def body(self) -> bytes:
        if self.content is None and self.media != JSON:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        return (json.dumps(self.content) if self.media == JSON else str(self.content)).encode()


class Refused(Exception):
    """The call breaks a rule: an ErrorResponse. ``about`` names the member, ``code`` is the vendor's code where known.

    conflict: whether the rule is that something is taken, for which the status is not certain.
    """

    def __init__(self, message: str, about: str = "application", code: str = "9-0-0", conflict: bool = False) -> None:
        super().__init__(message)
        self.message, self.about, self.code, self.conflict = message, about, code, conflict

    def answer(self, conflict: str = "400") -> Answer:
        """``conflict``: the position of the switch."""
        problem = {"errorCode": self.code, "message": self.message, "params": {}}
        status, text = (409, "Conflict") if self.conflict and conflict == "409" else (400, "Bad Request")
        return Answer(status, {"errorDetails": {self.about: [problem]}, "statusError": text}, JSON, documented=status == 400)


class Missing(Exception):
    """The call names an object that does not exist."""

    def __init__(self, kind: str, object_id: str) -> None:
        super().__init__(f"no {kind} {object_id!r}")
        self.kind, self.object_id = kind, object_id

    def answer(self, position: str) -> Answer:
        """In the shape that the switch missing_object selects (BEHAVIOUR 4)."""
        if position == "404":
            return Answer(404)
        if position == "text":
            return Refused(f"{self.kind.capitalize()} with id {self.object_id} was not found").answer()
        return Refused("Entity does not exist", code="9-11-6").answer()


def unreadable(status: int = 400, message: str = "Http message not readable") -> Answer:
    """The plain form of an ErrorResponse (BEHAVIOUR 4)."""
    return Answer(status, {"errorMessage": message, "statusError": "Bad Request" if status == 400 else "Internal Server Error"}, JSON)
