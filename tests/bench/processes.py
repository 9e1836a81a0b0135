# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the process of a module spends its time on, piece by piece, beside that of ansible.builtin.ping."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import ansible
from emulator import Emulator

HERE = Path(__file__).parents[2]
PACKAGE = Path("ansible_collections", "openvpn", "cloudconnexa", "plugins")
MODULE = "openvpn.cloudconnexa.cloudconnexa_route"
PING = "ansible.builtin.ping"
# A module comes in an archive, in which nothing is compiled; requests and tenacity are installed, with their compiled forms.
IMPORTS = {
    "Ansible's part of a module": "ansible.module_utils.basic",
    "requests": "requests",
    "tenacity": "tenacity",
    "our own code": f"ansible_collections.openvpn.cloudconnexa.plugins.modules.{MODULE.rpartition('.')[2]}",
}
OF_PING = 2  # so many of the pieces are also those of ping
PROGRAM = """
import time
marks = [time.process_time()]
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    importlib.import_module(name)
    marks.append(time.process_time())
print(json.dumps(marks))
"""


def measure(emulator: Emulator, rounds: int) -> list[dict[str, Any]]:
    """The milliseconds of processor that each piece takes: the least of all rounds, since what else happens can only add to them."""
    emulator.reset()
    emulator.seed(networks=[{"name": "berlin", "routes": [{"value": "10.1.0.0/16"}]}])
    options = {"base_url": emulator.base_url, "access_token": emulator.issue_token(), "network": "berlin", "subnet": "10.1.0.0/16"}
    names = ["the interpreter", *IMPORTS]
    spent: dict[str, list[float]] = {name: [] for name in [*names, PING, MODULE]}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        archive = _archive(folder / "archive.zip")
        programs = {PING: _packed(PING, {}, folder), MODULE: _packed(MODULE, options, folder)}
        for _round in range(rounds):
            marks = [0.0, *json.loads(subprocess.check_output([sys.executable, "-c", PROGRAM, str(archive), *IMPORTS.values()]))]
            for piece, before, after in zip(names, marks, marks[1:], strict=False):
                spent[piece].append(after - before)
            for module, program in programs.items():
                spent[module].append(_processor([sys.executable, str(program)]))
    least = {piece: 1000 * min(seconds) for piece, seconds in spent.items()}
    rows = [(piece, least[piece] if number < OF_PING else 0.0, least[piece]) for number, piece in enumerate(names)]
    imported = [sum(column) for column in zip(*((ping, ours) for _piece, ping, ours in rows), strict=True)]
    rows.append(("unpacking, the work itself, the end", least[PING] - imported[0], least[MODULE] - imported[1]))
    rows.append(("the whole process", least[PING], least[MODULE]))
    return [{"step": step, "ping": round(ping, 1), "module": round(ours, 1), "runs": rounds} for step, ping, ours in rows]


def _archive(path: Path) -> Path:
    """What Ansible may put into the archive of a module."""
    core = Path(ansible.__file__).parent
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (core / "module_utils").rglob("*.py"):
            archive.write(file, Path("ansible") / file.relative_to(core))
        for kind in ("module_utils", "modules"):
            for file in (HERE / "plugins" / kind).glob("*.py"):
                archive.write(file, PACKAGE / kind / file.name)
        for package in [Path("ansible"), *PACKAGE.parents, PACKAGE, PACKAGE / "module_utils", PACKAGE / "modules"]:
            if package.name:
                archive.writestr(str(package / "__init__.py"), "")
    return path


def _packed(module: str, options: dict[str, Any], folder: Path) -> Path:
    """The program that Ansible makes of a module and its options."""
    place = folder / module
    environment = {**os.environ, "ANSIBLE_KEEP_REMOTE_FILES": "true", "ANSIBLE_REMOTE_TMP": str(place)}
    given = ["--args", json.dumps(options)] if options else []
    subprocess.run(["ansible", "localhost", "--module-name", module, *given], env=environment, capture_output=True, check=True)
    (program,) = place.glob("*/AnsiballZ_*.py")
    return program


def _processor(command: list[str]) -> float:
    """The seconds of processor that a process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
