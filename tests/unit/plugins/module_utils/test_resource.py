# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all resources have in common: finding one object, deciding what is left to do, writing it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._compare import Enum, Fields, Flag, Id, Text
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import InvalidAnswer, InvalidInput, UncertainResult
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._resource import (
    Action,
    Change,
    Plan,
    Problems,
    Resource,
    find,
    matches,
    refuse_purge_of_absent,
)

from .conftest import Answer, Connect, Wire

FIELDS: Fields = {
    "id": Id("id", read_only=True),
    "name": Text("name"),
    "description": Text("description"),
    "mode": Enum("thingMode", initial="plain"),
    "egress": Flag("egress"),
    "key": Text("secretKey", write_only=True),
}


class Thing(Resource):
    kind = "thing"
    title = "Thing"
    path = ("things",)
    fields = FIELDS


THING = Thing()
BODIES: list[dict[str, Any]] = [
    {"id": 1, "name": "a", "thingMode": "PLAIN"},
    {"id": "2", "name": "b"},
    {"id": "3", "name": "twin"},
    {"id": "4", "name": "twin"},
]
OBJECTS = [THING.read(body) for body in BODIES]
WHOLE_BODY = {**BODIES[0], "description": "d", "egress": False}
WHOLE = THING.read(WHOLE_BODY)
NOBODY: Any = None  # where no call is to be made


def action(writes: int = 1) -> Action:
    return Action("poke", lambda _client, _values: {}, writes=writes)


A: dict[str, Any] = {"id": "1"}


class TestChange:
    @pytest.mark.parametrize(
        ("change", "verb"),
        [
            (Change(None, None), ""),
            (Change(None, A), "create"),
            (Change(A, None), "delete"),
            (Change(A, A, update=True), "update"),
            (Change(A, A), ""),
        ],
    )
    def test_the_verb_follows_from_before_and_after(self, change: Change, verb: str) -> None:
        assert change.verb == verb
        assert change.writes == bool(verb)

    def test_the_object_is_the_latest_known(self) -> None:
        assert Change({"id": "1"}, {"id": "2"}).object == {"id": "2"}
        assert Change({"id": "1"}, None).object == {"id": "1"}
        assert Change(None, None).object == {}

    def test_a_plan_counts_the_writes_of_changes_and_actions(self) -> None:
        plan = Plan([[Change(None, A, actions=[action(), action(0)])], [Change(A, A), Change(A, None)]])
        assert len(plan.changes) == 3
        assert plan.writes == 3


class TestReading:
    def test_an_answer_becomes_an_object_with_what_else_is_known(self) -> None:
        assert THING.read(BODIES[0], parent="p") == {"id": "1", "name": "a", "mode": "plain", "parent": "p"}

    @pytest.mark.parametrize("body", [None, [], "text", {"id": "1", "name": 5}, {"id": "1"}, {"name": "a"}, {"id": None, "name": "a"}])
    def test_another_shape_is_told(self, body: Any) -> None:
        with pytest.raises(InvalidAnswer, match="a Thing is not as the API documents it"):
            THING.read(body)

    def test_a_result_shows_no_secret(self) -> None:
        assert THING.present({"name": "a", "key": "k", "parent": "p"}) == {"name": "a", "parent": "p"}


class TestWishes:
    def test_stated_options_are_wished(self) -> None:
        options = {"name": " a ", "mode": "PLAIN", "egress": None, "id": "7", "state": "present"}
        assert THING.wished(options) == {"name": "a", "mode": "plain"}

    def test_a_wrong_type_names_the_option(self) -> None:
        with pytest.raises(InvalidInput, match=r"^egress: true or false"):
            THING.wished({"egress": "yes"})

    @pytest.mark.parametrize("name", ["", "  "])
    def test_an_empty_name_is_refused(self, name: str) -> None:
        with pytest.raises(InvalidInput, match="a Thing needs a name"):
            THING.wished({"name": name})


