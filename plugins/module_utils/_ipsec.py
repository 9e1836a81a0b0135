# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""IPsec settings of a Connector: members, options and presets. Private to this collection."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from . import _compare
from ._args import any_case, enumeration
from ._compare import Address, Enum, Fields, Flag, Group, Id, Number, Object, Secret, SetOf, Text
from ._errors import InvalidInput

_PHASE: Fields = {
    "encryption_algorithms": SetOf(Enum("encryptionAlgorithms")),
    "integrity_algorithms": SetOf(Enum("integrityAlgorithms")),
    "diffie_hellman_groups": SetOf(Enum("diffieHellmanGroups")),
    "lifetime_sec": Number("lifetimeSec"),
}
_REKEY: Fields = {
    "margin_time_sec": Number("marginTimeSec"),
    "fuzz_percent": Number("fuzzPercent"),
    "replay_window_size": Number("replayWindowSize"),
}
_DEAD_PEER_DETECTION: Fields = {"timeout_sec": Number("timeoutSec"), "dead_peer_handling": Enum("deadPeerHandling")}

# What secures the tunnel cannot be read back reliably (BEHAVIOUR 9), so it is only sent.
_SECRETS: Fields = {
    "pre_shared_key": Secret("preSharedKey"),
    "ca_certificate": Secret("caCertificate"),
    "peer_certificate": Secret("peerCertificate"),
    "remote_gateway_certificate": Secret("remoteGatewayCertificate"),
    "peer_certificate_private_key": Secret("peerCertificatePrivateKey"),
    "peer_certificate_key_passphrase": Secret("peerCertificateKeyPassphrase"),
}

FIELDS: Fields = {
    "platform": Enum("platform"),
    "authentication_type": Enum("authenticationType"),
    "remote_site_public_ip": Address("remoteSitePublicIp"),
    "hostname": Text("hostname"),
    "domain": Text("domain"),
    **_SECRETS,
    "ike_protocol": Group(
        "ikeProtocol",
        {
            "protocol_version": Enum("protocolVersion"),
            "phase1": Group("phase1", _PHASE),
            "phase2": Group("phase2", _PHASE),
            "rekey": Group("rekey", _REKEY),
            # The service derives it from auto_initiate and answers other figures than were sent (BEHAVIOUR 9).
            "dead_peer_detection": Group("deadPeerDetection", _DEAD_PEER_DETECTION, write_only=True),
            "startup_action": Enum("startupAction"),
            "auto_initiate": Flag("autoInitiate"),
        },
    ),
    "connector_state": Enum("connectorState", read_only=True),
    "server_id": Id("serverId", read_only=True),
    "server_ip": Address("serverIp", read_only=True),
    "paired_aws_connector_id": Id("pairedAwsConnectorId", read_only=True),
}


def _preset(phase1_integrity: Sequence[str] = ("sha2_256",), phase1_groups: Sequence[str] = ("g_14",)) -> Object:
    return {
        "protocol_version": "ike_v2",
        "phase1": {
            "encryption_algorithms": ["aes256"],
            "integrity_algorithms": list(phase1_integrity),
            "diffie_hellman_groups": list(phase1_groups),
            "lifetime_sec": 28800,
        },
        "phase2": {
            "encryption_algorithms": ["aes256"],
            "integrity_algorithms": ["sha2_256"],
            "diffie_hellman_groups": ["g_14"],
            "lifetime_sec": 3600,
        },
        "rekey": {"margin_time_sec": 270, "fuzz_percent": 100, "replay_window_size": 1024},
        "startup_action": "start",
        "auto_initiate": True,
    }


# What a new Connector proposes where the user does not say: the vendor's published example for AWS, which a far end of most platforms
# accepts as it comes. The sources of each value and each exception are in the documentation of cloudconnexa_connector.
PRESETS: Dict[str, Object] = {
    "aws": _preset(),
    "gcp": _preset(),
    "other": _preset(),
    "azure": _preset(phase1_groups=("g_14", "g_2")),
    "cisco": _preset(phase1_integrity=("sha2_512", "sha2_256")),
}


