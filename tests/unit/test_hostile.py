# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that answers nonsense, too much or too slowly, and names that look like something else: each task ends soon and clearly."""

from __future__ import annotations

import copy
import dataclasses
import gzip
import json
import random
import re
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from ansible.module_utils import basic
from emulator import Emulator
from emulator.answers import Answer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import MODULES, SEED, Playground

WPC = yaml.safe_load(SEED.read_text())["wpc"]
IPSEC = {"platform": "aws", "pre_shared_key": "Canary.Key.1"}
TASKS: list[tuple[str, dict[str, Any]]] = [
    ("network", {"name": "berlin", "description": "new", "gateways": ["frankfurt"]}),
    ("network", {"name": "berlin", "state": "absent", "force": True}),
    ("network", {"name": "new"}),
    ("host", {"name": "db1", "description": "new"}),
    ("connector", {"network": "berlin", "name": "standing", "region": "Paris", "suspended": True}),
    ("connector", {"network": "datacenter", "name": "new", "region": "us-mia", "ipsec": IPSEC, "ipsec_state": "started"}),
    ("connector", {"host": "db1", "connectors": [{"name": "one", "region": "us-mia"}, {"name": "two", "region": "us-mia"}], "purge": True}),
    ("connector", {"host": "db1", "name": "new", "credentials": "token", "credentials_dest": "token"}),
    ("route", {"network": "berlin", "subnet": "10.1.0.0/16", "description": "new"}),
    ("route", {"network": "berlin", "routes": ["10.1.0.0/16", "10.2.0.0/16"], "purge": True, "concurrency": 1}),
    ("region", {"region": "Paris", "default": True}),
    *((f"{kind}_info", {}) for kind in ("network", "host", "connector", "route", "region")),
]
JUNK: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 10**300, 1e308, float("nan"), float("inf")),
    *("", " ", "x", "x" * 70_000, "..", "/", "\0", "\ud800", "\u202e\u2028", "100.0.0.0/8", "10.1.2.3/16", "true"),
    *([], {}, [[]], [{}], {"id": {}}, [{"id": []}], [{"id": 1}, {"id": 1}], [None]),
    json.loads("[" * 300 + "]" * 300),
]
GONE = object()


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value, as the container and the key of it."""
    for key, inner in list(value.items()) if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from spots(inner)


def spoiled(content: Any, dice: random.Random) -> Any:
    """A JSON value with something in it missing, or replaced by what does not belong there."""
    content = {"whole": copy.deepcopy(content)}
    container, key = dice.choice(list(spots(content)))
    junk = dice.choice([GONE, *JUNK])
    if junk is GONE and container is not content:
        del container[key]
    else:
        container[key] = None if junk is GONE else junk
    return content["whole"]


def is_clear(result: dict[str, Any]) -> bool:
    """Whether a task came to an end that a user can understand."""
    message = result.get("msg", "")
    told = "exception" not in result and message.endswith(".") and "The collection itself failed" not in message
    return told if result.get("failed") else True


@pytest.fixture
def spoil(wpc: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Begins a new WPC whose answers are spoiled: only those to some kinds of call, from the nth one on, once or always."""
    monkeypatch.chdir(tmp_path)
    emulator = wpc.emulator
    execute = emulator._execute

    def spoil(seed: int, kinds: str, first: int, once: bool) -> Any:
        emulator.reset()
        emulator.seed(**WPC)
        dice, seen = random.Random(seed), 0

        def answer(kind: str, incoming: Any) -> Answer:
            nonlocal seen
            answer = execute(kind, incoming)
            if kind not in kinds or answer.status >= 400:
                return answer
            seen += 1
            if seen < first or (once and seen > first):
                return answer
            return dataclasses.replace(answer, content=spoiled(answer.content, dice), media=answer.media or "application/json")

        return mock.patch.object(emulator, "_execute", answer)

    return spoil


slow_fixtures = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(task=st.sampled_from(TASKS), seed=st.integers(0, 2**32), first=st.integers(1, 4), once=st.booleans())
@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=slow_fixtures)
def test_nonsense_ends_in_a_clear_message(
    wpc: Playground, spoil: Callable[..., Any], task: tuple[str, dict[str, Any]], seed: int, first: int, once: bool
) -> None:
    module, options = task
    with spoil(seed, "login read write", first, once):
        result = wpc.run(module, **options, **wpc.by_login)
    assert is_clear(result), result
    assert sum(wpc.emulator.count().values()) < 100


