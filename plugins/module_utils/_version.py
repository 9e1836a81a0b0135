# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""The version of the collection, as galaxy.yml states it (a test keeps them equal). Private to this collection."""

from __future__ import annotations

VERSION = "1.0.0"
