# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudconnexa_connector over the wire: IPsec Connectors, their settings and secrets, their tunnel."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from ansible_collections.openvpn.cloudconnexa.plugins.modules import cloudconnexa_connector

from ...conftest import Playground

KEY, NEW_KEY = "Canary.Key.1", "Canary.Key.2"
TUNNEL: dict[str, Any] = {"network": "datacenter", "name": "tunnel"}
NEW: dict[str, Any] = {**TUNNEL, "region": "eu-central-1"}
PLATFORMS = ("aws", "azure", "cisco", "gcp", "other")

# In the API's words: what the vendor's example for AWS proposes, and where a platform departs from it.
AWS: dict[str, Any] = {
    "protocolVersion": "IKE_V2",
    "phase1": {
        "encryptionAlgorithms": ["AES256"],
        "integrityAlgorithms": ["SHA2_256"],
        "diffieHellmanGroups": ["G_14"],
        "lifetimeSec": 28800,
    },
    "phase2": {
        "encryptionAlgorithms": ["AES256"],
        "integrityAlgorithms": ["SHA2_256"],
        "diffieHellmanGroups": ["G_14"],
        "lifetimeSec": 3600,
    },
    "rekey": {"marginTimeSec": 270, "fuzzPercent": 100, "replayWindowSize": 1024},
    "startupAction": "START",
    "autoInitiate": True,
}
PRESETS: dict[str, dict[str, Any]] = {
    "aws": AWS,
    "gcp": AWS,
    "other": AWS,
    "azure": {**AWS, "phase1": {**AWS["phase1"], "diffieHellmanGroups": ["G_14", "G_2"]}},
    "cisco": {**AWS, "phase1": {**AWS["phase1"], "integrityAlgorithms": ["SHA2_512", "SHA2_256"]}},
}


def held(wpc: Playground, name: str = "tunnel") -> dict[str, Any]:
    """The settings of a Connector as the service has them, with its secrets."""
    connector_id = wpc.connector(name, "datacenter")["id"]
    settings: dict[str, Any] = wpc.emulator.wpc.connectors[connector_id].members["ipSecConfig"]
    return settings


def proposed(wpc: Playground) -> dict[str, Any]:
    """What the service was told to propose, without what it derives by itself (BEHAVIOUR 9)."""
    return {name: value for name, value in held(wpc)["ikeProtocol"].items() if name != "deadPeerDetection"}


def documented(platform: str) -> list[str]:
    """The words that the documentation of a preset has to hold, in this order: all of it, or where it departs from the first one."""
    preset = PRESETS[platform]
    if platform == "aws":
        phases = [value for phase in ("phase1", "phase2") for value in preset[phase].values()]
        proposals = [str(word).lower() for value in phases for word in (value if isinstance(value, list) else [value])]
        return ["ike_v2", *proposals, *map(str, preset["rekey"].values()), "start", "initiated automatically"]
    departures = [value for name, value in preset["phase1"].items() if value != AWS["phase1"][name]]
    return ["as V(aws)", *(word.lower() for value in departures for word in value)]


def writes(wpc: Playground) -> list[str]:
    """What was written, such as "POST start": the method and the last part of the path."""
    return [f"{call.method} {call.path.rsplit('/', 1)[-1]}" for call in wpc.emulator.calls if call.kind == "write"]


@pytest.fixture
def tunnel(wpc: Playground) -> str:
    """The id of an IPsec Connector made by the module."""
    made = wpc.run(
        "connector", **NEW, description="First", ipsec={"platform": "aws", "remote_site_public_ip": "192.0.2.1", "pre_shared_key": KEY}
    )
    return str(made["connector"]["id"])


