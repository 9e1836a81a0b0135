# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, stopping, https, the command line and the control endpoints."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from emulator import Emulator

from .conftest import Api


class TestControl:
    @pytest.fixture
    def control(self, emulator: Emulator) -> Any:
        def call(method: str, path: str, **body: Any) -> Any:
            answer = requests.request(method, f"{emulator.base_url}/_emulator/{path}", json=body or None, timeout=10)
            assert answer.headers["Server"] == "cloudconnexa-emulator"
            return answer.json() if answer.content else answer.status_code

        return call

    def test_state_and_seed(self, api: Api, control: Any) -> None:
        connector = {"id": "c1", "name": "gate", "connectionStatus": "ONLINE"}
        network = {"id": "n1", "name": "berlin", "connectors": [connector], "routes": [{"id": "r1", "value": "10.0.0.0/24"}]}
        seeded = control("POST", "seed", networks=[network], hosts=[{"name": "db1"}], default_region="fi-hel")
        assert [(shown["id"], shown["routes"][0]["id"], shown["connectors"][0]["id"]) for shown in seeded["networks"]] == [
            ("n1", "r1", "c1")
        ]
        state = control("GET", "state")
        assert state == api.emulator.state()
        assert (state["networks"], state["hosts"], state["default_region"]) == (seeded["networks"], seeded["hosts"], "fi-hel")
        assert len(state["regions"]) == 35
        shown = api.read("/networks/n1")["connectors"][0]
        assert (shown["connectionStatus"], shown["vpnRegionId"]) == ("ONLINE", "fi-hel")

    def test_seeding_obeys_the_rules_but_needs_few_members(self, emulator: Emulator, control: Any) -> None:
        emulator.reset({"create_omitted": "refused", "default_region": "empty"})
        seeded = emulator.seed(networks=[{"name": "n", "connectors": [{"name": "c"}]}])
        assert seeded["networks"][0]["connectors"][0]["vpnRegionId"] == "us-east-1"
        assert "Name" in control("POST", "seed", networks=[{"name": ""}])["error"]

    def test_seeded_services_are_listed(self, api: Api) -> None:
        service = {"name": "web", "type": "SERVICE_DESTINATION"}
        seeded = api.emulator.seed(
            networks=[{"name": "n", "ipServices": [service]}], hosts=[{"name": "h", "applications": [{"name": "wiki"}]}]
        )
        assert [entry["name"] for entry in api.read("/networks/ip-services", networkId=seeded["networks"][0]["id"])["content"]] == ["web"]
        assert [entry["networkItemId"] for entry in api.read("/hosts/applications")["content"]] == [seeded["hosts"][0]["id"]]
        assert api.read("/networks/applications")["content"] == api.read("/hosts/ip-services")["content"] == []

    def test_calls(self, api: Api, control: Any) -> None:
        api("GET", "/regions?a=b")
        assert control("GET", "counts") == {"login": 0, "read": 1, "write": 0}
        call = {
            "method": "GET",
            "path": "/api/v1/regions",
            "query": {"a": "b"},
            "kind": "read",
            "status": 200,
            "fault": None,
            "executed": True,
        }
        assert control("GET", "calls") == [call]
        assert control("DELETE", "calls") == 204
        assert control("GET", "calls") == api.emulator.calls == []

    def test_faults(self, api: Api, control: Any) -> None:
        assert control("POST", "faults", kind="status", status=502, when={"path": "regions"}) == 204
        assert api("GET", "/regions").status_code == 502
        assert control("DELETE", "faults") == 204
        assert api("GET", "/regions").status_code == 200
        assert "no fault" in control("POST", "faults", kind="rain")["error"]

    def test_switches_limits_and_reset(self, api: Api, control: Any) -> None:
        assert control("PUT", "switches", missing_object="404", ids="digits")["missing_object"] == "404"
        assert api("GET", "/networks/x").status_code == 404
        assert "no position" in control("PUT", "switches", ids="red")["error"]
        assert control("PUT", "limits", burst=1, rate=1, interval=60) == 204
        assert [api("GET", "/regions").status_code for _time in range(2)] == [200, 429]
        assert control("PUT", "limits") == 204
        assert api("GET", "/regions").status_code == 200
        assert control("POST", "reset", switches={"ids": "digits"}, limits={"burst": 9, "rate": 1, "interval": 60}) == 204
        assert api("GET", "/networks/x").status_code == 400
        assert api("GET", "/regions").headers["X-RateLimit-Burst-Capacity"] == "9"
        assert control("POST", "reset") == 204
        assert (api.emulator.calls, api.emulator.switches["ids"]) == ([], "uuid")
        assert "unexpected keyword" in control("POST", "reset", colour="red")["error"]

    def test_connectors_and_tokens(self, api: Api, control: Any, connector: str) -> None:
        object_id = connector.rsplit("/", 1)[1]
        assert control("PUT", f"connectors/{object_id}", connectionStatus="ONLINE_WITH_ISSUES", licensed=False) == 204
        assert (api.read(connector)["connectionStatus"], api.read(connector)["licensed"]) == ("ONLINE_WITH_ISSUES", False)
        assert "no connector" in control("PUT", "connectors/x", suspended=True)["error"]
        assert control("POST", "revoke-tokens") == 204
        assert api("GET", "/regions").status_code == 401

    def test_removal_elsewhere(self, api: Api, network: dict[str, Any]) -> None:
        route = api.create(f"/networks/routes?networkId={network['id']}", value="10.0.0.0/8")
        host = api.create("/hosts", name="h")
        for kind, gone in (("route", route), ("connector", network["connectors"][0]), ("network", network), ("host", host)):
            api.emulator.delete(kind, gone["id"])
            with pytest.raises(ValueError, match=f"no {kind}"):
                api.emulator.delete(kind, gone["id"])
        state = api.emulator.state()
        assert state["networks"] == state["hosts"] == []

    def test_a_state_is_a_snapshot(self, api: Api) -> None:
        gateway = api.create("/networks", name="gateway", egress=True)
        api.create("/hosts", name="h", gatewaysIds=[gateway["id"]])
        before = api.emulator.state()
        api.emulator.delete("network", gateway["id"])
        assert before["hosts"][0]["gatewaysIds"] == [gateway["id"]]
        assert api.emulator.state()["hosts"][0]["gatewaysIds"] == []


