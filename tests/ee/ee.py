# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build an execution environment with the collection inside, and play smoke.yml in it: ee.py ARCHIVE DIRECTORY.

No image registry takes part: the base image is made of Debian's packages. Needs root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from emulator import Emulator

FOLDER = Path(__file__).parent
PROGRAMS = ("buildah", "debootstrap", "podman", "runc")
PACKAGES = "ca-certificates,python3,python3-pip,python3-venv"
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
# Debian's pip wants to be told that the system is its own, and does not look at the certificates of the system by itself.
PIP = f"[global]\nbreak-system-packages = true\ncert = /{CERTIFICATES}\n"
ENGINE = '[engine]\nruntime = "runc"\n[containers]\ndefault_ulimits = ["nofile=1024:4096", "nproc=1024:2048"]\n'
STORAGE = '[storage]\ndriver = "overlay"\nrunroot = "{0}/run"\ngraphroot = "{0}/images"\n'
BASE = "localhost/base:latest"
IMAGE = "localhost/cloudconnexa-ee"


def run(*command: str | Path, **environment: str) -> None:
    print("+", *command, flush=True)
    subprocess.run(command, check=True, env={**os.environ, **environment})


def make_base(directory: Path) -> None:
    """The base image, unless it is there."""
    if subprocess.run(["buildah", "inspect", "--type=image", BASE], capture_output=True, check=False).returncode == 0:
        return
    root = directory / "base"
    shutil.rmtree(root, ignore_errors=True)
    run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "stable", root)
    shutil.copy(f"/{CERTIFICATES}", root / CERTIFICATES)
    (root / "etc/pip.conf").write_text(PIP)
    packed = directory / "base.tar"
    run("tar", "--directory", root, "--create", "--file", packed, ".")
    run("podman", "import", packed, BASE)
    shutil.rmtree(root)
    packed.unlink()


def build(archive: Path, directory: Path) -> None:
    shutil.copy(archive, directory / "collection.tar.gz")
    shutil.copy(FOLDER / "execution-environment.yml", directory)
    context = directory / "context"
    shutil.rmtree(context, ignore_errors=True)
    description = directory / "execution-environment.yml"
    run("ansible-builder", "create", "--file", description, "--context", context, "--output-filename", "Containerfile")
    run("buildah", "bud", "--isolation", "chroot", "--tag", IMAGE, context)


def smoke() -> None:
    """Raises CalledProcessError."""
    with Emulator() as emulator:
        variables = [f"--env={name}" for name in emulator.env]  # their values stay out of the process list
        mount = f"--volume={FOLDER / 'smoke.yml'}:/smoke.yml:ro"
        run("podman", "run", "--rm", "--network=host", *variables, mount, IMAGE, "ansible-playbook", "/smoke.yml", **emulator.env)
        assert [len(network["routes"]) for network in emulator.state()["networks"]] == [2]


def main() -> None:
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        sys.exit(f"Not on this machine: {', '.join(missing)}. Install: apt-get install {' '.join(missing)}")
    archive, directory = (Path(argument).resolve() for argument in sys.argv[1:])
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "containers.conf").write_text(ENGINE)
    (directory / "storage.conf").write_text(STORAGE.format(directory))
    os.environ |= {"CONTAINERS_CONF": str(directory / "containers.conf"), "CONTAINERS_STORAGE_CONF": str(directory / "storage.conf")}
    make_base(directory)
    build(archive, directory)
    smoke()
    print(f"The execution environment {IMAGE} is built, and plays.")


if __name__ == "__main__":
    main()
