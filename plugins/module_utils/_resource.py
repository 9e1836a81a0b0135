# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""What a resource is: where it lives, what identifies it, and how the user's words become the API's. Private to this collection."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from . import _compare
from ._answer import Body
from ._client import Client
from ._compare import Fields, Object
from ._errors import InvalidAnswer, InvalidInput, MissingObject, UncertainResult

Options = Mapping[str, Any]


@dataclass
class Action:
    """Something to do to an object beside its members, such as suspending it.

    doing: what it is, for messages: "suspend". run gets the client and the object as it is by then, may update it, and returns what to
    add to the result. expected is what it adds in check mode. writes: the calls that it makes to change something; one that makes none only
    waits. remedy: what to do where it was left undone, if repeating the task does not do it.
    """

    doing: str
    run: Callable[[Client, Object], Dict[str, Any]]
    expected: Dict[str, Any] = field(default_factory=dict)
    writes: int = 1
    remedy: str = ""


@dataclass
class Change:
    """The way of one object from ``before`` to ``after``, None where it is not there, and what is to be done to it then.

    managed: the members that the user manages, which is what a diff shows. update: whether the object has to be written although it
    is there before and after. unverified: options whose state cannot be read. which: what to add to the name of the object where the
    task changes another one of that name.
    """

    before: Optional[Object]
    after: Optional[Object]
    managed: Object = field(default_factory=dict)
    update: bool = False
    actions: List[Action] = field(default_factory=list)
    unverified: List[str] = field(default_factory=list)
    which: str = ""

    @property
    def verb(self) -> str:
        """create, update or delete; empty where there is nothing to do."""
        if self.before is None:
            return "create" if self.after is not None else ""
        return "delete" if self.after is None else "update" if self.update else ""

    @property
    def object(self) -> Object:
        """The object in its latest known form."""
        return self.after or self.before or {}

    @property
    def writes(self) -> int:
        """The calls that it takes to carry it out."""
        return bool(self.verb) + sum(action.writes for action in self.actions)


