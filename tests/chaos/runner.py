# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process behind a Starter: ``python -m chaos.runner SCALE``. Reads tasks as lines of JSON, and writes how they ended."""

from __future__ import annotations

import functools
import importlib
import json
import os
import select
import signal
import sys
import tempfile
import time
import traceback
from typing import Any

from ansible.module_utils import basic
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils import _runner
from ansible_collections.openvpn.cloudconnexa.plugins.module_utils._client import Client

MODULES = "ansible_collections.openvpn.cloudconnexa.plugins.modules"


def run(module: str, options: dict[str, Any], kill_after: float | None) -> dict[str, Any]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os._exit(execute(module, options))
        if kill_after is not None:
            handle = os.pidfd_open(child)
            if not select.select([handle], [], [], kill_after)[0]:
                os.kill(child, signal.SIGKILL)
            os.close(handle)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        seconds = time.monotonic() - began
        written = [file.read().decode() for file in (out, err) if not file.seek(0)]
    return {"status": status, "out": written[0], "err": written[1], "seconds": seconds}


def execute(module: str, options: dict[str, Any]) -> int:
    """The module's exit status."""
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "_ansible_remote_tmp": "."}}).encode()
    basic._ANSIBLE_PROFILE = "legacy"
    try:
        importlib.import_module(f"{MODULES}.cloudconnexa_{module}").main()
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:  # noqa: BLE001 (shown as the interpreter would)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 255


def main() -> None:
    scale = float(sys.argv[1])
    client = functools.partial(Client, sleep=lambda seconds: time.sleep(seconds * scale), clock=lambda: time.monotonic() / scale)
    vars(_runner)["Client"] = client
    for module in ("network", "host", "connector", "route", "region"):
        importlib.import_module(f"{MODULES}.cloudconnexa_{module}")
    print("null", flush=True)
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
