# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to a result, on a Resource of its own and without Ansible."""

from __future__ import annotations

import copy
import functools
import re
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unittest import mock

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._args import Spec, connection_options
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._compare import Fields, Id, Object, Text
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import (
    ApiError,
    CloudConnexaError,
    InvalidInput,
    MissingObject,
    NoConnection,
    OutOfTime,
    Refused,
    UncertainResult,
)
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._resource import Action, Plan, Resource
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._runner import inform, log_in, manage, perform

from ...conftest import Clock
from .conftest import BASE_URL, Answer, Wire

PRESENT = {"state": "present"}
SPEC = Spec({}, exclusive=[("cloud_id", "base_url")])
FIELDS: Fields = {
    "id": Id("id", read_only=True),
    "name": Text("name"),
    "description": Text("description"),
    "key": Text("key", write_only=True),
}


class Thing(Resource):
    """A thing; the options ``actions`` and ``unverified`` go into its changes as they are."""

    kind = "thing"
    title = "Thing"
    path = ("things",)
    fields = FIELDS

    def plan(self, client: Any, options: Mapping[str, Any]) -> Plan:
        (change,) = super().plan(client, options).changes
        change.actions = list(options.get("actions", ()))
        change.unverified = list(options.get("unverified", ()))
        return Plan([[change]])


class Things(Thing):
    """A set of things: those of the option ``things`` by name and description, and no others."""

    def plan(self, client: Any, options: Mapping[str, Any]) -> Plan:
        there = {entry["name"]: entry for entry in self.list(client)}
        changes = []
        for name, text in options["things"].items():
            change = self.settle(client, there.get(name), PRESENT, {"name": name, "description": text})
            change.actions = list(options.get("actions", {}).get(name, ()))
            changes.append(change)
        others = [self.removal(entry) for name, entry in there.items() if name not in options["things"]]
        return Plan([others, changes][:: -1 if options.get("purge_last") else 1], many=list(options["things"]))


def uncertain() -> UncertainResult:
    return UncertainResult(NoConnection("the connection was lost", sent=True))


def unanswered() -> CloudConnexaError:
    """Ends repetitions of a call of which one may have been executed."""
    error = NoConnection("the connection was lost", "Run the task again", sent=True)
    error.may_be_done = True
    return error


class Service:
    """Stands for the client: things in memory. failures of the next writes: an error before or after execution, or never."""

    def __init__(self, *names: str) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.writes: list[str] = []
        self.pauses: list[float] = []
        self.failures: list[tuple[str, CloudConnexaError]] = []
        self.affordable = 1000
        self.weighed: list[int] = []  # the writes whose time was asked for
        self.reads = 0
        self.at_next_read: list[str] = []  # names of things that appear then
        for name in names:
            self.add(name=name)

    def add(self, **body: Any) -> dict[str, Any]:
        return self.set(f"t{len(self.things) + 1}", body)

    def set(self, identity: str, body: dict[str, Any]) -> dict[str, Any]:
        self.things[identity] = {"id": identity, **body}
        return self.things[identity]

    def list(self, *_path: str) -> list[dict[str, Any]]:
        self.reads += 1
        while self.at_next_read:
            self.add(name=self.at_next_read.pop())
        return copy.deepcopy(list(self.things.values()))

    def get(self, *path: str) -> dict[str, Any]:
        return copy.deepcopy(self.things[path[-1]])

    def write(self, what: str, execute: Any) -> Any:
        self.writes.append(what)
        if not self.failures:
            return copy.deepcopy(execute())
        phase, error = self.failures.pop(0)
        if phase == "before":
            raise error
        answer = copy.deepcopy(execute())
        if phase == "after":
            raise error
        return answer

    def post(self, *_path: str, body: dict[str, Any], query: Any) -> Any:
        assert query is None
        return self.write(f"create {body['name']}", functools.partial(self.add, **body))

    def put(self, *path: str, body: dict[str, Any]) -> Any:
        return self.write(f"update {path[-1]}", lambda: self.set(path[-1], body))

    def delete(self, *path: str) -> None:
        self.write(f"delete {path[-1]}", lambda: self.things.pop(path[-1], None))

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def afford(self, writes: int) -> None:
        self.weighed.append(writes)
        if writes > self.affordable:
            raise OutOfTime(f"{writes} writes are left to do")

    def forecast(self, writes: int) -> dict[str, Any]:
        return {"writes": writes}

    @property
    def names(self) -> Sequence[str]:
        return sorted(thing["name"] for thing in self.things.values())


