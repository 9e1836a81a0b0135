# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session that all tasks of a machine share: what it takes from its file, what it refuses, and what happens when a process dies."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _session
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._connection import Connection
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import InvalidInput
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._session import READ, WRITE, SharedSession
from emulator import Emulator

from .conftest import learn, wait

FORK = multiprocessing.get_context("fork")  # as Ansible makes its workers; these share what the test has imported
HEADERS = {
    "X-RateLimit-Remaining": "5",
    "X-RateLimit-Replenish-Rate": "1",
    "X-RateLimit-Replenish-Time": "15",
    "X-RateLimit-Burst-Capacity": "20",
}

Start = Callable[..., BaseProcess]


def shared(secret: str = "Canary.Secret.0", identity: str = "id", base_url: str = "https://example.api.openvpn.com") -> SharedSession:
    return SharedSession(Connection(base_url, client_id=identity, client_secret=secret))


def token_of(session: SharedSession, refused: str | None = None) -> str | None:
    with session.login(refused) as token:
        return token


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where session files go first; nothing is written outside of tmp_path."""
    home = tmp_path / "runtime"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return home


@pytest.fixture
def folder(runtime: Path) -> Path:
    return runtime / "openvpn.cloudconnexa"


@pytest.fixture
def file(folder: Path) -> Path:
    """The session file of the usual credentials, holding the token Token.1."""
    shared().keep("Token.1")
    (found,) = folder.glob("*.session")
    return found


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts processes; none survives the test."""
    processes: list[BaseProcess] = []

    def start(target: Callable[..., Any], *arguments: Any) -> BaseProcess:
        process = FORK.Process(target=target, args=arguments)
        process.start()
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.join()


class TestSharing:
    def test_a_token_and_the_budgets_are_there_for_the_next_task(self, file: Path) -> None:
        with shared().budget(WRITE) as budget:
            learn(budget, HEADERS, 100.0)
        with shared().budget(WRITE) as budget:
            assert (budget.level, budget.interval, budget.capacity) == (5, 15, 20)
        with shared().budget(READ) as budget:
            assert budget.level is None
        assert token_of(shared()) == "Token.1"

    def test_a_refused_token_is_not_handed_out_but_a_newer_one_is(self, file: Path) -> None:
        one, other = shared(), shared()
        assert token_of(one, refused="Token.1") is None
        other.keep("Token.2")
        assert token_of(one, refused="Token.1") == "Token.2"

    @pytest.mark.parametrize(
        "other", [{"secret": "Canary.Rotated.0"}, {"identity": "other"}, {"base_url": "https://other.api.openvpn.com"}], ids=str
    )
    def test_other_credentials_and_rotated_secrets_never_meet_it(self, file: Path, folder: Path, other: dict[str, str]) -> None:
        with shared().budget(READ) as budget:
            learn(budget, HEADERS, 100.0)
        stranger = shared(**other)
        assert token_of(stranger) is None
        with stranger.budget(READ) as budget:
            assert budget.level is None
        stranger.keep("Token.2")
        assert len(list(folder.glob("*.session"))) == 2
        assert token_of(shared()) == "Token.1"

    def test_the_file_of_other_credentials_cannot_be_opened_even_under_the_own_name(self, file: Path, folder: Path) -> None:
        stranger = shared("Canary.Rotated.0")
        stranger.keep("Token.2")
        (foreign,) = set(folder.glob("*.session")) - {file}
        file.write_bytes(foreign.read_bytes())
        assert token_of(shared()) is None

    def test_no_secret_can_be_read_in_the_directory(self, file: Path, folder: Path) -> None:
        for path in folder.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            for secret in (b"Token.1", b"Canary", b"example.api.openvpn.com"):
                assert secret not in path.read_bytes() + path.name.encode()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


