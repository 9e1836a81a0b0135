# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping: an HTTP server on loopback, in a thread of this process."""

from __future__ import annotations

import contextlib
import datetime
import os
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import trustme
import uvicorn

from .app import Application, Protocol
from .service import Service

HOST = "127.0.0.1"
_CERTIFICATES: dict[str, tuple[str, datetime.datetime | None]] = {
    "valid": (HOST, None),
    "expired": (HOST, datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)),
    "wrong_host": ("elsewhere.invalid", None),
}


class Emulator(Service):
    """The service with its server: ``with Emulator(tls=True) as emulator: ...``; for the other options and methods see Service.

    tls: https with a certificate of an own CA, which is valid, expired or for a wrong_host.
    ca_dir: where ca.pem is written, else a temporary folder. port: 0 for any free one.
    Leaving the context raises RuntimeError when the emulator itself was at fault.
    """

    def __init__(self, *, tls: bool = False, certificate: str = "valid", ca_dir: str | None = None, port: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self._port = port
        self._temporary = contextlib.ExitStack()
        self._tls: Callable[[Any, Any], ssl.SSLContext] | None = None
        self.ca_path: str | None = None
        if tls:
            folder = ca_dir or self._temporary.enter_context(tempfile.TemporaryDirectory(prefix="cloudconnexa-emulator-"))
            context, self.ca_path = _certify(certificate, Path(folder))
            self._tls = lambda _config, _default: context

    @property
    def base_url(self) -> str:
        """Scheme, address and port, without a path."""
        return f"{'https' if self._tls else 'http'}://{HOST}:{self._port}"

    @property
    def env(self) -> dict[str, str]:
        """The environment variables that lead the collection here."""
        variables = {
            "CLOUDCONNEXA_BASE_URL": self.base_url,
            "CLOUDCONNEXA_CLIENT_ID": self.client_id,
            "CLOUDCONNEXA_CLIENT_SECRET": self.client_secret,
        }
        return variables | ({"CLOUDCONNEXA_CA_PATH": self.ca_path} if self.ca_path else {})

    def __enter__(self) -> Emulator:
        listener = socket.create_server((HOST, self._port))
        # asyncio sets this only on sockets created for TCP by number; without it each answer waits 40 ms for an acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            Application(self),
            http=Protocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_level="critical",
            access_log=False,
            server_header=False,
            headers=[("Server", "cloudconnexa-emulator")],
            timeout_keep_alive=60,
            ssl_context_factory=self._tls,
            timeout_graceful_shutdown=0,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        self._server.ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._temporary.close()
        if self.bugs and error is None:
            raise RuntimeError("the emulator is at fault: " + "; ".join(self.bugs))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        sys.settrace(None)  # this thread alone: measuring the coverage of a client should not slow the service down
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()  # a delayed or late answer is of no use any more
        await super().shutdown(sockets)


def _certify(certificate: str, folder: Path) -> tuple[ssl.SSLContext, str]:
    """A server context, and the path of the CA's certificate."""
    identity, not_after = _CERTIFICATES[certificate]
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(identity, not_after=not_after).configure_cert(context)
    folder.mkdir(parents=True, exist_ok=True)
    path = os.path.join(folder, "ca.pem")
    authority.cert_pem.write_to_path(path)
    return context, path
