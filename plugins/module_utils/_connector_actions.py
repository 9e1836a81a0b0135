# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""What a Connector does beside having members: stop and go on, issue credentials, come online. Private to this collection."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from typing import Any, Dict, Iterator, Optional

from ._answer import NOTHING, PROFILE, TEXT
from ._client import Client
from ._compare import Object
from ._errors import ApiError, InvalidInput, NotWritten, OutOfTime
from ._resource import Action, Change, Options, Resource

_ONLINE = ("online", "online_with_issues")
# How the service words that there was nothing to do, if it refuses that at all, is not documented (BEHAVIOUR 8, 9).
_HOLDS = {
    "suspend": re.compile(r"already|is suspended|not active", re.IGNORECASE),
    "activate": re.compile(r"already|is active|not suspended", re.IGNORECASE),
    "start": re.compile(r"already|is (started|running)|not stopped", re.IGNORECASE),
    "stop": re.compile(r"already|is stopped|not (started|running)", re.IGNORECASE),
}
_POLL = 5.0  # seconds between two looks at a status, at least
_CREDENTIALS = {"profile": (PROFILE, ("profile",)), "token": (TEXT, ("profile", "encrypt"))}


def add_actions(resource: Resource, change: Change, options: Options, tunneling: str) -> None:
    """Add to a change what the options ask for beside the members. Raises InvalidInput."""
    current = change.before
    if options["suspended"] is not None:
        holds = _is_suspended(current)
        if holds is None:
            change.unverified.append("suspended")
        if holds is not options["suspended"]:
            change.actions.append(_suspend(resource, options["suspended"]))
    if options["ipsec_state"] is not None:
        if tunneling != "ipsec":
            raise InvalidInput("ipsec_state: an OpenVPN Connector has no IPsec tunnel to start or stop", "Leave ipsec_state out")
        runs = _is_started(current)
        if runs is None:
            change.unverified.append("ipsec_state")
        if runs is not (options["ipsec_state"] == "started"):
            change.actions.append(_switch_ipsec(resource, options["ipsec_state"]))
    if options["credentials"]:
        if tunneling == "ipsec":
            raise InvalidInput("credentials: an IPsec Connector has neither token nor profile", "Leave credentials out")
        if current is None or options["credentials_force"]:
            change.actions.append(_issue(resource, options["credentials"], options["credentials_dest"]))
    if options["wait_for"]:
        if options["suspended"] or options["ipsec_state"] == "stopped":
            raise InvalidInput("wait_for: a Connector that is suspended or stopped does not come online", "Leave wait_for out")
        if options["wait_timeout"] < 0:
            raise InvalidInput(f"wait_timeout is {options['wait_timeout']:g} but has to be 0 or more seconds")
        change.actions.append(_await_online(resource, options["wait_timeout"]))


def _is_suspended(connector: Optional[Object]) -> Optional[bool]:
    """Whether it is suspended, None where that cannot be known: only IPsec tells, and who is online is not (BEHAVIOUR 8)."""
    if connector is None:
        return False
    state = connector.get("ipsec", {}).get("connector_state")
    if state:
        return bool(state == "suspended")
    return False if connector.get("connection_status") in _ONLINE else None


def _is_started(connector: Optional[Object]) -> Optional[bool]:
    """Whether the tunnel runs, None where that cannot be known: a new one does not, one that is online does (BEHAVIOUR 8)."""
    if connector is None:
        return False
    return True if connector.get("connection_status") in _ONLINE else None


def _suspend(resource: Resource, suspended: bool) -> Action:
    verb = "suspend" if suspended else "activate"

    def run(client: Client, connector: Object) -> Dict[str, Any]:
        with _unless_it_holds(verb):
            client.put(*resource.where(connector), connector["id"], verb, expect=NOTHING)
        return {}

    return Action(verb, run)


def _switch_ipsec(resource: Resource, state: str) -> Action:
    verb = "start" if state == "started" else "stop"

    def run(client: Client, connector: Object) -> Dict[str, Any]:
        with _unless_it_holds(verb):
            client.post(*resource.where(connector), connector["id"], "ipsec", verb, repeatable=True, expect=NOTHING)
        return {}

    return Action(f"{verb} the IPsec tunnel of", run)


def _issue(resource: Resource, kind: str, dest: Optional[str]) -> Action:
    if dest:
        _refuse_destination(dest)

    def run(client: Client, connector: Object) -> Dict[str, Any]:
        expect, path = _CREDENTIALS[kind]
        secret = client.post(*resource.where(connector), connector["id"], *path, repeatable=True, expect=expect)
        if not dest:
            return {"credentials": {"type": kind, "value": secret}}
        client.hide(secret)
        try:
            _write_secret(dest, secret)
        except OSError as error:
            raise NotWritten(
                f"{dest} could not be written ({error.strerror}), and what was issued is lost",
                "Correct that and run the task again with credentials_force: true",
            ) from None
        return {"credentials": {"type": kind, "dest": dest}}

    expected = {"credentials": {"type": kind, **({"dest": dest} if dest else {})}}
    remedy = f"A repetition issues the {kind} only with credentials_force: true, since the Connector exists by then"
    return Action(f"issue the {kind} of", run, expected, remedy=remedy)


def _await_online(resource: Resource, timeout: float) -> Action:
    def run(client: Client, connector: Object) -> Dict[str, Any]:
        deadline = client.now() + timeout
        while connector.get("connection_status") not in _ONLINE:
            connector.update(resource.read(client.get(*resource.where(connector), connector["id"])))
            if connector.get("connection_status") in _ONLINE:
                break
            pause = min(max(_POLL, client.read_interval()), deadline - client.now())
            if pause <= 0:
                status = connector.get("connection_status", "unknown")
                licence = ", and no licence covers it" if connector.get("licensed") is False else ""
                raise OutOfTime(
                    f"it was still {status} after {timeout:g} s{licence}",
                    "Check that its software runs with a current token or profile and reaches the Region, or raise wait_timeout",
                )
            client.pause(pause, within_max_wait=False)
        return {}

    return Action("bring online", run, writes=0)


@contextlib.contextmanager
def _unless_it_holds(verb: str) -> Iterator[None]:
    """Lets a refusal pass that says that there was nothing to do."""
    try:
        yield
    except ApiError as error:
        if error.status not in (400, 409) or not _HOLDS[verb].search(error.problem):
            raise


def _refuse_destination(dest: str) -> None:
    """Raises InvalidInput where a secret could not be written, before one is issued."""
    folder = os.path.dirname(os.path.abspath(dest))
    if os.path.isdir(dest):
        raise InvalidInput(f"credentials_dest: {dest} is a directory", "Give the path of a file")
    if not os.path.isdir(folder):
        raise InvalidInput(f"credentials_dest: the directory {folder} does not exist", "Create it first, or correct the path")
    if not os.access(folder, os.W_OK):
        raise InvalidInput(f"credentials_dest: the directory {folder} is not writable", "Correct its permissions or the path")


def _write_secret(dest: str, secret: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    handle, scratch = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(dest)), prefix=".cloudconnexa-")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, dest)
    except OSError:
        os.unlink(scratch)
        raise
