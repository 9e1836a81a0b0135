# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation of all modules has in common. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    """Sections: connection (every module), stateful and info (attributes), state."""

    DOCUMENTATION = r"""
options:
  cloud_id:
    description:
      - The Cloud ID of the WPC, which is the part before C(.openvpn.com) in the address of its User Portal.
      - If not set, the value of the environment variable E(CLOUDCONNEXA_CLOUD_ID) is used.
      - Without it, O(base_url) has to be given.
    type: str
  base_url:
    description:
      - The address of the API.
      - If not set, the value of the environment variable E(CLOUDCONNEXA_BASE_URL) is used.
      - Without it, the address is made from O(cloud_id). With it, O(cloud_id) is not used.
      - It has to begin with C(https://); C(http://) is accepted for this machine itself only.
    type: str
  client_id:
    description:
      - The Client ID of the API credentials, whole and with its prefix.
      - If not set, the value of the environment variable E(CLOUDCONNEXA_CLIENT_ID) is used.
      - Without it, O(access_token) has to be given.
    type: str
  client_secret:
    description:
      - The secret of the API credentials. It is sent to the token endpoint only, and never in an address.
      - If not set, the value of the environment variable E(CLOUDCONNEXA_CLIENT_SECRET) is used.
      - Without it, O(access_token) has to be given.
    type: str
  access_token:
    description:
      - An access token, as M(openvpn.cloudconnexa.cloudconnexa_token) returns it. It saves the login of the task.
      - If not set, the value of the environment variable E(CLOUDCONNEXA_ACCESS_TOKEN) is used.
      - When it turns out to have expired, the task logs in with O(client_id) and O(client_secret) if they are given as well. With
        O(session_cache=true), the token that other tasks share is tried before that.
      - Without it, the task logs in.
    type: str
  validate_certs:
    description:
      - Whether the TLS certificate of the service is checked. V(false) is for tests only.
      - If not set, the value of the environment variable E(CLOUDCONNEXA_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the CA certificates, in PEM form, that the service's certificate is checked with.
      - If not set, the value of the environment variable E(CLOUDCONNEXA_CA_PATH) is used.
      - Without it, the CA certificates of the Python package requests are used, or those that the environment variable
        E(REQUESTS_CA_BUNDLE) names.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection and for each answer, more than V(0) and at most V(3600).
      - If not set, the value of the environment variable E(CLOUDCONNEXA_TIMEOUT) is used.
    type: float
    default: 30.0
  max_wait:
    description:
      - Seconds that the task may spend in all on waiting for the API's rate limit and on repeating failed calls, at most V(604800), a week.
        With O(session_cache=true), a login of another task that takes longer than a call may take counts as well.
      - A task that would have to wait longer fails at once instead.
      - If not set, the value of the environment variable E(CLOUDCONNEXA_MAX_WAIT) is used.
    type: float
    default: 600.0
  session_cache:
    description:
      - Whether all tasks on this machine that use the same credentials share one access token and what is known of the API's rate
        limit, through a private file, sealed with a key that comes from the secret.
      - It helps where many tasks or forks run at the same time. With V(false), nothing is stored.
      - It needs the Python package cryptography where the module runs. ansible-core brings it along, but a managed host may lack it.
      - If not set, the value of the environment variable E(CLOUDCONNEXA_SESSION_CACHE) is used.
    type: bool
    default: false
requirements:
  - requests >= 2.28.1
  - tenacity >= 8.2.1
  - cryptography, for O(session_cache=true) only
notes:
  - "The module runs where Python has the packages above, usually on the controller. Use C(connection: local) or C(delegate_to: localhost)."
  - An environment variable that is empty counts as not set.
attributes:
  action_group:
    description: Use C(group/openvpn.cloudconnexa.all) in C(module_defaults) to set the connection options for all modules.
    support: full
    membership:
      - openvpn.cloudconnexa.all
"""

    STATEFUL = r"""
attributes:
  check_mode:
    description: Can run in check mode and return what would change, without changing anything.
    support: full
  diff_mode:
    description: Shows the managed members before and after.
    support: full
  idempotent:
    description: When run twice in a row with the same options, the second run changes nothing and writes nothing.
    support: full
"""

    INFO = r"""
attributes:
  check_mode:
    description: Changes nothing, and therefore does the same in check mode.
    support: full
  diff_mode:
    description: Changes nothing, and therefore has nothing to show.
    support: N/A
  idempotent:
    description: Changes nothing.
    support: full
"""

    STATE = r"""
options:
  state:
    description:
      - V(present) creates the object, or changes the existing one where it differs. V(absent) removes it.
    type: str
    choices: [present, absent]
    default: present
"""