class TestHttps:
    def test_own_ca(self) -> None:
        with Emulator(tls=True) as emulator:
            assert emulator.base_url.startswith("https://127.0.0.1:")
            assert emulator.env["CLOUDCONNEXA_CA_PATH"] == emulator.ca_path
            assert Api(emulator).read("/networks")["content"] == []
            with pytest.raises(requests.exceptions.SSLError, match=r"self-signed|unable to get local issuer"):
                requests.get(emulator.base_url, timeout=10)
        assert emulator.ca_path is not None
        assert not Path(emulator.ca_path).exists()

    @pytest.mark.parametrize(("certificate", "problem"), [("expired", "expired"), ("wrong_host", "IP address mismatch|doesn't match")])
    def test_bad_certificates(self, certificate: str, problem: str, tmp_path: Path) -> None:
        with Emulator(tls=True, certificate=certificate, ca_dir=str(tmp_path)) as emulator:
            assert emulator.ca_path == str(tmp_path / "ca.pem")
            with pytest.raises(requests.exceptions.SSLError, match=problem):
                Api(emulator)("GET", "/regions")


def test_a_context_closes_its_port() -> None:
    with Emulator() as emulator:
        port = int(emulator.base_url.rsplit(":", 1)[1])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


class TestCommandLine:
    @pytest.fixture
    def start(self) -> Iterator[Any]:
        started: list[subprocess.Popen[str]] = []

        def start(*arguments: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-m", "emulator", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            started.append(process)
            return process

        yield start
        for process in started:
            process.kill()
            process.communicate()

    @pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
    def test_serve_until_told_to_stop(self, start: Any, tmp_path: Path, end: signal.Signals) -> None:
        script = tmp_path / "env"
        process = start(
            "--tls", str(tmp_path / "ca"), "--env-file", str(script), "--switch", "missing_object=404", "--burst", "2", "--interval", "60"
        )
        give_up = time.monotonic() + 60
        while not script.exists() and time.monotonic() < give_up:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        assert stat.S_IMODE(script.stat().st_mode) == 0o600
        show = subprocess.run(["sh", "-c", f". {script}; env"], env={}, capture_output=True, text=True, check=True).stdout
        env = dict(line.split("=", 1) for line in show.splitlines())
        credentials = (env["CLOUDCONNEXA_CLIENT_ID"], env["CLOUDCONNEXA_CLIENT_SECRET"])
        session = requests.Session()
        session.verify = env["CLOUDCONNEXA_CA_PATH"]
        granted = session.post(f"{env['CLOUDCONNEXA_BASE_URL']}/api/v1/oauth/token", auth=credentials, timeout=10).json()
        session.headers["Authorization"] = f"Bearer {granted['access_token']}"
        statuses = [session.get(f"{env['CLOUDCONNEXA_BASE_URL']}/api/v1/networks/x", timeout=10).status_code for _time in range(3)]
        assert statuses == [404, 404, 429]
        process.send_signal(end)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        assert "This is an emulator of the CloudConnexa API, not the service" in out
        assert f"export CLOUDCONNEXA_BASE_URL={env['CLOUDCONNEXA_BASE_URL']}" in out
        assert granted["access_token"] not in out
        assert not os.path.lexists(script)

    def test_mistakes(self, start: Any) -> None:
        process = start("--switch", "colour=red")
        out, err = process.communicate(timeout=60)
        assert process.returncode != 0
        assert (out, "no switch 'colour'" in err) == ("", True)
