# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Equal means equal: whatever spelling an object was created with, every other spelling of it changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Union

import pytest

from ...conftest import Playground

Spelling = Union[dict[str, Any], Callable[[Playground], dict[str, Any]]]  # noqa: UP007 pylint takes | for an operation
pytestmark = pytest.mark.whole

KEY = "Canary.Key.1"
IPSEC: dict[str, Any] = {"network": "datacenter", "name": "tunnel", "region": "it-mxp"}


def ipsec(**settings: Any) -> dict[str, Any]:
    return {**IPSEC, "ipsec": {"pre_shared_key": KEY, **settings}}


def phase1(**proposals: Any) -> dict[str, Any]:
    return ipsec(ike_protocol={"phase1": proposals})


# By module and subject: spellings of one and the same wish. Ids are known only when the WPC is there.
SPELLINGS: dict[tuple[str, str], list[Spelling]] = {
    ("route", "ipv4 subnet"): [
        {"network": "berlin", "subnet": "10.1.0.0/16"},
        {"network": "berlin", "subnet": " 10.1.0.0/16\n"},
        {"network": "berlin", "subnet": "10.1.0.0/255.255.0.0"},
        {"network": "berlin", "subnet": "10.1.0.0/0.0.255.255"},
        {"network": "berlin", "subnet": "10.1.2.3/16", "normalize": True},
    ],
    ("route", "ipv6 subnet"): [
        {"network": "berlin", "subnet": "2001:db8:1::/48"},
        {"network": "berlin", "subnet": "2001:DB8:1::/48"},
        {"network": "berlin", "subnet": "2001:0db8:0001:0:0:0:0:0/48"},
        {"network": "berlin", "subnet": "2001:db8:1:0::0/48"},
        {"network": "berlin", "subnet": "2001:db8:1:2:3:4:5:6/48", "normalize": True},
    ],
    ("route", "single address"): [
        {"network": "berlin", "subnet": "10.1.2.3"},
        {"network": "berlin", "subnet": "10.1.2.3/32"},
        {"network": "berlin", "subnet": "10.1.2.3/255.255.255.255"},
    ],
    ("route", "blanks"): [
        {"network": "berlin", "subnet": "10.1.0.0/16", "description": "Two words"},
        {"network": "berlin", "subnet": "10.1.0.0/16", "description": "  Two words\n"},
    ],
    ("route", "network by name or id"): [
        {"network": "berlin", "subnet": "10.1.0.0/16"},
        {"network": " berlin ", "subnet": "10.1.0.0/16"},
        lambda wpc: {"network": wpc.parent("berlin")["id"], "subnet": "10.1.0.0/16"},
    ],
    ("route", "set"): [
        {"network": "berlin", "routes": ["10.1.0.0/16", "2001:db8:1::/48"], "purge": True},
        {"network": "berlin", "routes": [{"subnet": "2001:DB8:1:0::/48"}, {"subnet": "10.1.0.0/255.255.0.0"}], "purge": True},
    ],
    ("connector", "region"): [
        {"network": "berlin", "name": "east", "region": region}
        for region in (
            "eu-central-1",
            "EU-CENTRAL-1",
            " eu-central-1 ",
            "Frankfurt",
            "FRANKFURT",
            "Germany",
            "de",
            "Frankfurt, DE",
            "frankfurt,  germany",
        )
    ],
    ("connector", "region of the usa"): [
        {"network": "berlin", "name": "east", "region": region}
        for region in ("us-central-1", "Chicago (IL)", "Chicago", "chicago, il", "Chicago, US")
    ],
    ("connector", "network by name or id"): [
        {"network": "berlin", "name": "east", "region": "it-mxp"},
        lambda wpc: {"network": wpc.parent("berlin")["id"], "name": "east", "region": "it-mxp"},
    ],
    ("connector", "host by name or id"): [
        {"host": "db1", "name": "east", "region": "it-mxp"},
        lambda wpc: {"host": wpc.parent("db1")["id"], "name": "east", "region": "it-mxp"},
    ],
    ("connector", "blanks"): [
        {"network": "berlin", "name": "east", "region": "it-mxp", "description": "Two words"},
        {"network": "berlin", "name": " east", "region": "it-mxp", "description": "Two words "},
    ],
    ("connector", "case of words"): [
        ipsec(platform="aws", authentication_type="shared_secret"),
        ipsec(platform="AWS", authentication_type="Shared_Secret"),
    ],
    ("connector", "order of proposals"): [
        phase1(encryption_algorithms=["aes256", "aes128"], diffie_hellman_groups=["g_14", "g_19"]),
        phase1(encryption_algorithms=["AES128", "AES256"], diffie_hellman_groups=["G_19", "g_14", "g_19"]),
    ],
    ("connector", "far end"): [
        ipsec(remote_site_public_ip="2001:db8::1"),
        ipsec(remote_site_public_ip="2001:DB8:0:0::1"),
        ipsec(remote_site_public_ip=" 2001:0db8::0001 "),
    ],
    ("connector", "settings that a preset gives anyway"): [
        ipsec(platform="aws"),
        ipsec(platform="aws", ike_protocol={"startup_action": "START"}),
    ],
    ("network", "gateways"): [
        {"name": "paris", "gateways": ["berlin", "frankfurt"]},
        {"name": "paris", "gateways": ["frankfurt", "berlin"]},
        {"name": "paris", "gateways": ["berlin", "frankfurt", "berlin"]},
        lambda wpc: {"name": "paris", "gateways": [wpc.parent("frankfurt")["id"], "berlin"]},
        lambda wpc: {"name": "paris", "gateways": [wpc.parent("frankfurt")["id"], wpc.parent("berlin")["id"]]},
    ],
    ("network", "case of words"): [
        {"name": "paris", "internet_access": "split_tunnel_off", "tunneling_protocol": "ipsec"},
        {"name": "paris", "internet_access": "SPLIT_TUNNEL_OFF", "tunneling_protocol": "IPSec"},
        {"name": " paris ", "internet_access": " Split_Tunnel_Off ", "tunneling_protocol": "IPSEC"},
    ],
    ("network", "nothing"): [
        {"name": "paris"},
        {"name": "paris", "description": "", "gateways": []},
        {"name": "paris", "description": "  "},
    ],
    ("host", "gateways"): [
        {"name": "web1", "gateways": ["berlin", "frankfurt"]},
        lambda wpc: {"name": "web1", "gateways": ["frankfurt", wpc.parent("berlin")["id"]]},
    ],
    ("host", "case of words"): [
        {"name": "web1", "internet_access": "restricted_internet"},
        {"name": "web1 ", "internet_access": "RESTRICTED_INTERNET"},
    ],
    ("host", "nothing"): [{"name": "web1"}, {"name": "web1", "description": "", "domain": "", "gateways": []}],
    ("region", "meaning"): [{"region": region, "default": True} for region in ("it-mxp", "IT-MXP", "Milan", "italy", "IT", "Milan, Italy")],
}