class TestPresets:
    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_platform_and_key_are_enough(self, wpc: Playground, platform: str) -> None:
        wpc.run("connector", **NEW, ipsec={"platform": platform, "pre_shared_key": KEY})
        settings = held(wpc)
        assert (settings["platform"], settings["authenticationType"], settings["preSharedKey"]) == (platform.upper(), "SHARED_SECRET", KEY)
        assert proposed(wpc) == PRESETS[platform]

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_values_are_those_of_the_documentation(self, platform: str) -> None:
        text = re.sub(r"\s+", " ", str(yaml.safe_load(cloudconnexa_connector.DOCUMENTATION)))
        said = next(part for part in re.split(r"(?=V\(\w+\) - )", text) if re.match(rf"V\({platform}\) - (V\(ike|as V\(aws)", part))
        place = 0
        for word in documented(platform):
            place = said.index(word, place) + len(word)

    def test_own_values_go_over_the_preset_one_by_one(self, wpc: Playground) -> None:
        ike = {"phase1": {"diffie_hellman_groups": ["G_19", "g_20"]}, "rekey": {"fuzz_percent": 50}, "startup_action": "attach"}
        wpc.run("connector", **NEW, ipsec={"platform": "aws", "pre_shared_key": KEY, "ike_protocol": ike})
        assert proposed(wpc) == {
            **AWS,
            "phase1": {**AWS["phase1"], "diffieHellmanGroups": ["G_19", "G_20"]},
            "rekey": {**AWS["rekey"], "fuzzPercent": 50},
            "startupAction": "ATTACH",
            "autoInitiate": False,
        }

    def test_nobody_initiates_when_attached(self, wpc: Playground) -> None:
        ike = {"startup_action": "attach", "auto_initiate": True}
        message = wpc.fails("connector", **NEW, ipsec={"platform": "aws", "pre_shared_key": KEY, "ike_protocol": ike})
        assert "the startup_action attach does not go with auto_initiate: true. Set startup_action to start" in message
        tunnel = {"platform": "aws", "pre_shared_key": KEY}
        wpc.run("connector", **NEW, ipsec=tunnel)
        wpc.run("connector", **NEW, ipsec={**tunnel, "ike_protocol": {"startup_action": "attach"}})
        assert (proposed(wpc)["startupAction"], proposed(wpc)["autoInitiate"]) == ("ATTACH", False)

    def test_the_older_dead_peer_detection_takes_the_place_of_auto_initiate(self, wpc: Playground) -> None:
        detection = {"timeout_sec": 60, "dead_peer_handling": "restart"}
        task = {**NEW, "ipsec": {"platform": "aws", "pre_shared_key": KEY, "ike_protocol": {"dead_peer_detection": detection}}}
        wpc.run("connector", **task)
        assert "autoInitiate" not in proposed(wpc)
        assert held(wpc)["ikeProtocol"]["deadPeerDetection"] == {"timeoutSec": 30, "deadPeerHandling": "RESTART"}
        assert wpc.calls("connector", **task)["write"] == 0

    def test_without_a_platform_it_is_another_one(self, wpc: Playground) -> None:
        wpc.run("connector", **NEW, ipsec={"pre_shared_key": KEY})
        assert held(wpc)["platform"] == "OTHER"

    def test_are_for_creation_only(self, wpc: Playground) -> None:
        ike = {"phase1": {"diffie_hellman_groups": ["g_19"]}}
        wpc.run("connector", **NEW, ipsec={"platform": "aws", "pre_shared_key": KEY, "ike_protocol": ike})
        before = proposed(wpc)
        assert wpc.calls("connector", **NEW, ipsec={"platform": "aws", "pre_shared_key": KEY})["write"] == 0
        wpc.run("connector", **NEW, ipsec={"platform": "azure", "pre_shared_key": KEY})
        assert held(wpc)["platform"] == "AZURE"
        assert proposed(wpc) == before

    def test_every_setting_reaches_the_service(self, wpc: Playground) -> None:
        settings = {
            "platform": "cisco",
            "authentication_type": "shared_secret",
            "remote_site_public_ip": "2001:DB8:0::1",
            "hostname": "gate",
            "domain": "example.com",
            "pre_shared_key": KEY,
        }
        result = wpc.run("connector", **NEW, ipsec=settings)
        assert {name: value for name, value in held(wpc).items() if name not in ("ikeProtocol", "serverId", "serverIp")} == {
            "platform": "CISCO",
            "authenticationType": "SHARED_SECRET",
            "remoteSitePublicIp": "2001:db8::1",
            "hostname": "gate",
            "domain": "example.com",
            "preSharedKey": KEY,
        }
        shown = result["connector"]["ipsec"]
        assert shown["remote_site_public_ip"] == "2001:db8::1"
        assert shown["server_id"] == held(wpc)["serverId"]
        assert shown["server_ip"] == held(wpc)["serverIp"]
        assert shown["connector_state"] == "active"