@given(task=st.sampled_from([task for task in TASKS if task[0] in ("network", "host", "connector", "route")]), seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=slow_fixtures)
def test_nonsense_in_answer_to_a_write_is_mended_by_the_next_run(
    wpc: Playground, spoil: Callable[..., Any], task: tuple[str, dict[str, Any]], seed: int
) -> None:
    module, options = task
    with spoil(seed, "write", 1, False):
        assert is_clear(wpc.run(module, **options))
    result = wpc.run(module, **options)
    assert not result.get("failed"), result["msg"]
    result = wpc.run(module, **options)
    assert result["changed"] is ("suspended" in options)
    state = wpc.emulator.state()
    for parent in state["networks"] + state["hosts"]:
        names = [connector["name"] for connector in parent["connectors"]]
        assert len(names) == len(set(names))
    names = [network["name"] for network in state["networks"]]
    assert len(names) == len(set(names))


DEEP = 100_000
RAW = {
    "a member twice": '{"content": [], "content": [], "totalElements": 0, "totalPages": 0}',
    "a member twice in an entry": '{"content": [{"id": "1", "name": "berlin", "name": "frankfurt"}], "totalElements": 1, "totalPages": 1}',
    "depth": '{"content": ' + "[" * DEEP + "]" * DEEP + "}",
    "depth of objects": '{"content": ' * DEEP + "1" + "}" * DEEP,
    "a number of 5000 digits": '{"content": [], "totalElements": ' + "9" * 5000 + "}",
    "not a number": '{"content": [], "totalElements": NaN, "totalPages": NaN}',
    "half a pair": '{"content": [{"id": "\\ud800", "name": "berlin"}], "totalElements": 1, "totalPages": 1}',
    "nothing but blanks": " " * 1_000_000,
    "two values": '{"content": []} {"content": []}',
    "a comment": '/* */ {"content": []}',
}


@pytest.mark.parametrize("case", RAW)
def test_text_that_is_hardly_json_ends_in_a_clear_message(wpc: Playground, case: str) -> None:
    wpc.emulator.faults.add("status", status=200, body=RAW[case], when={"kind": "read"})
    result = wpc.run("route", network="berlin", subnet="10.1.0.0/16")
    assert result["failed"]
    assert is_clear(result), result


@pytest.mark.parametrize("encoding", ["gzip, gzip", "deflate", "br", "x"])
def test_a_compression_that_was_not_asked_for_is_refused_unread(wpc: Playground, encoding: str) -> None:
    packed = gzip.compress(gzip.compress(b"{}")) if encoding == "gzip, gzip" else zlib.compress(b"{}")
    wpc.emulator.faults.add("status", status=200, body=packed.decode("latin-1"), headers={"Content-Encoding": encoding})
    assert "compressed in a way that was not asked for" in wpc.fails("region_info")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_refused_with_an_explanation_and_leads_nowhere(wpc: Playground, status: int) -> None:
    headers = {"Location": f"{wpc.emulator.base_url}/api/v1/elsewhere"}
    wpc.emulator.faults.add("status", status=status, headers=headers, when={"times": 10})
    message = wpc.fails("network", name="new", **wpc.by_login)
    assert "redirected the call, which is never followed because it carries credentials" in message
    assert {call.path for call in wpc.emulator.calls} <= {"/api/v1/oauth/token"}


@pytest.mark.parametrize("page", ["status", "html"])
def test_a_web_page_is_never_taken_for_a_success(wpc: Playground, page: str) -> None:
    body = "<html><p>Please accept the terms of this network</p></html>"
    wpc.emulator.faults.add("status", status=200, body=body, when={"kind": "write"})
    for module, options in (
        ("network", {"name": "berlin", "state": "absent", "force": True}),
        ("region", {"region": "Paris", "default": True}),
        ("connector", {"network": "berlin", "name": "standing", "credentials": "profile", "credentials_force": True}),
    ):
        assert "the answer is a web page" in wpc.fails(module, **options)
    wpc.emulator.faults.clear()
    wpc.emulator.faults.add("status", status=200, body=body, when={"kind": "write", "times": 1})
    assert wpc.run("network", name="berlin", state="absent", force=True)["changed"]
    assert [network["name"] for network in wpc.emulator.state()["networks"]] == ["frankfurt", "datacenter"]


