# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""Where the API is, who asks, and how long a task may take. Private to this collection."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from typing import Any, Dict, Mapping
from urllib.parse import urlsplit

from ._errors import InvalidInput

_CLOUD_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_HEADER_TEXT = re.compile(r"[\x21-\x7e]+")
_LONGEST = {"timeout": 3600, "max_wait": 7 * 24 * 3600}  # seconds; what is far beyond is a slip, and sockets and threads cannot take it


@dataclass(frozen=True)
class Connection:
    """Where the API is, who asks, and how long a task may take.

    base_url: scheme and host without a path. timeout: seconds for one answer. max_wait: seconds that all waiting may take together.
    caller: what stands in the User-Agent after our own name.
    """

    base_url: str
    client_id: str = ""
    client_secret: str = ""
    access_token: str = ""
    validate_certs: bool = True
    ca_path: str = ""
    timeout: float = 30.0
    max_wait: float = 600.0
    caller: str = ""

    def __repr__(self) -> str:
        return f"Connection({self.base_url})"


def connection(options: Mapping[str, Any], caller: str = "") -> Connection:
    """The connection that validated options describe. Raises InvalidInput, naming the option."""
    given: Dict[str, Any] = {name: (value.strip() if isinstance(value, str) else value) for name, value in options.items()}
    base_url, cloud_id = given.get("base_url") or "", given.get("cloud_id") or ""
    if not (base_url or cloud_id):
        raise InvalidInput("neither cloud_id nor base_url is given", "Give one of them, or set CLOUDCONNEXA_CLOUD_ID")
    if not base_url and not _CLOUD_ID.fullmatch(cloud_id):
        raise InvalidInput(
            f"cloud_id {cloud_id!r} is not the name of a WPC", "Give the part before .openvpn.com of the address of your user portal"
        )
    token, identity, secret = (given.get(name) or "" for name in ("access_token", "client_id", "client_secret"))
    if not token and not (identity and secret):
        raise InvalidInput(
            "there are no credentials",
            "Give client_id and client_secret, or access_token; or set CLOUDCONNEXA_CLIENT_ID and CLOUDCONNEXA_CLIENT_SECRET",
        )
    if token and not _HEADER_TEXT.fullmatch(token):
        raise InvalidInput("access_token holds characters that no token has", "Give it as cloudconnexa_token returned it")
    for name, text in (("client_id", identity), ("client_secret", secret)):
        try:
            text.encode()
        except UnicodeEncodeError:  # what os.environ makes of bytes that are not UTF-8
            raise InvalidInput(
                f"{name} is not text", f"Give {name}, or the environment variable CLOUDCONNEXA_{name.upper()}, as the portal shows it"
            ) from None
    for name, least in (("timeout", "more than 0"), ("max_wait", "0 or more")):
        value, most = given[name], _LONGEST[name]
        if not (0 <= value <= most) or (name == "timeout" and value == 0):
            raise InvalidInput(f"{name} is {value:g} but has to be {least} seconds, and {most} at most")
    ca_path = given.get("ca_path") or ""
    if ca_path and given["validate_certs"] and not os.path.exists(ca_path):
        raise InvalidInput(f"ca_path {ca_path} does not exist", "Give a file with CA certificates in PEM form")
    return Connection(
        base_url=_checked_url(base_url) if base_url else f"https://{cloud_id.lower()}.api.openvpn.com",
        client_id=identity,
        client_secret=secret,
        access_token=token,
        validate_certs=given["validate_certs"],
        ca_path=ca_path,
        timeout=given["timeout"],
        max_wait=given["max_wait"],
        caller=caller,
    )


def _checked_url(url: str) -> str:
    """Scheme and host of the API's address. Credentials go only over https, or over http to this machine itself."""
    remedy = "Give it like https://example.api.openvpn.com"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise InvalidInput("base_url is not an address", remedy) from None
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("base_url holds a user name or a password", "Give credentials as client_id and client_secret")
    if not host or parts.query or parts.fragment or parts.path.rstrip("/") not in ("", "/api/v1"):
        raise InvalidInput("base_url is not the address of the API", remedy)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise InvalidInput(
            f"base_url has to begin with https:// since {parts.scheme or 'it'}:// would send the credentials in the clear", remedy
        )
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
