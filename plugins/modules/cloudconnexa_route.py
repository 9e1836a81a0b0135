#!/usr/bin/python
# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudconnexa_route
short_description: Manage a Route of a CloudConnexa Network
version_added: 1.0.0
description:
  - Creates, changes and removes a Route, which is an IPv4 or IPv6 subnet that is reached through a Network, or a whole set of Routes.
  - A subnet may be routed to one Network only. An overlap with any Route of any Network is found before anything is written.
author:
  - The openvpn.cloudconnexa contributors (@openvpn-cloudconnexa)
extends_documentation_fragment:
  - openvpn.cloudconnexa.cloudconnexa
  - openvpn.cloudconnexa.cloudconnexa.stateful
  - openvpn.cloudconnexa.cloudconnexa.state
options:
  network:
    description:
      - The Network that the Route belongs to, by name or id. A Route cannot move to another Network.
      - When the Network does not exist, the task fails with O(state=present) and has nothing to do with O(state=absent).
      - When left out or empty, O(id) has to be given, and the Route is looked for in all Networks. It is required with O(routes).
    type: str
  subnet:
    description:
      - The subnet in CIDR notation, or a single address. Any spelling of the same subnet means the same Route.
      - Together with O(id), the Route gets this subnet in place. What that does to IP services in the Route is not documented.
      - When left out or empty, O(id) or O(routes) has to be given. With O(id), the subnet then stays as it is.
    type: str
  normalize:
    description:
      - Whether host bits in O(subnet) and O(routes) are masked, so that V(10.0.0.5/24) means V(10.0.0.0/24). With V(false), they are an
        error.
    type: bool
    default: false
  description:
    description:
      - A text for people. An empty one clears it.
      - When left out, it stays as it is; a new Route has none.
    type: str
  id:
    description:
      - The id of the Route, needed to change its subnet in place. With O(state=present), a Route with this id has to exist.
      - When left out or empty, the Route is found by O(subnet) in O(network).
    type: str
  routes:
    description:
      - A set of Routes of O(network). O(subnet), O(id) and O(description) cannot be given with it.
      - Checking the whole set takes no more calls than checking one Route, as long as the service lists descriptions with the Routes.
        Each Route that differs costs one more.
      - Each entry is a subnet, or a dictionary with C(subnet) and optionally C(description). These mean the same as O(subnet) and
        O(description).
      - All entries are checked before anything is written. What is wrong with any of them is told at once.
      - With O(state=absent), these Routes are removed.
      - When left out, the task is about a single Route. An empty list names no Route, which is of use with O(purge=true).
    type: list
    elements: raw
  purge:
    description:
      - Whether all Routes of O(network) that O(routes) does not list are removed. One that overlaps a new Route becomes it in place where
        possible.
      - V(true) is refused without O(routes) and with O(state=absent).
      - With V(false), other Routes stay.
    type: bool
    default: false
  concurrency:
    description:
      - How many calls of a set of Routes may be made at the same time, 1 or more. With 1, they are made one after another.
    type: int
    default: 4
seealso:
  - module: openvpn.cloudconnexa.cloudconnexa_network
  - module: openvpn.cloudconnexa.cloudconnexa_route_info
"""

EXAMPLES = r"""
- name: Route an office subnet to the Network berlin
  openvpn.cloudconnexa.cloudconnexa_route:
    network: berlin
    subnet: 10.20.0.0/16
    description: Offices in Berlin
  register: office

- name: Change the subnet of that Route in place
  openvpn.cloudconnexa.cloudconnexa_route:
    id: "{{ office.route.id }}"
    subnet: 10.21.0.0/16

- name: Route the subnet of an address
  openvpn.cloudconnexa.cloudconnexa_route:
    network: berlin
    subnet: 2001:db8:20::1/48
    normalize: true

- name: Route these subnets to the Network frankfurt, and no others
  openvpn.cloudconnexa.cloudconnexa_route:
    network: frankfurt
    routes:
      - 10.30.0.0/16
      - 2001:db8:30::/48
      - subnet: 192.168.30.0/24
        description: Printers
    purge: true

- name: Remove a Route
  openvpn.cloudconnexa.cloudconnexa_route:
    network: berlin
    subnet: 10.21.0.0/16
    state: absent
"""

RETURN = r"""
route:
  description: The Route; empty when it is absent. In check mode, what it would be.
  returned: without O(routes)
  type: dict
  contains:
    id:
      description: The id of the Route, not known in check mode before it is created.
      type: str
      returned: when the Route exists
      sample: 0b5e5ad3-6a67-4ba7-9f9e-3a1f9f3c1e11
    subnet:
      description: The subnet in its canonical form.
      type: str
      returned: when the Route is present
      sample: 10.20.0.0/16
    type:
      description: V(ip_v4) or V(ip_v6).
      type: str
      returned: when the Route is present
      sample: ip_v4
    description:
      description: The description.
      type: str
      returned: when the service reports it
      sample: Offices in Berlin
    network_id:
      description: The id of the Network that the Route belongs to.
      type: str
      returned: when the Route is present
      sample: 6f0c6a5e-0a55-4b9d-8c0f-1d1cbb5a2f0a
    network:
      description: The name of the Network that the Route belongs to.
      type: str
      returned: when the Route is present
      sample: berlin
routes:
  description: The Routes that O(routes) names, in that order, each like RV(route). With O(state=absent) there are none.
  returned: with O(routes)
  type: list
  elements: dict
  sample: []
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
from ..module_utils._route import ROUTE
from ..module_utils._runner import manage, run

SPEC = Spec(
    dict(
        network=dict(type="str"),
        subnet=dict(type="str"),
        normalize=dict(type="bool", default=False),
        description=dict(type="str"),
        id=dict(type=reference),
        routes=dict(type="list", elements="raw"),
        purge=dict(type="bool", default=False),
        concurrency=dict(type="int", default=4),
        state=enumeration("present", "absent", default="present"),
    ),
    required_one_of=[["network", "id"], ["subnet", "id", "routes"]],
    exclusive=[("routes", "subnet"), ("routes", "id"), ("routes", "description")],
    needs={"purge": "routes"},
)
JOB = manage(ROUTE)


def main() -> None:
    run(JOB, SPEC)


if __name__ == "__main__":
    main()