@pytest.mark.parametrize("switches", [{"pre_shared_key": position} for position in ("clear", "masked", "empty", "omitted")])
class TestSecrets:
    """Whatever the service answers for a secret, it is neither compared nor sent back nor shown."""

    def test_are_sent_with_the_creation_and_then_left_alone(self, wpc: Playground, tunnel: str) -> None:
        task = {**NEW, "ipsec": {"platform": "aws", "pre_shared_key": NEW_KEY}}
        result = wpc.run("connector", **task)
        assert (result["changed"], held(wpc)["preSharedKey"]) == (False, KEY)
        assert wpc.calls("connector", **task) == {"login": 0, "read": 1, "write": 0}
        assert "pre_shared_key" not in result["connector"]["ipsec"]
        assert "pre_shared_key" not in result["diff"]["after"]["ipsec"]

    def test_are_sent_along_with_another_change(self, wpc: Playground, tunnel: str) -> None:
        wpc.run("connector", **TUNNEL, description="Changed", ipsec={"pre_shared_key": NEW_KEY})
        assert held(wpc)["preSharedKey"] == NEW_KEY
        assert wpc.connector("tunnel", "datacenter")["description"] == "Changed"

    def test_are_sent_each_time_on_request(self, wpc: Playground, tunnel: str) -> None:
        task = {**TUNNEL, "ipsec": {"pre_shared_key": NEW_KEY}, "update_secrets": "always"}
        for _run in range(2):
            assert wpc.run("connector", **task, check=True)["changed"]
            wpc.emulator.forget_calls()
            result = wpc.run("connector", **task)
            assert (result["changed"], writes(wpc)) == (True, [f"PUT {tunnel}"])
            assert result["diff"]["before"] == result["diff"]["after"]
        assert held(wpc)["preSharedKey"] == NEW_KEY

    def test_that_are_not_given_are_not_sent_each_time(self, wpc: Playground, tunnel: str) -> None:
        assert wpc.calls("connector", **TUNNEL, ipsec={"platform": "aws"}, update_secrets="always")["write"] == 0

    def test_are_needed_for_every_change_and_missed_before_any_write(self, wpc: Playground, tunnel: str) -> None:
        before = dict(held(wpc))
        wpc.emulator.forget_calls()
        for change in (
            {"description": "Changed"},
            {"region": "it-mxp"},
            {"ipsec": {"hostname": "gate"}},
            {"ipsec": {"hostname": "gate", "pre_shared_key": ""}},
        ):
            for check in (False, True):
                message = wpc.fails("connector", **TUNNEL, **change, check=check)
                assert "ipsec.pre_shared_key is needed to update an IPsec Connector" in message
                assert "would remove it" in message
        assert wpc.emulator.count()["write"] == 0
        assert held(wpc) == before


