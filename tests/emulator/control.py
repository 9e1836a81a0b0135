# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints below /_emulator: the methods of Service over HTTP, outside limits and call log."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .service import Service


def control(service: Service) -> Starlette:
    """Answers are JSON; what cannot be done is answered with 400 and ``{"error": ...}``."""

    def calls() -> list[dict[str, Any]]:
        return [dataclasses.asdict(call) for call in service.calls]

    def set_limits(**limits: Any) -> None:
        service.set_limits(limits or None)

    def set_switches(**positions: str) -> dict[str, str]:
        service.set_switches(positions)
        return service.switches.positions()

    def add_fault(**fault: Any) -> None:
        service.faults.add(**fault)

    return Starlette(
        routes=[
            _route("GET", "state", service.state),
            _route("GET", "calls", calls),
            _route("GET", "counts", service.count),
            _route("DELETE", "calls", service.forget_calls),
            _route("POST", "reset", service.reset),
            _route("POST", "seed", service.seed),
            _route("PUT", "switches", set_switches),
            _route("PUT", "limits", set_limits),
            _route("POST", "faults", add_fault),
            _route("DELETE", "faults", service.faults.clear),
            _route("PUT", "connectors/{object_id}", service.set_connector),
            _route("POST", "revoke-tokens", service.revoke_tokens),
        ]
    )


def _route(method: str, path: str, action: Callable[..., Any]) -> Route:
    """The members of the JSON body, if there is one, are the arguments of the action."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        try:
            arguments = json.loads(body) if body else {}
            result = action(**request.path_params, **arguments)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204) if result is None else JSONResponse(result)

    return Route(f"/_emulator/{path}", endpoint, methods=[method])
