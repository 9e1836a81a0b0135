#!/usr/bin/python
# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudconnexa_connector_info
short_description: List Connectors of CloudConnexa Networks and Hosts
version_added: 1.0.0
description:
  - Lists the Connectors of all Networks and Hosts, or those that every given option applies to.
author:
  - The openvpn.cloudconnexa contributors (@openvpn-cloudconnexa)
extends_documentation_fragment:
  - openvpn.cloudconnexa.cloudconnexa
  - openvpn.cloudconnexa.cloudconnexa.info
options:
  network:
    description:
      - The Network whose Connectors are listed, by name or id. One that does not exist is an error. O(host) cannot be given with it.
      - When left out or empty, those of O(host) are listed; without both, the Connectors of all Networks and Hosts are listed.
    type: str
  host:
    description:
      - The Host whose Connectors are listed, by name or id. One that does not exist is an error.
      - When left out or empty, those of O(network) are listed; without both, the Connectors of all Networks and Hosts are listed.
    type: str
  id:
    description:
      - Lists the Connector with this id only, compared without regard to case.
      - When left out or empty, the id does not matter.
    type: str
  name:
    description:
      - Lists the Connectors with exactly this name only, compared without regard to case.
      - When left out or empty, the name does not matter.
    type: str
  region:
    description:
      - Lists the Connectors in this Region only. It is given as in O(openvpn.cloudconnexa.cloudconnexa_connector#module:region).
      - A text that does not mean exactly one Region is an error.
      - When left out or empty, the Region does not matter.
    type: str
  connection_status:
    description:
      - Lists the Connectors with this status only. The word is accepted in any case.
      - When left out, the status does not matter.
    type: str
    choices: [online, offline, online_with_issues]
seealso:
  - module: openvpn.cloudconnexa.cloudconnexa_connector
  - module: openvpn.cloudconnexa.cloudconnexa_host_info
  - module: openvpn.cloudconnexa.cloudconnexa_network_info
"""

EXAMPLES = r"""
- name: List all Connectors
  openvpn.cloudconnexa.cloudconnexa_connector_info:
  register: all_connectors

- name: List the Connectors of the Network berlin that are offline
  openvpn.cloudconnexa.cloudconnexa_connector_info:
    network: berlin
    connection_status: offline
  register: berlin_offline

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ berlin_offline.connectors | map(attribute='name') }}"

- name: List the Connectors in Frankfurt
  openvpn.cloudconnexa.cloudconnexa_connector_info:
    region: Frankfurt
"""

RETURN = r"""
connectors:
  description: The Connectors, in no particular order; empty when there are none.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the Connector.
      type: str
      returned: always
      sample: 5f2c1a52-4e0f-4c86-9a38-6f2f0c1d7f10
    name:
      description: The name.
      type: str
      returned: always
      sample: berlin-1
    description:
      description: The description.
      type: str
      returned: when the service reports it
      sample: First gateway of the office
    vpn_region_id:
      description: The id of the Region.
      type: str
      returned: when the service reports it
      sample: eu-central-1
    tunneling_protocol:
      description: V(openvpn) or V(ipsec).
      type: str
      returned: when the service reports it
      sample: openvpn
    connection_status:
      description: V(online), V(online_with_issues) or V(offline).
      type: str
      returned: when the service reports it
      sample: online
    ip_v4_address:
      description: The IPv4 address of the Connector in the WPC.
      type: str
      returned: when the service reports it
      sample: 100.96.0.5
    ip_v6_address:
      description: The IPv6 address of the Connector in the WPC.
      type: str
      returned: when the service reports it
      sample: fd:0:0:8000::5
    licensed:
      description: Whether a licence covers the Connector.
      type: bool
      returned: when the service reports it
      sample: true
    ipsec:
      description:
        - The settings of an IPsec Connector, as in O(openvpn.cloudconnexa.cloudconnexa_connector#module:ipsec),
          and what the service adds to them.
        - Secrets are never among them.
      type: dict
      returned: for an IPsec Connector, when the service reports it
      contains:
        platform:
          description: What stands at the far end.
          type: str
          returned: when the service reports it
          sample: aws
        authentication_type:
          description: How the two ends prove who they are.
          type: str
          returned: when the service reports it
          sample: shared_secret
        remote_site_public_ip:
          description: The public IP address of the far end.
          type: str
          returned: when the service reports it
          sample: 203.0.113.10
        hostname:
          description: As it was handed to the service.
          type: str
          returned: when the service reports it
          sample: ""
        domain:
          description: As it was handed to the service.
          type: str
          returned: when the service reports it
          sample: ""
        ike_protocol:
          description: What CloudConnexa proposes to the far end.
          type: dict
          returned: when the service reports it
          sample:
            protocol_version: ike_v2
            phase1:
              encryption_algorithms: [aes256]
              integrity_algorithms: [sha2_256]
              diffie_hellman_groups: [g_14]
              lifetime_sec: 28800
            phase2:
              encryption_algorithms: [aes256]
              integrity_algorithms: [sha2_256]
              diffie_hellman_groups: [g_14]
              lifetime_sec: 3600
            rekey:
              margin_time_sec: 270
              fuzz_percent: 100
              replay_window_size: 1024
            startup_action: start
            auto_initiate: true
        connector_state:
          description: V(active) or V(suspended).
          type: str
          returned: when the service reports it
          sample: active
        server_id:
          description: The id of CloudConnexa's end.
          type: str
          returned: when the service reports it
          sample: 7e0f0a34-9a2e-4d4e-8a53-0c8a4c0d1b77
        server_ip:
          description: The public IP address of CloudConnexa's end.
          type: str
          returned: when the service reports it
          sample: 198.51.100.7
        paired_aws_connector_id:
          description: The id of the Connector that this one is paired with.
          type: str
          returned: when the service reports it
          sample: 0d7c8a2e-5b8a-4a52-8f0a-2f6b7f6f4a13
    network_id:
      description: The id of the Network that the Connector belongs to.
      type: str
      returned: for a Connector of a Network
      sample: 6f0c6a5e-0a55-4b9d-8c0f-1d1cbb5a2f0a
    network:
      description: The name of the Network that the Connector belongs to.
      type: str
      returned: for a Connector of a Network
      sample: berlin
    host_id:
      description: The id of the Host that the Connector belongs to.
      type: str
      returned: for a Connector of a Host
      sample: 2b9a6e0c-8f0c-4d1c-9a4b-5e6c3f2f8d21
    host:
      description: The name of the Host that the Connector belongs to.
      type: str
      returned: for a Connector of a Host
      sample: db1
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

from ..module_utils._args import Spec, enumeration
from ..module_utils._connector import connectors
from ..module_utils._runner import inform, run

SPEC = Spec(
    dict(
        network=dict(type="str"),
        host=dict(type="str"),
        id=dict(type="str"),
        name=dict(type="str"),
        region=dict(type="str"),
        connection_status=enumeration("online", "offline", "online_with_issues"),
    ),
    exclusive=[("network", "host")],
)
JOB = inform("connectors", connectors)


def main() -> None:
    run(JOB, SPEC)


if __name__ == "__main__":
    main()