# names and ids

PATHS = ["a/b", "../hosts", "..", ".", "%2e%2e", "a?b=c#d"]
ODD = [*PATHS, "%", "a b", 'a"b', "a'b", "a\nb", "a\r\nHost: x", "a\0b", "🚀", "é", "{{ x }}", "-"]
DOCUMENTED = re.compile(r"/api/v1/(networks|hosts|regions|networks/(routes|connectors)|hosts/connectors|oauth/token)(/[0-9a-f-]{36})?")


@pytest.mark.parametrize("name", ODD)
def test_a_name_is_nothing_but_a_name(wpc: Playground, name: str) -> None:
    tasks: list[tuple[str, dict[str, Any]]] = [
        ("network", {}),
        ("host", {}),
        ("connector", {"network": name, "region": "us-mia", "description": name}),
        ("connector", {"host": name, "region": "us-mia"}),
    ]
    for module, options in tasks:
        for changed in (True, False):
            result = wpc.run(module, name=name, **options)
            assert result["changed"] is changed, result
    assert [connector["name"] for connector in wpc.parent(name)["connectors"]] == [name]
    assert wpc.run("network", name=name, state="absent", force=True)["changed"]
    assert wpc.run("host", name=name, state="absent", force=True)["changed"]
    assert [call.path for call in wpc.emulator.calls if not DOCUMENTED.fullmatch(call.path)] == []


def test_a_name_with_a_nul_survives_a_log_that_takes_none(wpc: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    """As syslog behaves from Python 3.12 on."""
    logged: list[str] = []

    def log(_priority: int, message: str) -> None:
        if "\0" in message:
            raise ValueError("embedded null character")
        logged.append(message)

    monkeypatch.setattr(basic, "has_journal", False)
    monkeypatch.setattr(basic.syslog, "syslog", log)
    assert wpc.run("network", name="a\0b")["changed"]
    assert r"name=a\0b" in logged[0]


@pytest.mark.parametrize("identity", ODD)
def test_an_id_of_a_user_never_reaches_another_path(wpc: Playground, identity: str) -> None:
    for module in ("network", "host", "connector", "route"):
        assert not wpc.run(module, id=identity, state="absent")["changed"]
    assert "there is no" in wpc.fails("network", id=identity, description="new")
    assert [call.path for call in wpc.emulator.calls if not DOCUMENTED.fullmatch(call.path)] == []
    assert wpc.emulator.count()["write"] == 0


@pytest.mark.parametrize("identity", ODD)
def test_an_id_of_the_service_never_reaches_another_path(wpc: Playground, identity: str) -> None:
    page = {"content": [{"id": identity, "name": "odd", "connectors": [], "routes": []}], "totalElements": 1, "totalPages": 1}
    wpc.emulator.faults.add("status", status=200, body=page, when={"method": "GET"})
    result = wpc.run("network", name="odd", state="absent", force=True)
    written = [call.path for call in wpc.emulator.calls if call.method == "DELETE"]
    if result.get("failed"):
        assert "cannot be an id" in result["msg"]
        assert written == []
    else:
        assert [re.fullmatch(r"/api/v1/networks/[^/]+", path) is not None for path in written] == [True]
        assert "/../" not in f"{written[0]}/"


# time and memory


class Drip:
    """A service that sends an answer so slowly that no time-out of a socket ever ends: drop by drop, without end."""

    def __init__(self, start: bytes, drop: bytes) -> None:
        self._start, self._drop = start, drop
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._serve)]

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._drip, args=(connection,)))
            self._threads[-1].start()

    def _drip(self, connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            connection.sendall(self._start)
            while not self._over.wait(0.02):
                try:
                    connection.sendall(self._drop)
                except OSError:
                    return

    def __enter__(self) -> Drip:
        self._threads[0].start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (HEAD, b"X-Many: x\r\n"),
        (HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n", b" "),
        (HEAD + b"\r\n", b" "),
    ],
    ids=["one header", "headers", "body", "chunks", "one chunk", "body without length"],
)
def test_an_answer_that_comes_drop_by_drop_is_given_up(wpc: Playground, start: bytes, drop: bytes) -> None:
    began = time.monotonic()
    with Drip(start, drop) as service:
        message = wpc.fails("region_info", base_url=service.base_url, timeout=0.2, max_wait=0)
    assert "did not answer within 0.2 s" in message
    assert time.monotonic() - began < 10