def cases() -> Iterator[Any]:
    for (module, subject), spellings in SPELLINGS.items():
        for number in range(len(spellings)):
            yield pytest.param(module, spellings, number, id=f"{module}-{subject}-{number}")


@pytest.mark.parametrize(("module", "spellings", "first"), list(cases()))
def test_every_other_spelling_changes_nothing(wpc: Playground, module: str, spellings: list[Spelling], first: int) -> None:
    tasks = [spelling(wpc) if callable(spelling) else spelling for spelling in spellings]
    assert wpc.run(module, **tasks[first])["changed"]
    for task in tasks:
        wpc.emulator.forget_calls()
        result = wpc.run(module, **task)
        assert not result.get("failed"), result["msg"]
        assert (result["changed"], wpc.emulator.count()["write"]) == (False, 0), task


ANSWERS: dict[str, Any] = {
    "ipv6_text": "expanded",
    "route_host_bits": "keep",
    "trimming": "trimmed",
    "status_case": "lower",
    "list_order": "shuffled",
    "region_id_case": "any",
    "ids": "digits",
}


@pytest.mark.parametrize("switches", [{**ANSWERS, "empty_text": "omitted"}, {"empty_text": "null"}], ids=["all at once", "null"])
def test_whatever_spelling_the_service_answers_in(wpc: Playground) -> None:
    for (module, _subject), spellings in SPELLINGS.items():
        tasks = [spelling(wpc) if callable(spelling) else spelling for spelling in spellings]
        wpc.run(module, **tasks[0])
        for task in tasks:
            assert wpc.calls(module, **task)["write"] == 0, task
        remove(wpc, module, tasks[0])


def remove(wpc: Playground, module: str, task: dict[str, Any]) -> None:
    if module != "region":
        address = {name: value for name, value in task.items() if name in ("network", "host", "name", "subnet", "normalize", "routes")}
        assert wpc.run(module, **address, state="absent")["changed"]