class TestUpdates:
    @pytest.mark.parametrize("switches", [{"put_omitted": "blanked"}, {"put_omitted": "kept"}])
    def test_a_put_repeats_every_setting(self, wpc: Playground, tunnel: str) -> None:
        before = dict(held(wpc))
        wpc.run("connector", **TUNNEL, region="it-mxp", ipsec={"pre_shared_key": KEY})
        assert held(wpc) == before
        wpc.run("connector", **TUNNEL, ipsec={"pre_shared_key": KEY, "ike_protocol": {"phase2": {"lifetime_sec": 7200}}})
        ike = before["ikeProtocol"]
        assert held(wpc) == {**before, "ikeProtocol": {**ike, "phase2": {**ike["phase2"], "lifetimeSec": 7200}}}
        wpc.run("connector", **TUNNEL, ipsec={"pre_shared_key": KEY, "remote_site_public_ip": ""})
        assert held(wpc)["remoteSitePublicIp"] == ""

    def test_an_absent_connector_is_needed_no_key(self, wpc: Playground, tunnel: str) -> None:
        assert wpc.run("connector", **TUNNEL, state="absent")["changed"]
        assert [connector["name"] for connector in wpc.parent("datacenter")["connectors"]] == ["standing"]

    def test_settings_that_the_list_leaves_out_are_read_by_id(self, wpc: Playground, tunnel: str) -> None:
        datacenter = wpc.parent("datacenter")
        hidden = ("ipSecConfig", "suspended", "started")
        short = [{name: value for name, value in each.items() if name not in hidden} for each in datacenter["connectors"]]
        page = {
            "content": [{**datacenter, "connectors": short}],
            "totalElements": 1,
            "totalPages": 1,
            "numberOfElements": 1,
            "page": 0,
            "size": 1000,
        }
        wpc.emulator.faults.add("headers", body=page, when={"path": "/networks$"})
        before = dict(held(wpc))
        assert wpc.calls("connector", **TUNNEL, ipsec={"platform": "aws"}) == {"login": 0, "read": 2, "write": 0}
        assert wpc.calls("connector", **TUNNEL, ipsec={"platform": "gcp", "pre_shared_key": KEY}) == {"login": 0, "read": 2, "write": 1}
        assert held(wpc) == {**before, "platform": "GCP"}


