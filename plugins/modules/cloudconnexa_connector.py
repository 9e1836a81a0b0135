#!/usr/bin/python
# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudconnexa_connector
short_description: Manage a Connector of a CloudConnexa Network or Host
version_added: 1.0.0
description:
  - Creates, changes, suspends and removes a Connector, which connects a Network or a Host to a Region of the WPC, or a whole set of
    Connectors of one of them.
  - An OpenVPN Connector is software that runs with a token or a profile, see O(credentials). An IPsec Connector is a tunnel to a device of
    yours, see O(ipsec). The type is fixed at creation.
  - Words of a fixed set are accepted in any case, such as V(AWS) for V(aws).
author:
  - The openvpn.cloudconnexa contributors (@openvpn-cloudconnexa)
extends_documentation_fragment:
  - openvpn.cloudconnexa.cloudconnexa
  - openvpn.cloudconnexa.cloudconnexa.stateful
  - openvpn.cloudconnexa.cloudconnexa.state
attributes:
  diff_mode:
    support: full
    details:
      - Secrets are never shown, nor are O(suspended), O(ipsec_state) and O(credentials), which are no members of the Connector.
  idempotent:
    support: partial
    details:
      - A task reports a change each time with O(credentials_force=true), with O(update_secrets=always) and secrets in O(ipsec), and as long
        as O(suspended) or O(ipsec_state) cannot be verified.
