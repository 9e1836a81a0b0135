#!/usr/bin/python
# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudconnexa_host
short_description: Manage a CloudConnexa Host
version_added: 1.0.0
description:
  - Creates, changes and removes a Host, which stands for a single server of yours. The Connector that connects it to the WPC runs on the
    server itself.
  - Words of a fixed set are accepted in any case, such as V(SPLIT_TUNNEL_ON) for V(split_tunnel_on).
author:
  - The openvpn.cloudconnexa contributors (@openvpn-cloudconnexa)
extends_documentation_fragment:
  - openvpn.cloudconnexa.cloudconnexa
  - openvpn.cloudconnexa.cloudconnexa.stateful
  - openvpn.cloudconnexa.cloudconnexa.state
options:
  name:
    description:
      - The name of the Host. It must not be empty.
      - Together with O(id), the Host gets this name.
      - When left out, O(id) has to be given, and the name stays as it is.
    type: str
  id:
    description:
      - The id of the Host, needed to change its name. With O(state=present), a Host with this id has to exist.
      - When left out or empty, the Host is found by O(name).
    type: str
  description:
    description:
      - A text for people. An empty one clears it.
      - When left out, it stays as it is; a new Host has none.
    type: str
  domain:
    description:
      - The domain name of the Host, of up to 253 characters. An empty one clears it.
      - When left out, it stays as it is; a new Host has none.
    type: str
  internet_access:
    description:
      - What happens to traffic from the Host to the internet. Traffic to the WPC and to trusted destinations is tunnelled in any case.
      - V(split_tunnel_on) - it leaves locally.
      - V(split_tunnel_off) - it is tunnelled and leaves through the O(gateways).
      - V(restricted_internet) - it is blocked.
      - When left out, it stays as it is. A new Host gets V(split_tunnel_on), as in the vendor's Terraform provider.
    type: str
    choices: [split_tunnel_on, split_tunnel_off, restricted_internet]
  gateways:
    description:
      - The Networks, by name or id, through which traffic leaves to the internet with O(internet_access=split_tunnel_off). They have to be
        internet gateways, see O(openvpn.cloudconnexa.cloudconnexa_network#module:egress). The order does not matter. An empty list clears
        them.
      - When left out, they stay as they are; a new Host has none.
    type: list
    elements: str
  force:
    description:
      - Whether O(state=absent) also removes a Host that still holds Connectors, IP services or Applications. The service deletes them with
        it and does not ask.
      - With V(false), such a task fails and names them.
    type: bool
    default: false
seealso:
  - module: openvpn.cloudconnexa.cloudconnexa_connector
  - module: openvpn.cloudconnexa.cloudconnexa_host_info
  - module: openvpn.cloudconnexa.cloudconnexa_network
"""

EXAMPLES = r"""
- name: Create a Host
  openvpn.cloudconnexa.cloudconnexa_host:
    name: web1
    description: Web server
    domain: web1.example.com
  register: web1

- name: Send its internet traffic through the Network frankfurt
  openvpn.cloudconnexa.cloudconnexa_host:
    name: web1
    internet_access: split_tunnel_off
    gateways: [frankfurt]

- name: Rename a Host and clear its description
  openvpn.cloudconnexa.cloudconnexa_host:
    id: "{{ web1.host.id }}"
    name: web2
    description: ""

- name: Remove a Host and its Connectors
  openvpn.cloudconnexa.cloudconnexa_host:
    name: web2
    force: true
    state: absent
"""

RETURN = r"""
host:
  description: The Host; empty when it is absent. In check mode, what it would be.
  returned: success
  type: dict
  contains:
    id:
      description: The id of the Host, not known in check mode before it is created.
      type: str
      returned: when the Host exists
      sample: 2b9a6e0c-8f0c-4d1c-9a4b-5e6c3f2f8d21
    name:
      description: The name.
      type: str
      returned: when the Host is present
      sample: db1
    description:
      description: The description.
      type: str
      returned: when the service reports it
      sample: Database server
    domain:
      description: The domain name.
      type: str
      returned: when the service reports it
      sample: db1.example.com
    internet_access:
      description: V(split_tunnel_on), V(split_tunnel_off) or V(restricted_internet).
      type: str
      returned: when the service reports it
      sample: split_tunnel_on
    gateways_ids:
      description: The ids of the Networks through which traffic leaves to the internet.
      type: list
      elements: str
      returned: when the service reports it
      sample: []
    system_subnets:
      description: The subnets that the service has given to the Host.
      type: list
      elements: str
      returned: when the service reports it
      sample: [100.112.0.32/28]
api:
  description: What the task has cost.
  returned: unless the connection options are refused
  type: dict
  contains:
    reads:
      description: Calls that read.
      type: int
      returned: always
      sample: 1
    writes:
      description: Calls that may change something.
      type: int
      returned: always
      sample: 0
    logins:
      description: Calls for an access token.
      type: int
      returned: always
      sample: 1
    retries:
      description: Calls that had to be repeated.
      type: int
      returned: always
      sample: 0
    waited:
      description: Seconds spent waiting, such as for the rate limit or before repeated calls.
      type: float
      returned: always
      sample: 0.0
    remaining:
      description: Calls that may be made at once, by kind, as the service last told; V(null) where it did not.
      type: dict
      returned: always
      sample: {read: 19, write: 20}
    planned:
      description: What the real run would cost. The calls that only wait for something to happen are not counted.
      type: dict
      returned: in check mode, by modules that can change something
      contains:
        reads:
          description: Calls that read.
          type: int
          returned: always
          sample: 1
        writes:
          description: Calls that may change something.
          type: int
          returned: always
          sample: 20
        seconds:
          description:
            - Seconds that the writes would have to wait for the rate limit; V(null) while that limit is not known.
            - A task learns it from the answer to a write. With O(session_cache=true), earlier tasks have told it.
          type: float
          returned: always
          sample: 0.0
error:
  description: What a playbook may branch on when the task has failed. The message for people is in C(msg).
  returned: on failure, unless the options are malformed
  type: dict
  contains:
    kind:
      description:
        - The kind of failure.
        - V(InvalidInput) - the options cannot be met.
        - V(OutOfTime) - O(max_wait) or another time limit of the task does not suffice.
        - V(NoConnection) - the service could not be reached.
        - V(Refused) - the credentials, the token, the permission or the source address were refused.
        - V(MissingObject) - an object does not exist any more.
        - V(InvalidAnswer), V(TooLarge) - the answer is not what the API documents, or larger than is accepted.
        - V(NotReady) - the service has accepted a call but has no result yet.
        - V(UncertainResult) - something may or may not have been done.
        - V(NotWritten) - a file could not be written.
        - V(ApiError) - any other answer that is not a success.
      type: str
      returned: always
      sample: ApiError
    status:
      description: The HTTP status of the answer.
      type: int
      returned: when the service has answered
      sample: 400
    code:
      description: The error code in the answer; empty where there is none.
      type: str
      returned: when the service has answered
      sample: 9-11-6
    done:
      description: What the task had done by then.
      type: list
      elements: str
      returned: when it had done something
      sample: ['create the Route 10.20.0.0/16 of the Network "berlin"']
    uncertain:
      description: What may have been done or not, because the answer to its call was lost. Running the task again finds out.
      type: list
      elements: str
      returned: when the answer to a change was lost
      sample: ['create the Route 10.21.0.0/16 of the Network "berlin"']
    left:
      description: What is still to do. Running the task again does it.
      type: list
      elements: str
      returned: when something is known not to be done
      sample: ['create the Route 10.22.0.0/16 of the Network "berlin"']
"""

from ..module_utils._args import Spec, enumeration, reference
from ..module_utils._parents import HOST, INTERNET_ACCESS
from ..module_utils._runner import manage, run

SPEC = Spec(
    dict(
        name=dict(type="str"),
        id=dict(type=reference),
        description=dict(type="str"),
        domain=dict(type="str"),
        internet_access=enumeration(*INTERNET_ACCESS),
        gateways=dict(type="list", elements=reference),
        force=dict(type="bool", default=False),
        state=enumeration("present", "absent", default="present"),
    ),
    required_one_of=[["name", "id"]],
)
JOB = manage(HOST)


def main() -> None:
    run(JOB, SPEC)


if __name__ == "__main__":
    main()
