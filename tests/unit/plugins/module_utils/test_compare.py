# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When two objects are equal, and what is left to change."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _compare
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._compare import (
    Address,
    Enum,
    Field,
    Fields,
    Flag,
    Group,
    Id,
    Number,
    SetOf,
    Subnet,
    Text,
)
from hypothesis import given
from hypothesis import strategies as st

TUNNEL: Fields = {
    "platform": Enum("platform"),
    "key": Text("preSharedKey", write_only=True),
    "phase": Group("phase1", {"algorithms": SetOf(Enum("algorithms")), "lifetime_sec": Number("lifetimeSec")}),
    "state": Enum("connectorState", read_only=True),
}
FIELDS: Fields = {
    "id": Id("id", read_only=True),
    "name": Text("name"),
    "description": Text("description"),
    "egress": Flag("egress", initial=True),
    "access": Enum("internetAccess", initial="split_tunnel_on"),
    "subnets": SetOf(Subnet("subnets")),
    "peer": Address("remoteSitePublicIp"),
    "tunnel": Group("ipSecConfig", TUNNEL),
    "password": Text("password", write_only=True),
}

ADDRESSES = st.ip_addresses()
NETWORKS = st.builds(
    lambda address, bits: ipaddress.ip_network(f"{address}/{bits % (address.max_prefixlen + 1)}", strict=False),
    ADDRESSES,
    st.integers(0, 128),
)
WORDS = st.text("abcXYZ_ ", max_size=5)


def texts(field: Field) -> st.SearchStrategy[Any]:
    """Values that a field accepts, as users and services write them."""
    if isinstance(field, SetOf):
        return st.lists(texts(field.entry), max_size=4)
    if isinstance(field, Group):
        return st.fixed_dictionaries({}, optional={word: texts(entry) for word, entry in field.fields.items()})
    kinds: dict[type[Field], st.SearchStrategy[Any]] = {
        Flag: st.booleans(),
        Number: st.integers(),
        Subnet: NETWORKS.flatmap(lambda network: st.sampled_from([str(network), network.exploded, network.exploded.upper()])),
        Address: st.one_of(ADDRESSES.map(str), WORDS),
        Enum: WORDS,
        Id: st.one_of(WORDS, st.integers()),
        Text: st.one_of(WORDS, st.text()),
    }
    return kinds[type(field)]


OPTIONS = st.fixed_dictionaries({}, optional={word: texts(field) for word, field in FIELDS.items()})
SINGLE = [Text("x"), Id("x"), Enum("x"), Flag("x"), Number("x"), Address("x"), Subnet("x"), SetOf(Subnet("x")), SetOf(Enum("x"))]


NO_TEXT: list[Any] = [5, True, ["a"], {}]
REFUSED: dict[Field, list[Any]] = {
    Text("x"): NO_TEXT,
    Enum("x"): NO_TEXT,
    Address("x"): NO_TEXT,
    Subnet("x"): [*NO_TEXT, "", "10.0.0.0/33", "10.0.0", "text", "2001:db8::/129"],
    Id("x"): [True, 1.5, ["a"], {}],
    Flag("x"): [0, 1, "true", []],
    Number("x"): [True, 1.0, "1", []],
    SetOf(Text("x")): ["a", {"a": 1}, ("a",), [5]],
    Group("x", {"y": Text("y")}): ["a", ["a"], {"y": 5}],
}


class TestProperties:
    @given(st.sampled_from(SINGLE).flatmap(lambda field: st.tuples(st.just(field), texts(field))))
    def test_normalising_twice_is_normalising_once(self, case: tuple[Field, Any]) -> None:
        field, value = case
        once = field.normalise(value)
        assert field.normalise(once) == once
        assert field.equal(once, field.normalise(once))

    @given(OPTIONS)
    def test_normalised_wishes_are_wishes(self, options: dict[str, Any]) -> None:
        wanted = _compare.normalise(FIELDS, options)
        assert _compare.normalise(FIELDS, wanted) == wanted

    @given(OPTIONS, OPTIONS)
    def test_nothing_is_left_to_change_once_wishes_are_merged(self, current: dict[str, Any], options: dict[str, Any]) -> None:
        have, wanted = _compare.normalise(FIELDS, current), _compare.normalise(FIELDS, options)
        merged = _compare.merge(FIELDS, have, wanted)
        assert _compare.difference(FIELDS, merged, wanted) == {}
        assert _compare.merge(FIELDS, merged, wanted) == merged

    @given(OPTIONS)
    def test_what_was_sent_and_is_read_again_leaves_nothing_to_change(self, options: dict[str, Any]) -> None:
        wanted = _compare.normalise(FIELDS, options)
        read = _compare.from_api(FIELDS, _compare.to_api(FIELDS, wanted))
        assert _compare.difference(FIELDS, read, wanted) == {}

    @given(NETWORKS, st.data())
    def test_equal_subnets_are_equal_in_any_spelling(self, network: Any, data: st.DataObject) -> None:
        host = data.draw(st.integers(0, network.num_addresses - 1))
        address = network.network_address + host
        spellings = {str(network), network.exploded, network.exploded.upper(), f" {address}/{network.prefixlen} ", network.with_netmask}
        if network.version == 6:
            spellings -= {network.with_netmask}
        assert {Subnet("x").normalise(spelling) for spelling in spellings} == {str(network)}

    @given(ADDRESSES)
    def test_equal_addresses_are_equal_in_any_spelling(self, address: Any) -> None:
        spellings = {str(address), address.exploded, address.exploded.upper(), f" {address}\n"}
        assert {Address("x").normalise(spelling) for spelling in spellings} == {str(address)}

    @given(st.lists(WORDS), st.randoms())
    def test_sets_are_equal_in_any_order_with_any_repetition(self, entries: list[str], random: Any) -> None:
        field = SetOf(Enum("x"))
        shuffled = [entry.upper() for entry in entries + entries[:2]]
        random.shuffle(shuffled)
        assert field.equal(field.normalise(entries), field.normalise(shuffled))


