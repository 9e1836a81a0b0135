# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to where the API is and who asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._args import connection_options
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._connection import Connection, connection
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import InvalidInput
from emulator import Emulator
from hypothesis import given
from hypothesis import strategies as st

DEFAULTS = {name: option.get("default") for name, option in connection_options().items()}


def connect(**options: Any) -> Connection:
    return connection({**DEFAULTS, "cloud_id": "example", "access_token": "Token.0", **options})


class TestAddress:
    def test_a_cloud_id_names_the_address(self) -> None:
        assert connect().base_url == "https://example.api.openvpn.com"
        assert connect(cloud_id=" Example-1 ").base_url == "https://example-1.api.openvpn.com"

    def test_a_base_url_wins_over_a_cloud_id(self) -> None:
        assert connect(base_url="https://other.invalid").base_url == "https://other.invalid"

    @pytest.mark.parametrize("cloud_id", ["a/b", "a.b", "-a", "a-", "a b", "a@b", "https://example", "ä", "a" * 64, "a\nb", "a?b"])
    def test_a_cloud_id_that_is_no_name_is_refused(self, cloud_id: str) -> None:
        with pytest.raises(InvalidInput, match=r"cloud_id .* is not the name of a WPC"):
            connect(cloud_id=cloud_id)

    @pytest.mark.parametrize(("cloud_id", "base_url"), [(None, None), ("", ""), (" ", " ")])
    def test_one_of_them_is_needed(self, cloud_id: str | None, base_url: str | None) -> None:
        with pytest.raises(InvalidInput, match="neither cloud_id nor base_url") as failure:
            connect(cloud_id=cloud_id, base_url=base_url)
        assert "CLOUDCONNEXA_CLOUD_ID" in failure.value.remedy

    @pytest.mark.parametrize(
        ("given", "address"),
        [
            ("https://example.api.openvpn.com", "https://example.api.openvpn.com"),
            ("https://example.api.openvpn.com/", "https://example.api.openvpn.com"),
            ("https://example.api.openvpn.com/api/v1", "https://example.api.openvpn.com"),
            ("https://example.api.openvpn.com/api/v1/", "https://example.api.openvpn.com"),
            (" HTTPS://Example.API.openvpn.com:8443 ", "https://example.api.openvpn.com:8443"),
            ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.9.9.9", "http://127.9.9.9"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://localhost:8080", "http://localhost:8080"),
        ],
    )
    def test_addresses_are_reduced_to_scheme_host_and_port(self, given: str, address: str) -> None:
        assert connect(base_url=given).base_url == address

    @pytest.mark.parametrize(
        "url",
        ["http://example.api.openvpn.com", "http://10.0.0.1", "http://localhost.example.com", "http://[2001:db8::1]", "ftp://localhost"],
    )
    def test_credentials_never_go_in_the_clear(self, url: str) -> None:
        with pytest.raises(InvalidInput, match=r"base_url has to begin with https://"):
            connect(base_url=url)

    @pytest.mark.parametrize("url", ["https://user@host", "https://user:word@host", "https://:word@host", "https://@host"])
    def test_credentials_do_not_belong_in_the_address(self, url: str) -> None:
        with pytest.raises(InvalidInput, match="holds a user name or a password") as failure:
            connect(base_url=url)
        assert "word@" not in str(failure.value)

    @pytest.mark.parametrize(
        "url",
        [
            "example.api.openvpn.com",
            "https://",
            "https:///api/v1",
            "https://host/other",
            "https://host/api/v2",
            "https://host?query",
            "https://host/#part",
            "https://host:port",
            "https://host:99999",
            "https://[::1",
            "https://[nothing]",
            "nonsense",
        ],
    )
    def test_what_is_not_the_address_of_an_api_is_refused(self, url: str) -> None:
        with pytest.raises(InvalidInput, match="base_url") as failure:
            connect(base_url=url)
        assert failure.value.remedy == "Give it like https://example.api.openvpn.com"

    @given(st.from_regex(r"(https?)?:?/{0,3}[\[\]a-z0-9.:@/?#% \\-]*", fullmatch=True) | st.text())
    def test_whatever_is_given_is_an_address_or_refused(self, url: str) -> None:
        try:
            address = connect(base_url=url, cloud_id=None).base_url
        except InvalidInput:
            return
        assert address.startswith(("https://", "http://localhost", "http://127.", "http://[::1]"))
        assert address.count("/") == 2
        assert "@" not in address


