# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP in and out: the ASGI application, and the cutting of connections."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .answers import Answer
from .control import control
from .faults import Cut
from .service import Incoming, Service

CHUNK = 2**16
_TRANSPORT = "emulator.transport"


class Protocol(H11Protocol):
    """Shows the application the transport of its connection, so that a fault can cut it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        application = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            await application({**scope, _TRANSPORT: transport}, receive, send)

        self.app = with_transport


class Application:
    """The API below /api/v1, the control endpoints below /_emulator."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._control = control(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/_emulator/"):
            await self._control(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        path = scope["raw_path"].decode("latin-1")
        incoming = Incoming(request.method, path, dict(request.query_params), request.headers, body)
        try:
            answer = await self._service.answer(incoming)
        except Cut as cut:
            await _cut(cut.partial, scope, receive, send)
            return
        except Exception as error:  # noqa: BLE001 (a bug of the emulator must not pass for a fault of the service)
            answer = self._service.blame(error, incoming)
        await _response(answer)(scope, receive, send)


def _response(answer: Answer) -> Response:
    headers = {name: value for name, value in answer.headers.items() if value is not None}
    if answer.stream:
        return StreamingResponse(_filler(answer.stream), answer.status, headers, answer.media)
    return Response(answer.body(), answer.status, headers, answer.media)


async def _filler(size: int) -> AsyncIterator[bytes]:
    """A JSON text of this many bytes."""
    yield b'"'
    for left in range(size - 2, 0, -CHUNK):
        yield b"x" * min(CHUNK, left)
        await asyncio.sleep(0)  # else it would never be noticed that the client has gone
    yield b'"'


async def _cut(partial: Answer | None, scope: Scope, receive: Receive, send: Send) -> None:
    """Reset the connection, after the first half of the answer if there is one."""
    response = _response(partial) if partial else Response()
    if response.body:
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": bytes(response.body[: len(response.body) // 2]), "more_body": True})
    transport = scope[_TRANSPORT]
    # With a linger time of zero the kernel sends RST instead of FIN.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