options:
  name:
    description:
      - The name of the Connector. It is looked for among the Connectors of O(network) or O(host) and must not be empty.
      - Together with O(id), the Connector gets this name.
      - When left out, O(id) or O(connectors) has to be given. With O(id), the name then stays as it is.
    type: str
  id:
    description:
      - The id of the Connector, needed to change its name. Without O(network) and O(host), it is looked for in all Networks and Hosts.
      - With O(state=present), a Connector with this id has to exist.
      - When left out or empty, the Connector is found by O(name) in O(network) or O(host).
    type: str
  network:
    description:
      - The Network that the Connector belongs to, by name or id. A Connector cannot move to another Network or Host.
      - O(host) cannot be given with it.
      - When the Network does not exist, the task fails with O(state=present) and has nothing to do with O(state=absent).
      - When left out or empty, O(host) or O(id) has to be given.
    type: str
  host:
    description:
      - The Host that the Connector belongs to, by name or id. A Connector cannot move to another Network or Host.
      - O(network), O(ipsec) and O(ipsec_state) cannot be given with it.
      - When the Host does not exist, the task fails with O(state=present) and has nothing to do with O(state=absent).
      - When left out or empty, O(network) or O(id) has to be given.
    type: str
  region:
    description:
      - The Region that the Connector connects to, by its id, by its city, by city and country or state such as V(Chicago, IL), or by a
        country or its ISO code where that has one Region. Case and accents do not matter.
      - When it does not mean exactly one Region, the task fails and names the closest ones.
      - After a change of the Region, a new profile or token is advised, see O(credentials_force).
      - When left out, an existing Connector stays where it is, and a new one gets the default Region of the WPC. If the WPC has no default
        Region, it is required. An empty one is an error.
    type: str
  description:
    description:
      - A text for people. An empty one clears it.
      - When left out, it stays as it is; a new Connector has none.
    type: str
  ipsec:
    description:
      - The settings of an IPsec Connector. It has to be in a Network whose tunneling protocol is IPsec; a Host cannot have one, so O(host)
        cannot be given with it.
      - For a new Connector, O(ipsec.platform), O(ipsec.remote_site_public_ip) and O(ipsec.pre_shared_key) suffice. Every other suboption
        that is left out gets the value of the platform's preset, if the preset has one. The notes list the presets.
      - A preset is applied when the Connector is created, and at no other time. Later, a suboption that is left out stays as it is.
      - An empty text or list in a suboption clears the setting. Whether the service accepts that is not documented.
      - Every change of an IPsec Connector, even of its O(description) only, needs O(ipsec.pre_shared_key), or all suboptions for
        certificates, again. The reason is that an update replaces all settings, and that the service does not give secrets back.
      - A change of the settings neither starts nor stops the tunnel, see O(ipsec_state).
      - When left out, the settings of an existing Connector stay as they are. A new Connector needs this option in an IPsec Network, and
        cannot have it elsewhere.
    type: dict
    suboptions: &ipsec
      platform:
        description:
          - What stands at the far end of the tunnel. For a new Connector, it chooses the preset.
          - When left out, a new Connector gets V(other).
        type: str
        choices: [aws, azure, cisco, gcp, other]
      authentication_type:
        description:
          - How the two ends prove who they are. V(shared_secret) needs O(ipsec.pre_shared_key), V(certificate) needs
            O(ipsec.peer_certificate_private_key).
          - The API's documentation of version 1.2.3 does not name the members for certificates any more. Whether the service still accepts
            them is not known.
          - When left out, a new Connector gets V(shared_secret).
        type: str
        choices: [shared_secret, certificate]
      remote_site_public_ip:
        description:
          - The public IP address of the far end.
          - In practice it is needed; the vendor's Terraform provider demands it. When left out, a new Connector is created without it.
        type: str
      hostname:
        description:
          - Handed to the service as it is. The vendor does not document what it means.
          - When left out, a new Connector is created without it.
        type: str
      domain:
        description:
          - Handed to the service as it is. The vendor does not document what it means.
          - When left out, a new Connector is created without it.
        type: str
      pre_shared_key:
        description:
          - The secret that both ends know, for O(ipsec.authentication_type=shared_secret).
          - It is never compared, because the service does not reliably give it back. O(update_secrets) says when it is sent.
          - A key that begins or ends with a blank or a line end is refused, because that is usually a mistake of the YAML.
          - When left out or empty, a Connector with a shared secret can be neither created nor changed.
        type: str
      ca_certificate:
        description:
          - The CA's certificate, for O(ipsec.authentication_type=certificate). It is never compared, see O(update_secrets).
          - When left out, none is sent, and a change of the Connector removes it.
        type: str
      peer_certificate:
        description:
          - The certificate of the remote peer, for O(ipsec.authentication_type=certificate). It is never compared, see O(update_secrets).
          - When left out, none is sent, and a change of the Connector removes it.
        type: str
      remote_gateway_certificate:
        description:
          - The certificate of the remote gateway, for O(ipsec.authentication_type=certificate). It is never compared, see
            O(update_secrets).
          - When left out, none is sent, and a change of the Connector removes it.
        type: str
      peer_certificate_private_key:
        description:
          - The private key of O(ipsec.peer_certificate). It is never compared, see O(update_secrets).
          - When left out or empty, a Connector with O(ipsec.authentication_type=certificate) can be neither created nor changed.
        type: str
      peer_certificate_key_passphrase:
        description:
          - The passphrase of O(ipsec.peer_certificate_private_key). It is never compared, see O(update_secrets).
          - One that begins or ends with a blank or a line end is refused.
          - When left out, none is sent, and a change of the Connector removes it.
        type: str
      ike_protocol:
        description:
          - What CloudConnexa proposes to the far end. What is given here takes precedence over the preset.
          - When left out or empty, a new Connector gets the preset of its platform, and an existing one keeps what it has.
          - The notes below list the presets.
        type: dict
        suboptions:
          protocol_version:
            description:
              - The version of IKE.
              - When left out, a new Connector gets that of the preset, and an existing one keeps its own. Presets have V(ike_v2).
            type: str
            choices: [ike_v1, ike_v2]
          phase1:
            description:
              - What is proposed to secure the negotiation itself, the IKE SA. One value in each list is best, because with several the
                choice is left to the far end.
              - When left out or empty, a new Connector gets that of the preset, and an existing one keeps its own.
            type: dict
            suboptions: &phase
              encryption_algorithms:
                description:
                  - The ciphers.
                  - When left out, a new Connector gets those of the preset, and an existing one keeps its own. Presets have V([aes256]).
                type: list
                elements: str
                choices: [aes128, aes256, aes128_gcm_16, aes256_gcm_16]
              integrity_algorithms:
                description:
                  - The hash functions.
                  - When left out, a new Connector gets those of the preset, and an existing one keeps its own. Presets have V([sha2_256]),
                    except phase 1 of V(cisco).
                type: list
                elements: str
                choices: [sha1, sha2_256, sha2_384, sha2_512]
              diffie_hellman_groups:
                description:
                  - The Diffie-Hellman groups, which in phase 2 are for PFS.
                  - When left out, a new Connector gets those of the preset, and an existing one keeps its own. Presets have V([g_14]),
                    except phase 1 of V(azure).
                type: list
                elements: str
                choices: [g_1, g_2, g_5, g_14, g_15, g_16, g_19, g_20, g_24]
              lifetime_sec:
                description:
                  - Seconds after which new keys are needed.
                  - When left out, a new Connector gets that of the preset, and an existing one keeps its own. Presets have 28800 in phase 1
                    and 3600 in phase 2.
                type: int
          phase2:
            description:
              - What is proposed to secure the traffic, the IPsec SA. One value in each list is best, because with several the choice is
                left to the far end.
              - When left out or empty, a new Connector gets that of the preset, and an existing one keeps its own.
            type: dict
            suboptions: *phase
          rekey:
            description:
              - When keys are replaced. That is at the end of their lifetime less the margin, and less a random part of up to
                O(ipsec.ike_protocol.rekey.fuzz_percent) of the margin.
              - When left out or empty, a new Connector gets that of the preset, and an existing one keeps its own.
            type: dict
            suboptions:
              margin_time_sec:
                description:
                  - The margin in seconds.
                  - When left out, a new Connector gets that of the preset, and an existing one keeps its own. Presets have 270.
                type: int
              fuzz_percent:
                description:
                  - The largest random part, in percent of the margin.
                  - When left out, a new Connector gets that of the preset, and an existing one keeps its own. Presets have 100.
                type: int
              replay_window_size:
                description:
                  - How many packets may arrive out of order before one counts as replayed.
                  - When left out, a new Connector gets that of the preset, and an existing one keeps its own. Presets have 1024.
                type: int
          dead_peer_detection:
            description:
              - How the loss of the far end is noticed. The vendor has replaced this by O(ipsec.ike_protocol.auto_initiate), and the service
                ignores it where both are sent. A new Connector with it therefore does not get the preset's
                O(ipsec.ike_protocol.auto_initiate).
              - It is never compared, because the service answers other figures than were sent. It is sent along with any other change.
              - When left out, nothing is sent.
            type: dict
            suboptions:
              timeout_sec:
                description: Seconds until the far end counts as lost. The service always answers 30.
                type: int
                required: true
              dead_peer_handling:
                description: What happens then.
                type: str
                choices: [restart, none]
                required: true
          startup_action:
            description:
              - How the tunnel begins. The vendor does not explain the two words, but says that V(attach) does not go with
                O(ipsec.ike_protocol.auto_initiate=true).
              - When left out, a new Connector gets that of the preset, and an existing one keeps its own. Presets have V(start).
            type: str
            choices: [start, attach]
          auto_initiate:
            description:
              - Whether CloudConnexa initiates the tunnel by itself, also after it was lost. The service derives dead peer detection from
                it.
              - When left out, it is V(false) with O(ipsec.ike_protocol.startup_action=attach). Otherwise, a new Connector gets that of the
                preset, and an existing one keeps its own. Presets have V(true).
            type: bool
  connectors:
    description:
      - A set of Connectors of O(network) or O(host). O(name), O(id), O(region), O(description) and O(ipsec) cannot be given with it. All
        other options apply to each Connector of the set.
      - All entries are checked before anything is written. What is wrong with any of them is told at once.
      - With O(state=absent), these Connectors are removed.
      - When left out, the task is about a single Connector. An empty list names no Connector, which is of use with O(purge=true).
    type: list
    elements: dict
    suboptions:
      name:
        description: The name, as O(name).
        type: str
        required: true
      region:
        description: The Region, as O(region). When left out, it is as if O(region) were left out.
        type: str
      description:
        description: A text for people, as O(description). When left out, it is as if O(description) were left out.
        type: str
      ipsec:
        description:
          - The settings of an IPsec Connector, as O(ipsec), with the same suboptions. When left out, it is as if O(ipsec) were left out.
        type: dict
        suboptions: *ipsec
  purge:
    description:
      - Whether all Connectors of O(network) or O(host) that O(connectors) does not list are removed, after new ones have been created.
      - V(true) is refused without O(connectors) and with O(state=absent).
      - With V(false), other Connectors stay.
    type: bool
    default: false
  concurrency:
    description:
      - How many Connectors of a set may be created, changed or removed at the same time, 1 or more. With 1, they are handled one after
        another.
    type: int
    default: 4
  update_secrets:
    description:
      - When the secrets in O(ipsec), which are the pre-shared key, the certificates, the key and its passphrase, are sent. They can never
        be compared with what the service has.
      - V(on_create) sends them when the Connector is created, and along with any other change.
      - V(always) sends them each time, and the task then reports a change each time. Use it once to replace a pre-shared key.
    type: str
    choices: [always, on_create]
    default: on_create
  suspended:
    description:
      - Whether the Connector is suspended, which cuts it off until it is activated again.
      - The service does not tell whether an OpenVPN Connector is suspended, or an IPsec Connector where it leaves that out. All that can be
        known then is that one that is online is not.
      - Where the state is not known, the Connector is suspended or activated by every run. Such a task reports a change each time, and
        RV(unverified) contains V(suspended).
      - When left out, the Connector is neither suspended nor activated. A new one is active.
    type: bool
  ipsec_state:
    description:
      - Whether the tunnel of an IPsec Connector runs. V(started) starts it, V(stopped) stops it. O(host) cannot be given with it, because
        a Host has no IPsec Connectors.
      - The service does not tell this state. All that can be known is that the tunnel of a Connector that is online runs.
      - Where the state is not known, the tunnel is started or stopped by every run. Such a task reports a change each time, and
        RV(unverified) contains V(ipsec_state).
      - When left out, the tunnel is neither started nor stopped. A new one is not started by the service. A tunnel is never restarted
        because of other changes. Whether changed settings take effect while it runs is not documented; stop and start it to be sure.
    type: str
    choices: [started, stopped]
  credentials:
    description:
      - What to issue for the software of an OpenVPN Connector to connect with. V(token) is a text for C(openvpn-connector-setup --token),
        V(profile) is the content of an C(.ovpn) file. Both are secrets and are returned in RV(credentials). Use C(no_log) for the task, or
        O(credentials_dest).
      - It is refused for an IPsec Connector, which has neither.
      - They are issued when the Connector is created, and again only with O(credentials_force=true). They cannot be read later.
      - When the service has accepted the call but has nothing to hand out yet, the task waits for up to O(max_wait).
      - When the task failed after it had created the Connector, run it once more with O(credentials_force=true). The Connector exists by
        then, and nothing would be issued otherwise.
      - When left out, nothing is issued.
    type: str
    choices: [token, profile]
  credentials_force:
    description:
      - Whether O(credentials) are issued for an existing Connector too. The task then reports a change each time.
      - It is meant for lost credentials, for a task that failed between creation and issue, and for a changed O(region).
      - With V(false), and without O(credentials), nothing is issued for an existing Connector.
    type: bool
    default: false
  credentials_dest:
    description:
      - The file that O(credentials) are written to, on the machine where the module runs. They are then not returned.
      - The file has the mode 0600. It is replaced if it exists, as a whole or not at all. Its directory has to exist.
      - With O(connectors), it is an existing directory, in which each Connector gets a file with its name.
      - It is refused without O(credentials).
      - When left out or empty, no file is written, and O(credentials) are returned.
    type: path
  wait_for:
    description:
      - What to wait for after everything else is done. V(online) is reached with the connection status V(online) or V(online_with_issues).
      - It is refused with O(suspended=true) and O(ipsec_state=stopped), with which no Connector comes online.
      - Check mode does not wait.
      - When left out, the task does not wait.
    type: str
    choices: [online]
  wait_timeout:
    description:
      - Seconds to wait for O(wait_for) at most, for each Connector and apart from O(max_wait). When they are over, the task fails and names
        the last status.
      - The status is read every 5 seconds, or less often where the rate limit demands it.
    type: float
    default: 300.0