class TestFields:
    @pytest.mark.parametrize(
        ("field", "value", "normal"),
        [
            (Text("x"), "  a b ", "a b"),
            (Id("x"), 17, "17"),
            (Id("x"), "a-1", "a-1"),
            (Enum("x"), " SPLIT_TUNNEL_ON ", "split_tunnel_on"),
            (Flag("x"), False, False),
            (Number("x"), 0, 0),
            (Address("x"), "VPN.Example.com", "vpn.example.com"),
            (Address("x"), "2001:db8:85a3:0:0:8a2e:370:7334", "2001:db8:85a3::8a2e:370:7334"),
            (Subnet("x"), "10.0.0.5/24", "10.0.0.0/24"),
            (Subnet("x"), "10.0.0.5", "10.0.0.5/32"),
            (Subnet("x"), "2001:DB8:0:0::/64", "2001:db8::/64"),
            (SetOf(Enum("x")), ["B", "a", "b"], ["b", "a"]),
        ],
    )
    def test_values_have_one_form(self, field: Field, value: Any, normal: Any) -> None:
        assert field.normalise(value) == normal

    @pytest.mark.parametrize(
        ("field", "value"),
        [(field, value) for field in REFUSED for value in REFUSED[field]],
    )
    def test_values_of_another_type_are_refused(self, field: Field, value: Any) -> None:
        with pytest.raises(ValueError, match=r"."):
            field.normalise(value)

    def test_words_are_sent_in_upper_case(self) -> None:
        assert Enum("x").to_api("split_tunnel_on") == "SPLIT_TUNNEL_ON"
        assert SetOf(Enum("x")).to_api(["a", "b"]) == ["A", "B"]

    @pytest.mark.parametrize("empty", ["", [], None])
    def test_unreported_equals_empty(self, empty: Any) -> None:
        assert Text("x").equal(None, empty)
        assert Text("x").equal(empty, None)

    @pytest.mark.parametrize(("field", "value"), [(Flag("x"), False), (Number("x"), 0), (Text("x"), "a")])
    def test_unreported_does_not_equal_a_value(self, field: Field, value: Any) -> None:
        assert not field.equal(None, value)
        assert not field.equal(value, None)

    def test_sets_compare_without_order_and_unreported_is_the_empty_set(self) -> None:
        field = SetOf(Text("x"))
        assert field.equal(["a", "b"], ["b", "a"])
        assert field.equal(None, [])
        assert not field.equal(["a"], ["a", "b"])
        assert not field.equal(None, ["a"])

    def test_groups_compare_only_what_is_wished(self) -> None:
        field = Group("x", TUNNEL)
        assert field.equal({"platform": "aws", "state": "active"}, {"platform": "aws"})
        assert field.equal(None, {})
        assert field.equal({}, {"key": "never compared"})
        assert not field.equal(None, {"platform": "aws"})
        assert not field.equal({"phase": {"lifetime_sec": 1}}, {"phase": {"lifetime_sec": 2}})


class TestFromApi:
    def test_members_become_words(self) -> None:
        body = {
            "id": 7,
            "internetAccess": "SPLIT_TUNNEL_ON",
            "subnets": ["2001:DB8::/32"],
            "unknown": object(),
            "ipSecConfig": {"platform": "AWS"},
        }
        assert _compare.from_api(FIELDS, body) == {
            "id": "7",
            "access": "split_tunnel_on",
            "subnets": ["2001:db8::/32"],
            "tunnel": {"platform": "aws"},
        }

    def test_null_is_not_reported_and_false_is(self) -> None:
        assert _compare.from_api(FIELDS, {"name": None, "egress": False, "description": ""}) == {"egress": False, "description": ""}

    def test_secrets_are_not_taken_over(self) -> None:
        assert _compare.from_api(FIELDS, {"password": "x", "ipSecConfig": {"preSharedKey": "y"}}) == {"tunnel": {}}

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ({"name": 5}, "name: text is expected"),
            ({"egress": "yes"}, "egress: true or false is expected"),
            ({"subnets": "10.0.0.0/8"}, "subnets: a list is expected"),
            ({"ipSecConfig": {"phase1": {"lifetimeSec": "x"}}}, "ipSecConfig: phase1: lifetimeSec: a whole number is expected"),
            ({"ipSecConfig": []}, "ipSecConfig: an object is expected"),
            ([], "an object is expected"),
            (None, "an object is expected"),
        ],
    )
    def test_a_wrong_type_is_named(self, body: Any, told: str) -> None:
        with pytest.raises(ValueError, match=told):
            _compare.from_api(FIELDS, body)