def _phase() -> Dict[str, Dict[str, Any]]:
    return dict(
        encryption_algorithms=_several("aes128", "aes256", "aes128_gcm_16", "aes256_gcm_16"),
        integrity_algorithms=_several("sha1", "sha2_256", "sha2_384", "sha2_512"),
        diffie_hellman_groups=_several("g_1", "g_2", "g_5", "g_14", "g_15", "g_16", "g_19", "g_20", "g_24"),
        lifetime_sec=dict(type="int"),
    )


def _several(*choices: str) -> Dict[str, Any]:
    return dict(type="list", elements=any_case, choices=list(choices))


# The suboptions of the option ``ipsec``.
OPTIONS: Dict[str, Dict[str, Any]] = dict(
    platform=enumeration("aws", "azure", "cisco", "gcp", "other"),
    authentication_type=enumeration("shared_secret", "certificate"),
    remote_site_public_ip=dict(type="str"),
    hostname=dict(type="str"),
    domain=dict(type="str"),
    pre_shared_key=dict(type="str", no_log=True),
    ca_certificate=dict(type="str"),
    peer_certificate=dict(type="str"),
    remote_gateway_certificate=dict(type="str"),
    peer_certificate_private_key=dict(type="str", no_log=True),
    peer_certificate_key_passphrase=dict(type="str", no_log=True),
    ike_protocol=dict(
        type="dict",
        options=dict(
            protocol_version=enumeration("ike_v1", "ike_v2"),
            phase1=dict(type="dict", options=_phase()),
            phase2=dict(type="dict", options=_phase()),
            rekey=dict(type="dict", no_log=False, options={name: dict(type="int") for name in _REKEY}),
            dead_peer_detection=dict(
                type="dict",
                options=dict(timeout_sec=dict(type="int", required=True), dead_peer_handling=enumeration("restart", "none", required=True)),
            ),
            startup_action=enumeration("start", "attach"),
            auto_initiate=dict(type="bool"),
        ),
    ),
)


def secrets(options: Mapping[str, Any]) -> List[str]:
    """The secret values that the user gave."""
    return [options[name] for name in _SECRETS if options.get(name)]


def refuse_blanks(options: Mapping[str, Any]) -> None:
    """Raises InvalidInput where a secret that is typed in has blanks around it, such as the line end of a YAML block."""
    for name in ("pre_shared_key", "peer_certificate_key_passphrase"):
        secret = options.get(name) or ""
        if secret != secret.strip():
            raise InvalidInput(f"ipsec.{name} begins or ends with a blank or a line end", "Remove it, such as with the filter trim")


def settings(wanted: Object, current: Optional[Object]) -> Object:
    """What a Connector shall have: what the user wishes, and for a new one the preset of its platform below it. Raises InvalidInput."""
    wished = wanted.get("ike_protocol", {})
    if current is None:
        wanted = {"platform": "other", "authentication_type": "shared_secret", **wanted}
        ike = dict(PRESETS[wanted["platform"]])
        if "dead_peer_detection" in wished:
            del ike["auto_initiate"]  # it supersedes the older member
        wanted = _compare.merge(FIELDS, {"ike_protocol": ike}, wanted)
    if wished.get("startup_action") == "attach" and "auto_initiate" not in wished:
        wanted["ike_protocol"]["auto_initiate"] = False  # who waits for the peer does not begin (BEHAVIOUR 9)
    after = _compare.merge(FIELDS, current or {}, wanted).get("ike_protocol", {})
    if after.get("startup_action") == "attach" and after.get("auto_initiate"):
        raise InvalidInput(
            "ipsec.ike_protocol: the startup_action attach does not go with auto_initiate: true",
            "Set startup_action to start, or auto_initiate to false",
        )
    return wanted


def require_secrets(settings: Object, verb: str) -> None:
    """Raises InvalidInput where a secret is missing: a PUT replaces, and none can be read back to be sent again (BEHAVIOUR 5, 9)."""
    needed = "pre_shared_key" if settings.get("authentication_type", "shared_secret") == "shared_secret" else "peer_certificate_private_key"
    if not settings.get(needed):
        why = "" if verb == "create" else "; the service cannot give it back, and a change that leaves it out would remove it"
        raise InvalidInput(f"ipsec.{needed} is needed to {verb} an IPsec Connector{why}", f"Give ipsec.{needed}")