class TestRefusals:
    @pytest.mark.parametrize("ipsec", [{"platform": "aws"}, {"platform": "aws", "pre_shared_key": ""}])
    def test_a_new_one_needs_a_key(self, wpc: Playground, ipsec: dict[str, Any]) -> None:
        for check in (False, True):
            message = wpc.fails("connector", **NEW, ipsec=ipsec, check=check)
            assert "ipsec.pre_shared_key is needed to create an IPsec Connector" in message

    def test_certificates_need_a_private_key_instead(self, wpc: Playground) -> None:
        message = wpc.fails("connector", **NEW, ipsec={"authentication_type": "certificate", "pre_shared_key": KEY})
        assert "ipsec.peer_certificate_private_key is needed to create" in message
        wpc.run("connector", **NEW, ipsec={"authentication_type": "certificate", "peer_certificate_private_key": "Canary.Private.1"})
        assert (held(wpc)["authenticationType"], held(wpc)["peerCertificatePrivateKey"]) == ("CERTIFICATE", "Canary.Private.1")

    def test_an_ipsec_network_needs_settings_for_a_new_connector(self, wpc: Playground) -> None:
        message = wpc.fails("connector", **NEW)
        assert 'the Network "datacenter" tunnels with IPsec' in message
        assert "pre_shared_key" in message

    def test_an_openvpn_connector_takes_none(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        ipsec = {"platform": "aws", "pre_shared_key": KEY}
        assert "is, or would be, an OpenVPN Connector" in wpc.fails("connector", network="berlin", name="standing", ipsec=ipsec)
        assert "is, or would be, an OpenVPN Connector" in wpc.fails("connector", network="berlin", name="new", region="it-mxp", ipsec=ipsec)
        assert "is, or would be, an OpenVPN Connector" in wpc.fails("connector", id=wpc.connector(parent="db1")["id"], ipsec=ipsec)
        assert wpc.emulator.count()["write"] == 0

    def test_it_has_neither_token_nor_profile(self, wpc: Playground) -> None:
        for kind in ("token", "profile"):
            message = wpc.fails("connector", **NEW, ipsec={"platform": "aws", "pre_shared_key": KEY}, credentials=kind)
            assert "an IPsec Connector has neither token nor profile" in message
        assert [connector["name"] for connector in wpc.parent("datacenter")["connectors"]] == ["standing"]

    def test_an_openvpn_connector_has_no_tunnel_to_start(self, wpc: Playground) -> None:
        for name in ("standing", "new"):
            message = wpc.fails("connector", network="berlin", name=name, region="us-mia", ipsec_state="started")
            assert "an OpenVPN Connector has no IPsec tunnel to start or stop" in message
        assert len(wpc.parent("berlin")["connectors"]) == 1

    def test_an_incomplete_dead_peer_detection_is_refused(self, wpc: Playground) -> None:
        ike = {"dead_peer_detection": {"timeout_sec": 60}}
        assert "dead_peer_handling" in wpc.fails("connector", **NEW, ipsec={"pre_shared_key": KEY, "ike_protocol": ike})

    def test_unknown_words_are_told_with_the_known_ones(self, wpc: Playground) -> None:
        assert "aws, azure, cisco, gcp, other" in wpc.fails("connector", **NEW, ipsec={"platform": "digitalocean", "pre_shared_key": KEY})


@pytest.mark.parametrize("switches", [{"ipsec_repeat": "refused"}, {"ipsec_repeat": "refused", "ipsec_start": "pending"}])
class TestTunnelThatTellsLittle:
    @pytest.mark.parametrize("state", ["started", "stopped"])
    def test_may_be_switched_where_that_holds_already(self, wpc: Playground, tunnel: str, state: str) -> None:
        wpc.run("connector", **TUNNEL, ipsec_state="started")
        for _run in range(2):
            assert not wpc.run("connector", **TUNNEL, ipsec_state=state).get("failed")


@pytest.mark.parametrize("switches", [{"list_members": "partial"}])
class TestSettingsThatAListLeavesOut:
    def test_stay_when_another_one_is_changed(self, wpc: Playground, tunnel: str) -> None:
        before = held(wpc)
        wpc.run("connector", **TUNNEL, description="Changed", ipsec={"pre_shared_key": KEY})
        assert held(wpc) == before
        wpc.run("connector", **TUNNEL, ipsec={"pre_shared_key": KEY, "hostname": "gate"})
        assert held(wpc) == {**before, "hostname": "gate"}

    def test_are_no_difference(self, wpc: Playground, tunnel: str) -> None:
        wished = {"pre_shared_key": KEY, "ike_protocol": {"phase1": {"encryption_algorithms": ["aes256"]}}}
        assert wpc.calls("connector", **TUNNEL, ipsec=wished)["write"] == 0


class TestSecretsWithBlanks:
    def test_are_refused_without_being_shown(self, wpc: Playground) -> None:
        message = wpc.fails("connector", **NEW, ipsec={"platform": "aws", "pre_shared_key": f"{KEY}\n"})
        assert "ipsec.pre_shared_key begins or ends with a blank or a line end" in message
        assert KEY not in message

    def test_that_belong_there_are_sent_to_the_letter_and_hidden_in_any_form(self, wpc: Playground) -> None:
        key = "Canary.Private.Key\n"
        body = {"errorMessage": f"no key: {key.strip()}"}
        wpc.emulator.faults.add("status", status=422, body=body, when={"method": "POST"})
        options = {"authentication_type": "certificate", "peer_certificate_private_key": key}
        assert "no key: ***" in wpc.fails("connector", **NEW, ipsec=options)
        wpc.emulator.faults.clear()
        wpc.run("connector", **NEW, ipsec=options)
        assert held(wpc)["peerCertificatePrivateKey"] == key


@pytest.mark.parametrize("switches", [{"ipsec_answer": "object"}, {"ipsec_answer": "empty"}])
class TestTunnel:
    def test_of_a_new_connector_is_started_on_request_only(self, wpc: Playground) -> None:
        wpc.emulator.forget_calls()
        task = {**NEW, "ipsec": {"platform": "aws", "pre_shared_key": KEY}}
        wpc.run("connector", **task, ipsec_state="stopped")
        assert (writes(wpc), wpc.connector("tunnel", "datacenter")["connectionStatus"]) == (["POST connectors"], "OFFLINE")
        wpc.run("connector", **TUNNEL, state="absent")
        wpc.emulator.forget_calls()
        result = wpc.run("connector", **task, ipsec_state="started", wait_for="online")
        assert writes(wpc) == ["POST connectors", "POST start"]
        assert "unverified" not in result
        assert result["connector"]["connection_status"] == "online"

    def test_that_is_online_is_known_to_run(self, wpc: Playground, tunnel: str) -> None:
        wpc.emulator.set_connector(tunnel, connectionStatus="ONLINE")
        result = wpc.run("connector", **TUNNEL, ipsec_state="started")
        assert (result["changed"], result.get("unverified")) == (False, None)
        wpc.emulator.forget_calls()
        result = wpc.run("connector", **TUNNEL, ipsec_state="STOPPED")
        assert (result["changed"], result.get("unverified"), writes(wpc)) == (True, None, ["POST stop"])
        assert wpc.connector("tunnel", "datacenter")["connectionStatus"] == "OFFLINE"

    @pytest.mark.parametrize(("state", "verb"), [("started", "start"), ("stopped", "stop")])
    def test_that_is_offline_cannot_be_verified_and_is_switched_each_time(
        self, wpc: Playground, tunnel: str, state: str, verb: str
    ) -> None:
        for _run in range(2):
            wpc.emulator.set_connector(tunnel, connectionStatus="OFFLINE")
            wpc.emulator.forget_calls()
            result = wpc.run("connector", **TUNNEL, ipsec_state=state)
            assert (result["changed"], result["unverified"], writes(wpc)) == (True, ["ipsec_state"], [f"POST {verb}"])

    @pytest.mark.parametrize("status", ["ONLINE", "OFFLINE"])
    def test_is_neither_started_nor_stopped_because_of_other_changes(self, wpc: Playground, tunnel: str, status: str) -> None:
        wpc.emulator.set_connector(tunnel, connectionStatus=status)
        wpc.emulator.forget_calls()
        wpc.run("connector", **TUNNEL, description="Changed", region="it-mxp", ipsec={"pre_shared_key": NEW_KEY, "hostname": "gate"})
        assert writes(wpc) == [f"PUT {tunnel}"]
        assert wpc.connector("tunnel", "datacenter")["connectionStatus"] == status

    def test_is_switched_once_although_answers_are_lost(self, wpc: Playground, tunnel: str) -> None:
        wpc.emulator.faults.add("drop", phase="after", when={"path": "/ipsec/start$", "times": 1})
        wpc.emulator.forget_calls()
        wpc.run("connector", **TUNNEL, ipsec_state="started")
        assert writes(wpc) == ["POST start"] * 2
        assert wpc.connector("tunnel", "datacenter")["connectionStatus"] == "ONLINE"


class TestSuspension:
    @pytest.mark.parametrize("suspended", [True, False])
    def test_is_known_where_the_service_reports_it(self, wpc: Playground, tunnel: str, suspended: bool) -> None:
        wpc.emulator.set_connector(tunnel, suspended=not suspended)
        wpc.emulator.forget_calls()
        first, second = (wpc.run("connector", **TUNNEL, suspended=suspended) for _run in range(2))
        assert (first["changed"], second["changed"]) == (True, False)
        assert "unverified" not in {**first, **second}
        assert writes(wpc) == ["PUT suspend" if suspended else "PUT activate"]
        assert wpc.connector("tunnel", "datacenter")["suspended"] is suspended

    @pytest.mark.parametrize("switches", [{"connector_state": "omitted"}])
    def test_is_done_each_time_where_the_service_does_not(self, wpc: Playground, tunnel: str) -> None:
        for _run in range(2):
            result = wpc.run("connector", **TUNNEL, suspended=True)
            assert (result["changed"], result["unverified"]) == (True, ["suspended"])

    def test_and_tunnel_may_both_be_unverified(self, wpc: Playground, tunnel: str) -> None:
        wpc.emulator.set_switches({"connector_state": "omitted"})
        result = wpc.run("connector", **TUNNEL, suspended=False, ipsec_state="stopped")
        assert result["unverified"] == ["ipsec_state", "suspended"]
