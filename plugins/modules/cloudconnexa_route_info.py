#!/usr/bin/python
# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudconnexa_route_info
short_description: List Routes of CloudConnexa Networks
version_added: 1.0.0
description:
  - Lists the Routes of all Networks, or those that every given option applies to.
author:
  - The openvpn.cloudconnexa contributors (@openvpn-cloudconnexa)
extends_documentation_fragment:
  - openvpn.cloudconnexa.cloudconnexa
  - openvpn.cloudconnexa.cloudconnexa.info
options:
  network:
    description:
      - The Network whose Routes are listed, by name or id. One that does not exist is an error.
      - When left out or empty, the Routes of all Networks are listed.
    type: str
  id:
    description:
      - Lists the Route with this id only, compared without regard to case.
      - When left out or empty, the id does not matter.
    type: str
  subnet:
    description:
      - Lists the Routes that overlap this subnet or address only, in CIDR notation or a single address. Host bits are masked.
      - When left out or empty, the subnet does not matter.
    type: str
seealso:
  - module: openvpn.cloudconnexa.cloudconnexa_network_info
  - module: openvpn.cloudconnexa.cloudconnexa_route
"""

EXAMPLES = r"""
- name: List the Routes of the Network berlin
  openvpn.cloudconnexa.cloudconnexa_route_info:
    network: berlin

- name: Find out which Network an address is routed to
  openvpn.cloudconnexa.cloudconnexa_route_info:
    subnet: 10.20.3.4
  register: found

- name: Show its name
  ansible.builtin.debug:
    msg: "{{ found.routes | map(attribute='network') | first | default('none') }}"
"""

RETURN = r"""
routes:
  description: The Routes, in no particular order; empty when there are none.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the Route.
      type: str
      returned: always
      sample: 0b5e5ad3-6a67-4ba7-9f9e-3a1f9f3c1e11
    subnet:
      description: The subnet in its canonical form.
      type: str
      returned: always
      sample: 10.20.0.0/16
    type:
      description: V(ip_v4) or V(ip_v6).
      type: str
      returned: when the service reports it
      sample: ip_v4
    description:
      description: The description.
      type: str
      returned: when the service reports it
      sample: Offices in Berlin
    network_id:
      description: The id of the Network that the Route belongs to.
      type: str
      returned: always
      sample: 6f0c6a5e-0a55-4b9d-8c0f-1d1cbb5a2f0a
    network:
      description: The name of the Network that the Route belongs to.
      type: str
      returned: always
      sample: berlin
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

from ..module_utils._args import Spec
from ..module_utils._route import routes
from ..module_utils._runner import inform, run

SPEC = Spec(
    dict(
        network=dict(type="str"),
        id=dict(type="str"),
        subnet=dict(type="str"),
    )
)
JOB = inform("routes", routes)


def main() -> None:
    run(JOB, SPEC)


if __name__ == "__main__":
    main()
