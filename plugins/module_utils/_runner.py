# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""From validated options to a result: plan, check mode, apply, diff. Private to this collection.

Everything but :func:`run` at the end works without AnsibleModule.
"""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Set, Tuple

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from . import _args, _compare, _connection
from ._client import IMPORT_ERROR, Client
from ._compare import Object
from ._errors import ApiError, CloudConnexaError, InvalidAnswer, InvalidInput, MissingObject, UncertainResult
from ._resource import Action, Change, Plan, Resource
from ._session import Session, SharedSession

Result = Dict[str, Any]
Job = Callable[[Client, Mapping[str, Any], bool], Result]

_LOOKS = 4  # how often a task looks, without getting further, after the world turned out to be another than planned


def manage(resource: Resource) -> Job:
    """The job of bringing objects to the state that the options ask for."""

    def job(client: Client, options: Mapping[str, Any], check_mode: bool) -> Result:
        workers = options.get("concurrency", 1)
        if workers < 1:
            raise InvalidInput(f"concurrency is {workers}, but at least one call has to be made at a time", "Give 1 or more")
        plan = _look(resource, client, options)
        if check_mode:
            expected = [(change, change.after, _expected(change)) for change in plan.changes]
            return {**_outcome(resource, plan, expected), "planned": client.forecast(plan.writes)}
        client.afford(plan.writes)
        return _outcome(resource, plan, _act(resource, client, _settle(resource, client, options, plan, workers)))

    return job


def _look(resource: Resource, client: Client, options: Mapping[str, Any]) -> Plan:
    with _doing(f"find out the present state of the {resource.title}"):
        return resource.plan(client, options)


def _settle(
    resource: Resource, client: Client, options: Mapping[str, Any], plan: Plan, workers: int
) -> List[Tuple[Change, Optional[Object]]]:
    """Bring about what is planned; returns each change with the object as it is then, None where it is gone.

    A lost answer, an object that was removed meanwhile, one that somebody else created first: all are settled by looking again and
    planning from what is there.
    """
    actions: Dict[str, Dict[str, Action]] = {}
    doubtful: Set[str] = set()  # objects whose creation may yet take effect although its answer was lost
    made: List[Change] = []
    look, fewest = 0, plan.writes
    while True:
        look += 1
        for change in plan.changes:
            merged = actions.setdefault(_identity(resource, change), {})
            merged.update((action.doing, action) for action in change.actions)
            change.actions = list(merged.values())
        written, failed = _write_all(resource, client, plan, doubtful, workers)
        made += [change for change, _after in written if change.verb]
        if not failed:
            return written
        refused = [failure for failure in failed if not isinstance(failure[1], (UncertainResult, MissingObject))]
        for change, error in refused:
            if look == _LOOKS or change.verb != "create" or not isinstance(error, ApiError) or error.status != 400:
                raise _told(resource, error, plan, made)
        if look == _LOOKS:
            raise _told(resource, failed[0][1], plan, made)
        doubtful.update(_identity(resource, change) for change, error in failed if isinstance(error, UncertainResult))
        try:
            if doubtful:
                client.pause(float(look))
            again = _look(resource, client, options)
        except CloudConnexaError as blind:  # what it should have settled stays open, and that has to be told first
            unsettled = next((error for _change, error in failed if isinstance(error, UncertainResult)), blind)
            raise _told(resource, unsettled, plan, made) from None
        still = {_identity(resource, change) for change in again.changes if change.verb == "create"} - doubtful
        for change, error in refused:
            if _identity(resource, change) in still:
                raise _told(resource, error, plan, made)
        if again.writes < fewest:
            look, fewest = 0, again.writes
        plan = again


def _write_all(
    resource: Resource, client: Client, plan: Plan, doubtful: Set[str], workers: int
) -> Tuple[List[Tuple[Change, Optional[Object]]], List[Tuple[Change, CloudConnexaError]]]:
    """Carry out the changes, phase by phase, until one fails; returns those that were made, with their objects, and those that failed."""
    written: List[Tuple[Change, Optional[Object]]] = []
    failed: List[Tuple[Change, CloudConnexaError]] = []

    def write(change: Change) -> Tuple[Change, Optional[Object], Optional[CloudConnexaError]]:
        try:
            return change, _write(resource, client, change, _identity(resource, change) in doubtful), None
        except CloudConnexaError as error:
            return change, None, error

    for phase in plan.phases:
        todo = [change for change in phase if change.verb]
        if workers > 1 and len(todo) > 1:
            results = [write(todo[0])]  # its answer tells how many more may follow at once
            pool = ThreadPoolExecutor(workers)
            try:
                results += pool.map(write, todo[1:])
            finally:
                pool.shutdown(wait=False, cancel_futures=True)  # a task that is interrupted must not wait for calls under way
        else:
            results = [write(change) for change in todo]
        written += [(change, change.after) for change in phase if not change.verb]
        written += [(change, after) for change, after, error in results if not error]
        failed += [(change, error) for change, after, error in results if error]
        if failed:
            break
    return written, failed


def _write(resource: Resource, client: Client, change: Change, doubtful: bool) -> Optional[Object]:
    """Carry out a change; returns the object as it is then."""
    with _doing(f"{change.verb} the {resource.label(change.object)}"):
        after = resource.write(client, change)
        if not doubtful or after is None or change.verb != "create":
            return after
        try:
            if not resource.twins(client, after):
                return after
            # An earlier creation, whose answer was lost, took effect late: the one that was just made is taken back.
            resource.write(client, Change(after, None))
        except CloudConnexaError as error:
            raise UncertainResult(error) from None
        raise UncertainResult(InvalidAnswer("another object of this name appeared meanwhile"))


def _act(
    resource: Resource, client: Client, written: List[Tuple[Change, Optional[Object]]]
) -> List[Tuple[Change, Optional[Object], Result]]:
    """Carry out the actions; returns each change with its object, and what the actions add to the result."""
    done = [f"{change.verb} the {resource.label(change.object)}" for change, after in written if change.verb]
    results = []
    for change, after in written:
        additions: Result = {}
        for action in change.actions if after is not None else ():
            doing = f"{action.doing} the {resource.label(after or {})}"
            with _doing(doing, done):
                additions.update(action.run(client, after or {}))
            done.append(doing)
        results.append((change, after, additions))
    return results


def _told(resource: Resource, error: CloudConnexaError, plan: Plan, made: List[Change]) -> CloudConnexaError:
    """The failure of one change, with what has become of the others."""
    error.done = [f"{change.verb} the {resource.label(change.object)}" for change in made]
    left = [change for change in plan.changes if change.verb and all(change is not other for other in made)]
    error.left = [f"{change.verb} the {resource.label(change.object)}" for change in left] if plan.many is not None else []
    return error


def _identity(resource: Resource, change: Change) -> str:
    return str(change.object.get(resource.identity))


def _expected(change: Change) -> Result:
    return {name: value for action in change.actions for name, value in action.expected.items()}


def _outcome(resource: Resource, plan: Plan, results: List[Tuple[Change, Optional[Object], Result]]) -> Result:
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
                str(change.before[resource.identity]): _shown(resource, change.before, change.managed, resource.identity)
                for change in changed
                if change.before
            },
            "after": {
                name: _shown(resource, present[name][0], change.managed, resource.identity)
                for change in changed
                for name in [_identity(resource, change)]
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
        with _doing(f"list the {kind}"):
            return {"changed": False, kind: listing(client, options)}

    return job


def log_in(client: Client, options: Mapping[str, Any], check_mode: bool) -> Result:
    """The job of getting an access token."""
    if not (options["client_id"] and options["client_secret"]):
        raise InvalidInput("client_id and client_secret are needed to get an access token", "Give both")
    with _doing("log in"):
        token = client.login()
    return {"changed": False, **{name: token.get(name) for name in ("access_token", "token_type", "expires_in")}}


@contextmanager
def _doing(what: str, done: Optional[List[str]] = None) -> Iterator[None]:
    """Tells a failure what was being done, and what had been done before it."""
    try:
        yield
    except InvalidInput:
        raise  # says what is wrong with the options, which has nothing to do with the moment
    except CloudConnexaError as error:
        error.doing = error.doing or what
        error.done = error.done or list(done or ())
        raise


def perform(job: Job, options: Mapping[str, Any], check_mode: bool, caller: str = "") -> Result:
    """Do a job and report what it cost; a failure becomes a result with ``failed`` and ``msg`` and never an exception."""
    client: Optional[Client] = None
    try:
        connection = _connection.connection(options, caller)
        client = Client(connection, SharedSession(connection) if options["session_cache"] else Session())
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
    return result


def run(job: Job, spec: _args.Spec) -> None:
    """Run a job as an Ansible module."""
    module = AnsibleModule(**spec.arguments())
    if IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests and tenacity"), exception=IMPORT_ERROR)
    result = perform(job, module.params, module.check_mode, f"ansible-core/{module.ansible_version}")
    if not module._diff:
        result.pop("diff", None)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
