# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials and access tokens (BEHAVIOUR 1)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping

from .answers import JSON, Answer, unreadable
from .switches import Switches


class Tokens:
    """One pair of credentials, and the tokens issued for it; ``known_secrets`` receives each of them."""

    def __init__(self, lifetime: float, clock: Callable[[], float], known_secrets: set[str]) -> None:
        self.client_id = f"emulator.{secrets.token_hex(8)}"
        self.client_secret = secrets.token_hex(24)
        self._lifetime, self._clock, self._known_secrets = lifetime, clock, known_secrets
        self._expiry: dict[str, float] = {}
        known_secrets.add(self.client_secret)

    def issue(self) -> str:
        token = secrets.token_hex(32)
        self._expiry[token] = self._clock() + self._lifetime
        self._known_secrets.add(token)
        return token

    def revoke_all(self) -> None:
        self._expiry.clear()

    def admits(self, authorization: str) -> bool:
        """Whether this Authorization header holds a living token."""
        scheme, _space, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and self._clock() < self._expiry.get(token.strip(), float("-inf"))

    def login(self, authorization: str, query: Mapping[str, str], body: Mapping[str, str] | None, switches: Switches) -> Answer:
        """Both documented ways: HTTP Basic with an optional JSON body, or everything in the query."""
        given = _basic(authorization) or (query.get("client_id"), query.get("client_secret"))
        if given != (self.client_id, self.client_secret):
            refusals = {"401_empty": Answer(401), "400_json": unreadable(message="Bad credentials"), "403": Answer(403)}
            return refusals[switches["login_refusal"]]
        if (body or query).get("grant_type", "client_credentials") != "client_credentials":
            return unreadable(message="Unsupported grant type")
        if switches["older_tokens"] == "revoked":
            self.revoke_all()
        granted = {"access_token": self.issue(), "token_type": "bearer", "expires_in": int(self._lifetime), "scope": "read write"}
        return Answer(200, granted, JSON)


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _space, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        identity, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return ("", "")
    return identity, secret
