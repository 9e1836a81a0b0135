# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""From validated options to a result: plan, check mode, apply, diff. Private to this collection.

Everything but :func:`run` at the end works without AnsibleModule.
"""

from __future__ import annotations

import atexit
import gc
import traceback
from typing import Any, Callable, Dict, List, Mapping, Optional

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from . import _args, _compare, _connection
from ._client import IMPORT_ERROR, Client
from ._compare import Object
from ._errors import CloudConnexaError, InvalidInput, OutOfTime, telling
from ._resource import Change, Outcome, Plan, Resource
from ._session import Session

Result = Dict[str, Any]
Job = Callable[[Client, Mapping[str, Any], bool], Result]


def manage(resource: Resource) -> Job:
    """The job of bringing objects to the state that the options ask for."""

    def job(client: Client, options: Mapping[str, Any], check_mode: bool) -> Result:
        workers = options.get("concurrency", 1)
        if workers < 1:
            raise InvalidInput(f"concurrency is {workers}, but at least one call has to be made at a time", "Give 1 or more")

        def look() -> Plan:
            with telling(f"find out the present state of the {resource.title}"):
                return resource.plan(client, options)

        plan = look()
        if check_mode or plan.is_done:
            expected = [Outcome(change, change.after, _expected(change)) for change in plan.changes]
            return {**_outcome(resource, plan, expected), **(_cost(client, plan) if check_mode else {})}
        from ._apply import Application  # most tasks find nothing to do

        return _outcome(resource, plan, Application(resource, client, look, workers).carry_out(plan))

    return job


def _expected(change: Change) -> Result:
    return {name: value for action in change.actions for name, value in action.expected.items()}


def _cost(client: Client, plan: Plan) -> Result:
    """What a real run would cost, and a warning where it would not even begin."""
    cost: Result = {"planned": client.forecast(plan.writes)}
    try:
        client.afford(plan.writes)
    except OutOfTime as refusal:
        cost["warnings"] = [f"A real run would now fail: {refusal}"]
    return cost


def _outcome(resource: Resource, plan: Plan, results: List[Outcome]) -> Result:
    """The result of a task. plan: the first one, which knows what was there before. results: each object as it is now."""
    outcome: Result = {"changed": bool(plan.writes)}
    if plan.many is None:
        _change, after, additions = results[0]
        outcome[resource.kind] = {} if after is None else resource.present(after)
        outcome.update(additions)
        before, managed = plan.changes[0].before, plan.changes[0].managed
        outcome["diff"] = {"before": _shown(resource, before, managed), "after": _shown(resource, after, managed)}
    else:
        present = {str(after[resource.identity]): (after, additions) for _change, after, additions in results if after is not None}
        outcome[f"{resource.kind}s"] = [{**resource.present(present[name][0]), **present[name][1]} for name in plan.many if name in present]
        changed = [change for change in plan.changes if change.verb]
        outcome["diff"] = {
            "before": {
                f"{change.before[resource.identity]}{change.which}": _shown(resource, change.before, change.managed, resource.identity)
                for change in changed
                if change.before
            },
            "after": {
                name: _shown(resource, present[name][0], change.managed, resource.identity)
                for change in changed
                for name in [str(change.object.get(resource.identity))]
                if change.after and name in present
            },
        }
    unverified = sorted({name for change in plan.changes for name in change.unverified})
    return {**outcome, **({"unverified": unverified} if unverified else {})}


def _shown(resource: Resource, values: Optional[Object], managed: Object, key: str = "") -> Object:
    """What a diff shows of an object; not the member that is the key above it."""
    return _compare.shown(resource.fields, values, {word: value for word, value in managed.items() if word != key}) if values else {}


def inform(kind: str, listing: Callable[[Client, Mapping[str, Any]], List[Dict[str, Any]]]) -> Job:
    """The job of listing objects; ``kind`` is the key of the result."""

    def job(client: Client, options: Mapping[str, Any], check_mode: bool) -> Result:
        with telling(f"list the {kind}"):
            return {"changed": False, kind: listing(client, options)}

    return job


def log_in(client: Client, options: Mapping[str, Any], check_mode: bool) -> Result:
    """The job of getting an access token."""
    if not (options["client_id"] and options["client_secret"]):
        raise InvalidInput("client_id and client_secret are needed to get an access token", "Give both")
    with telling("log in"):
        token = client.login()
    return {"changed": False, **{name: token.get(name) for name in ("access_token", "token_type", "expires_in")}}


def perform(job: Job, spec: _args.Spec, options: Mapping[str, Any], check_mode: bool, caller: str = "") -> Result:
    """Do a job and report what it cost; a failure becomes a result with ``failed`` and ``msg`` and never an exception."""
    client: Optional[Client] = None
    session = Session()
    try:
        spec.check(options)
        connection = _connection.connection(options, caller)
        if options["session_cache"]:
            from ._shared_session import SharedSession

            session = SharedSession(connection)
        client = Client(connection, session)
        result = job(client, options, check_mode)
    except CloudConnexaError as error:
        result = {"failed": True, "msg": str(error), "error": error.details()}
    except Exception as error:  # noqa: BLE001 a fault of ours must not reach the user as a bare traceback either
        result = {
            "failed": True,
            "msg": f"The collection itself failed ({type(error).__name__}). Please report this with the output of a "
            "run under ANSIBLE_DISPLAY_TRACEBACK=always.",
            "exception": traceback.format_exc(),
        }
    if client is not None:
        planned = {"planned": result.pop("planned")} if "planned" in result else {}
        result["api"] = {**client.report(), **planned}
    if session.trouble:
        result["warnings"] = [*result.get("warnings", []), f"{session.trouble}; the task went on without it"]
    return result


class _Module(AnsibleModule):  # type: ignore[misc]
    """Survives a NUL in an option: from Python 3.12 on, syslog takes none, and some releases of ansible-core end with a traceback."""

    def log(self, msg: str, log_args: Optional[Mapping[str, Any]] = None) -> None:
        super().log(msg.replace("\0", "\\0"), log_args)


def run(job: Job, spec: _args.Spec) -> None:
    """Run a job as an Ansible module."""
    atexit.register(gc.freeze)  # the process ends sooner when it does not look through all that was imported
    module = _Module(**spec.arguments())
    if IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests and tenacity"), exception=IMPORT_ERROR)
    result = perform(job, spec, module.params, module.check_mode, f"ansible-core/{module.ansible_version}")
    for warning in result.pop("warnings", []):
        module.warn(warning)
    if not module._diff:
        result.pop("diff", None)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