def run(service: Service, *, check_mode: bool = False, resource: Resource | None = None, **options: Any) -> dict[str, Any]:
    client: Any = service
    return manage(resource or Thing())(client, {**PRESENT, **options}, check_mode)


def failure(service: Service, **options: Any) -> CloudConnexaError:
    with pytest.raises(CloudConnexaError) as caught:
        run(service, **options)
    return caught.value


class TestOneObject:
    def test_what_is_missing_is_created(self) -> None:
        service = Service()
        assert run(service, name="a", description="d", key="k") == {
            "changed": True,
            "thing": {"id": "t1", "name": "a", "description": "d"},
            "diff": {"before": {}, "after": {"name": "a", "description": "d"}},
        }
        assert service.things == {"t1": {"id": "t1", "name": "a", "description": "d", "key": "k"}}

    def test_a_second_run_changes_nothing(self) -> None:
        service = Service("a")
        result = run(service, name="a", description="")
        assert (result["changed"], result["thing"], service.writes, service.reads) == (False, {"id": "t1", "name": "a"}, [], 1)
        assert result["diff"]["before"] == result["diff"]["after"] == {"name": "a", "description": ""}

    def test_what_differs_is_updated_and_only_managed_members_are_shown(self) -> None:
        service = Service()
        service.add(name="a", description="old")
        result = run(service, id="t1", description="new")
        assert (result["changed"], result["diff"]) == (True, {"before": {"description": "old"}, "after": {"description": "new"}})
        assert service.things["t1"] == {"id": "t1", "name": "a", "description": "new"}

    def test_what_shall_be_absent_is_deleted(self) -> None:
        service = Service("a")
        assert run(service, name="a", state="absent") == {"changed": True, "thing": {}, "diff": {"before": {"name": "a"}, "after": {}}}
        assert service.things == {}

    def test_what_is_absent_already_stays_so(self) -> None:
        service = Service()
        assert run(service, name="a", state="absent") == {"changed": False, "thing": {}, "diff": {"before": {}, "after": {}}}
        assert service.writes == []

    @pytest.mark.parametrize(
        "options", [{"name": "new"}, {"name": "a", "description": "new"}, {"name": "a", "state": "absent"}, {"name": "a"}]
    )
    def test_check_mode_tells_what_the_real_run_does(self, options: dict[str, Any]) -> None:
        service = Service("a")
        foretold = run(service, check_mode=True, **options)
        assert service.writes == []
        assert foretold.pop("planned") == {"writes": int(foretold["changed"])}
        real = run(service, **options)
        if "id" not in foretold["thing"]:
            real["thing"].pop("id", None)  # nobody can know the id of a new object
        assert foretold == real

    def test_a_task_that_cannot_afford_its_writes_begins_none(self) -> None:
        service = Service("a")
        service.affordable = 0
        assert isinstance(failure(service, name="b"), OutOfTime)
        assert service.writes == []
        assert run(service, name="a")["changed"] is False

    def test_what_could_not_be_verified_is_told(self) -> None:
        result = run(Service("a"), name="a", unverified=["suspended", "ipsec_state", "suspended"])
        assert result["unverified"] == ["ipsec_state", "suspended"]

    def test_at_least_one_call_is_made_at_a_time(self) -> None:
        assert "concurrency is 0" in failure(Service(), name="a", concurrency=0).problem


class TestFailures:
    def test_a_failed_look_says_so(self) -> None:
        service = Service()
        service.list = mock.Mock(side_effect=Refused("the API answered 403"))  # type: ignore[method-assign]
        assert str(failure(service, name="a")) == "Could not find out the present state of the Thing: the API answered 403."

    def test_wrong_options_are_told_as_they_are(self) -> None:
        error = failure(Service("a", "a"), name="a")
        assert isinstance(error, InvalidInput)
        assert str(error).startswith("name: there are 2 Things called 'a'")

    @pytest.mark.parametrize(
        ("options", "doing"),
        [({"name": "new"}, "create"), ({"name": "a", "description": "d"}, "update"), ({"name": "a", "state": "absent"}, "delete")],
    )
    @pytest.mark.parametrize(
        "error",
        [lambda: Refused("no", status=403), lambda: ApiError("no", status=500), lambda: NoConnection("no"), lambda: OutOfTime("no")],
    )
    def test_a_failed_write_names_the_object_and_is_not_repeated(
        self, options: dict[str, str], doing: str, error: Callable[[], CloudConnexaError]
    ) -> None:
        service = Service("a")
        service.failures = [("before", error())]
        assert str(failure(service, **options)) == f'Could not {doing} the Thing "{options["name"]}": no.'
        assert len(service.writes) == 1

    def test_a_refused_update_is_not_looked_into(self) -> None:
        service = Service("a")
        service.failures = [("before", ApiError("no", status=400))]
        failure(service, name="a", description="d")
        assert (service.writes, service.reads) == (["update t1"], 1)


