# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""When are two objects equal, and what is left to change. Pure functions on plain values. Private to this collection.

An object is a dict of user words (``internet_access``) with normalised values; a resource describes its members by a dict of
user word to :class:`Field`. A word that is missing from an object means "not reported" or "not managed", never false or empty.
"""

from __future__ import annotations

import functools
import ipaddress
from typing import Any, Dict, List, Mapping, Tuple

Fields = Mapping[str, "Field"]
Object = Dict[str, Any]


class Field:
    """One member of an object: text.

    api: the member's name in the API. read_only: the service computes it. write_only: it is sent, but never read, compared or shown,
    because it is a secret or because what comes back is not what was sent. initial: what is sent on creation when the user says
    nothing; None sends nothing.
    """

    def __init__(self, api: str, read_only: bool = False, write_only: bool = False, initial: Any = None) -> None:
        self.api = api
        self.read_only = read_only
        self.write_only = write_only
        self.initial = initial

    def normalise(self, value: Any) -> Any:
        """The comparable form of a value of the user or of the service. Raises ValueError for another type."""
        return _text(value).strip()

    def to_api(self, value: Any) -> Any:
        """The form in which a normalised value is sent."""
        return value

    def equal(self, have: Any, want: Any) -> bool:
        """Whether nothing has to be done about two normalised values; an unreported value equals an empty one."""
        return have == want or (have in _EMPTY and want in _EMPTY)

    def merge(self, have: Any, want: Any) -> Any:
        """What to send when ``want`` is wished and ``have`` is there."""
        return want

    def shown(self, value: Any, managed: Any) -> Any:
        """The value as a diff shows it."""
        return value


@functools.lru_cache(maxsize=2**16)  # each Route of a large set is met several times
def canonical_subnet(text: str) -> Tuple[str, bool]:
    """The canonical form of an IP network, and whether it was written with host bits. Raises ValueError."""
    interface = ipaddress.ip_interface(text)
    if "%" in text:
        raise ValueError("a zone is part of an address of one machine, not of a network")
    return str(interface.network), interface.ip != interface.network.network_address


Text = Field
_EMPTY: Tuple[Any, ...] = (None, "", [], {})


class Secret(Field):
    """A text that is sent to the letter, and never read, compared or shown."""

    def __init__(self, api: str) -> None:
        super().__init__(api, write_only=True)

    def normalise(self, value: Any) -> str:
        return _text(value)


class Id(Field):
    """An opaque identifier: text, even where the service sends digits (BEHAVIOUR 5)."""

    def normalise(self, value: Any) -> str:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


class Enum(Field):
    """A fixed word: lower case for the user, upper case in the API, compared without case."""

    def normalise(self, value: Any) -> str:
        return _text(value).strip().lower()

    def to_api(self, value: Any) -> str:
        return str(value).upper()


class Flag(Field):
    """True or false."""

    def normalise(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError("true or false is expected")
        return value


class Number(Field):
    """A whole number."""

    def normalise(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("a whole number is expected")
        return value


class Address(Field):
    """An IP address or a host name; equal addresses are equal in any spelling."""

    def normalise(self, value: Any) -> str:
        text = _text(value).strip()
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            return text.lower()


class Subnet(Field):
    """An IP network; equal networks are equal in any spelling, and host bits are not part of it."""

    def normalise(self, value: Any) -> str:
        return canonical_subnet(_text(value).strip())[0]


class SetOf(Field):
    """A list whose order and repetitions mean nothing; each entry is of another kind of field."""

    def __init__(self, entry: Field, **kwargs: Any) -> None:
        super().__init__(entry.api, **kwargs)
        self.entry = entry

    def normalise(self, value: Any) -> List[Any]:
        if not isinstance(value, list):
            raise ValueError("a list is expected")
        return list(dict.fromkeys(self.entry.normalise(entry) for entry in value))

    def to_api(self, value: Any) -> List[Any]:
        return [self.entry.to_api(entry) for entry in value]

    def equal(self, have: Any, want: Any) -> bool:
        return set(have or ()) == set(want or ())

    def shown(self, value: Any, managed: Any) -> Any:
        return sorted(value)


class Group(Field):
    """An object inside an object; only the members that are wished are compared."""

    def __init__(self, api: str, fields: Fields, **kwargs: Any) -> None:
        super().__init__(api, **kwargs)
        self.fields = fields

    def normalise(self, value: Any) -> Object:
        return from_api(self.fields, value)

    def to_api(self, value: Any) -> Dict[str, Any]:
        return to_api(self.fields, value)

    def equal(self, have: Any, want: Any) -> bool:
        return not difference(self.fields, have or {}, want or {})

    def merge(self, have: Any, want: Any) -> Object:
        return merge(self.fields, have or {}, want or {})

    def shown(self, value: Any, managed: Any) -> Any:
        return shown(self.fields, value, managed)


def from_api(fields: Fields, body: Any) -> Object:
    """An object from the members of an answer; null members count as not reported, write-only ones are left out.

    Raises ValueError, naming the member, where a value is not of its type.
    """
    if not isinstance(body, dict):
        raise ValueError("an object is expected")
    result: Object = {}
    for word, field in fields.items():
        value = body.get(field.api)
        if value is not None and not field.write_only:
            try:
                result[word] = field.normalise(value)
            except ValueError as error:
                raise ValueError(f"{field.api}: {error}") from None
    return result


def to_api(fields: Fields, values: Object) -> Dict[str, Any]:
    """The members to send for an object: everything that is known and writable, because PUT replaces (BEHAVIOUR 5)."""
    return {field.api: field.to_api(values[word]) for word, field in fields.items() if not field.read_only and values.get(word) is not None}


def normalise(fields: Fields, options: Mapping[str, Any]) -> Object:
    """What the user asks for: each stated option that is a writable member, normalised.

    Raises ValueError, naming the option, where a value is not of its type.
    """
    wanted: Object = {}
    for word, field in fields.items():
        value = options.get(word)
        if value is None or field.read_only:
            continue
        try:
            wanted[word] = normalise(field.fields, value) if isinstance(field, Group) else field.normalise(value)
        except ValueError as error:
            raise ValueError(f"{word}: {error}") from None
    return wanted


def difference(fields: Fields, current: Object, wanted: Object) -> Object:
    """The wished members that the current object does not have yet; write-only ones cannot be compared and never count."""
    return {
        word: value for word, value in wanted.items() if not fields[word].write_only and not fields[word].equal(current.get(word), value)
    }


def merge(fields: Fields, current: Object, wanted: Object) -> Object:
    """The current object with everything wished put over it."""
    return {**current, **{word: fields[word].merge(current.get(word), value) for word, value in wanted.items()}}


def unreported(fields: Fields, current: Object) -> bool:
    """Whether an object lacks a member that a PUT would have to repeat."""
    return any(
        current.get(word) is None or (isinstance(field, Group) and unreported(field.fields, current[word]))
        for word, field in fields.items()
        if not (field.read_only or field.write_only)
    )


def initial(fields: Fields) -> Object:
    """What a new object starts with where the user says nothing."""
    return {word: field.initial for word, field in fields.items() if field.initial is not None}


def writable(fields: Fields, values: Object) -> Object:
    """The members of an object that can be set."""
    return {word: value for word, value in values.items() if word in fields and not fields[word].read_only}


def readable(fields: Fields, values: Object) -> Object:
    """An object without the members that are only sent."""
    return {
        word: readable(field.fields, value) if isinstance(field, Group) else value
        for word, value in values.items()
        for field in [fields.get(word)]
        if field is None or not field.write_only
    }


def shown(fields: Fields, values: Object, managed: Object) -> Object:
    """The part of an object that a diff may show: the managed members that can be read; an unreported empty one shows as empty."""
    result: Object = {}
    for word, want in managed.items():
        field = fields.get(word)
        if field is None or field.write_only:
            continue
        value = values.get(word)
        if value is None and field.equal(None, want):
            value = want
        if value is not None:
            result[word] = field.shown(value, want)
    return result


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text is expected")
    return value
