# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# SPDX-License-Identifier: BSD-2-Clause
"""A session that all tasks of a machine share: the option session_cache. Private to this collection.

Imported only where the option is on, because a module's code is compiled each time that it runs.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable, Iterator, Optional

from ._connection import Connection
from ._errors import InvalidInput
from ._session import Budget, Session, Turn

_LOCK_PATIENCE = 10.0  # seconds without a sign of life, after which the holder of a lock counts as stopped
_BEAT = 1.0  # seconds between two signs of life of a holder that takes its time
_STATE_POLL, _LOGIN_POLL = 0.002, 0.02  # seconds between two looks at a lock that somebody else holds
_FORMAT = 1


class SharedSession(Session):
    """The token and the budgets of all tasks on this machine that use the same credentials.

    They are in a file of mode 0600 in a directory of mode 0700, sealed with a key that comes from the secret, so that the file alone opens
    nothing and other credentials, or a rotated secret, never meet it. What cannot be opened is as good as absent, and is replaced.
    Its budgets run on the machine's monotonic clock, which all processes share.
    Raises InvalidInput where it cannot work from the start. If the file system fails later, the session goes on as one of this task alone,
    since a call that was made must not fail for the sake of its records.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        try:  # here because only this option needs it; ansible-core depends on it, but the module may run where that is not installed
            from cryptography.fernet import Fernet
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF
        except ImportError as error:
            raise InvalidInput(
                f"session_cache needs the Python package cryptography, which {sys.executable} cannot import ({error})",
                "Install it for that Python, or leave session_cache out",
            ) from None

        who = f"{connection.base_url}\n{connection.client_id}".encode()
        secret = (connection.client_secret or connection.access_token).encode()
        key = HKDF(SHA256(), 64, salt=who, info=b"openvpn.cloudconnexa session").derive(secret)
        self._seal = Fernet(base64.urlsafe_b64encode(key[:32]))
        self._file = _private_directory() / f"{hashlib.sha256(key[32:]).hexdigest()[:32]}.session"
        with self._shared():
            pass
        if self.trouble:
            raise InvalidInput(self.trouble, "Remove what is in the way, or leave session_cache out")

    @contextlib.contextmanager
    def budget(self, kind: str) -> Iterator[Budget]:
        with super().budget(kind), self._shared():
            yield self.budgets[kind]

    @contextlib.contextmanager
    def login(self, refused: Optional[str], pause: Callable[[float], None] = time.sleep) -> Iterator[Optional[str]]:
        lock = self._locked("login", lambda: pause(_LOGIN_POLL))
        with self._lock, contextlib.ExitStack() as held:
            self._unless_in_trouble(lambda: held.enter_context(_beating(held.enter_context(lock))))
            with self._shared(), super().login(refused) as token:
                pass
            yield token

    def keep(self, token: str) -> None:
        with self._lock, self._shared():
            super().keep(token)

    @contextlib.contextmanager
    def _shared(self) -> Iterator[None]:
        """What the file holds is ours alone to change; what has become of it is stored, unless the body was left half done."""
        with contextlib.ExitStack() as held:
            self._unless_in_trouble(lambda: held.enter_context(self._locked("state", lambda: time.sleep(_STATE_POLL))))
            self._unless_in_trouble(self._load)
            yield
            self._unless_in_trouble(self._store)

    def _unless_in_trouble(self, action: Callable[[], object]) -> None:
        """From the first failure of the file system on, this session is on its own."""
        if self.trouble:
            return
        try:
            action()
        except OSError as error:
            self.trouble = f"session_cache: {self._file.parent} cannot be used ({error.strerror})"

    @contextlib.contextmanager
    def _locked(self, what: str, pause: Callable[[], None]) -> Iterator[int]:
        """The kernel drops the lock of a process that dies. One that is merely stopped is waited for once: then a new file takes its place.

        Should it go on later, it stores what is out of date, or logs in too: a budget may then be off by some calls, no more.
        """
        path = self._file.with_suffix(f".{what}")
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                if _obtain(handle, path, pause):
                    yield handle
                    return
            finally:
                os.close(handle)

    def _load(self) -> None:
        """Take over what the file holds, if it is ours, private and whole."""
        from cryptography.fernet import InvalidToken

        try:
            handle = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                if not _is_private(os.fstat(handle)):
                    return
                held = json.loads(self._seal.decrypt(file.read(65536)))
            if held["format"] != _FORMAT:
                return
            budgets = {kind: Budget(**held["budgets"][kind]) for kind in self.budgets}
            for budget in budgets.values():
                budget.pending = [Turn(*turn) for turn in budget.pending]
            token = held["token"]
        except (OSError, InvalidToken, ValueError, TypeError, KeyError):
            return
        self.budgets.update(budgets)
        self.token = token or self.token  # the file may have been removed, and begun anew by a task without a token

    def _store(self) -> None:
        held = {"format": _FORMAT, "token": self.token, "budgets": {kind: vars(budget) for kind, budget in self.budgets.items()}}
        scratch = self._file.with_suffix(".scratch")
        scratch.unlink(missing_ok=True)  # of a process that was killed; whatever it is, nothing is written into it
        try:
            with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
                file.write(self._seal.encrypt(json.dumps(held).encode()))
            os.replace(scratch, self._file)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise


