# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client on real sockets: connections that fail, and certificates."""

from __future__ import annotations

import gc
import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import CloudConnexaError, NoConnection, Refused, UncertainResult
from emulator import Emulator

from .conftest import Answer, Connect, Wire


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, and that nobody else can take."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.fixture(scope="module", params=["valid", "expired", "wrong_host"])
def certificate(request: pytest.FixtureRequest) -> Iterator[tuple[str, Emulator]]:
    with Emulator(tls=True, certificate=request.param) as emulator:
        yield request.param, emulator


class Scripted:
    """A service that reads one creation after another, in TLS if there is a context, and answers each with the same bytes, in the clear."""

    def __init__(self, answer: bytes, context: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http{'s' if context else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests = 0
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while True:
            try:
                plain, _address = self._listener.accept()
            except OSError:
                return
            with plain:
                self._answer_one(plain)

    def _answer_one(self, plain: socket.socket) -> None:
        connection = self._context.wrap_socket(plain, server_side=True) if self._context else plain
        received = b""
        while not received.endswith(b"}"):  # what stays unread would make a reset of the end, which takes the answer back
            received += connection.recv(65536)
        self.requests += 1
        with socket.socket(fileno=connection.detach()) as raw:
            raw.sendall(self._answer)

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def failure(client: Client, **creation: Any) -> CloudConnexaError:
    with pytest.raises(CloudConnexaError) as caught:
        client.post("networks", body=creation) if creation else client.get("networks")
    return caught.value


START = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
BAD_ANSWERS = {
    "nothing": b"",
    "no status": b"HTTP/1.1 abc OK\r\n\r\n",
    "a status of five digits": b"HTTP/1.1 99999 X\r\n\r\n",
    "two lengths": START + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "two lengths in one": START + b"Content-Length: 2, 3\r\n\r\n{}",
    "a length that is too large": START + b"Content-Length: 9\r\n\r\n{}",
    "a chunk of no size": START + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk that is cut off": START + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{}",
    "a long header": START + b"X: " + b"x" * 70_000 + b"\r\n\r\n{}",
    "many headers": START + b"X: x\r\n" * 300 + b"\r\n{}",
    "no gzip": START + b"Content-Encoding: gzip\r\n\r\n{}",
    "gzip that is cut off": START + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}" * 500)[:-20],
    "an odd cookie": START + b"Set-Cookie: \xff=\xff; expires=\0\r\n\r\n{",
    "an odd address": b"HTTP/1.1 302 Found\r\nLocation: http://[bad\r\n\r\n",
}


def fate(client: Client) -> tuple[NoConnection, int]:
    """Why a creation failed, and how often it was sent."""
    error = failure(client, name="new")
    cause = error.cause if isinstance(error, UncertainResult) else error
    assert isinstance(cause, NoConnection)
    assert cause.sent is isinstance(error, UncertainResult)
    return cause, client.usage.writes


class TestConnections:
    def test_a_refused_connection_was_not_sent(self, connect: Connect, closed_port: int) -> None:
        error, sent = fate(connect(base_url=f"http://127.0.0.1:{closed_port}"))
        assert (error.sent, sent) == (False, 8)
        assert error.problem == f"http://127.0.0.1:{closed_port} cannot be reached or refuses connections"

    @pytest.mark.parametrize("phase", ["before", "after", "middle"])
    def test_a_connection_that_is_lost_after_sending_leaves_it_open(self, emulator: Emulator, connect: Connect, phase: str) -> None:
        emulator.faults.add("drop", phase=phase)
        client = connect(base_url=emulator.base_url, access_token=emulator.issue_token())
        error, sent = fate(client)
        assert (error.sent, sent) == (True, 1)
        assert error.problem == f"the connection to {emulator.base_url} was lost"
        assert emulator.calls[-1].executed is (phase != "before")

    def test_a_connection_that_is_lost_is_made_again_for_a_read(self, emulator: Emulator, connect: Connect) -> None:
        emulator.seed(networks=[{"name": "berlin"}])
        for phase in ("before", "after", "middle"):
            emulator.faults.add("drop", phase=phase, when={"nth": 1})
        client = connect(base_url=emulator.base_url, access_token=emulator.issue_token())
        assert [network["name"] for network in client.list("networks")] == ["berlin"]
        assert client.usage.retries == 3

    def test_a_service_that_speaks_no_http_leaves_it_open(self, connect: Connect) -> None:
        with Emulator(tls=True) as emulator:
            error, sent = fate(connect(base_url=emulator.base_url.replace("https", "http")))
        assert (error.sent, sent) == (True, 1)

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    @pytest.mark.parametrize("answer", BAD_ANSWERS)
    def test_an_answer_that_cannot_be_read_leaves_it_open(self, connect: Connect, answer: str) -> None:
        with Scripted(BAD_ANSWERS[answer]) as service:
            client = connect(base_url=service.base_url)
            error = failure(client, name="new")
        assert isinstance(error, UncertainResult)
        assert client.usage.writes == service.requests == 1
        del client, error
        gc.collect()  # urllib3 leaves the socket of such an answer open, and a warning about that must not hit another test

    def test_tls_that_breaks_after_sending_leaves_it_open(self, connect: Connect, tmp_path: Path) -> None:
        authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        with Scripted(b"no record of TLS", context) as service:
            error, sent = fate(connect(base_url=service.base_url, ca_path=str(tmp_path / "ca.pem")))
        assert (error.sent, sent, service.requests) == (True, 1, 1)
        assert "no TLS connection" in error.problem

    def test_a_service_that_speaks_no_tls_is_told(self, emulator: Emulator, connect: Connect) -> None:
        error, _sent = fate(connect(base_url=emulator.base_url.replace("http", "https")))
        assert "no TLS connection" in error.problem
        assert "ca_path" in error.remedy

    def test_a_name_that_does_not_resolve_is_told_at_once(self, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: Any, **__: Any) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        error, sent = fate(connect(base_url="https://nowhere.invalid"))
        assert (error.problem, error.lasting, sent) == ("the name of https://nowhere.invalid does not resolve", True, 1)

    def test_a_proxy_that_is_not_there_is_told_without_its_password(
        self, connect: Connect, closed_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:Canary.Proxy@127.0.0.1:{closed_port}")
        error, sent = fate(connect(base_url="https://example.api.openvpn.com"))
        assert (error.sent, sent) == (False, 8)
        assert error.problem == "the proxy on the way to https://example.api.openvpn.com could not be used"
        assert "Canary" not in f"{error} {error!r}"

    @pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
    def test_plain_http_to_loopback_goes_by_no_proxy(
        self, wire: Wire, connect: Connect, closed_port: int, monkeypatch: pytest.MonkeyPatch, variable: str
    ) -> None:
        monkeypatch.setenv(variable.lower(), f"http://127.0.0.1:{closed_port}")
        wire.on("GET", "/networks/n1", Answer(200, {"id": "n1"}))
        assert connect().get("networks", "n1") == {"id": "n1"}

    @pytest.mark.parametrize(
        "proxy", ["http://[bad", "http://", "http://127.0.0.1:port", "ftp://127.0.0.1:1", "http://" + "a" * 70 + ".invalid"]
    )
    def test_a_proxy_that_is_no_address_is_told_at_once(self, connect: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        error, sent = fate(connect(base_url="https://example.api.openvpn.com"))
        assert (error.sent, error.lasting, sent) == (False, True, 1)
        assert "proxy" in error.remedy.lower()

    def test_an_impossible_name_is_told_at_once(self, connect: Connect) -> None:
        error, sent = fate(connect(base_url=f"https://{'a' * 70}.invalid"))
        assert (error.sent, error.lasting, sent) == (False, True, 1)
        assert "base_url" in error.remedy

    def test_a_token_that_fits_in_no_header_is_told_at_once(self, emulator: Emulator, connect: Connect) -> None:
        error, sent = fate(connect(base_url=emulator.base_url, access_token="two\nlines"))
        assert (error.sent, error.lasting, sent) == (False, True, 1)


class TestCertificates:
    def test_only_a_valid_one_of_the_given_authority_is_accepted(self, connect: Connect, certificate: tuple[str, Emulator]) -> None:
        state, emulator = certificate
        error = failure(connect(base_url=emulator.base_url, ca_path=emulator.ca_path))
        if state == "valid":
            assert isinstance(error, Refused)  # the token is not one of this emulator
        else:
            assert isinstance(error, NoConnection)
            assert {"expired": "has expired", "wrong_host": "'127.0.0.1'"}[state] in error.problem
            assert error.lasting

    def test_an_unknown_authority_is_told_at_once(self, connect: Connect, certificate: tuple[str, Emulator]) -> None:
        client = connect(base_url=certificate[1].base_url)
        error, sent = fate(client)
        assert (error.sent, error.lasting, sent) == (False, True, 1)
        assert "ca_path" in error.remedy

    @pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_the_bundle_of_the_environment_counts_without_ca_path(
        self, connect: Connect, certificate: tuple[str, Emulator], monkeypatch: pytest.MonkeyPatch, variable: str
    ) -> None:
        state, emulator = certificate
        assert emulator.ca_path is not None
        monkeypatch.setenv(variable, emulator.ca_path)
        assert isinstance(failure(connect(base_url=emulator.base_url)), Refused if state == "valid" else NoConnection)

    @pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_a_bundle_that_is_not_there_is_told_at_once(
        self, connect: Connect, closed_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
    ) -> None:
        monkeypatch.setenv(variable, str(tmp_path / "missing.pem"))
        error, sent = fate(connect(base_url=f"https://127.0.0.1:{closed_port}"))
        assert (error.sent, error.lasting, sent) == (False, True, 1)
        assert "REQUESTS_CA_BUNDLE" in error.remedy

    def test_a_bundle_that_holds_no_certificate_is_told(self, emulator: Emulator, connect: Connect, tmp_path: Path) -> None:
        bundle = tmp_path / "bundle.pem"
        bundle.write_text("nothing\n")
        error, _sent = fate(connect(base_url=emulator.base_url.replace("http", "https"), ca_path=str(bundle)))
        assert "ca_path" in error.remedy
