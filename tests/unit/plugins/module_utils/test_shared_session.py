# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session that all tasks of a machine share: what it takes from its file, what it refuses, and what happens when a process dies."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import multiprocessing
import os
import shutil
import signal
import stat
import sys
import tempfile
import threading
import time
import types
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _shared_session
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._connection import Connection
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._errors import ApiError, InvalidInput, OutOfTime, Refused
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._session import READ, WRITE
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._shared_session import SharedSession
from emulator import Emulator
from emulator.switches import SWITCHES

from ...conftest import Clock
from .conftest import BASE_URL, Answer, Connect, Wire, learn, wait

FORK = multiprocessing.get_context("fork")  # as Ansible makes its workers; these share what the test has imported
CREDENTIALS = {"client_id": "id", "client_secret": "Canary.Secret.0"}
HEADERS = {
    "X-RateLimit-Remaining": "5",
    "X-RateLimit-Replenish-Rate": "1",
    "X-RateLimit-Replenish-Time": "15",
    "X-RateLimit-Burst-Capacity": "20",
}

Start = Callable[..., BaseProcess]


def shared(secret: str = "Canary.Secret.0", identity: str = "id", base_url: str = BASE_URL) -> SharedSession:
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

    def test_a_token_that_is_kept_leaves_the_budgets_of_others_alone(self, file: Path) -> None:
        one, other = shared(), shared()
        with other.budget(WRITE) as budget:
            learn(budget, HEADERS, 100.0)
        one.keep("Token.2")
        with shared().budget(WRITE) as budget:
            assert budget.level == 5

    def test_a_token_outlives_a_file_that_was_begun_anew_without_one(self, file: Path) -> None:
        session = shared()
        file.unlink()
        with shared().budget(READ) as budget:
            learn(budget, HEADERS, 100.0)
        with session.budget(READ) as budget:
            assert budget.level == 5
        assert token_of(shared()) == "Token.1"

    def test_what_was_left_half_done_is_not_stored(self, file: Path) -> None:
        session = shared()

        def begin_and_fail() -> None:
            with session.budget(WRITE) as budget:
                budget.close(1000.0, 100.0)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            begin_and_fail()
        with session.budget(WRITE) as budget:
            assert budget.closed_until == 0

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

    def test_a_directory_that_cannot_be_written_to_is_passed_over(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder.mkdir(mode=0o500)
        monkeypatch.setattr(os, "access", lambda path, _mode: bool(os.stat(path).st_mode & 0o200))  # also for root, who may do anything
        shared().keep("Token.1")
        assert list((tmp_path / "cache" / "openvpn.cloudconnexa").glob("*.session"))

    def test_the_directory_in_a_place_of_all_users_bears_the_number_of_its_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "home").touch()  # so that nothing can be made in it
        for name in ("XDG_RUNTIME_DIR", "XDG_CACHE_HOME"):
            monkeypatch.delenv(name)
        shared().keep("Token.1")
        assert list((tmp_path / f"openvpn.cloudconnexa-{os.getuid()}").glob("*.session"))

    def test_where_every_directory_belongs_to_somebody_else_the_failure_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        with pytest.raises(InvalidInput, match=r"session_cache: none of the directories .* is writable and private"):
            shared()

    def test_a_lock_that_is_a_symbolic_link_is_refused(self, file: Path, tmp_path: Path) -> None:
        lock = file.with_suffix(".state")
        lock.unlink()
        lock.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(InvalidInput, match=r"session_cache: .* cannot be used"):
            shared()
        assert not (tmp_path / "elsewhere").exists()

    def test_what_cannot_be_replaced_is_told(self, file: Path, folder: Path) -> None:
        file.unlink()
        file.mkdir()
        with pytest.raises(InvalidInput, match=r"session_cache: .* cannot be used"):
            shared()
        assert sorted(path.suffix for path in folder.iterdir()) == [".session", ".state"]

    def test_a_file_system_without_locks_is_told_before_anything_is_done(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fcntl, "flock", failing(errno.ENOLCK))
        with pytest.raises(InvalidInput, match=r"session_cache: .* cannot be used"):
            shared()

    @pytest.mark.parametrize("package", ["cryptography", "cryptography.fernet"])
    def test_a_missing_package_is_told_with_the_python_that_lacks_it(self, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
        for name in [name for name in sys.modules if name.startswith("cryptography")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(InvalidInput) as failure:
            shared()
        assert f"session_cache needs the Python package cryptography, which {sys.executable} cannot import" in str(failure.value)
        assert "Install it for that Python, or leave session_cache out." in str(failure.value)


def failing(number: int) -> Callable[..., Any]:
    def fail(*_arguments: Any, **_options: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return fail


def remove(folder: Path, _patch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(folder)


def fill_the_disk(_folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(os, "replace", failing(errno.ENOSPC))


def make_read_only(_folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(os, "open", failing(errno.EROFS))


def plant_links(folder: Path, _patch: pytest.MonkeyPatch) -> None:
    for lock in (*folder.glob("*.state"), *(path.with_suffix(".login") for path in folder.glob("*.session"))):
        lock.unlink(missing_ok=True)
        lock.symlink_to(folder.parent / "elsewhere")


def stop_locking(_folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fcntl, "flock", failing(errno.ENOLCK))


@pytest.mark.parametrize("happens", [remove, fill_the_disk, make_read_only, plant_links, stop_locking])
class TestTrouble:
    """The directory becomes unusable while a task is at work."""

    @pytest.fixture
    def session(self, file: Path) -> SharedSession:
        session = shared()
        with session.budget(WRITE) as budget:
            learn(budget, HEADERS, 100.0)
        return session

    @pytest.fixture
    def trouble(self, session: SharedSession, folder: Path, happens: Callable[..., None]) -> Iterator[SharedSession]:
        with pytest.MonkeyPatch.context() as patch:
            happens(folder, patch)
            yield session

    def test_the_task_goes_on_with_what_it_knows(self, trouble: SharedSession) -> None:
        with trouble.budget(WRITE) as budget:
            assert budget.level == 5
            assert wait(budget, 100.0) == 0
        with trouble.budget(WRITE) as budget:
            assert budget.level == 4
        assert token_of(trouble) == "Token.1"
        assert token_of(trouble, refused="Token.1") is None
        trouble.keep("Token.2")
        assert token_of(trouble, refused="Token.1") == "Token.2"
        assert "session_cache: " in trouble.trouble

    def test_trouble_with_the_login_ends_nothing(self, trouble: SharedSession) -> None:
        with trouble.login("Token.1") as token:
            assert token is None
            trouble.keep("Token.2")
        assert token_of(trouble) == "Token.2"

    def test_its_threads_still_take_turns(self, trouble: SharedSession) -> None:
        with trouble.budget(READ):
            pass
        inside = threading.Event()

        def enter() -> None:
            with trouble.budget(READ):
                inside.set()

        thread = threading.Thread(target=enter)
        with trouble.budget(READ):
            thread.start()
            assert not inside.wait(0.2)
        thread.join(20)
        assert inside.is_set()


class TestScratch:
    def scratch(self, file: Path) -> Path:
        return file.with_suffix(".scratch")

    def test_of_a_killed_process_is_used_up_by_the_next(self, file: Path, folder: Path, start: Start) -> None:
        def die() -> None:
            session = shared()
            os.replace = lambda *_paths: os.kill(os.getpid(), signal.SIGKILL)
            session.keep("Token.2")

        start(die).join(20)
        assert self.scratch(file).exists()
        assert token_of(shared()) == "Token.1"
        assert sorted(path.suffix for path in folder.iterdir()) == [".login", ".session", ".state"]

    def test_of_an_interrupted_process_is_removed(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_paths: Any) -> None:
            raise KeyboardInterrupt

        session = shared()
        monkeypatch.setattr(os, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            session.keep("Token.2")
        assert not self.scratch(file).exists()

    @pytest.mark.parametrize("link", [os.symlink, os.link])
    def test_a_link_in_its_place_leads_nowhere(self, file: Path, tmp_path: Path, link: Callable[[Path, Path], None]) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.write_text("untouched")
        elsewhere.chmod(0o644)
        link(elsewhere, self.scratch(file))
        shared().keep("Token.2")
        assert elsewhere.read_text() == "untouched"
        assert stat.S_IMODE(file.lstat().st_mode) == 0o600
        assert token_of(shared()) == "Token.2"

    def test_a_link_that_appears_at_the_last_moment_leads_nowhere(
        self, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = shared()
        self.scratch(file).symlink_to(tmp_path / "elsewhere")
        monkeypatch.setattr(Path, "unlink", lambda _path, missing_ok=False: None)
        session.keep("Token.2")
        assert session.trouble
        assert not (tmp_path / "elsewhere").exists()

    def test_what_cannot_be_removed_from_its_place_is_told(self, file: Path) -> None:
        self.scratch(file).mkdir()
        with pytest.raises(InvalidInput, match=r"session_cache: .* cannot be used"):
            shared()


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


def never() -> None:
    pytest.fail("somebody waits for a lock")


def soon() -> None:
    time.sleep(0.002)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        soon()


def hold(lock: str, ready: Any) -> None:
    with shared()._locked(lock, never):
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
        inode = file.with_suffix(f".{lock}").stat().st_ino
        session = shared()
        with session._locked(lock, never):
            pass
        assert file.with_suffix(f".{lock}").stat().st_ino == inode

    @pytest.mark.parametrize("lock", ["state", "login"])
    def test_a_stopped_holder_is_waited_for_once(self, file: Path, start: Start, lock: str, monkeypatch: pytest.MonkeyPatch) -> None:
        session, ready = shared(), FORK.Event()
        holder = start(hold, lock, ready)
        assert ready.wait(20)
        assert holder.pid
        os.kill(holder.pid, signal.SIGSTOP)
        monkeypatch.setattr(_shared_session, "_LOCK_PATIENCE", 0.2)
        with session._locked(lock, soon):
            pass
        with session._locked(lock, never):
            pass
        assert token_of(session) == "Token.1"
        assert session.trouble == ""

    def test_a_holder_that_lives_is_waited_for_as_long_as_it_takes(self, file: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_shared_session, "_BEAT", 0.01)
        ready, go = FORK.Event(), FORK.Event()

        def log_in_slowly() -> None:
            session = shared()
            with session.login("Token.1"):
                ready.set()
                go.wait(60)
                session.keep("Token.2")

        start(log_in_slowly)
        assert ready.wait(20)
        session, lock, clock = shared(), file.with_suffix(".login"), Clock()
        monkeypatch.setattr(_shared_session, "time", types.SimpleNamespace(monotonic=clock, sleep=time.sleep))

        def pause(_seconds: float) -> None:
            """The waiting process looks again when the other one has given a sign of life, which by its clock takes nearly too long."""
            seen = lock.stat().st_mtime_ns
            until(lambda: lock.stat().st_mtime_ns != seen or go.is_set())
            if clock.now < 1000 + 10 * _shared_session._LOCK_PATIENCE:
                clock.now += 0.9 * _shared_session._LOCK_PATIENCE
            else:
                go.set()
                soon()

        with session.login("Token.1", pause) as token:
            assert token == "Token.2"

    def test_who_holds_a_lock_shortly_gives_a_sign_of_life_as_well(self, file: Path) -> None:
        lock = file.with_suffix(".state")
        os.utime(lock, (0, 0))
        shared()
        assert lock.stat().st_mtime > 0

    def test_who_logs_in_gives_signs_of_life_until_it_is_over(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_shared_session, "_BEAT", 0.01)
        lock, threads = file.with_suffix(".login"), set(threading.enumerate())
        with shared().login("Token.1"):
            os.utime(lock, (0, 0))
            until(lambda: lock.stat().st_mtime > 0)
        assert set(threading.enumerate()) <= threads

    def test_who_cannot_give_a_sign_of_life_logs_in_all_the_same(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_shared_session, "_BEAT", 0.01)
        session, threads = shared(), set(threading.enumerate())
        with session.login("Token.1"):
            monkeypatch.setattr(os, "utime", failing(errno.EROFS))
            until(lambda: set(threading.enumerate()) <= threads)
            session.keep("Token.2")

    def test_a_lock_that_was_replaced_meanwhile_is_not_taken_for_the_one_in_use(self, file: Path) -> None:
        session, lock = shared(), file.with_suffix(".login")
        with session._locked("login", never) as first:
            lock.unlink()
            with session._locked("login", never) as second:
                assert not _shared_session._obtain(first, lock, never)
                _shared_session._discard(lock, first, last_resort=False)
                assert _shared_session._is_at(lock, second)

    def test_a_lock_that_is_replaced_while_it_is_taken_is_not_taken_for_the_one_in_use(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session, lock, obtain = shared(), file.with_suffix(".login"), fcntl.flock
        locks: list[int] = []

        def replace_and_obtain(handle: int, how: int) -> None:
            if not locks:
                lock.unlink()
                lock.touch()
            locks.append(handle)
            obtain(handle, how)

        monkeypatch.setattr(fcntl, "flock", replace_and_obtain)
        with session._locked("login", never) as held:
            assert _shared_session._is_at(lock, held)

    def test_only_one_at_a_time_replaces_a_lock(self, file: Path, folder: Path) -> None:
        session, lock = shared(), file.with_suffix(".login")
        directory = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(directory, fcntl.LOCK_EX)
            with session._locked("login", never) as held:
                _shared_session._discard(lock, held, last_resort=False)
                assert _shared_session._is_at(lock, held)
                with pytest.raises(BlockingIOError):
                    _shared_session._discard(lock, held, last_resort=True)
        finally:
            os.close(directory)

    def test_a_process_that_is_stopped_while_it_replaces_a_lock_does_not_stop_others(
        self, file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session, directory = shared(), os.open(folder, os.O_RDONLY)
        monkeypatch.setattr(_shared_session, "_LOCK_PATIENCE", 0.05)
        try:
            fcntl.flock(directory, fcntl.LOCK_EX)
            with session._locked("state", never):
                assert token_of(session) == "Token.1"
            assert session.trouble
        finally:
            os.close(directory)

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

    @pytest.mark.parametrize("older_tokens", SWITCHES["older_tokens"][0])
    def test_a_revoked_token_is_replaced_by_one_login_of_all(self, start: Start, folder: Path, older_tokens: str) -> None:
        with Emulator(switches={"older_tokens": older_tokens}) as emulator:
            connection = Connection(emulator.base_url, client_id=emulator.client_id, client_secret=emulator.client_secret)
            SharedSession(connection).keep("Token.0")  # which the service does not know
            processes = [start(lambda: Client(connection, SharedSession(connection)).list("networks")) for _task in range(8)]
            for process in processes:
                process.join(60)
            assert [process.exitcode for process in processes] == [0] * 8
            assert emulator.count()["login"] == 1


class Gate:
    """The API on the wire, which admits one token only and issues the next one at each login."""

    def __init__(self, wire: Wire, admitted: str) -> None:
        self.wire = wire
        self.admitted = admitted
        wire.compute("GET", "/networks", self._answer)
        wire.compute("POST", "/oauth/token", self._log_in)

    def _answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        return (200 if request.headers["Authorization"] == f"Bearer {self.admitted}" else 401), {}, "{}"

    def _log_in(self, _request: Any) -> tuple[int, dict[str, str], str]:
        self.admitted += "+"
        return 200, {}, json.dumps({"access_token": self.admitted})

    @property
    def seen(self) -> list[str]:
        """The tokens that came, and the logins between them."""
        return [request.headers["Authorization"].replace("Bearer ", "").partition(" ")[0] for request in self.wire.sent]


LOGIN = "Basic"


class TestWhichToken:
    """The one that was given, then that of the file, then that of a login; each until it is refused."""

    def test_the_given_one_comes_first_and_stays(self, file: Path, wire: Wire, connect: Connect) -> None:
        gate = Gate(wire, "Token.0")
        client = connect(shared(), access_token="Token.0", **CREDENTIALS)
        for _call in range(3):
            client.get("networks")
        assert gate.seen == ["Token.0"] * 3
        assert token_of(shared()) == "Token.1"

    def test_that_of_the_file_takes_over_without_a_login(self, file: Path, wire: Wire, connect: Connect) -> None:
        gate = Gate(wire, "Token.1")
        client = connect(shared(), access_token="Token.0", **CREDENTIALS)
        for _call in range(3):
            client.get("networks")
        assert gate.seen == ["Token.0", "Token.1", "Token.1", "Token.1"]

    def test_where_both_are_refused_one_login_serves_all(self, file: Path, wire: Wire, connect: Connect) -> None:
        gate = Gate(wire, "Token.2")
        connect(shared(), access_token="Token.1", **CREDENTIALS).get("networks")
        connect(shared(), **CREDENTIALS).get("networks")
        assert gate.seen == ["Token.1", LOGIN, "Token.2+", "Token.2+"]

    def test_that_of_the_file_is_used_from_the_first_call_on(self, file: Path, wire: Wire, connect: Connect) -> None:
        gate = Gate(wire, "Token.1")
        session = shared()
        with session._locked("login", never):  # somebody logs in, which is no reason to wait
            connect(session, **CREDENTIALS).get("networks")
        assert gate.seen == ["Token.1"]

    def test_what_another_task_got_is_used_from_the_next_call_on(self, file: Path, wire: Wire, connect: Connect) -> None:
        gate = Gate(wire, "Token.1")
        client = connect(shared(), **CREDENTIALS)
        client.get("networks")
        shared().keep("Token.2")
        client.get("networks")  # has begun before it looks at the file
        gate.admitted = "Token.2"
        client.get("networks")
        assert gate.seen == ["Token.1", "Token.1", "Token.2"]

    def test_without_credentials_nothing_comes_after_the_given_one(self, wire: Wire, connect: Connect) -> None:
        gate = Gate(wire, "Token.1")
        session = SharedSession(Connection(BASE_URL, access_token="Token.0"))
        client = connect(session, access_token="Token.0")
        for _call in range(2):
            with pytest.raises(Refused, match="there are no credentials to get another one"):
                client.get("networks")
        assert gate.seen == ["Token.0"]


@pytest.mark.parametrize("switches", [{"older_tokens": "revoked"}], ids=str)
class TestLoginsThatEndOlderTokens:
    @pytest.fixture
    def connection(self, emulator: Emulator) -> Connection:
        return Connection(emulator.base_url, client_id=emulator.client_id, client_secret=emulator.client_secret, max_wait=0)

    def test_two_tasks_that_share_nothing_renew_their_tokens_in_turn(self, emulator: Emulator, connection: Connection) -> None:
        clients = [Client(connection), Client(connection)]
        for _round in range(3):
            for client in clients:
                client.list("networks")
        assert emulator.count() == {"login": 6, "read": 10, "write": 0}

    def test_a_task_whose_tokens_end_again_and_again_gives_up(
        self, emulator: Emulator, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tokens = emulator.tokens
        log_in = tokens.login

        def log_in_and_be_overtaken(*arguments: Any) -> Any:
            answer = log_in(*arguments)
            tokens.revoke_all()
            return answer

        monkeypatch.setattr(tokens, "login", log_in_and_be_overtaken)
        with pytest.raises(Refused, match="the API answered 401"):
            Client(connection).list("networks")
        assert emulator.count() == {"login": 2, "read": 2, "write": 0}

    def test_tasks_that_share_renew_it_once_for_all(self, emulator: Emulator, connection: Connection) -> None:
        clients = [Client(connection, SharedSession(connection)) for _client in range(3)]
        for _round in range(3):
            for client in clients:
                client.list("networks")
        assert emulator.count() == {"login": 1, "read": 9, "write": 0}
        Client(connection).login()  # of somebody who does not share
        for client in clients:
            client.list("networks")
        assert emulator.count() == {"login": 3, "read": 15, "write": 0}


class TestSecrecy:
    @pytest.mark.parametrize("refused", [[], [Answer(401)]], ids=["of the file", "got by another task meanwhile"])
    def test_a_shared_token_that_the_service_quotes_is_hidden(
        self, file: Path, wire: Wire, connect: Connect, refused: list[Answer]
    ) -> None:
        session = shared()
        if refused:
            session.token = "Token.0"
        wire.on("GET", "/networks", *refused, Answer(400, {"errorMessage": "not fond of Token.1"}))
        with pytest.raises(ApiError) as failure:
            connect(session, **CREDENTIALS).get("networks")
        assert str(failure.value).startswith("the API answered 400 (not fond of ***).")


class TestWaitingForALogin:
    """Another task logs in, and takes its time."""

    @pytest.fixture(autouse=True)
    def _patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_shared_session, "_LOCK_PATIENCE", 1e9)  # the clock of the tasks is not that of the locks

    def test_counts_where_it_takes_longer_than_one_call_may(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        gate = Gate(wire, "Token.1")
        other = shared()
        client = connect(shared(), **CREDENTIALS, timeout=30, max_wait=5)
        with contextlib.ExitStack() as held:
            held.enter_context(other._locked("login", never))

            def finish_at_last() -> None:
                if clock.now >= 1063:
                    other.keep("Token.1")
                    held.close()

            clock.during_sleep = finish_at_last
            client.get("networks")
        assert gate.seen == ["Token.1"]
        assert 2.9 < client.report()["waited"] < 3.1

    def test_is_not_counted_where_it_takes_no_longer(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        gate = Gate(wire, "Token.1")
        other = shared()
        client = connect(shared(), **CREDENTIALS, max_wait=0)
        with contextlib.ExitStack() as held:
            held.enter_context(other._locked("login", never))

            def finish() -> None:
                other.keep("Token.1")
                held.close()

            clock.during_sleep = finish
            client.get("networks")
        assert gate.seen == ["Token.1"]
        assert client.report()["waited"] == 0

    def test_ends_with_max_wait(self, wire: Wire, connect: Connect, clock: Clock) -> None:
        client = connect(shared(), **CREDENTIALS, timeout=30, max_wait=5)
        told = "another task that shares the session has been logging in for 65 s, and max_wait does not allow more waiting"
        with shared()._locked("login", never), pytest.raises(OutOfTime, match=told):
            client.get("networks")
        assert 4.9 < client.report()["waited"] <= 5
        assert wire.calls == []
