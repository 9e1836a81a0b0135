# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated service without its server: state, limits, faults, call log, and the execution of one call."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import spec, views
from .answers import Answer, Missing, Refused, unreadable
from .calls import Call, CallLog
from .faults import Exchange, Faults
from .limits import Limits
from .oauth import Tokens
from .resources import HANDLERS, Request
from .switches import Switches
from .wpc import FIRST_DEFAULT_REGION, HOST, NETWORK, VENDOR_DEFAULTS, Members, Parent, Wpc

STATE_VIEW = Switches({"pre_shared_key": "masked"})


@dataclass(frozen=True)
class Incoming:
    """One HTTP request. path: as sent, still quoted. headers: names in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes


class Service:
    """Every public method may be called from any thread; the control endpoints offer the same methods over HTTP.

    token_lifetime: seconds. check_responses: check answers against the OpenAPI document. clock: seconds, for limits and tokens.
    secrets: every secret that was ever handed out or received. bugs: answers that broke the document, and other failures of the emulator.
    """

    def __init__(
        self,
        *,
        switches: Mapping[str, str] | None = None,
        limits: Mapping[str, Any] | None = None,
        token_lifetime: float = 43199,
        check_responses: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock = threading.RLock()
        self.secrets: set[str] = set()
        self.bugs: list[str] = []
        self.tokens = Tokens(token_lifetime, clock, self.secrets)
        self.log = CallLog()
        self.faults = Faults(self.lock)
        spec.load()
        self._check_responses = check_responses
        self._clock = clock
        self.reset(switches, limits)

    @property
    def client_id(self) -> str:
        return self.tokens.client_id

    @property
    def client_secret(self) -> str:
        return self.tokens.client_secret

    # preparing and looking

    def reset(self, switches: Mapping[str, str] | None = None, limits: Mapping[str, Any] | None = None) -> None:
        """An empty WPC, no faults, an empty call log; what is not given goes back to its default. Tokens stay valid."""
        with self.lock:
            positions = Switches(switches)
            self.limits = Limits(limits, positions, self._clock)
            self.switches = positions
            self.wpc = Wpc(self.switches, self.secrets)
            self.faults.clear()
            self.log.forget()

    def set_switches(self, positions: Mapping[str, str]) -> None:
        """Change these switches. Raises ValueError. (default_region acts only on a new WPC.)"""
        with self.lock:
            self.switches.set(positions)

    def set_limits(self, limits: Mapping[str, Any] | None) -> None:
        """Full buckets with these settings, see Limits."""
        with self.lock:
            self.limits = Limits(limits, self.switches, self._clock)

    def seed(
        self, networks: Iterable[Members] = (), hosts: Iterable[Members] = (), default_region: str | None = None
    ) -> dict[str, list[Members]]:
        """Put objects in, written as create requests with children; ``id`` and ``connectionStatus`` are honoured.

        Members that are left out become what the vendor's own tools send. Returns the objects as state does. Raises ValueError.
        """
        with self.lock:
            try:
                if default_region is not None:
                    self.wpc.default_region = self.wpc.region(default_region)
                seeded = {"networks": [self._seed(NETWORK, body) for body in networks], "hosts": [self._seed(HOST, body) for body in hosts]}
            except Refused as error:
                raise ValueError(error.message) from None
            return {kind: [self._state_of(created) for created in parents] for kind, parents in seeded.items()}

    def state(self) -> dict[str, Any]:
        """The whole WPC in the API's words, whatever the switches say; connectors with ``suspended`` and ``started``, without secrets."""
        with self.lock:
            parents = {
                f"{kind}s": [self._state_of(shown) for shown in shown_parents.values()] for kind, shown_parents in self.wpc.parents.items()
            }
            return {**parents, "default_region": self.wpc.default_region, "regions": list(spec.regions())}

    def set_connector(self, object_id: str, **members: Any) -> None:
        """What an agent or the portal would do to a connector: connectionStatus, suspended, licensed. Raises ValueError."""
        attributes = {"connectionStatus": "status", "suspended": "suspended", "licensed": "licensed"}
        with self.lock:
            if object_id not in self.wpc.connectors or members.keys() - attributes.keys():
                raise ValueError(f"no connector {object_id!r}, or none of these members: {', '.join(attributes)}")
            for name, value in members.items():
                setattr(self.wpc.connectors[object_id], attributes[name], value)

    def delete(self, kind: str, object_id: str) -> None:
        """Remove a network, host, connector or route, as somebody in the portal would. Raises ValueError."""
        with self.lock:
            try:
                self.wpc.remove(kind, object_id)
            except Missing as missing:
                raise ValueError(str(missing)) from None

    def issue_token(self) -> str:
        """An access token without a call."""
        with self.lock:
            return self.tokens.issue()

    def revoke_tokens(self) -> None:
        """Every token issued so far is answered with 401 from now on."""
        with self.lock:
            self.tokens.revoke_all()

    @property
    def calls(self) -> list[Call]:
        return self.log.snapshot()

    def count(self) -> dict[str, int]:
        """Calls by kind since the log was last forgotten."""
        return self.log.count()

    def forget_calls(self) -> None:
        self.log.forget()

    # serving

    async def answer(self, incoming: Incoming) -> Answer:
        """Take one call through limits, faults and execution. Raises Cut where a fault cuts the connection."""
        call = self.log.begin(incoming.method, incoming.path, incoming.query)

        def execute() -> Answer:
            with self.lock:
                answer = self._execute(call.kind, incoming)
                call.executed = answer.status < 400
                return answer

        with self.lock:
            self.faults.run_late_calls()
            passed, budget = self.limits.take(call.kind)
            fault = self.faults.pick(call) if passed else None
        if fault:
            call.fault = fault.kind
            answer = await fault.apply(Exchange(call, execute, self.wpc, self.faults))
        else:
            answer = execute() if passed else Answer(429)
        call.status = answer.status
        answer.headers = {**budget, **answer.headers}
        return answer

    def _execute(self, kind: str, incoming: Incoming) -> Answer:
        try:
            return self._checked(kind, incoming)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is the emulator's own)
            return self.blame(error, incoming)

    def blame(self, error: Exception, incoming: Incoming) -> Answer:
        """The emulator itself is at fault: loud here, and again when it is closed."""
        self.bugs.append(f"{incoming.method} {incoming.path}: {type(error).__name__}: {error}")
        traceback.print_exc(file=sys.stderr)
        return unreadable(500, f"The emulator is at fault: {self.bugs[-1]}")

    def _checked(self, kind: str, incoming: Incoming) -> Answer:
        document = spec.load()
        authorization = incoming.headers.get("authorization", "")
        operation, path = document.match(incoming.method, incoming.path)
        if kind != "login" and not self.tokens.admits(authorization):
            return Answer(401)
        if operation is None:
            return Answer(405 if document.documents(incoming.path) else 404)
        handler = HANDLERS.get(f"{operation.method} {operation.path.removeprefix('/api/v1')}")
        if handler is None:
            return Answer(501)
        if not operation.accepts(incoming.headers.get("accept", "*/*")):
            return Answer(406)
        try:
            request = Request(
                wpc=self.wpc,
                switches=self.switches,
                tokens=self.tokens,
                kind=HOST if operation.path.startswith("/api/v1/hosts") else NETWORK,
                path=path,
                query=operation.read_query(incoming.query),
                body=operation.read_body(incoming.body, strict=self.switches["unknown_members"] == "refused"),
                authorization=authorization,
            )
            answer = handler(request)
        except spec.Unreadable:
            answer = unreadable()
        except Refused as refusal:
            answer = refusal.answer(self.switches["conflict"])
        except Missing as missing:
            answer = missing.answer(self.switches["missing_object"])
        if answer.documented and self._check_responses:
            operation.check(answer)
        return views.undocumented(answer, self.switches)

    def _seed(self, kind: str, body: Members) -> Parent:
        own = {name: value for name, value in body.items() if name not in ("connectors", "routes", "ipServices", "applications")}
        created = self.wpc.create_parent(kind, {**VENDOR_DEFAULTS[kind], **own}, body.get("id"))
        fallback = {"vpnRegionId": self.wpc.default_region or FIRST_DEFAULT_REGION}
        for child in body.get("connectors", ()):
            connector = self.wpc.create_connector(created, {**fallback, **child}, child.get("id"))
            connector.status = child.get("connectionStatus", connector.status)
        for child in body.get("routes", ()):
            self.wpc.create_route(created, child, child.get("id"))
        for services, member in ((created.ip_services, "ipServices"), (created.applications, "applications")):
            services += [{"id": self.wpc.new_id(), "networkItemId": created.id, **child} for child in body.get(member, ())]
        return created

    def _state_of(self, shown: Parent) -> Members:
        view = views.parent(shown, STATE_VIEW)
        for connector in view["connectors"]:
            known = shown.connectors[connector["id"]]
            connector |= {"suspended": known.suspended, "started": known.started}
        return view