LIMIT = 150  # MiB


PROCESS = f"""
from pathlib import Path
from ansible.module_utils import basic
from {MODULES}.cloudconnexa_route_info import main
basic._ANSIBLE_PROFILE = "legacy"
try:
    main()
finally:
    Path("memory").write_text(Path("/proc/self/status").read_text())
"""


def measured(folder: Path, base_url: str, **credentials: str) -> tuple[dict[str, Any], float]:
    """The result of cloudconnexa_route_info in a process of its own, as Ansible starts it, and the most memory that it ever had, in MiB."""
    options = {"base_url": base_url, **credentials, "max_wait": 0, "_ansible_remote_tmp": "."}
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": options})
    done = subprocess.run([sys.executable, "-c", PROCESS], cwd=folder, input=arguments, stdout=subprocess.PIPE, text=True, check=False)
    peak = re.search(r"VmHWM:\s+(\d+) kB", (folder / "memory").read_text())
    assert peak
    return json.loads(done.stdout), int(peak[1]) / 1024


@pytest.mark.parametrize(
    ("children", "description"),
    [("embedded", "One of many"), ("omitted", "One of many"), ("embedded", "中" * 120), ("embedded", ", " * 60)],
)
def test_ten_thousand_routes_fit_into_little_memory(emulator: Emulator, tmp_path: Path, children: str, description: str) -> None:
    routes = [{"value": f"10.{number // 256}.{number % 256}.0/24", "description": description} for number in range(10_000)]
    emulator.reset({"children_in_list": children})
    emulator.seed(networks=[{"name": "large", "routes": routes}])
    result, memory = measured(tmp_path, emulator.base_url, access_token=emulator.issue_token())
    assert len(result["routes"]) == 10_000
    assert memory < LIMIT


def test_a_hundred_megabytes_do_not_fill_the_memory(emulator: Emulator, tmp_path: Path) -> None:
    emulator.faults.add("huge", size=100 * 2**20)
    result, memory = measured(tmp_path, emulator.base_url, access_token=emulator.issue_token())
    assert "the answer is larger than 8 MiB" in result["msg"]
    assert memory < LIMIT


@pytest.mark.parametrize("location", ["/x", "http://[bad", "http://h:99999/"])
def test_a_hundred_megabytes_of_a_redirection_do_not_fill_the_memory(emulator: Emulator, tmp_path: Path, location: str) -> None:
    emulator.faults.add("huge", size=100 * 2**20, status=302, headers={"Location": location})
    result, memory = measured(tmp_path, emulator.base_url, access_token=emulator.issue_token())
    assert "the service redirected the call" in result["msg"]
    assert memory < LIMIT


def test_a_hundred_megabytes_in_disguise_do_not_fill_the_memory(tmp_path: Path) -> None:
    head = HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b" " * 100 * 2**20)
    with Drip(head, b"") as service:
        result, memory = measured(tmp_path, service.base_url, access_token="Token.0")
    assert "the answer is larger than 8 MiB" in result["msg"]
    assert memory < LIMIT