class TestLookingAgain:
    """After a lost answer, and where somebody else is at work too."""

    def test_a_creation_that_was_executed_is_adopted(self) -> None:
        service = Service()
        service.failures = [("after", uncertain())]
        result = run(service, name="a", description="d")
        assert result["changed"] is True
        assert result["thing"] == {"id": "t1", "name": "a", "description": "d"}
        assert result["diff"] == {"before": {}, "after": {"name": "a", "description": "d"}}
        assert (service.writes, service.pauses) == (["create a"], [1.0])

    def test_a_creation_that_was_not_executed_is_repeated(self) -> None:
        service = Service()
        service.failures = [("before", uncertain()), ("before", uncertain())]
        assert run(service, name="a")["changed"] is True
        assert (service.names, service.writes, service.pauses) == (["a"], ["create a"] * 3, [1.0, 2.0])

    def test_a_creation_that_stays_uncertain_is_given_up(self) -> None:
        service = Service()
        service.failures = [("before", uncertain())] * 10
        error = failure(service, name="a")
        assert isinstance(error, UncertainResult)
        assert str(error) == (
            'Could not create the Thing "a": the connection was lost. It is not known whether this was done: create the Thing "a". '
            "Run the task again, which finds out."
        )
        assert len(service.writes) == 4

    @pytest.mark.parametrize("fails", ["pause", "list"])
    def test_what_is_uncertain_stays_told_where_nobody_can_look(self, fails: str) -> None:
        service = Service()

        def lose(what: str, execute: Any) -> Any:
            setattr(service, fails, refuse)
            raise uncertain()

        def refuse(*_: Any) -> Any:
            raise Refused("the API answered 403", status=403)

        service.write = lose  # type: ignore[method-assign]
        error = failure(service, name="a")
        assert isinstance(error, UncertainResult)
        assert str(error).startswith('Could not create the Thing "a": the connection was lost')

    def test_a_creation_that_takes_effect_late_leaves_no_second_object(self) -> None:
        service = Service()
        service.failures = [("before", uncertain())]

        def appear(what: str, execute: Any, write: Any = service.write) -> Any:
            result = write(what, execute)
            if service.writes == ["create a", "create a"]:
                service.at_next_read.append("a")  # the first creation
            return result

        service.write = appear  # type: ignore[method-assign]
        result = run(service, name="a")
        assert service.names == ["a"]
        assert service.writes == ["create a", "create a", "delete t1"]
        assert (result["changed"], result["thing"]["id"]) == (True, next(iter(service.things)))

    def test_twins_are_looked_for_only_after_a_lost_answer(self) -> None:
        service = Service()
        run(service, name="a")
        assert service.reads == 1

    def test_an_object_that_was_removed_meanwhile_is_created(self) -> None:
        service = Service()
        service.add(name="a", description="old")
        service.failures = [("before", MissingObject("gone", status=400))]
        removed = service.write

        def remove(what: str, execute: Any) -> Any:
            if what == "update t1":
                service.things.clear()
            return removed(what, execute)

        service.write = remove  # type: ignore[method-assign]
        result = run(service, name="a", description="new")
        assert service.writes == ["update t1", "create a"]
        assert result["diff"] == {"before": {"name": "a", "description": "old"}, "after": {"name": "a", "description": "new"}}
        assert service.pauses == []

    @pytest.mark.parametrize("status", [400, 409])
    def test_an_object_that_somebody_else_created_first_is_taken_over(self, status: int) -> None:
        service = Service()
        service.failures = [("before", ApiError("already there", status=status))]
        service.list()
        first = service.write

        def overtake(what: str, execute: Any) -> Any:
            if not service.writes:
                service.add(name="a", description="theirs")
            return first(what, execute)

        service.write = overtake  # type: ignore[method-assign]
        result = run(service, name="a", description="ours")
        assert service.writes == ["create a", "update t1"]
        assert (service.names, result["thing"]["description"]) == (["a"], "ours")

    def test_a_creation_that_is_refused_for_another_reason_is_looked_into_once(self) -> None:
        service = Service()
        service.failures = [("before", ApiError("too long", status=400))] * 5
        assert str(failure(service, name="a")) == 'Could not create the Thing "a": too long.'
        assert (service.writes, service.reads, service.pauses) == (["create a"], 2, [])

    def test_an_object_that_vanishes_again_and_again_is_given_up(self) -> None:
        service = Service()
        write = service.write

        def vanish(what: str, execute: Any) -> Any:
            service.things = {f"gone{len(service.writes)}": {"id": f"gone{len(service.writes)}", "name": "a"}}  # and another one is there
            service.failures = [("before", MissingObject("gone", status=400))]
            return write(what, execute)

        service.write = vanish  # type: ignore[method-assign]
        service.at_next_read.append("a")
        assert isinstance(failure(service, name="a", description="d"), MissingObject)
        assert service.writes == ["update t1", "update gone0", "update gone1", "update gone2"]

    def test_an_object_that_is_there_although_a_write_says_otherwise_ends_it(self) -> None:
        service = Service("a")
        service.failures = [("before", MissingObject("the gateway was not found", status=400))] * 10
        error = failure(service, name="a", description="d")
        assert str(error) == 'Could not update the Thing "a": the gateway was not found.'
        assert (service.writes, service.reads) == (["update t1"], 2)

    def test_a_parent_that_stays_missing_ends_it(self) -> None:
        service = Service()
        service.failures = [("before", MissingObject("no such parent", status=400))] * 10
        assert isinstance(failure(service, name="a"), MissingObject)
        assert service.writes == ["create a"]


