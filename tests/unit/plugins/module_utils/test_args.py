# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that all modules share."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.errors import AnsibleFallbackNotFound
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._args import (
    Spec,
    any_case,
    connection_options,
    enumeration,
    from_environment,
)

VARIABLE = "CLOUDCONNEXA_CLOUD_ID"


class TestEnvironment:
    def test_a_variable_is_read_without_blanks_around_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(VARIABLE, "  example \n")
        assert from_environment(VARIABLE) == "example"

    @pytest.mark.parametrize("value", [None, "", "  ", "\n"])
    def test_an_empty_variable_counts_as_unset(self, monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
        monkeypatch.delenv(VARIABLE, raising=False)
        if value is not None:
            monkeypatch.setenv(VARIABLE, value)
        with pytest.raises(AnsibleFallbackNotFound):
            from_environment(VARIABLE)

    @pytest.mark.parametrize("name", connection_options())
    def test_every_connection_option_has_its_variable(self, name: str) -> None:
        assert connection_options()[name]["fallback"] == (from_environment, [f"CLOUDCONNEXA_{name.upper()}"])


class TestEnumerations:
    @pytest.mark.parametrize("value", ["START", "start", " Start "])
    def test_a_word_is_accepted_in_any_case(self, value: str) -> None:
        assert any_case(value) == "start"

    @pytest.mark.parametrize("value", [1, True, None, ["start"]])
    def test_anything_but_text_is_refused(self, value: Any) -> None:
        with pytest.raises(TypeError, match="text is expected"):
            any_case(value)

    def test_the_spec_lists_the_words(self) -> None:
        assert enumeration("start", "attach", required=True) == {"type": any_case, "choices": ["start", "attach"], "required": True}


class TestSpec:
    def test_own_options_and_rules_join_the_connection_options(self) -> None:
        spec = Spec({"name": {"type": "str"}}, required_one_of=[("name", "id")])
        arguments = spec.arguments()
        assert arguments == {
            "argument_spec": {**connection_options(), "name": {"type": "str"}},
            "supports_check_mode": True,
            "required_one_of": [("name", "id")],
        }

    def test_secrets_and_nothing_else_are_hidden(self) -> None:
        hidden = {name for name, option in connection_options().items() if option.get("no_log")}
        assert hidden == {"client_secret", "access_token"}

    def test_each_call_gives_options_of_its_own(self) -> None:
        connection_options()["timeout"]["default"] = 0
        assert connection_options()["timeout"]["default"] == 30.0
