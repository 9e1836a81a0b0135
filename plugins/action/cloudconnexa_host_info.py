# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module of the same name, in the controller's process where that makes no difference."""

from __future__ import annotations

from ansible_collections.openvpn.cloudconnexa.plugins.modules.cloudconnexa_host_info import main  # ansible-lint looks for it here
from ansible_collections.openvpn.cloudconnexa.plugins.plugin_utils._on_controller import ActionModule

__all__ = ["ActionModule", "main"]