notes:
  - IPsec preset V(aws) - V(ike_v2). Phase 1 V(aes256), V(sha2_256), V(g_14), 28800 s. Phase 2 V(aes256), V(sha2_256), V(g_14), 3600 s.
    Rekey margin 270 s, fuzz 100 %, replay window 1024. Startup action V(start), initiated automatically. These are the values of the
    vendor's own example, L(terraform-provider-cloudconnexa,
    https://github.com/OpenVPN/terraform-provider-cloudconnexa/tree/336294f/examples/resources/cloudconnexa_network_connector). AWS accepts
    all of them by default, see L(Tunnel options for your Site-to-Site VPN connection,
    https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html). The lifetimes, margin, fuzz and replay window are AWS's own defaults,
    and a pre-shared key has 8 to 64 letters, digits, periods and underscores and does not begin with 0, see
    L(VpnTunnelOptionsSpecification, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpnTunnelOptionsSpecification.html). By
    default AWS waits for the other end to initiate, see L(tunnel initiation options,
    https://docs.aws.amazon.com/vpn/latest/s2svpn/initiate-vpn-tunnels.html). One AWS VPN connection is two tunnels with an address each,
    and so takes two Connectors.
  - IPsec preset V(azure) - as V(aws), but the groups of phase 1 are V(g_14) and V(g_2). By default an Azure connection accepts nothing but
    V(g_2) in phase 1, so it is offered as a second choice. The price is that such a connection uses a weak group of 1024 bits. To offer
    V(g_14) only, set V(diffie_hellman_groups) of O(ipsec.ike_protocol.phase1) to V([g_14]), and give the Azure connection a custom
    IPsec/IKE policy with that group. Phase 2 is accepted by default, but keep its lifetime well below Azure's 27000 s so that CloudConnexa
    rekeys first, because Azure offers no PFS when it initiates. This is for route-based gateways; policy-based ones speak V(ike_v1) only.
    See L(About VPN devices and IPsec/IKE parameters for Site-to-Site VPN Gateway connections,
    https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-devices) and L(About cryptographic requirements and Azure VPN
    gateways, https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-compliance-crypto).
  - IPsec preset V(cisco) - as V(aws), but the integrity algorithms of phase 1 are V(sha2_512) and V(sha2_256). The default proposal of IOS
    XE has V(sha2_512) and not V(sha2_256), see the output of C(show crypto ikev2 proposal) in L(genieparser,
    https://github.com/CiscoTestAutomation/genieparser/tree/master/src/genie/libs/parser/iosxe/tests/ShowCryptoIkev2Proposal). Cisco Secure
    Access has V(sha2_256), see L(Supported IPsec Parameters, https://docs.sse.cisco.com/sse-user-guide/docs/supported-ipsec-parameters). A
    new ASA has no IKEv2 policy and needs one, and lifetimes need not agree because each end keeps its own, see L(Configuring IPsec and
    ISAKMP, https://www.cisco.com/c/en/us/td/docs/security/asa/asa917/configuration/vpn/asa-917-vpn-config/vpn-ike.html). Phase 2 has to be
    configured on IOS XE and ASA. AES-256 and SHA-256 are recommended by L(Next Generation Cryptography,
    https://sec.cloudapps.cisco.com/security/center/resources/next_generation_cryptography). C(set pfs group14) is needed because by default
    PFS is not requested, see L(How to configure PFS with IPsec VPN,
    https://community.cisco.com/t5/security-knowledge-base/how-to-configure-pfs-with-ipsec-vpn/ta-p/3130878).
  - IPsec preset V(gcp) - as V(aws). Google accepts all of it by default, and demands PFS in phase 2, see L(Supported IKE ciphers,
    https://docs.cloud.google.com/network-connectivity/docs/vpn/concepts/supported-ike-ciphers).
  - IPsec preset V(other) - as V(aws). strongSwan accepts all of it by default but the group of phase 2, which needs C(esp_proposals =
    aes256-sha256-modp2048) there, see L(swanctl.opt, https://github.com/strongswan/strongswan/blob/master/src/swanctl/swanctl.opt).
  - IPsec presets and PFS - with V(ike_v2), the group of phase 2 is not negotiated when the tunnel is set up but at its first rekeying,
    which with a preset comes after 51 to 56 minutes. If the far end has another group there, or none, the tunnel works at first and breaks
    then. See L(IKE and IPsec SA Renewal, https://docs.strongswan.org/docs/latest/config/rekeying.html).
seealso:
  - module: openvpn.cloudconnexa.cloudconnexa_connector_info
  - module: openvpn.cloudconnexa.cloudconnexa_host
  - module: openvpn.cloudconnexa.cloudconnexa_network
  - module: openvpn.cloudconnexa.cloudconnexa_region_info
"""

EXAMPLES = r"""
- name: Connect the Network berlin in Frankfurt, with a token in a file
  openvpn.cloudconnexa.cloudconnexa_connector:
    network: berlin
    name: berlin-1
    region: Frankfurt
    description: First gateway of the office
    credentials: token
    credentials_dest: "{{ playbook_dir }}/berlin-1.token"
  register: berlin_1

- name: Connect the Host db1 in Paris, and get a profile
  openvpn.cloudconnexa.cloudconnexa_connector:
    host: db1
    name: db1
    region: Paris
    credentials: profile
  register: db1_connector
  no_log: true

- name: Keep the profile, which is returned only when it was issued
  ansible.builtin.copy:
    content: "{{ db1_connector.credentials.value }}"
    dest: "{{ playbook_dir }}/db1.ovpn"
    mode: "0600"
  when: db1_connector.credentials is defined
  no_log: true

- name: Issue the token again, such as after it was lost or a task failed halfway
  openvpn.cloudconnexa.cloudconnexa_connector:
    network: berlin
    name: berlin-1
    credentials: token
    credentials_force: true
    credentials_dest: "{{ playbook_dir }}/berlin-1.token"

- name: Rename a Connector and move it to another Region
  openvpn.cloudconnexa.cloudconnexa_connector:
    id: "{{ berlin_1.connector.id }}"
    name: berlin-amsterdam
    region: Amsterdam
  register: moved

- name: Issue a new token after the move
  openvpn.cloudconnexa.cloudconnexa_connector:
    id: "{{ moved.connector.id }}"
    credentials: token
    credentials_force: true
    credentials_dest: "{{ playbook_dir }}/berlin-1.token"
  when: moved is changed

- name: Suspend a Connector, which reports a change each time because the service does not tell the state
  openvpn.cloudconnexa.cloudconnexa_connector:
    network: berlin
    name: berlin-amsterdam
    suspended: true

- name: Tunnel to AWS, start it and wait until it is online
  openvpn.cloudconnexa.cloudconnexa_connector:
    network: datacenter
    name: aws-1
    region: us-east-1
    ipsec:
      platform: aws
      remote_site_public_ip: 203.0.113.10
      pre_shared_key: "{{ psk }}"
    ipsec_state: started
    wait_for: online
    wait_timeout: 120

- name: Tunnel to an Azure connection that has a custom policy with group 14
  openvpn.cloudconnexa.cloudconnexa_connector:
    network: datacenter
    name: azure-1
    region: us-east-1
    ipsec:
      platform: azure
      remote_site_public_ip: 203.0.113.20
      pre_shared_key: "{{ psk }}"
      ike_protocol:
        phase1:
          diffie_hellman_groups: [g_14]

- name: Replace the pre-shared key, once
  openvpn.cloudconnexa.cloudconnexa_connector:
    network: datacenter
    name: aws-1
    ipsec:
      pre_shared_key: "{{ psk }}"
    update_secrets: always

- name: Connect the Network frankfurt in three Regions, and nowhere else
  openvpn.cloudconnexa.cloudconnexa_connector:
    network: frankfurt
    connectors:
      - name: frankfurt-1
        region: Frankfurt
      - name: frankfurt-2
        region: London
      - name: frankfurt-3
        region: Paris
        description: Spare
    purge: true

- name: Remove a Connector
  openvpn.cloudconnexa.cloudconnexa_connector:
    network: berlin
    name: berlin-amsterdam
    state: absent
"""

RETURN = r"""
connector:
  description: The Connector; empty when it is absent. In check mode, what it would be.
  returned: without O(connectors)
  type: dict
  contains:
    id:
      description: The id of the Connector, not known in check mode before it is created.
      type: str
      returned: when the Connector exists
      sample: 5f2c1a52-4e0f-4c86-9a38-6f2f0c1d7f10
    name:
      description: The name.
      type: str
      returned: when the Connector is present
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
      description: V(online), V(online_with_issues) or V(offline). Only O(wait_for) reads it again after O(suspended) or O(ipsec_state).
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
        - The settings of an IPsec Connector, as in O(ipsec),
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
connectors:
  description:
    - The Connectors that O(connectors) names, in that order, each like RV(connector). With O(state=absent) there are none.
    - What was issued for one is in it, with the key C(credentials) and like RV(credentials).
  returned: with O(connectors)
  type: list
  elements: dict
  sample: []
credentials:
  description: What was issued for the software of the Connector. In check mode, what would be issued, without the secret.
  returned: without O(connectors), when something is issued
  type: dict
  contains:
    type:
      description: V(token) or V(profile).
      type: str
      returned: always
      sample: token
    value:
      description: The token, or the content of the profile. It is a secret.
      type: str
      returned: without O(credentials_dest), and not in check mode
      sample: VALUE_OF_THE_TOKEN
    dest:
      description: The file that it was written to.
      type: str
      returned: with O(credentials_dest)
      sample: /etc/openvpn/berlin-1.token
unverified:
  description: The options whose state cannot be read, and which were therefore carried out whether or not they held already.
  returned: when there are such options
  type: list
  elements: str
  sample: [suspended]
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

from ..module_utils import _ipsec
from ..module_utils._args import Spec, enumeration, reference
from ..module_utils._connector import CONNECTOR
from ..module_utils._runner import manage, run

SPEC = Spec(
    dict(
        name=dict(type="str"),
        id=dict(type=reference),
        network=dict(type="str"),
        host=dict(type="str"),
        region=dict(type="str"),
        description=dict(type="str"),
        ipsec=dict(type="dict", options=_ipsec.OPTIONS),
        connectors=dict(
            type="list",
            elements="dict",
            options=dict(
                name=dict(type="str", required=True),
                region=dict(type="str"),
                description=dict(type="str"),
                ipsec=dict(type="dict", options=_ipsec.OPTIONS),
            ),
        ),
        purge=dict(type="bool", default=False),
        concurrency=dict(type="int", default=4),
        update_secrets=enumeration("always", "on_create", default="on_create"),
        suspended=dict(type="bool"),
        ipsec_state=enumeration("started", "stopped"),
        credentials=enumeration("token", "profile"),
        credentials_force=dict(type="bool", default=False),
        credentials_dest=dict(type="path"),
        wait_for=enumeration("online"),
        wait_timeout=dict(type="float", default=300.0),
        state=enumeration("present", "absent", default="present"),
    ),
    required_one_of=[["name", "id", "connectors"], ["network", "host", "id"]],
    exclusive=[
        ("network", "host"),
        ("host", "ipsec"),
        ("host", "ipsec_state"),
        *(("connectors", alone) for alone in ("name", "id", "region", "description", "ipsec")),
    ],
    needs={"credentials_dest": "credentials", "purge": "connectors"},
)
JOB = manage(CONNECTOR)


def main() -> None:
    run(JOB, SPEC)


if __name__ == "__main__":
    main()
