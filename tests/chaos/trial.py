# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users who work on one WPC, and what must hold whatever happens to their tasks."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from emulator import Emulator

from .process import Outcome, Starter
from .wishes import ELSEWHERE, SHARED, Task, User, observed

SCALE = 0.01  # real seconds in one second of the tasks and of the service
TRIES = 10  # how often a user repeats a task before complaining
# Failures that the collection is not to blame for: the service gave it no chance.
BLAMELESS = {"ApiError", "InvalidAnswer", "NoConnection", "NotReady", "OutOfTime", "Refused", "TooLarge", "UncertainResult"}


class Harm(Exception):
    """Something was lost, doubled, left over or shown, or failed without need."""


class Trial:
    """One emulator and its users: ``with Trial("7", folder) as trial: ...``. Every method raises Harm.

    seed: of the users' wishes. folder: empty, for all that tasks write. switches, limits: of the emulator.
    """

    def __init__(
        self,
        seed: str,
        folder: Path,
        users: int = 1,
        switches: Mapping[str, str] | None = None,
        limits: Mapping[str, Any] | None = None,
    ) -> None:
        self.tasks = 0
        self.retries = 0
        self._folder = folder
        self._secrets = folder / "secrets"
        self._secrets.mkdir()
        self._keys = [f"Canary.Key.{seed}.{number}" for number in range(users)]
        self.users = [User(number, random.Random(f"{seed}/{number}"), self._secrets, key) for number, key in enumerate(self._keys)]
        self.emulator = Emulator(switches=switches, limits=limits, clock=lambda: time.monotonic() / SCALE)

    def __enter__(self) -> Trial:
        with ExitStack() as stack:
            stack.enter_context(self.emulator)
            self.starters = [stack.enter_context(Starter(self._folder, SCALE)) for _user in self.users]
            self.emulator.secrets.update(self._keys)
            strange = [{"name": f"{number} {ELSEWHERE}"} for number in range(12)]
            self.emulator.seed(networks=[*strange, {"name": SHARED}], hosts=strange)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, where)

    def start(self, task: Task, starter: Starter, kill_after: float | None = None, **options: Any) -> Outcome:
        """Run a task of a user once."""
        emulator = self.emulator
        known = {"base_url": emulator.base_url, "client_id": emulator.client_id, "client_secret": emulator.client_secret, "timeout": 1}
        seen = {"_ansible_diff": True, "_ansible_verbosity": 4}
        self.tasks += 1
        return starter.run(task.module, {**known, **task.options, **seen, **options}, kill_after)

    def result(self, outcome: Outcome) -> dict[str, Any]:
        """What the user gets to see."""
        told = outcome.out + outcome.err
        if outcome.err or "Traceback" in told or outcome.status not in (0, 1):
            raise Harm(f"a task ended with {outcome.status}: {told}")
        if any(secret in told for secret in set(self.emulator.secrets)):
            raise Harm(f"a secret is shown: {told}")
        result = outcome.result
        self.retries += result["api"]["retries"]
        return result

    def fulfil(self, task: Task, starter: Starter, again: bool = False, **options: Any) -> int:
        """As a user would: again and again until it succeeds. again: whether it is a repetition already. Returns the number of failures."""
        for failures in range(TRIES):
            result = self.result(self.start(task, starter, **options, **(task.again if failures or again else {})))
            if not result.get("failed"):
                break
            if result["error"]["kind"] not in BLAMELESS:
                raise Harm(f"{task} should not fail: {result['msg']}")
        else:
            raise Harm(f"{task} never succeeds: {result['msg']}")
        if task.secret and not any(secret in task.secret.read_text() for secret in set(self.emulator.secrets)):
            raise Harm(f"{task} has not kept what the service has issued")
        return failures

    def find_nothing_to_do(self, user: User, starter: Starter) -> None:
        """Every wish of a user is fulfilled already, and the tasks see that."""
        for task in user.all():
            result = self.result(self.start(task, starter))
            if result.get("failed") or result["changed"] or result["api"]["writes"]:
                raise Harm(f"{task} has something left to do: {result.get('msg') or result['diff']}")

    def check_state(self) -> None:
        """Everything that was wished is there, once, and nothing else but what came from elsewhere."""
        state = self.emulator.state()
        try:
            found = observed(state)
        except ValueError as error:
            raise Harm(str(error)) from None
        wished: dict[str, Any] = {SHARED: {**found[SHARED], "connectors": {}, "routes": {}}}
        for user in self.users:
            expected = user.expected()
            shared = expected.pop(SHARED)
            for kind in ("connectors", "routes"):
                wished[SHARED][kind] |= shared[kind]
            wished |= expected
            if user.default_region not in (None, state["default_region"]):
                raise Harm(f"the default Region should be {user.default_region}")
        for name in sorted({*found, *wished}):
            if found.get(name) != wished.get(name):
                raise Harm(f"{name} should be\n  {wished.get(name)}\nbut is\n  {found.get(name)}")

    def check_files(self) -> None:
        """No secret is in any file that nobody asked for, or in the arguments of a process."""
        files = [path for path in self._folder.rglob("*") if path.is_file() and path.parent != self._secrets]
        contents = {str(path): path.read_bytes() for path in files} | {str(starter): starter.command_line for starter in self.starters}
        for name, content in contents.items():
            if any(secret.encode() in content for secret in self.emulator.secrets):
                raise Harm(f"{name} holds a secret")