class TestChoosing:
    @pytest.mark.parametrize(
        ("options", "identity"),
        [
            ({"name": "a"}, "1"),
            ({"name": " a "}, "1"),
            ({"name": "A"}, None),
            ({"name": "none"}, None),
            ({"id": "1"}, "1"),
            ({"id": "1", "name": "a"}, "1"),
            ({"id": "1", "name": "new"}, "1"),
            ({"id": "3", "name": None}, "3"),
            ({"id": "9", "state": "absent"}, None),
            ({"id": "9", "name": "a", "state": "absent"}, None),
        ],
    )
    def test_id_or_name_mean_one_object_or_none(self, options: dict[str, Any], identity: str | None) -> None:
        chosen = THING.choose(OBJECTS, options)
        assert (chosen and chosen["id"]) == identity

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({}, "neither name nor id says which Thing is meant"),
            ({"name": " ", "id": ""}, "neither name nor id"),
            ({"name": "twin"}, "name: there are 2 Things called 'twin' of the Box: 3, 4"),
            ({"id": "9"}, "there is no Thing with the id 9 of the Box"),
            ({"id": "9", "name": "a"}, "there is no Thing with the id 9"),
            ({"id": "1", "name": "b"}, "name: another Thing of the Box is already called 'b': 2"),
            ({"id": "3", "name": "twin"}, "is already called 'twin': 4"),
        ],
    )
    def test_what_is_not_one_object_is_refused(self, options: dict[str, Any], told: str) -> None:
        with pytest.raises(InvalidInput, match=told) as failure:
            THING.choose(OBJECTS, {"state": "present", **options}, "of the Box")
        assert failure.value.remedy


