# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of the repository, in which files may be planted, and an emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from emulator import Emulator
from tools.mirror import mirror

REPOSITORY = Path(__file__).parents[6]  # the checks run in a copy below its .build


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy that the targets of make work in, with the environments of the original."""
    copy = tmp_path / "copy"
    mirror(REPOSITORY, copy)
    (copy / ".venv").symlink_to(REPOSITORY / ".venv")
    (copy / ".build").mkdir()
    for shared in ("home", "lowest", "pythons"):
        (copy / ".build" / shared).symlink_to(REPOSITORY / ".build" / shared)
    (copy / ".build" / "prepared").symlink_to(REPOSITORY / ".build" / "prepared")
    return copy


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator
