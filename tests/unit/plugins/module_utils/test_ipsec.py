# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IPsec settings: what a new Connector is created with, and what a change needs."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _compare
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import InvalidInput
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._ipsec import (
    FIELDS,
    OPTIONS,
    PRESETS,
    refuse_blanks,
    require_secrets,
    secrets,
    settings,
)


def choices(options: dict[str, Any], *path: str) -> list[str]:
    for word in path[:-1]:
        options = options[word]["options"]
    found: list[str] = options[path[-1]]["choices"]
    return found


class TestPresets:
    def test_there_is_one_for_each_platform(self) -> None:
        assert set(PRESETS) == set(choices(OPTIONS, "platform"))

    @pytest.mark.parametrize("platform", PRESETS)
    def test_a_preset_is_what_a_user_could_have_written(self, platform: str) -> None:
        preset = PRESETS[platform]
        assert _compare.normalise(FIELDS, {"ike_protocol": preset}) == {"ike_protocol": preset}
        ike = ("ike_protocol",)
        for word in ("protocol_version", "startup_action"):
            assert preset[word] in choices(OPTIONS, *ike, word)
        for phase in ("phase1", "phase2"):
            for word in ("encryption_algorithms", "integrity_algorithms", "diffie_hellman_groups"):
                assert set(preset[phase][word]) <= set(choices(OPTIONS, *ike, phase, word))

    @pytest.mark.parametrize("platform", PRESETS)
    def test_a_platform_and_a_key_are_enough(self, platform: str) -> None:
        new = settings({"platform": platform, "pre_shared_key": "k"}, None)
        assert new["authentication_type"] == "shared_secret"
        assert new["ike_protocol"] == PRESETS[platform]
        require_secrets(new, "create")

    def test_without_a_platform_it_is_another_one(self) -> None:
        assert settings({}, None)["platform"] == "other"

    def test_wishes_go_before_the_preset(self) -> None:
        new = settings({"platform": "aws", "ike_protocol": {"phase1": {"lifetime_sec": 1}, "auto_initiate": False}}, None)
        assert new["ike_protocol"]["phase1"] == {**PRESETS["aws"]["phase1"], "lifetime_sec": 1}
        assert new["ike_protocol"]["phase2"] == PRESETS["aws"]["phase2"]
        assert new["ike_protocol"]["auto_initiate"] is False

    @pytest.mark.parametrize(
        ("wished", "initiates"),
        [
            ({}, True),
            ({"startup_action": "start"}, True),
            ({"startup_action": "attach"}, False),
            ({"dead_peer_detection": {"timeout_sec": 30, "dead_peer_handling": "restart"}}, None),
            ({"dead_peer_detection": {"timeout_sec": 30, "dead_peer_handling": "none"}, "auto_initiate": True}, True),
        ],
    )
    def test_who_begins_follows_from_what_is_wished(self, wished: dict[str, Any], initiates: bool | None) -> None:
        assert settings({"platform": "aws", "ike_protocol": wished}, None)["ike_protocol"].get("auto_initiate") is initiates

    def test_who_waits_for_the_peer_does_not_begin_after_a_change_either(self) -> None:
        current = {"ike_protocol": {"startup_action": "start", "auto_initiate": True}}
        changed = settings({"ike_protocol": {"startup_action": "attach"}}, current)
        assert changed == {"ike_protocol": {"startup_action": "attach", "auto_initiate": False}}

    @pytest.mark.parametrize(
        ("wished", "current"),
        [
            ({"startup_action": "attach", "auto_initiate": True}, None),
            ({"startup_action": "attach", "auto_initiate": True}, {}),
            ({"auto_initiate": True}, {"ike_protocol": {"startup_action": "attach", "auto_initiate": False}}),
        ],
    )
    def test_nobody_waits_and_begins(self, wished: dict[str, Any], current: dict[str, Any] | None) -> None:
        with pytest.raises(InvalidInput, match="the startup_action attach does not go with auto_initiate: true"):
            settings({"ike_protocol": wished}, current)

    def test_no_preset_is_applied_to_what_exists(self) -> None:
        assert settings({"platform": "aws"}, {"platform": "other"}) == {"platform": "aws"}

    def test_no_wish_changes_a_preset(self) -> None:
        before = copy.deepcopy(PRESETS)
        wished = {"startup_action": "attach", "dead_peer_detection": {"timeout_sec": 1}, "phase1": {"lifetime_sec": 1}}
        settings({"platform": "aws", "ike_protocol": wished}, None)
        assert before == PRESETS


class TestSecrets:
    def test_what_the_user_gave_is_listed(self) -> None:
        options = {"platform": "aws", "pre_shared_key": "k", "peer_certificate_private_key": "p", "ca_certificate": None, "domain": "d"}
        assert sorted(secrets(options)) == ["k", "p"]

    @pytest.mark.parametrize(
        ("authentication", "needed"), [("shared_secret", "pre_shared_key"), ("certificate", "peer_certificate_private_key")]
    )
    @pytest.mark.parametrize("verb", ["create", "update"])
    def test_a_missing_secret_is_named(self, authentication: str, needed: str, verb: str) -> None:
        with pytest.raises(InvalidInput, match=rf"^ipsec\.{needed} is needed to {verb} an IPsec Connector") as failure:
            require_secrets({"authentication_type": authentication}, verb)
        assert ("would remove it" in failure.value.problem) is (verb == "update")
        require_secrets({"authentication_type": authentication, needed: "x"}, verb)

    def test_a_shared_secret_is_expected_where_nothing_is_said(self) -> None:
        with pytest.raises(InvalidInput, match="pre_shared_key"):
            require_secrets({}, "create")

    def test_secrets_are_sent_and_never_read_compared_or_shown(self) -> None:
        words = set(secrets({word: word for word in FIELDS}))
        assert words == {word for word, field in FIELDS.items() if field.write_only}
        given = dict.fromkeys(words, "Canary")
        assert set(_compare.to_api(FIELDS, given).values()) == {"Canary"}
        assert _compare.from_api(FIELDS, _compare.to_api(FIELDS, given)) == {}
        assert _compare.difference(FIELDS, {}, given) == {}
        assert _compare.shown(FIELDS, given, given) == {}

    def test_they_are_sent_to_the_letter(self) -> None:
        given = dict.fromkeys(secrets({word: word for word in FIELDS}), " Canary\n")
        assert set(_compare.to_api(FIELDS, _compare.normalise(FIELDS, given)).values()) == {" Canary\n"}

    @pytest.mark.parametrize("name", ["pre_shared_key", "peer_certificate_key_passphrase"])
    @pytest.mark.parametrize("secret", ["Canary\n", " Canary"])
    def test_a_typed_one_with_blanks_around_it_is_a_mistake(self, name: str, secret: str) -> None:
        with pytest.raises(InvalidInput, match=rf"^ipsec\.{name} begins or ends with a blank") as failure:
            refuse_blanks({name: secret})
        assert "Canary" not in str(failure.value)
        refuse_blanks({name: secret.strip(), "peer_certificate": secret})


class TestOptions:
    @staticmethod
    def check(options: dict[str, Any], fields: Any) -> None:
        assert set(options) == {word for word, field in fields.items() if not field.read_only}
        for word, option in options.items():
            assert (option.get("type") == "dict") is hasattr(fields[word], "fields"), word
            if option.get("type") == "dict":
                TestOptions.check(option["options"], fields[word].fields)

    def test_every_writable_member_and_no_other_is_an_option(self) -> None:
        self.check(OPTIONS, FIELDS)