class TestWhatIsNotTrusted:
    @pytest.mark.parametrize(
        "content",
        [b"", b"garbage", b"\x00" * 100_000, b'{"format": 1, "token": "Token.9", "budgets": {}}'],
        ids=["empty", "garbage", "zeros", "unsealed"],
    )
    def test_garbage_is_as_good_as_absent_and_is_replaced(self, file: Path, content: bytes) -> None:
        file.write_bytes(content)
        assert token_of(shared()) is None
        shared().keep("Token.2")
        assert token_of(shared()) == "Token.2"

    @pytest.mark.parametrize(
        "change", [{"format": 0}, {"format": None}, {"budgets": {}}, {"budgets": {"read": {"x": 1}, "write": {}}}], ids=str
    )
    def test_a_file_of_another_version_is_as_good_as_absent_and_is_replaced(self, file: Path, change: dict[str, Any]) -> None:
        seal = shared()._seal
        held = {**json.loads(seal.decrypt(file.read_bytes())), **change}
        file.write_bytes(seal.encrypt(json.dumps(held).encode()))
        assert token_of(shared()) is None
        shared().keep("Token.2")
        assert token_of(shared()) == "Token.2"

    def test_a_symbolic_link_is_not_followed_and_is_replaced(self, file: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        file.rename(elsewhere)
        file.symlink_to(elsewhere)
        before = elsewhere.read_bytes()
        assert token_of(shared()) is None
        shared().keep("Token.2")
        assert not file.is_symlink()
        assert elsewhere.read_bytes() == before
        assert token_of(shared()) == "Token.2"

    def test_a_file_that_others_may_read_is_refused_and_replaced(self, file: Path) -> None:
        file.chmod(0o644)
        assert token_of(shared()) is None
        shared().keep("Token.2")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert token_of(shared()) == "Token.2"

    @pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
    def test_a_file_of_somebody_else_is_refused_and_replaced(self, file: Path) -> None:
        os.chown(file, 12345, 12345)
        assert token_of(shared()) is None
        shared().keep("Token.2")
        assert file.stat().st_uid == os.getuid()
        assert token_of(shared()) == "Token.2"

    def test_a_pipe_in_place_of_the_file_does_not_block(self, file: Path) -> None:
        file.unlink()
        os.mkfifo(file, 0o600)
        assert token_of(shared()) is None
        shared().keep("Token.2")
        assert token_of(shared()) == "Token.2"


class TestDirectory:
    def test_a_directory_that_others_may_enter_is_passed_over(self, folder: Path, tmp_path: Path) -> None:
        folder.mkdir()
        folder.chmod(0o755)
        shared().keep("Token.1")
        assert list(folder.iterdir()) == []
        assert list((tmp_path / "cache" / "openvpn.cloudconnexa").glob("*.session"))

    def test_a_symbolic_link_to_a_private_directory_is_passed_over(self, folder: Path, tmp_path: Path) -> None:
        target = tmp_path / "target"
        target.mkdir(mode=0o700)
        folder.symlink_to(target)
        shared().keep("Token.1")
        assert list(target.iterdir()) == []

    def test_a_relative_directory_is_passed_over(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("XDG_RUNTIME_DIR", "relative")
        shared().keep("Token.1")
        assert not Path("relative").exists()

    def test_where_every_directory_belongs_to_somebody_else_the_failure_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        with pytest.raises(InvalidInput, match=r"session_cache: none of the directories .* is writable and private"):
            shared()

    @pytest.mark.parametrize("suffix", [".state", ".login"])
    def test_a_lock_that_is_a_symbolic_link_is_refused(self, file: Path, tmp_path: Path, suffix: str) -> None:
        lock = file.with_suffix(suffix)
        lock.unlink(missing_ok=True)
        lock.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(InvalidInput, match=r"session_cache: .* cannot be used"):
            token_of(shared())
        assert not (tmp_path / "elsewhere").exists()

    def test_what_cannot_be_replaced_is_told(self, file: Path, folder: Path) -> None:
        file.unlink()
        file.mkdir()
        with pytest.raises(InvalidInput, match=r"session_cache: .* cannot be used"):
            shared().keep("Token.2")
        assert sorted(path.suffix for path in folder.iterdir()) == [".session", ".state"]

    @pytest.mark.parametrize("package", ["cryptography", "cryptography.fernet"])
    def test_a_missing_package_is_told_with_the_python_that_lacks_it(self, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
        for name in [name for name in sys.modules if name.startswith("cryptography")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(InvalidInput) as failure:
            shared()
        assert f"session_cache needs the Python package cryptography, which {sys.executable} cannot import" in str(failure.value)
        assert "Install it for that Python, or leave session_cache out." in str(failure.value)


class TestClock:
    def test_a_clock_that_starts_anew_forgets_the_budgets(self, file: Path) -> None:
        with shared().budget(WRITE) as budget:
            learn(budget, {**HEADERS, "X-RateLimit-Remaining": "0"}, 1_000_000.0)
            budget.close(3000.0, 1_000_000.0)
        with shared().budget(WRITE) as budget:
            assert wait(budget, 60.0) == 0.0

    def test_a_clock_that_jumps_ahead_refills_the_budget_and_no_more(self, file: Path) -> None:
        with shared().budget(WRITE) as budget:
            learn(budget, {**HEADERS, "X-RateLimit-Remaining": "0"}, 100.0)
        with shared().budget(WRITE) as budget:
            assert [wait(budget, 1e9) for _call in range(21)] == [0.0] * 20 + [15.0]

    @pytest.mark.parametrize("seconds", [4000.0, 1e9, 1e300])
    def test_a_service_that_asks_for_a_senseless_pause_does_not_lock_later_tasks_out(self, file: Path, seconds: float) -> None:
        with shared().budget(WRITE) as budget:
            budget.close(seconds, 100.0)
        with shared().budget(WRITE) as budget:
            assert wait(budget, 100.0) == 3600.0
            assert wait(budget, 3700.0) == 0.0


def hold(lock: str, ready: Any) -> None:
    with shared()._locked(lock):
        ready.set()
        signal.pause()


class TestProcesses:
    @pytest.mark.parametrize("lock", ["state", "login"])
    def test_a_killed_holder_of_a_lock_costs_nobody_anything(
        self, file: Path, start: Start, lock: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ready = FORK.Event()
        holder = start(hold, lock, ready)
        assert ready.wait(20)
        holder.kill()
        holder.join()
        monkeypatch.setattr(_session, "_LOCK_PATIENCE", 0.0)
        inode = file.with_suffix(f".{lock}").stat().st_ino
        assert token_of(shared()) == "Token.1"
        assert file.with_suffix(f".{lock}").stat().st_ino == inode

    @pytest.mark.parametrize("lock", ["state", "login"])
    def test_a_stopped_holder_is_waited_for_once(self, file: Path, start: Start, lock: str, monkeypatch: pytest.MonkeyPatch) -> None:
        ready = FORK.Event()
        holder = start(hold, lock, ready)
        assert ready.wait(20)
        assert holder.pid
        os.kill(holder.pid, signal.SIGSTOP)
        monkeypatch.setattr(_session, "_LOCK_PATIENCE", 0.2)
        assert token_of(shared()) == "Token.1"
        monkeypatch.setattr(time, "sleep", lambda _seconds: pytest.fail("somebody waits for a lock"))
        shared().keep("Token.2")
        assert token_of(shared()) == "Token.2"

    def test_many_processes_at_once_log_in_once_and_count_every_call(self, start: Start, folder: Path) -> None:
        with Emulator(limits={"burst": 20, "rate": 100, "interval": 1}) as emulator:
            connection = Connection(emulator.base_url, client_id=emulator.client_id, client_secret=emulator.client_secret)

            def task() -> None:
                client = Client(connection, SharedSession(connection))
                for _call in range(5):
                    client.list("networks")

            processes = [start(task) for _task in range(8)]
            for process in processes:
                process.join(60)
            assert [process.exitcode for process in processes] == [0] * 8
            assert emulator.count() == {"login": 1, "read": 40, "write": 0}
            assert [call.status for call in emulator.calls] == [200] * 41

    def test_a_revoked_token_is_replaced_by_one_login_of_all(self, start: Start, folder: Path) -> None:
        with Emulator() as emulator:
            connection = Connection(emulator.base_url, client_id=emulator.client_id, client_secret=emulator.client_secret)
            SharedSession(connection).keep("Token.0")  # which the service does not know
            processes = [start(lambda: Client(connection, SharedSession(connection)).list("networks")) for _task in range(8)]
            for process in processes:
                process.join(60)
            assert [process.exitcode for process in processes] == [0] * 8
            assert emulator.count()["login"] == 1