@dataclass
class Plan:
    """Everything that has to be done, known before the first write.

    phases: changes that may be made at the same time, one phase after the other; with those that have nothing to do, because every object
    that the options name has its change. many: the identities of the objects that shall be there afterwards, where the options name a set.
    """

    phases: List[List[Change]]
    many: Optional[List[str]] = None

    @property
    def changes(self) -> List[Change]:
        """All changes."""
        return [change for phase in self.phases for change in phase]

    @property
    def writes(self) -> int:
        """The calls that it takes to carry it out."""
        return sum(change.writes for change in self.changes)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do, nor to wait for."""
        return not any(change.verb or change.actions for change in self.changes)


class Outcome(NamedTuple):
    """A change that was carried out, the object as it is then, None where it is gone, and what its actions add to the result."""

    change: Change
    after: Optional[Object]
    additions: Dict[str, Any]


class Resource:
    """One kind of object. As it stands it serves any object that has a list, an identity and no parent.

    kind: the key of the result, for sets with an "s". title: the vendor's word for it. path: where it lives in the API. fields: its
    members, by user word. identity: the member that tells objects of one place apart.
    """

    kind: str
    title: str
    path: Tuple[str, ...]
    fields: Fields
    identity = "name"

    def plan(self, client: Client, options: Options) -> Plan:
        """What has to be done to meet the options. Reads, never writes. Raises InvalidInput where they cannot be met."""
        current = self.choose(self.list(client), options)
        return Plan([[self.settle(client, current, options, self.wished(options))]])

    def list(self, client: Client) -> List[Object]:
        """All objects of this kind."""
        return [self.read(body) for body in client.list(*self.path)]

    def label(self, values: Object) -> str:
        """The object as a message names it."""
        return f'{self.title} "{values.get(self.identity)}"'

    def where(self, values: Object) -> Tuple[str, ...]:
        """The path of the list in which an object lives."""
        return self.path

    def query(self, values: Object) -> Optional[Body]:
        """What a creation needs to know beside the body: the parent."""
        return None

    # between the user and the API

    def read(self, body: Any, **known: Any) -> Object:
        """An object from an answer, with what is known of it from elsewhere. Raises InvalidAnswer."""
        try:
            values = _compare.from_api(self.fields, body)
            for word in ("id", self.identity):
                if word not in values:
                    raise ValueError(f"{self.fields[word].api} is missing")
            return {**values, **known}
        except ValueError as error:
            raise InvalidAnswer(f"a {self.title} is not as the API documents it: {error}") from None

    def wished(self, options: Options) -> Object:
        """The members that the user asks for. Raises InvalidInput, naming the option."""
        try:
            wanted = _compare.normalise(self.fields, options)
        except ValueError as error:
            raise InvalidInput(str(error)) from None
        if wanted.get(self.identity) == "":
            raise InvalidInput(f"{self.identity}: a {self.title} needs a {self.identity}", f"Give one, or leave {self.identity} out")
        return wanted

    def present(self, values: Object) -> Object:
        """An object as the result shows it."""
        return _compare.readable(self.fields, values)

    def body(self, values: Object) -> Body:
        """What to send for an object: all of its writable members, because PUT replaces (BEHAVIOUR 5)."""
        return _compare.to_api(self.fields, values)

    def twins(self, client: Client, values: Object) -> List[Object]:
        """Other objects that a look-up by their identity cannot tell from this one."""
        return [entry for entry in self.list(client) if entry[self.identity] == values[self.identity] and entry["id"] != values["id"]]

    # deciding

    def choose(self, objects: Iterable[Object], options: Options, place: str = "") -> Optional[Object]:
        """The object that ``id`` or its identity means, or None. Raises InvalidInput where that is not one object.

        place: where was looked, for the message, such as ``of the Network "berlin"``.
        """
        word, identity = self.identity, options.get("id")
        name = self.fields[word].normalise(options[word]) if options.get(word) else ""
        if not (identity or name):
            raise InvalidInput(f"neither {word} nor id says which {self.title} is meant", "Give one of them")
        known = list(objects)
        named = [entry for entry in known if name and entry[word] == name]
        if identity:
            current = next((entry for entry in known if entry["id"] == identity), None)
            if current is None and options.get("state") != "absent":
                raise InvalidInput(
                    f"there is no {self.title} with the id {identity}{place and ' '}{place}",
                    "Leave out id to have it created, or correct it",
                )
            others = [entry for entry in named if entry is not current]
            if current is not None and others:
                raise InvalidInput(
                    f"{word}: another {self.title}{place and ' '}{place} is already called {name!r}: {_ids(others)}",
                    f"Choose another {word}",
                )
            return current
        if len(named) > 1:
            raise InvalidInput(
                f"{word}: there are {len(named)} {self.title}s called {name!r}{place and ' '}{place}: {_ids(named)}", "Give the id of one"
            )
        return named[0] if named else None

    def settle(
        self, client: Client, current: Optional[Object], options: Options, wanted: Object, always: bool = False, **known: Any
    ) -> Change:
        """The change that is left between what is there and what is wished.

        always: write even where no difference can be seen. known: what a new object holds that is no member, such as its parent.
        """
        if options.get("state") == "absent":
            return self.removal(current)
        if current is None:
            return Change(None, {**_compare.merge(self.fields, _compare.initial(self.fields), wanted), **known}, wanted)

        def is_different(found: Object) -> bool:
            return always or bool(_compare.difference(self.fields, found, wanted))

        doubtful = any(current.get(word) is None for word in wanted if not self.fields[word].write_only)  # empty, or left out of a list
        update = is_different(current)
        if doubtful or update:
            current = self.whole(client, current)
            update = is_different(current)
        return Change(current, _compare.merge(self.fields, current, wanted) if update else current, wanted, update)

    def whole(self, client: Client, current: Object) -> Object:
        """An object with the members that a list may leave out (BEHAVIOUR 2), though they may be wished, and a PUT has to repeat them."""
        if _compare.unreported(self.members(current), current):
            with suppress(MissingObject):  # a write finds that out as well, and copes with it
                return {**current, **self.read(client.get(*self.where(current), current["id"]))}
        return current

    def removal(self, current: Optional[Object]) -> Change:
        """The change that makes an object absent."""
        return Change(current, None, _compare.writable(self.fields, current or {}))

    def members(self, values: Object) -> Fields:
        """The members that such an object can have."""
        return self.fields

    # writing

    def write(self, client: Client, change: Change) -> Optional[Object]:
        """Carry out a change; returns the object as the service then reports it, None where it is gone.

        Raises UncertainResult where the service answers a success with something else than the object.
        """
        before, after = change.before, change.after
        if after is None:
            if before is not None:
                client.delete(*self.where(before), before["id"])
            return None
        if before is None:
            answer = client.post(*self.where(after), body=self.body(after), query=self.query(after))
        else:
            answer = client.put(*self.where(before), before["id"], body=self.body(after))
        kept = {word: value for word, value in after.items() if word not in self.fields}
        try:
            return self.read(answer, **kept)
        except InvalidAnswer as error:
            raise UncertainResult(error) from None


class Problems:
    """Collects what is wrong with the entries of a set, so that all of it is told at once."""

    def __init__(self) -> None:
        self._found: List[str] = []
        self._remedies: List[str] = []

    @contextmanager
    def of(self, entry: str) -> Iterator[None]:
        """Keeps an InvalidInput for later."""
        try:
            yield
        except InvalidInput as error:
            self._found.append(f"{entry}: {error.problem}" + (f" ({error.remedy})" if error.remedy else ""))

    def add(self, found: List[str], remedy: str) -> None:
        """Keeps what was found otherwise, if anything, with what to do about it."""
        self._found += found
        self._remedies += [remedy] if found else []

    def refuse(self, option: str, remedy: str) -> None:
        """Raises InvalidInput where anything was kept. remedy: for what has no other one."""
        if self._found:
            raise InvalidInput(f"{option}: {'; '.join(self._found)}", ". ".join(self._remedies) or remedy)


def find(objects: Iterable[Object], reference: str, option: str, title: str) -> Optional[Object]:
    """The object whose id or, failing that, whose name is given in an option. Raises InvalidInput where several have the name."""
    known, reference = list(objects), reference.strip()
    named = [entry for entry in known if str(entry["id"]) == reference] or [
        entry for entry in known if str(entry.get("name") or "").strip() == reference
    ]
    if len(named) > 1:
        raise InvalidInput(f"{option}: there are {len(named)} {title}s called {reference!r}: {_ids(named)}", "Give the id of one")
    return named[0] if named else None


def refuse_purge_of_absent(options: Options) -> None:
    """Raises InvalidInput where "these and no others" is asked of what shall be absent."""
    if options["purge"] and options["state"] == "absent":
        raise InvalidInput("purge keeps the listed entries and no others, so it does not go with state: absent", "Leave one of them out")


def matches(values: Object, options: Options, *words: str) -> bool:
    """Whether an object has every one of these members that the options name, as text and without regard to case."""
    return all(not options.get(word) or str(values.get(word, "")).lower() == options[word].strip().lower() for word in words)


def _ids(objects: Iterable[Object]) -> str:
    return ", ".join(str(entry["id"]) for entry in objects)