class TestActions:
    def poke(self, log: list[Any], doing: str = "poke", error: CloudConnexaError | None = None, **options: Any) -> Action:
        def act(_client: Any, values: Object) -> dict[str, Any]:
            log.append((doing, values["name"]))
            if error:
                raise error
            return {doing: values["id"]}

        return Action(doing, act, **options)

    def test_they_follow_the_write_and_add_to_the_result(self) -> None:
        service, log = Service(), list[Any]()
        result = run(service, name="a", actions=[self.poke(log), self.poke(log, "prod")])
        assert log == [("poke", "a"), ("prod", "a")]
        assert (result["changed"], result["poke"], result["prod"]) == (True, "t1", "t1")

    def test_they_change_something_unless_they_say_otherwise(self) -> None:
        assert run(Service("a"), name="a", actions=[self.poke([])])["changed"] is True
        assert run(Service("a"), name="a", actions=[self.poke([], writes=0)])["changed"] is False

    def test_check_mode_only_tells_what_is_expected(self) -> None:
        log: list[Any] = []
        result = run(Service("a"), check_mode=True, name="a", actions=[self.poke(log, expected={"poke": "soon"})])
        assert (log, result["changed"], result["poke"], result["planned"]) == ([], True, "soon", {"writes": 1})

    def test_nothing_is_done_to_what_is_gone(self) -> None:
        log: list[Any] = []
        run(Service("a"), name="a", state="absent", actions=[self.poke(log)])
        assert log == []

    def test_they_are_kept_over_a_second_look(self) -> None:
        service, log = Service(), list[Any]()
        service.failures = [("after", uncertain())]
        looks = iter([[self.poke(log)], []])

        class Fickle(Thing):
            def plan(self, client: Any, options: Mapping[str, Any]) -> Plan:
                return super().plan(client, {**options, "actions": next(looks)})

        assert run(service, resource=Fickle(), name="a")["poke"] == "t1"
        assert log == [("poke", "a")]

    def test_one_whose_answers_were_lost_may_have_been_carried_out(self) -> None:
        actions = [self.poke([], "prod", unanswered(), remedy="Look at it"), self.poke([])]
        error = failure(Service("a"), name="a", actions=actions)
        assert (error.uncertain, error.left) == (['prod the Thing "a"'], ['poke the Thing "a"'])
        assert str(error) == (
            'Could not prod the Thing "a": the connection was lost. It is not known whether this was done: prod the Thing "a". '
            'Not done: poke the Thing "a". Run the task again. Look at it.'
        )

    def test_what_was_done_to_an_object_is_not_done_again_after_a_second_look(self) -> None:
        service, log = Service("a", "drop"), list[Any]()
        service.failures = [("before", uncertain())]
        result = run(service, resource=Things(), purge_last=True, things={"a": ""}, actions={"a": [self.poke(log)]})
        assert service.writes == ["delete t2", "delete t2"]
        assert log == [("poke", "a")]
        assert result["things"] == [{"id": "t1", "name": "a", "poke": "t1"}]

    def test_those_of_a_set_that_may_have_been_carried_out_are_not_told_as_left(self) -> None:
        actions = {"a": [self.poke([], "prod", unanswered())], "b": [self.poke([])]}
        error = failure(Service("a", "b"), resource=Things(), things={"a": "", "b": ""}, actions=actions)
        assert (error.uncertain, error.left) == (['prod the Thing "a"'], ['poke the Thing "b"'])

    def test_a_failure_tells_what_was_done_before(self) -> None:
        actions = [self.poke([]), self.poke([], "prod", Refused("the API answered 403"))]
        error = failure(Service(), name="a", actions=actions)
        assert error.done == ['create the Thing "a"', 'poke the Thing "a"']
        assert str(error).startswith('Could not prod the Thing "a": the API answered 403. Done before that: create the Thing "a"; poke')


