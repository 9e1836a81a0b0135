# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""What the service answers, decoded within bounds of memory, and what of it is secret. Private to this collection."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, NamedTuple, Set, Tuple

from ._errors import InvalidAnswer, TooLarge

Body = Dict[str, Any]  # a JSON object of the API

JSON, TEXT, PROFILE, NOTHING = "json", "text", "profile", "nothing"  # what a successful answer is expected to hold
CHECK_ADDRESS = "Check cloud_id or base_url, and what stands between here and the service"  # what no WPC answers comes from elsewhere
_EACH = 200  # bytes of memory that a value of JSON may take beside its letters
_SECRET_MEMBERS = {"preSharedKey", "peerCertificatePrivateKey", "peerCertificateKeyPassphrase"}  # which answers may hold (BEHAVIOUR 9)


class Size(NamedTuple):
    """What becomes of an answer: bytes of memory for what it stands for, and bytes for printing that, as Ansible does, in ASCII."""

    memory: int
    printed: int

    def exceeds(self, limit: Size) -> bool:
        return self.memory > limit.memory or self.printed > limit.printed


EMPTY = Size(0, 0)
# A task of less than 150 MB. Reading an answer takes up to twice its memory, and printing a list two copies of what is printed.
_HEAVIEST_ANSWER, HEAVIEST_LIST = Size(20 * 2**20, 16 * 2**20), Size(60 * 2**20, 16 * 2**20)


@dataclass
class Answer:
    """An answer as it came. secrets: gets those that the body holds. size: known once the value is."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    secrets: Set[str]
    size: Size = EMPTY

    def value(self, expect: str) -> Any:
        """The body as JSON or text, None where nothing is expected. Raises InvalidAnswer."""
        if self.headers.get("Content-Type", "").lower().startswith("text/html"):
            raise InvalidAnswer("the answer is a web page", CHECK_ADDRESS, status=self.status)
        if expect == NOTHING:
            return None
        self.size = _size(self.body)
        if self.size.exceeds(_HEAVIEST_ANSWER):
            raise TooLarge("the answer would take more memory than a task may have", CHECK_ADDRESS, status=self.status)
        try:
            said = self.body.decode("utf-8")
            if expect == JSON:
                return json.loads(said, object_pairs_hook=functools.partial(_object, self.secrets))
        except (ValueError, RecursionError):
            raise InvalidAnswer("the answer is not what the API documents, or it was cut off", status=self.status) from None
        text = said.strip()
        if text.startswith('"') or text == "null":  # whether texts come raw or as JSON is not documented (BEHAVIOUR 8)
            with contextlib.suppress(ValueError):
                text = str(json.loads(text) or "")
        if expect == PROFILE and text and not _is_whole_profile(text):
            raise InvalidAnswer("the profile is none, or it was cut off", "Run the task again", status=self.status)
        return text


def explain(body: Any) -> Tuple[str, str]:
    """What an ErrorResponse says, and its first error code (BEHAVIOUR 4); any member may be missing or odd."""
    if not isinstance(body, dict):
        return "", ""
    parts, code = [], ""
    if isinstance(body.get("errorMessage"), str):
        parts.append(body["errorMessage"])
    details = body.get("errorDetails")
    for name, problems in details.items() if isinstance(details, dict) else ():
        for problem in problems if isinstance(problems, list) else ():
            if isinstance(problem, dict):
                parts.append(f"{name}: {problem.get('message') or problem.get('errorCode')}")
                code = code or str(problem.get("errorCode") or "")
    if not parts and isinstance(body.get("statusError"), str):
        parts.append(body["statusError"])
    return "; ".join(parts), code


def _object(secrets: Set[str], members: List[Tuple[str, Any]]) -> Body:
    """A JSON object, whose secrets become known. Raises ValueError where it names a member twice, since nobody can say which one counts."""
    body = dict(members)
    if len(body) != len(members):
        raise ValueError
    if not _SECRET_MEMBERS.isdisjoint(body):
        secrets.update(body[name] for name in _SECRET_MEMBERS.intersection(body) if body[name] and isinstance(body[name], str))
    return body


def _size(body: bytes) -> Size:
    """The size of a text in UTF-8, which may be JSON. One emoji, as it is or as an escape, makes every letter four bytes wide."""
    letters = len(body.translate(None, bytes(range(0x80, 0xC0))))  # which only continue a letter
    foreign = len(body.translate(None, bytes(range(0x7F)))) - (len(body) - letters)
    astral = len(body.translate(None, bytes(range(0xF0))))
    raw = 4 if astral else 2 if foreign else 1
    meant = 4 if re.search(rb"\\u[dD][89abAB]", body) else 2 if rb"\u" in body else 1
    memory = max(raw * letters, max(raw, meant) * (letters - len("u0000") * body.count(rb"\u")))
    return Size(memory + _EACH * _values(body), letters + len("u0000") * foreign + len(r"\u0000") * astral)


def _values(body: bytes) -> int:
    """How many values a JSON text holds, or a few more: each stands behind a bracket or a comma that is not part of a string."""
    plain = body.replace(rb"\\", b"").replace(rb"\"", b"")
    text, count, inside = io.BytesIO(plain), 0, 0
    while part := text.read(65536):  # all at once, the pieces would take far more memory than the text
        pieces = part.split(b'"')
        outside = b"".join(pieces[inside::2])
        count += sum(map(outside.count, (b"{", b"[", b",")))
        inside = (inside + len(pieces) - 1) % 2
    return count


def _is_whole_profile(text: str) -> bool:
    """Whether a profile holds a private key (BEHAVIOUR 8), and ends everything that it begins."""
    begun = set(re.findall(r"^<([\w-]+)>", text, re.MULTILINE))
    return bool(begun & {"key", "pkcs12"}) and begun == set(re.findall(r"^</([\w-]+)>", text, re.MULTILINE))