class TestToApi:
    def test_all_that_is_known_and_writable_is_sent(self) -> None:
        values = {"id": "7", "name": "a", "access": "restricted_internet", "description": "", "egress": False, "password": "x", "other": 1}
        assert _compare.to_api(FIELDS, values) == {
            "name": "a",
            "internetAccess": "RESTRICTED_INTERNET",
            "description": "",
            "egress": False,
            "password": "x",
        }

    def test_what_is_unknown_is_not_sent(self) -> None:
        assert _compare.to_api(FIELDS, {"name": None}) == {}

    def test_read_only_members_of_groups_are_not_sent(self) -> None:
        sent = _compare.to_api(FIELDS, {"tunnel": {"platform": "aws", "key": "k", "state": "active"}})
        assert sent == {"ipSecConfig": {"platform": "AWS", "preSharedKey": "k"}}


class TestNormalise:
    def test_only_stated_writable_options_count(self) -> None:
        options = {"id": "7", "name": " a ", "description": None, "egress": False, "state": "present", "tunnel": {"key": "k", "state": "x"}}
        assert _compare.normalise(FIELDS, options) == {"name": "a", "egress": False, "tunnel": {"key": "k"}}

    def test_empty_is_stated(self) -> None:
        assert _compare.normalise(FIELDS, {"description": "", "subnets": []}) == {"description": "", "subnets": []}

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({"egress": "x"}, "egress: true or false"),
            ({"tunnel": {"phase": {"lifetime_sec": "x"}}}, "tunnel: phase: lifetime_sec: a whole number"),
        ],
    )
    def test_a_wrong_type_is_named_by_option(self, options: dict[str, Any], told: str) -> None:
        with pytest.raises(ValueError, match=told):
            _compare.normalise(FIELDS, options)


class TestDifference:
    def test_only_what_is_wished_and_not_there_is_left(self) -> None:
        current = {"name": "a", "description": "old", "egress": True}
        assert _compare.difference(FIELDS, current, {"name": "a", "description": "new"}) == {"description": "new"}

    def test_clearing_what_is_not_reported_is_no_change(self) -> None:
        assert _compare.difference(FIELDS, {}, {"description": "", "subnets": [], "tunnel": {}}) == {}

    def test_secrets_never_count(self) -> None:
        assert _compare.difference(FIELDS, {}, {"password": "x", "tunnel": {"key": "y"}}) == {}


class TestMerge:
    def test_wishes_are_put_over_what_is_there(self) -> None:
        current = {"name": "a", "tunnel": {"platform": "aws", "phase": {"lifetime_sec": 1, "algorithms": ["a"]}}}
        merged = _compare.merge(FIELDS, current, {"description": "d", "tunnel": {"phase": {"lifetime_sec": 2}}})
        assert merged == {"name": "a", "description": "d", "tunnel": {"platform": "aws", "phase": {"lifetime_sec": 2, "algorithms": ["a"]}}}
        assert current["tunnel"] == {"platform": "aws", "phase": {"lifetime_sec": 1, "algorithms": ["a"]}}

    def test_lists_are_replaced_and_not_joined(self) -> None:
        assert _compare.merge(FIELDS, {"subnets": ["10.0.0.0/8"]}, {"subnets": []}) == {"subnets": []}

    def test_a_new_object_begins_with_initial_values(self) -> None:
        assert _compare.initial(FIELDS) == {"egress": True, "access": "split_tunnel_on"}


class TestShown:
    def test_only_managed_members_that_can_be_read_are_shown(self) -> None:
        values = {"id": "7", "name": "a", "egress": True, "password": "x", "tunnel": {"platform": "aws", "key": "k"}}
        managed = {"name": "b", "password": "y", "tunnel": {"key": "k2"}, "foreign": 1}
        assert _compare.shown(FIELDS, values, managed) == {"name": "a", "tunnel": {}}

    def test_unreported_members_show_as_empty_where_empty_is_wished(self) -> None:
        assert _compare.shown(FIELDS, {}, {"description": "", "name": "a"}) == {"description": ""}

    def test_sets_are_shown_in_order(self) -> None:
        assert _compare.shown(FIELDS, {"subnets": ["b", "a"]}, {"subnets": ["a"]}) == {"subnets": ["a", "b"]}

    def test_readable_members_hold_no_secret(self) -> None:
        values = {"name": "a", "password": "x", "tunnel": {"platform": "aws", "key": "k"}, "network_id": "n1"}
        assert _compare.readable(FIELDS, values) == {"name": "a", "tunnel": {"platform": "aws"}, "network_id": "n1"}

    def test_writable_members_are_neither_computed_nor_foreign(self) -> None:
        assert _compare.writable(FIELDS, {"id": "7", "name": "a", "network_id": "n1"}) == {"name": "a"}
