# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare what ansible-test needs around it: prepare_checks.py HOME PYTHONS.

HOME becomes a home directory for the checks. ansible-test hides the environment from the programs that it runs, so pip's settings are
written there as a file, and the pip bootstrap script that it would download lies there already.
PYTHONS becomes a directory of links to the machine's Pythons, for the front of PATH: pyenv has shims for versions that it refuses to run.
"""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

MODULE_PYTHONS = [f"3.{minor}" for minor in range(9, 15)]  # what ansible-core 2.16 to 2.21 run modules on, from our minimum on
BOOTSTRAP_PIPS = ("23_1_2", "24_2", "25_2")  # as ansible-test of ansible-core 2.16-2.17, 2.18-2.19, 2.20-2.21 names them
PROBE = "import ensurepip, sys, venv; print(sys._base_executable)"


def write_pip_settings(home: Path) -> None:
    """Write all settings in force, be they from the environment or from a file, to the home's own pip.conf."""
    listed = subprocess.check_output([sys.executable, "-m", "pip", "config", "list"], text=True)
    settings = configparser.RawConfigParser()
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):  # the environment wins
        name, value = line.split("=", 1)
        section, option = name.replace(":env:", "global").split(".", 1)
        settings.setdefault(section, {})
        settings[section][option] = ast.literal_eval(value)
    path = home / ".config" / "pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        settings.write(file)
    path.chmod(0o600)  # an index may need a password


def place_bootstrap(home: Path) -> None:
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in BOOTSTRAP_PIPS:
        shutil.copy(Path(__file__).with_name("get_pip.py"), cache / f"get_pip_{version}.py")


def real_python(version: str) -> str | None:
    """The path of a Python of this version that can make virtual environments, None where the machine has none."""
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for candidate in [shutil.which(name), *pyenv.glob(f"versions/{version}.*/bin/{name}")]:
        if candidate:
            probe = subprocess.run([candidate, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
            if probe.returncode == 0:
                return probe.stdout.strip()
    return None


def link_pythons(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    missing = []
    for version in MODULE_PYTHONS:
        if python := real_python(version):
            (directory / f"python{version}").symlink_to(python)
        else:
            missing.append(version)
    print("Modules will be checked on Python " + ", ".join(version for version in MODULE_PYTHONS if version not in missing) + ".")
    if missing:
        print("Not on this machine: Python " + ", ".join(missing) + ".")


if __name__ == "__main__":
    write_pip_settings(Path(sys.argv[1]))
    place_bootstrap(Path(sys.argv[1]))
    link_pythons(Path(sys.argv[2]))