class TestSettling:
    def test_what_is_missing_is_created_with_initial_values(self) -> None:
        change = THING.settle(NOBODY, None, {"state": "present"}, {"name": "n"}, parent="p")
        assert (change.verb, change.after, change.managed) == ("create", {"mode": "plain", "name": "n", "parent": "p"}, {"name": "n"})

    def test_wishes_go_before_initial_values(self) -> None:
        assert THING.settle(NOBODY, None, {}, {"mode": "fancy"}).after == {"mode": "fancy"}

    def test_what_is_as_wished_stays(self) -> None:
        change = THING.settle(NOBODY, OBJECTS[0], {}, {"name": "a", "mode": "plain", "key": "k"})
        assert (change.verb, change.after) == ("", OBJECTS[0])

    def test_what_a_list_leaves_out_is_read_before_a_difference_is_seen_in_it(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/things/1", Answer(200, WHOLE_BODY))
        assert THING.settle(connect(), OBJECTS[0], {}, {"description": "d"}).verb == ""
        assert THING.settle(connect(), OBJECTS[0], {}, {"description": ""}).verb == "update"
        change = THING.settle(connect(), {**OBJECTS[0], "parent": "p"}, {}, {"mode": "fancy"})
        assert (change.before, change.after) == ({**WHOLE, "parent": "p"}, {**WHOLE, "parent": "p", "mode": "fancy"})
        assert wire.calls == ["GET /things/1"] * 3

    def test_what_is_gone_meanwhile_is_left_to_the_write(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/things/1", Answer(404))
        assert THING.settle(connect(), OBJECTS[0], {}, {"mode": "fancy"}).before == OBJECTS[0]

    def test_what_differs_is_updated(self) -> None:
        change = THING.settle(NOBODY, WHOLE, {}, {"mode": "fancy", "key": "k"})
        assert (change.verb, change.after) == ("update", {**WHOLE, "mode": "fancy", "key": "k"})
        assert change.before == WHOLE

    def test_an_update_may_be_wished_although_nothing_differs(self) -> None:
        change = THING.settle(NOBODY, WHOLE, {}, {"key": "k"}, always=True)
        assert (change.verb, change.after) == ("update", {**WHOLE, "key": "k"})

    def test_absence_deletes_and_manages_every_member_that_can_be_set(self) -> None:
        change = THING.settle(NOBODY, OBJECTS[0], {"state": "absent"}, {})
        assert (change.verb, change.managed) == ("delete", {"name": "a", "mode": "plain"})
        assert THING.settle(NOBODY, None, {"state": "absent"}, {}).verb == ""


class TestWriting:
    def test_a_creation_sends_the_writable_members(self, wire: Wire, connect: Connect) -> None:
        wire.on("POST", "/things", Answer(201, {"id": 9, "name": "n", "thingMode": "PLAIN", "secretKey": "***"}))
        after = {"name": "n", "mode": "plain", "key": "k", "parent": "p"}
        assert THING.write(connect(), Change(None, after)) == {"id": "9", "name": "n", "mode": "plain", "parent": "p"}
        assert json.loads(wire.sent[0].body or "") == {"name": "n", "thingMode": "PLAIN", "secretKey": "k"}

    def test_an_update_sends_the_whole_object(self, wire: Wire, connect: Connect) -> None:
        wire.on("PUT", "/things/1", Answer(200, {"id": "1", "name": "a", "thingMode": "FANCY", "egress": False}))
        change = THING.settle(NOBODY, WHOLE, {}, {"mode": "fancy"})
        assert THING.write(connect(), change) == {"id": "1", "name": "a", "mode": "fancy", "egress": False}
        assert wire.calls == ["PUT /things/1"]
        assert json.loads(wire.sent[0].body or "") == {"name": "a", "description": "d", "thingMode": "FANCY", "egress": False}

    def test_a_deletion_goes_by_id(self, wire: Wire, connect: Connect) -> None:
        wire.on("DELETE", "/things/1", Answer(204))
        assert THING.write(connect(), Change(OBJECTS[0], None)) is None
        assert wire.calls == ["DELETE /things/1"]

    def test_nothing_is_sent_for_what_never_was(self, wire: Wire, connect: Connect) -> None:
        assert THING.write(connect(), Change(None, None)) is None
        assert wire.calls == []

    @pytest.mark.parametrize("body", [["odd"], {}, {"id": "1"}, {"name": "a"}])
    def test_a_success_without_the_object_leaves_it_open_what_was_done(self, wire: Wire, connect: Connect, body: Any) -> None:
        wire.on("PUT", "/things/1", Answer(200, body))
        with pytest.raises(UncertainResult, match="a Thing is not as the API documents it"):
            THING.write(connect(), Change(OBJECTS[0], OBJECTS[0], update=True))


class TestPlanning:
    def plan(self, wire: Wire, connect: Connect, **options: Any) -> Change:
        wire.on("GET", "/things", Answer(200, {"content": [WHOLE_BODY, *BODIES[1:]], "totalElements": 4, "totalPages": 1}))
        (change,) = THING.plan(connect(), {"state": "present", **options}).changes
        assert len(wire.calls) == 1
        return change

    def test_one_listing_is_enough(self, wire: Wire, connect: Connect) -> None:
        assert self.plan(wire, connect, name="a", mode="plain").verb == ""

    def test_an_id_with_another_name_renames(self, wire: Wire, connect: Connect) -> None:
        change = self.plan(wire, connect, id="1", name="new")
        assert (change.verb, change.object["name"]) == ("update", "new")

    def test_others_of_the_same_name_are_told_apart_by_id(self, wire: Wire, connect: Connect) -> None:
        wire.on("GET", "/things", Answer(200, {"content": BODIES}), Answer(200, {"content": []}))
        assert [twin["id"] for twin in THING.twins(connect(), OBJECTS[2])] == ["4"]

    def test_an_object_is_named_in_messages(self) -> None:
        assert THING.label({"name": "a"}) == 'Thing "a"'


class TestFind:
    ENTRIES: tuple[dict[str, Any], ...] = ({"id": 1, "name": "2"}, {"id": 2, "name": "b"}, {"id": 3, "name": "c"}, {"id": 4, "name": "c"})

    @pytest.mark.parametrize(("reference", "identity"), [("1", 1), (" b ", 2), ("2", 2), ("none", None)])
    def test_an_id_goes_before_a_name(self, reference: str, identity: int | None) -> None:
        found = find(self.ENTRIES, reference, "box", "Box")
        assert (found and found["id"]) == identity

    def test_a_name_of_several_is_refused_with_their_ids(self) -> None:
        with pytest.raises(InvalidInput, match=r"^box: there are 2 Boxs called 'c': 3, 4"):
            find(self.ENTRIES, "c", "box", "Box")


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, True), ({"name": None}, True), ({"name": " A "}, True), ({"name": "a", "mode": "fancy"}, False), ({"missing": "x"}, False)],
)
def test_a_filter_holds_where_every_stated_member_is_equal(options: dict[str, Any], expected: bool) -> None:
    assert matches(OBJECTS[0], options, "name", "mode", "missing") is expected


def test_no_others_goes_with_what_shall_be_there_and_not_with_what_shall_be_gone() -> None:
    refuse_purge_of_absent({"purge": True, "state": "present"})
    refuse_purge_of_absent({"purge": False, "state": "absent"})
    with pytest.raises(InvalidInput, match="purge keeps the listed entries"):
        refuse_purge_of_absent({"purge": True, "state": "absent"})


class TestProblems:
    def test_everything_that_is_wrong_is_told_at_once(self) -> None:
        problems = Problems()
        for entry, remedy in (("first", "Correct it"), ("second", "")):
            with problems.of(entry):
                raise InvalidInput("is wrong", remedy)
        with problems.of("third"):
            pass
        with pytest.raises(InvalidInput, match=r"^things: first: is wrong \(Correct it\); second: is wrong\. Look again\.$"):
            problems.refuse("things", "Look again")

    def test_nothing_wrong_is_not_refused(self) -> None:
        Problems().refuse("things", "Look again")