def many(unit: str, size: int = 8 * 2**20) -> str:
    """The inside of a list of so many bytes; each # in a unit becomes a number of its own."""
    return ",".join(unit.replace("#", f"{number:x}") for number in range(size // (len(unit.encode()) + 6)))


DENSE: dict[str, Callable[[], str]] = {
    "empty lists": lambda: "[" + "[]," * 2_790_000 + "[]]",
    "empty objects": lambda: "[" + "{}," * 2_790_000 + "{}]",
    "objects": lambda: "[" + many('{"a":1}') + "]",
    "letters": lambda: "[" + many(r'"\u4e2d"') + "]",
    "one object": lambda: "{" + many(r'"€#":"\u4e2d"') + "}",
    "one object of the largest size": lambda: "{" + many(r'"€#":"\u4e2d"', 1_700_000) + "}",
    "objects of the largest size": lambda: "[" + many(r'{"€#":"\u4e2d"}', 900_000) + "]",
    "one wide text": lambda: f'"🚀{"x" * (8 * 2**20 - 20)}"',
    "one wide text of the largest size": lambda: f'"🚀{"x" * (5 * 2**20 - 250)}"',
    "one text that an escape makes wide": lambda: rf'"\ud83d\ude80{"x" * (5 * 2**20 - 250)}"',
    "quotes": lambda: '"' + r"\"" * (4 * 2**20 - 20) + '"',
}


@pytest.mark.parametrize("case", DENSE)
def test_an_answer_that_unfolds_does_not_fill_the_memory(emulator: Emulator, tmp_path: Path, case: str) -> None:
    emulator.faults.add("status", status=200, body=DENSE[case]())
    result, memory = measured(tmp_path, emulator.base_url, access_token=emulator.issue_token())
    assert result["failed"]
    assert is_clear(result)
    assert memory < LIMIT


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
@pytest.mark.parametrize("kind", ["login", "read"])
def test_neither_a_login_nor_an_error_fills_the_memory(emulator: Emulator, tmp_path: Path, kind: str, status: int) -> None:
    emulator.faults.add("status", status=status, body=DENSE["empty lists"](), when={"kind": kind})
    result, memory = measured(tmp_path, emulator.base_url, client_id=emulator.client_id, client_secret=emulator.client_secret)
    assert result["failed"]
    assert is_clear(result)
    assert memory < LIMIT


def test_compressed_values_do_not_fill_the_memory(tmp_path: Path) -> None:
    packed = gzip.compress(DENSE["empty lists"]().encode())
    head = HEAD + b"Connection: close\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with Drip(head + packed, b"") as service:
        result, memory = measured(tmp_path, service.base_url, access_token="Token.0")
    assert "the answer would take more memory than a task may have" in result["msg"]
    assert memory < LIMIT


ROUTE = '{"id":"#","type":"IP_V4","subnet":"10.0.0.0/24","description":"%s"}'
LISTS: dict[str, tuple[str, int, int, bool]] = {  # an entry, how many a page, how many pages, and whether they are taken
    "fifty thousand objects": (ROUTE.replace("#", "0" * 28 + "#") % ("d" * 120), 1000, 50, True),
    "ids": ('{"id":"#"}', 45_000, 100, False),
    "Routes": ('{"id":"#","subnet":"10.0.0.0/24"}', 30_000, 100, False),
    "the most Routes": ('{"id":"#","subnet":"10.0.0.0/24"}', 22_000, 4, True),
    "depth": ('{"id":"#","d":' + '{"€":' * 90 + "1" + "}" * 91, 900, 100, False),
    "letters": (ROUTE % ("x" * 4000), 1000, 3, True),
    "too many letters": (ROUTE % ("x" * 4000), 1000, 100, False),
    "letters that are longer in print": (ROUTE % ("\x7f" * 4000), 600, 1, True),
    "letters that are too long in print": (ROUTE % ("\x7f" * 4000), 600, 100, False),
    "wide letters": (ROUTE % ("🚀" + "x" * 2000), 2200, 3, True),
}


@pytest.mark.parametrize("case", LISTS)
def test_pages_that_add_up_do_not_fill_the_memory(emulator: Emulator, tmp_path: Path, case: str) -> None:
    entry, most, pages, taken = LISTS[case]
    emulator.reset({"children_in_list": "omitted"})
    emulator.seed(networks=[{"name": "large", "routes": [{"value": "10.1.0.0/16"}]}])
    execute = emulator._execute

    def answer(kind: str, incoming: Any) -> Answer:
        answer = execute(kind, incoming)
        if "routes" not in incoming.path:
            return answer
        first = int(incoming.query["page"]) * most
        entries = ",".join(entry.replace("#", f"{number:08x}") for number in range(first, first + most))
        body = f'{{"content":[{entries}],"totalPages":{pages},"totalElements":{pages * most}}}'
        return dataclasses.replace(answer, content=body.encode())

    with mock.patch.object(emulator, "_execute", answer):
        result, memory = measured(tmp_path, emulator.base_url, access_token=emulator.issue_token())
    if taken:
        assert len(result["routes"]) == most * pages
    else:
        assert "the list /networks/routes would take more memory than a task may have" in result["msg"]
    assert memory < LIMIT
