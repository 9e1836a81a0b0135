# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison of the two ways of a task in tests/tools/integration.py finds what differs, and only that."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tools import integration

ONE, OTHER = "7d0c26aa-7e1c-4df6-83c8-0a2b3c4d5e6f", "00000000-1111-2222-3333-444444444444"


def kept(*ids: str, port: int = 4711, **more: Any) -> str:
    """Lines as the callback writes them."""
    result = {"changed": False, "invocation": {"module_args": {"base_url": f"https://127.0.0.1:{port}"}}, **more}
    lines = [{"task": "Look", "status": "ok", "result": {**result, "network": {"id": known}}} for known in ids]
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_ids_and_addresses_may_be_others() -> None:
    assert list(integration.differences(kept(ONE, OTHER, ONE), kept(OTHER, ONE, OTHER, port=4712))) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (kept(ONE), kept(ONE, msg="Done")),
        (kept(ONE), kept(ONE, changed=True)),
        (kept(ONE), kept(ONE, ONE)),
        (kept(ONE, ONE), ""),
        (kept(ONE), kept(ONE).replace('"ok"', '"failed"')),
    ],
)
def test_all_else_has_to_be_the_same(one: str, other: str) -> None:
    assert "Look:" in next(integration.differences(one, other))
    assert list(integration.differences(other, one))


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the targets keep these results, in either way."""

    def choose(*results: str) -> None:
        left = iter(results)

        def run(variables: dict[str, Any], _arguments: list[str]) -> int:
            with open(variables["results_file"], "a") as file:
                file.write(next(left))
            return 0

        monkeypatch.setattr(integration, "run", run)

    return choose


@pytest.mark.parametrize(
    ("results", "status"), [((kept(ONE), kept(OTHER)), 0), ((kept(ONE), kept(ONE, changed=True)), 1), (("", ""), 1), (("", kept(ONE)), 1)]
)
def test_a_difference_fails_and_so_does_nothing_to_compare(play: Callable[..., None], results: tuple[str, str], status: int) -> None:
    play(*results)
    assert integration.main([]) == status
