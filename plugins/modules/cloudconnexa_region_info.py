#!/usr/bin/python
# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudconnexa_region_info
short_description: List CloudConnexa Regions
version_added: 1.0.0
description:
  - Lists all Regions that are available in the WPC, or those that every given option applies to.
author:
  - The openvpn.cloudconnexa contributors (@openvpn-cloudconnexa)
extends_documentation_fragment:
  - openvpn.cloudconnexa.cloudconnexa
  - openvpn.cloudconnexa.cloudconnexa.info
options:
  id:
    description:
      - Lists the Region with this id only, compared without regard to case.
      - When left out or empty, the id does not matter.
    type: str
  name:
    description:
      - Lists the Regions with exactly this name only, such as V(Chicago (IL\)), compared without regard to case.
      - When left out or empty, the name does not matter.
    type: str
  country:
    description:
      - Lists the Regions in this country only, by its full name and compared without regard to case.
      - When left out or empty, the country does not matter.
    type: str
  country_iso:
    description:
      - Lists the Regions in the country with this ISO code only, compared without regard to case.
      - When left out or empty, the country does not matter.
    type: str
  continent:
    description:
      - Lists the Regions on this continent only, compared without regard to case.
      - When left out or empty, the continent does not matter.
    type: str
seealso:
  - module: openvpn.cloudconnexa.cloudconnexa_region
"""

EXAMPLES = r"""
- name: List the Regions in Europe
  openvpn.cloudconnexa.cloudconnexa_region_info:
    continent: Europe
  register: europe

- name: Show their ids
  ansible.builtin.debug:
    msg: "{{ europe.regions | map(attribute='id') | sort }}"

- name: List the Regions in the USA
  openvpn.cloudconnexa.cloudconnexa_region_info:
    country_iso: US
"""

RETURN = r"""
regions:
  description: The Regions, in no particular order; empty when none applies.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
      returned: always
      sample: eu-central-1
    name:
      description: The name, which is the city, in the USA with the state.
      type: str
      returned: when the service reports it
      sample: Frankfurt
    country:
      description: The country.
      type: str
      returned: when the service reports it
      sample: Germany
    country_iso:
      description: The ISO code of the country.
      type: str
      returned: when the service reports it
      sample: DE
    continent:
      description: The continent.
      type: str
      returned: when the service reports it
      sample: Europe
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
from ..module_utils._region import regions
from ..module_utils._runner import inform, run

SPEC = Spec(
    dict(
        id=dict(type="str"),
        name=dict(type="str"),
        country=dict(type="str"),
        country_iso=dict(type="str"),
        continent=dict(type="str"),
    )
)
JOB = inform("regions", regions)


def main() -> None:
    run(JOB, SPEC)


if __name__ == "__main__":
    main()
