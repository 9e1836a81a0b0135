# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""Carrying out a plan, whatever becomes of it: lost answers, interference of others, refusals. Private to this collection."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set, Tuple

from ._client import Client
from ._compare import Object
from ._errors import (
    ApiError,
    CloudConnexaError,
    InvalidAnswer,
    InvalidInput,
    MissingObject,
    NoConnection,
    OutOfTime,
    Refused,
    UncertainResult,
    telling,
)
from ._resource import Action, Change, Outcome, Plan, Resource
from ._threads import each

Step = Tuple[str, str]  # what is done, to which object: an id, or the identity of one that has none yet

_LOOKS = 4  # how often a task looks, without getting further, after the world turned out to be another than planned
_LOST_IN_A_ROW = 3  # so many lost answers end a pass: it is better to look then than to go on blindly


class Failure(NamedTuple):
    """A change or an action that was not carried out, or may not have been, and why. told: how a message names it."""

    step: Step
    told: str
    change: Change
    error: CloudConnexaError


class Application:
    """Brings about what is planned. look: plans anew from what is there then. workers: how many calls may be under way at a time.

    A lost answer, an object that was removed meanwhile, one that somebody else created first: all are settled by looking again and
    planning from what is there.
    """

    def __init__(self, resource: Resource, client: Client, look: Callable[[], Plan], workers: int) -> None:
        self._resource = resource
        self._client = client
        self._look = look
        self._workers = workers
        self._doubtful: Set[str] = set()  # objects whose creation may yet take effect although its answer was lost
        self._done: Dict[Step, str] = {}  # and how a message names it
        self._actions: Dict[str, Dict[str, Action]] = {}  # by object: a later plan does not know any more that it is new
        self._acted: Dict[str, Dict[str, Dict[str, Any]]] = {}  # what each action of an object added to the result

    def carry_out(self, plan: Plan) -> List[Outcome]:
        """Every change of the last plan. Raises CloudConnexaError, which tells what was done by then and what was not."""
        look, fewest = 0, plan.writes
        while True:
            look += 1
            outcomes, failed = self._go_through(plan)
            if not failed:
                return outcomes
            plan = self._look_again(plan, failed, look)
            if plan.writes < fewest:
                look, fewest = 0, plan.writes

    def _go_through(self, plan: Plan) -> Tuple[List[Outcome], List[Failure]]:
        """Phase by phase, until a change fails."""
        for change in plan.changes:
            merged = self._actions.setdefault(self._identity(change), {})
            merged.update((action.doing, action) for action in change.actions)
            change.actions = list(merged.values())
        self._afford(plan)
        outcomes: List[Outcome] = []
        for phase in plan.phases:
            written, failed = self._write_all(plan, phase)
            if failed:
                return outcomes, failed
            self._act_all(plan, written)
            for change, after in written:
                added = self._acted.get(self._identity(change), {}).values()
                outcomes.append(Outcome(change, after, {name: value for addition in added for name, value in addition.items()}))
        return outcomes, []

    # changes

    def _write_all(self, plan: Plan, phase: List[Change]) -> Tuple[List[Tuple[Change, Optional[Object]]], List[Failure]]:
        """Carry out the changes of a phase; those that were made, with their objects, and those that were tried in vain."""
        lost = 0

        def write(change: Change) -> Tuple[Optional[Object], Optional[CloudConnexaError]]:
            try:
                after = self._write(change)
                self._done[self._step(change)] = self._told(change)
                return after, None
            except CloudConnexaError as error:
                return None, error

        def is_last(result: Tuple[Optional[Object], Optional[CloudConnexaError]]) -> bool:
            nonlocal lost
            lost = lost + 1 if isinstance(result[1], UncertainResult) else 0
            return _is_general(result[1]) or lost == _LOST_IN_A_ROW

        todo = [change for change in phase if change.verb]
        first = [write(change) for change in todo[:1]]  # alone, because its answer tells the limit
        if any(error is None for _after, error in first):
            self._afford(plan)
        others = [] if any(map(is_last, first)) else each(self._workers, write, todo[1:], is_last)
        tried = [(change, *result) for change, result in zip(todo, [*first, *others]) if result]
        untouched = [(change, change.after) for change in phase if not change.verb]
        failed = [Failure(self._step(change), self._told(change), change, error) for change, _after, error in tried if error]
        return untouched + [(change, after) for change, after, error in tried if not error], failed

    def _write(self, change: Change) -> Optional[Object]:
        """Carry out a change; returns the object as it is then."""
        resource, client = self._resource, self._client
        with telling(self._told(change)):
            after = resource.write(client, change)
            if self._identity(change) not in self._doubtful or after is None or change.verb != "create":
                return after
            try:
                if not resource.twins(client, after):
                    return after
                # An earlier creation, whose answer was lost, took effect late: the one that was just made is taken back.
                resource.write(client, Change(after, None))
            except CloudConnexaError as error:
                raise UncertainResult(error) from None
            raise UncertainResult(InvalidAnswer("another object of this name appeared meanwhile"))

    def _look_again(self, plan: Plan, failed: List[Failure], look: int) -> Plan:
        """What is still to do, seen from what is there by now. Raises the failure that no look can settle."""
        lost = [failure for failure in failed if isinstance(failure.error, UncertainResult)]
        fatal = [failure for failure in failed if failure not in lost and not _may_be_settled(failure, self._resource.identity)]
        if (fatal and not lost) or look == _LOOKS:
            raise self._failure((fatal or failed)[0].error, plan, failed)
        self._doubtful.update(self._identity(failure.change) for failure in lost)
        try:
            if self._doubtful:
                self._client.pause(float(look))
            again = self._look()
        except InvalidInput as impossible:  # by now; as an error of its own it would mean that nothing was written
            error = (fatal or lost or failed)[0].error
            error.problem, error.remedy = f"{error.problem}; by now, the options cannot be met: {impossible.problem}", impossible.remedy
            raise self._failure(error, plan, failed) from None
        except CloudConnexaError as blind:  # what it should have settled stays open, and that has to be told first
            errors = [failure.error for failure in fatal or lost]
            raise self._failure((errors or [blind])[0], plan, failed) from None
        planned = {self._step(change) for change in plan.changes}
        left = {self._step(change): change for change in again.changes if change.verb}
        done = [failure for failure in failed if failure.error.may_be_done and failure.step not in left]
        self._done.update((failure.step, failure.told) for failure in done)
        for failure in failed:
            same = left.get(failure.step)
            is_late = self._identity(failure.change) in self._doubtful  # then it may be there already, but cannot be seen yet
            is_repetition = same is not None and not is_late and _is_the_same(failure.change, same) and planned >= set(left)
            is_pointless = failure in fatal or is_repetition
            if is_pointless and failure not in done:
                raise self._failure(failure.error, again, [])
        return again

    # actions

    def _act_all(self, plan: Plan, written: List[Tuple[Change, Optional[Object]]]) -> None:
        """Carry out the actions, those of one object in their order, and last those that only wait."""
        objects = [(change, after) for change, after in written if after is not None and change.actions]
        for waiting in (False, True):

            def act(pair: Tuple[Change, Object], waiting: bool = waiting) -> Optional[Failure]:
                return self._act(*pair, waiting)

            results = each(self._workers, act, objects, lambda failure: failure is not None and _is_general(failure.error))
            failed = [failure for failure in results if failure]
            if failed:
                raise self._failure(failed[0].error, plan, failed)

    def _act(self, change: Change, after: Object, waiting: bool) -> Optional[Failure]:
        acted = self._acted.setdefault(self._identity(change), {})
        for action in change.actions:
            if action.doing in acted or waiting != (not action.writes):
                continue
            told = self._told(change, action.doing)
            try:
                with telling(told):
                    acted[action.doing] = action.run(self._client, after)
            except CloudConnexaError as error:
                return Failure(self._step(change, action.doing), told, change, error)
            self._done[self._step(change, action.doing)] = told
        return None

    # telling

    def _afford(self, plan: Plan) -> None:
        """Raises OutOfTime, with an account, where max_wait does not allow what is left, as far as the limits are known by now."""
        try:
            self._client.afford(self._writes_left(plan))
        except CloudConnexaError as error:
            raise self._failure(error, plan, []) from None

    def _writes_left(self, plan: Plan) -> int:
        changes = sum(change.verb != "" and self._step(change) not in self._done for change in plan.changes)
        pending = ((change, action) for change in plan.changes for action in change.actions)
        return changes + sum(action.writes for change, action in pending if action.doing not in self._acted.get(self._identity(change), {}))

    def _told(self, change: Change, doing: str = "") -> str:
        return f"{doing or change.verb} the {self._resource.label(change.object)}{change.which}"

    def _step(self, change: Change, doing: str = "") -> Step:
        return doing or change.verb, str(change.before["id"] if change.before else self._identity(change))

    def _identity(self, change: Change) -> str:
        return str(change.object.get(self._resource.identity))

    def _failure(self, error: CloudConnexaError, plan: Plan, failed: List[Failure]) -> CloudConnexaError:
        """The error with what has become of everything that is planned. failed: what no look has settled."""
        error.done = list(self._done.values())
        uncertain = {failure.step: failure.told for failure in failed if failure.error.may_be_done}
        error.uncertain = list(uncertain.values())
        error.left = []
        if isinstance(error, OutOfTime) and error.max_wait:
            try:
                self._client.afford(self._writes_left(plan))
            except OutOfTime as rest:
                error.problem, error.remedy = f"{error.problem}; {rest.problem}", rest.remedy
        remedies = [error.remedy]
        if error.uncertain and "un the task again" not in error.remedy:
            remedies.append("Run the task again, which finds out")
        for change in plan.changes:
            if change.verb and self._step(change) not in self._done:
                error.left += [] if self._step(change) in uncertain else [self._told(change)]
                continue  # a repetition of the task begins with that
            for action in change.actions:
                if change.after is not None and action.doing not in self._acted.get(self._identity(change), {}):
                    error.left += [] if self._step(change, action.doing) in uncertain else [self._told(change, action.doing)]
                    remedies.append(action.remedy)
        error.doing = error.doing or next(iter(error.left), "")
        if plan.many is None:  # the message begins with what it is about
            error.left = [told for told in error.left if told != error.doing]
        error.remedy = ". ".join(dict.fromkeys(remedy for remedy in remedies if remedy))
        return error


def _is_general(error: Optional[CloudConnexaError]) -> bool:
    """Whether the same awaits every other call."""
    return isinstance(error, (Refused, NoConnection, OutOfTime))


def _may_be_settled(failure: Failure, identity: str) -> bool:
    """Whether what failed may be explained by what somebody else does: the object is gone, or its place is taken."""
    error = failure.error
    if isinstance(error, MissingObject):
        return True
    before, after = failure.change.before, failure.change.after
    takes_a_place = after is not None and (before is None or before.get(identity) != after.get(identity))
    return takes_a_place and isinstance(error, ApiError) and error.status in (400, 409)


def _is_the_same(change: Change, again: Change) -> bool:
    """Whether a look has found the object as it was, so that a repetition would fail as well."""
    before, found = change.before or {}, again.before or {}
    return before.get("id") == found.get("id")