def _private_directory() -> Path:
    """Where the session files are: a directory that belongs to this user alone. Raises InvalidInput."""
    homes = [os.environ.get("XDG_RUNTIME_DIR"), os.environ.get("XDG_CACHE_HOME"), os.path.expanduser("~/.cache")]
    places = [Path(home) / "openvpn.cloudconnexa" for home in homes if home and os.path.isabs(home)]
    places.append(Path(tempfile.gettempdir()) / f"openvpn.cloudconnexa-{os.getuid()}")
    for place in places:
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_private(place.lstat()) and place.is_dir() and os.access(place, os.W_OK):
                return place
        except OSError:
            continue
    raise InvalidInput(
        f"session_cache: none of the directories {', '.join(map(str, places))} is writable and private to this user",
        "Remove what is in the way, give one of them to this user with mode 0700, or leave session_cache out",
    )


def _is_private(found: os.stat_result) -> bool:
    return found.st_uid == os.getuid() and not stat.S_ISLNK(found.st_mode) and not found.st_mode & 0o077


def _obtain(handle: int, path: Path, pause: Callable[[], None]) -> bool:
    """Whether the lock is ours; False where the file is not the one at the path any more. Its time stamp is the holder's sign of life."""
    sign, since = -1, 0.0
    while _is_at(path, handle):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            seen, now = os.fstat(handle).st_mtime_ns, time.monotonic()
            if seen != sign:
                sign, since = seen, now
            if now - since > _LOCK_PATIENCE:
                _discard(path, handle, last_resort=now - since > 2 * _LOCK_PATIENCE)
            pause()
        else:
            os.utime(handle)
            return _is_at(path, handle)
    return False


def _discard(path: Path, handle: int, last_resort: bool) -> None:
    """Remove the file of a lock, unless that is done or being done; raises BlockingIOError where it must not be left to others.

    They come here one at a time, so that nobody removes the file by which another one has just replaced it.
    """
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(path, handle):
            path.unlink()
    except BlockingIOError:
        if last_resort:  # whoever is at it was stopped as well
            raise
    finally:
        os.close(directory)


@contextlib.contextmanager
def _beating(handle: int) -> Iterator[None]:
    """Give signs of life on a lock that is held for long, such as for a login that the service makes wait."""
    over = threading.Event()

    def beat() -> None:
        with contextlib.suppress(OSError):  # whoever takes the holder for stopped then logs in as well
            while not over.wait(_BEAT):
                os.utime(handle)

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def _is_at(path: Path, handle: int) -> bool:
    """Whether an open file is the one that the path leads to."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(handle))
    except FileNotFoundError:
        return False