class TestSets:
    def run(self, service: Service, check_mode: bool = False, concurrency: int = 1, **things: str) -> dict[str, Any]:
        return run(service, resource=Things(), check_mode=check_mode, concurrency=concurrency, things=things)

    @staticmethod
    def service() -> Service:
        service = Service()
        for name, description in (("keep", "same"), ("change", "old"), ("drop", "gone")):
            service.add(name=name, description=description)
        return service

    def test_the_result_lists_the_wished_and_the_diff_what_changes(self) -> None:
        service = self.service()
        assert self.run(service, new="n", keep="same", change="new") == {
            "changed": True,
            "things": [
                {"id": "t3", "name": "new", "description": "n"},
                {"id": "t1", "name": "keep", "description": "same"},
                {"id": "t2", "name": "change", "description": "new"},
            ],
            "diff": {
                "before": {"drop": {"description": "gone"}, "change": {"description": "old"}},
                "after": {"change": {"description": "new"}, "new": {"description": "n"}},
            },
        }
        assert service.writes == ["delete t3", "create new", "update t2"]

    def test_a_lost_answer_beside_a_refusal_is_settled_before_it_is_told(self) -> None:
        service = Service()
        service.failures = [("after", uncertain()), ("never", uncertain()), ("before", ApiError("too long", status=422))]
        with pytest.raises(ApiError) as caught:
            self.run(service, a="", b="", c="", d="")
        assert str(caught.value).startswith('Could not create the Thing "c": too long. Done before that: create the Thing "b"')
        assert caught.value.details() == {
            "kind": "ApiError",
            "status": 422,
            "code": "",
            "done": [f'create the Thing "{name}"' for name in ("b", "d", "a")],
            "left": ['create the Thing "c"'],
        }

    def test_what_nobody_can_look_into_is_told_as_uncertain(self) -> None:
        service = Service()
        service.failures = [("never", uncertain()), ("after", uncertain()), ("before", NoConnection("no"))]
        service.pause = mock.Mock(side_effect=OutOfTime("no time"))  # type: ignore[method-assign]
        with pytest.raises(CloudConnexaError) as caught:
            self.run(service, a="", b="", c="", d="")
        assert caught.value.done == ['create the Thing "a"']
        assert caught.value.uncertain == ['create the Thing "b"']
        assert caught.value.left == ['create the Thing "c"', 'create the Thing "d"']
        assert 'It is not known whether this was done: create the Thing "b".' in str(caught.value)

    def test_the_time_for_what_is_left_is_weighed_before_and_after_the_first_write_of_a_phase_and_after_a_look(self) -> None:
        service, poke = self.service(), Action("poke", lambda _client, _values: {})
        service.failures = [("never", uncertain()), ("never", uncertain()), ("never", uncertain()), ("before", uncertain())]
        run(service, resource=Things(), purge_last=True, things={"change": "new", "keep": "new", "new": ""}, actions={"keep": [poke]})
        assert service.writes == ["update t2", "update t1", "create new", "delete t3", "delete t3"]
        assert service.weighed == [5, 4, 1, 0]

    def test_a_task_that_cannot_afford_what_a_look_has_found_ends_with_an_account(self) -> None:
        service = Service()
        service.failures = [("never", uncertain()), ("before", uncertain())]
        look = service.list

        def find_the_budget_spent(*path: str) -> list[dict[str, Any]]:
            service.affordable = 0 if service.writes else 3
            return look(*path)

        service.list = find_the_budget_spent  # type: ignore[method-assign]
        with pytest.raises(OutOfTime) as caught:
            self.run(service, a="", b="", c="")
        assert service.writes == ["create a", "create b", "create c"]
        assert caught.value.done == ['create the Thing "a"', 'create the Thing "c"']
        assert caught.value.left == ['create the Thing "b"']
        assert str(caught.value).startswith('Could not create the Thing "b": 1 writes are left to do. Done before that: ')

    @pytest.mark.parametrize(
        ("error", "kind"),
        [(MissingObject("gone", status=400), MissingObject), (uncertain(), UncertainResult), (ApiError("taken", status=409), ApiError)],
    )
    def test_options_that_cannot_be_met_any_more_are_told_with_what_was_done(
        self, error: CloudConnexaError, kind: type[CloudConnexaError]
    ) -> None:
        service = Service()
        service.failures = [("never", uncertain()), ("before", error)]

        class Contested(Things):
            def plan(self, client: Any, options: Mapping[str, Any]) -> Plan:
                if service.writes:
                    raise InvalidInput("b overlaps c", "Choose another b")
                return super().plan(client, options)

        with pytest.raises(CloudConnexaError) as caught:
            run(service, resource=Contested(), things={"a": "", "b": ""})
        assert caught.value.details()["kind"] == kind.__name__
        assert caught.value.done == ['create the Thing "a"']
        assert caught.value.uncertain + caught.value.left == ['create the Thing "b"']
        assert str(caught.value).startswith('Could not create the Thing "b": ')
        assert "; by now, the options cannot be met: b overlaps c. Done before that: " in str(caught.value)
        assert "Choose another b" in str(caught.value)

    def test_every_change_whose_answers_were_lost_is_told_as_uncertain(self) -> None:
        service = self.service()
        service.failures = [("never", unanswered()), ("before", unanswered())]
        with pytest.raises(NoConnection) as caught:
            self.run(service, keep="new", change="new", drop="new", more="")
        assert caught.value.done == ['update the Thing "keep"']
        assert caught.value.uncertain == ['update the Thing "change"']
        assert caught.value.left == ['update the Thing "drop"', 'create the Thing "more"']

    def test_a_look_settles_lost_answers_to_updates_too(self) -> None:
        service = self.service()
        service.failures = [("after", uncertain()), ("after", unanswered())]
        assert self.run(service, new="", change="new", keep="new", drop="gone")["changed"] is True
        assert service.writes == ["create new", "update t2", "update t1"]

    def test_what_a_look_shows_to_be_undone_is_not_uncertain_any_more(self) -> None:
        service = self.service()
        service.failures = [("after", uncertain()), ("before", unanswered())]
        with pytest.raises(NoConnection) as caught:
            self.run(service, new="", change="new", keep="new", drop="gone")
        assert caught.value.done == ['create the Thing "new"']
        assert caught.value.uncertain == []
        assert caught.value.left == ['update the Thing "change"', 'update the Thing "keep"']

    @pytest.mark.parametrize("concurrency", [1, 2])
    @pytest.mark.parametrize("error", [Refused("no", status=403), NoConnection("no"), OutOfTime("no")])
    def test_nothing_more_is_begun_after_a_failure_that_awaits_everything(self, concurrency: int, error: CloudConnexaError) -> None:
        service = Service()
        service.failures = [("never", error)] + [("before", error)] * 100
        with pytest.raises(type(error)) as caught:
            run(service, resource=Things(), concurrency=concurrency, things=dict.fromkeys("abcdefghij", ""))
        assert len(service.writes) <= 1 + concurrency
        assert len(caught.value.left) == 9

    def test_other_changes_go_on_after_one_that_is_refused_for_itself(self) -> None:
        service = Service()
        service.failures = [("before", ApiError("too long", status=422))]
        with pytest.raises(ApiError):
            self.run(service, a="", b="", c="")
        assert service.names == ["b", "c"]

    @pytest.mark.parametrize(
        ("fates", "written_before_the_look"),
        [(["after"] * 3, 3), (["after", "after", "never", "after"], 6), (["after", "never", "after", "after", "after"], 5)],
    )
    def test_answers_that_are_lost_in_a_row_make_it_look(self, fates: list[str], written_before_the_look: int) -> None:
        service = Service()
        service.failures = [(fate, uncertain()) for fate in fates]
        looks: list[int] = []
        look = service.list

        def count(*path: str) -> list[dict[str, Any]]:
            looks.append(len(service.writes))
            return look(*path)

        service.list = count  # type: ignore[method-assign]
        assert self.run(service, a="", b="", c="", d="", e="", f="")["changed"] is True
        assert looks == [0, written_before_the_look]
        assert service.writes == [f"create {name}" for name in "abcdef"]

    def test_it_looks_as_often_as_needed_while_it_gets_further(self) -> None:
        service = Service()
        wanted = dict.fromkeys("abcdefghij", "")
        service.failures = [(fate, uncertain()) for fate in ["never", "before", "before", "before"] * 7]
        assert run(service, resource=Things(), things=wanted)["changed"] is True
        assert service.names == [*wanted]
        assert service.pauses == [1.0] * 7  # each look is again the first one

    def test_the_first_write_goes_alone_and_ends_it_where_it_is_refused(self) -> None:
        service = Service()
        service.failures = [("before", Refused("no", status=403)) for _write in range(10)]
        write, writers = service.write, set[int]()

        def note(what: str, execute: Any) -> Any:
            writers.add(threading.get_ident())
            return write(what, execute)

        service.write = note  # type: ignore[method-assign]
        with pytest.raises(Refused):
            run(service, resource=Things(), concurrency=4, things=dict.fromkeys("abcdefghij", ""))
        assert service.writes == ["create a"]
        assert writers == {threading.get_ident()}  # there are no other threads yet, of which one might only have been slow

    def test_a_second_run_changes_nothing(self) -> None:
        service = Service("a")
        result = self.run(service, a="")
        assert (result["changed"], result["diff"], service.writes) == (False, {"before": {}, "after": {}}, [])
        assert [thing["name"] for thing in result["things"]] == ["a"]

    def test_check_mode_tells_the_same_diff(self) -> None:
        service = self.service()
        foretold = self.run(service, check_mode=True, new="n", change="new")
        assert (service.writes, foretold["planned"]) == ([], {"writes": 4})
        real = self.run(service, new="n", change="new")
        assert (foretold["changed"], foretold["diff"]) == (real["changed"], real["diff"])

    @pytest.mark.parametrize("concurrency", [1, 3])
    def test_a_failure_ends_it_with_its_phase_and_tells_what_was_done_and_what_is_left(self, concurrency: int) -> None:
        service = self.service()
        service.failures = [("before", ApiError("the API answered 422", status=422))]
        with pytest.raises(ApiError) as caught:
            self.run(service, concurrency=concurrency, new="n", change="new")
        assert {write.split()[0] for write in service.writes} == {"delete"}
        everything = {'delete the Thing "drop"', 'delete the Thing "keep"', 'create the Thing "new"', 'update the Thing "change"'}
        assert {*caught.value.done} | {*caught.value.left} == everything
        assert {*caught.value.done} & {*caught.value.left} == set()
        assert len(caught.value.done) == 1

    def test_a_lost_answer_repeats_only_what_is_missing(self) -> None:
        service = Service()
        service.failures = [("never", uncertain()), ("after", uncertain()), ("before", uncertain())]
        result = self.run(service, a="", b="", c="")
        assert sorted(service.writes) == ["create a", "create b", "create c", "create c"]
        assert service.names == ["a", "b", "c"]
        assert [thing["name"] for thing in result["things"]] == ["a", "b", "c"]
        assert [*result["diff"]["after"]] == ["a", "b", "c"]

    def test_changes_of_one_phase_are_made_at_the_same_time(self) -> None:
        service, together = Service(), threading.Barrier(3, timeout=30)
        alone = service.write

        def write(what: str, execute: Any) -> Any:
            if service.writes:  # the first one shows the budget, and goes alone
                together.wait()  # passes only when three calls are under way
            return alone(what, execute)

        service.write = write  # type: ignore[method-assign]
        assert self.run(service, concurrency=3, a="", b="", c="", d="")["changed"] is True
        assert service.names == ["a", "b", "c", "d"]

    def test_a_phase_waits_for_the_one_before(self) -> None:
        service = self.service()
        self.run(service, concurrency=8, x="", y="")
        assert {write.split()[0] for write in service.writes[:3]} == {"delete"}
        assert {write.split()[0] for write in service.writes[3:]} == {"create"}


