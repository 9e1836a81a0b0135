# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulator of the CloudConnexa API on loopback, for tests, the demo and benchmarks. It is not the service.

"BEHAVIOUR n" in this package names a section of docs/api-behaviour.md, where each fact about the API has its source.
"""

from .server import Emulator

__all__ = ["Emulator"]