class TestCredentials:
    @pytest.mark.parametrize(
        "credentials",
        [
            {"access_token": None},
            {"access_token": " "},
            {"access_token": None, "client_id": "id"},
            {"access_token": None, "client_secret": "secret"},
            {"access_token": "", "client_id": "", "client_secret": "secret"},
        ],
    )
    def test_a_token_or_both_halves_are_needed(self, credentials: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput, match="there are no credentials") as failure:
            connect(**credentials)
        assert "CLOUDCONNEXA_CLIENT_SECRET" in failure.value.remedy

    def test_blanks_around_them_do_not_belong_to_them(self) -> None:
        made = connect(access_token=" Token.0\n", client_id=" id ", client_secret=" secret\n")
        assert (made.access_token, made.client_id, made.client_secret) == ("Token.0", "id", "secret")

    @pytest.mark.parametrize("token", ["two words", "two\nlines", "tökén", "a\x00b", "a\tb"])
    def test_a_token_that_fits_in_no_header_is_refused_and_not_shown(self, token: str) -> None:
        with pytest.raises(InvalidInput, match="access_token holds characters") as failure:
            connect(access_token=token)
        assert token not in str(failure.value)

    @pytest.mark.parametrize("name", ["client_id", "client_secret"])
    def test_bytes_of_the_environment_that_are_no_text_are_refused_and_not_shown(self, name: str) -> None:
        bad = b"Canary\xff".decode("utf-8", "surrogateescape")
        with pytest.raises(InvalidInput, match=f"^{name} is not text") as failure:
            connect(**{"client_id": "id", "client_secret": "secret", name: bad})
        assert f"CLOUDCONNEXA_{name.upper()}" in failure.value.remedy
        assert "Canary" not in str(failure.value)

    def test_neither_secret_nor_token_is_shown(self) -> None:
        made = connect(client_id="id", client_secret="Canary.Secret.1")
        assert repr(made) == str(made) == "Connection(https://example.api.openvpn.com)"


class TestLimits:
    @pytest.mark.parametrize("name", ["timeout", "max_wait"])
    @pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), float("-inf"), 1e10, 604_801.0])
    def test_times_are_not_negative_and_not_absurd(self, name: str, value: float) -> None:
        with pytest.raises(InvalidInput, match=f"^{name} is .* but has to be"):
            connect(**{name: value})

    def test_no_time_at_all_is_a_max_wait_but_no_timeout(self) -> None:
        assert connect(max_wait=0.0).max_wait == 0
        with pytest.raises(InvalidInput, match="timeout is 0 but has to be more than 0 seconds, and 3600 at most"):
            connect(timeout=0.0)
        with pytest.raises(InvalidInput, match="max_wait is -1 but has to be 0 or more seconds, and 604800 at most"):
            connect(max_wait=-1.0)

    def test_the_longest_times_are_taken(self, emulator: Emulator) -> None:
        longest = connect(base_url=emulator.base_url, access_token=emulator.issue_token(), timeout=3600.0, max_wait=604_800.0)
        assert Client(longest).list("networks") == []

    def test_options_are_taken_over(self) -> None:
        made = connection({**DEFAULTS, "cloud_id": "example", "access_token": "t", "timeout": 5.0, "max_wait": 7.0}, "ansible-core/2.19.0")
        assert made == Connection(
            "https://example.api.openvpn.com", access_token="t", timeout=5.0, max_wait=7.0, caller="ansible-core/2.19.0"
        )


class TestCertificates:
    def test_a_bundle_that_does_not_exist_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match=r"ca_path .*missing\.pem does not exist"):
            connect(ca_path=str(tmp_path / "missing.pem"))

    def test_a_bundle_that_is_not_needed_is_not_looked_for(self, tmp_path: Path) -> None:
        made = connect(ca_path=str(tmp_path / "missing.pem"), validate_certs=False)
        assert made.validate_certs is False

    def test_a_bundle_that_exists_is_used(self, tmp_path: Path) -> None:
        assert connect(ca_path=str(tmp_path)).ca_path == str(tmp_path)