OPTIONS = {
    **{name: option.get("default") for name, option in connection_options().items()},
    "base_url": BASE_URL,
    "access_token": "Token.0",
}


class TestPerforming:
    def test_a_list_is_told_with_what_it_cost(self, wire: Wire, clock: Clock) -> None:
        wire.on("GET", "/things", Answer(429, headers={"Retry-After": "2"}), Answer(200, {"content": [{"id": "t1"}], "totalPages": 1}))
        result = perform(inform("things", lambda client, options: client.list("things")), SPEC, OPTIONS, False, "ansible-core/2.19.0")
        assert result == {
            "changed": False,
            "things": [{"id": "t1"}],
            "api": {"reads": 2, "writes": 0, "logins": 0, "retries": 1, "waited": 2.0, "remaining": {"read": None, "write": None}},
        }
        assert "ansible-core/2.19.0" in wire.sent[0].headers["User-Agent"]

    def test_a_failure_is_a_result_with_message_and_details(self, wire: Wire, clock: Clock) -> None:
        wire.on("GET", "/things", Answer(403))
        result = perform(inform("things", lambda client, options: client.list("things")), SPEC, OPTIONS, False)
        assert result["failed"] is True
        assert result["msg"].startswith("Could not list the things: the API answered 403. Check client_id")
        assert result["error"] == {"kind": "Refused", "status": 403, "code": ""}
        assert result["api"]["reads"] == 1

    def test_options_that_name_no_service_cost_nothing(self) -> None:
        result = perform(inform("things", lambda client, options: []), SPEC, {**OPTIONS, "base_url": ""}, False)
        assert (result["failed"], result["error"]) == (True, {"kind": "InvalidInput"})
        assert "api" not in result

    def test_options_that_do_not_go_together_cost_nothing(self) -> None:
        result = perform(inform("things", lambda client, options: []), SPEC, {**OPTIONS, "cloud_id": "example"}, False)
        assert result["msg"] == "cloud_id and base_url are mutually exclusive. Leave out cloud_id or base_url."

    def test_a_fault_of_our_own_is_told_as_one(self, clock: Clock) -> None:
        def break_down(client: Any, options: Mapping[str, Any]) -> Any:
            raise ZeroDivisionError("oops")

        result = perform(inform("things", break_down), SPEC, OPTIONS, False)
        assert result["failed"] is True
        assert result["msg"].startswith("The collection itself failed (ZeroDivisionError).")
        assert "break_down" in result["exception"]
        assert "api" in result

    def test_what_is_planned_stands_with_what_it_cost(self, wire: Wire, clock: Clock) -> None:
        wire.on("GET", "/things", Answer(200, {"content": []}))
        result = perform(manage(Thing()), SPEC, {**OPTIONS, **PRESENT, "name": "a"}, True)
        assert result["api"]["planned"] == {"reads": 1, "writes": 1, "seconds": None}
        assert "planned" not in result

    def test_a_login_gives_the_token_and_nothing_else_of_the_answer(self, wire: Wire, clock: Clock) -> None:
        wire.on("POST", "/oauth/token", Answer(200, {"access_token": "Token.1", "token_type": "bearer", "expires_in": 7, "scope": "x"}))
        result = perform(log_in, SPEC, {**OPTIONS, "access_token": None, "client_id": "id", "client_secret": "secret"}, False)
        assert result.pop("api")["logins"] == 1
        assert result == {"changed": False, "access_token": "Token.1", "token_type": "bearer", "expires_in": 7}

    def test_a_failed_login_says_so(self, wire: Wire, clock: Clock) -> None:
        wire.on("POST", "/oauth/token", Answer(401))
        result = perform(log_in, SPEC, {**OPTIONS, "access_token": None, "client_id": "id", "client_secret": "secret"}, False)
        assert result["msg"].startswith("Could not log in: the API answered 401.")

    @pytest.mark.parametrize("missing", ["client_id", "client_secret"])
    def test_a_login_needs_credentials(self, wire: Wire, clock: Clock, missing: str) -> None:
        result = perform(log_in, SPEC, {**OPTIONS, "client_id": "id", "client_secret": "secret", missing: None}, False)
        assert result["msg"] == "client_id and client_secret are needed to get an access token. Give both."
        assert wire.calls == []

    @pytest.mark.parametrize("shared", [True, False])
    def test_budgets_and_token_are_shared_only_on_request(
        self, wire: Wire, clock: Clock, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, shared: bool
    ) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        wire.on("POST", "/oauth/token", Answer(200, {"access_token": "Token.1"}))
        wire.on("GET", "/things", Answer(200, {"content": []}))
        options = {**OPTIONS, "access_token": None, "client_id": "id", "client_secret": "secret", "session_cache": shared}
        for _task in range(2):
            perform(inform("things", lambda client, options: client.list("things")), SPEC, options, False)
        assert wire.calls.count("POST /oauth/token") == (1 if shared else 2)
        assert bool(list(tmp_path.iterdir())) is shared

    def test_a_session_that_cannot_be_shared_any_more_is_told_and_fails_nothing(
        self, wire: Wire, clock: Clock, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        wire.on("POST", "/oauth/token", Answer(200, {"access_token": "Token.1"}))

        def answer(_request: Any) -> tuple[int, dict[str, str], str]:
            shutil.rmtree(tmp_path / "openvpn.cloudconnexa", ignore_errors=True)
            return 200, {}, '{"content": []}'

        wire.compute("GET", "/things", answer)
        options = {**OPTIONS, "access_token": None, "client_id": "id", "client_secret": "secret", "session_cache": True}
        result = perform(inform("things", lambda client, options: client.list("things")), SPEC, options, False)
        (warning,) = result["warnings"]
        assert re.fullmatch(r"session_cache: .*openvpn.cloudconnexa cannot be used \(.*\); the task went on without it", warning)
        assert "failed" not in result
