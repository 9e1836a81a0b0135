# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the tree that the checks run in up to date: mirror.py SOURCE TARGET.

Ansible finds a collection only below .../ansible_collections/NAMESPACE/NAME, and ansible-test refuses symbolic links. So the checks run in
a copy of the files that git would see (tracked or new, not ignored), in a repository of its own. Ignored files there, such as caches, stay.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path


def git(directory: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", "-C", directory, *arguments], text=True)


def visible_files(directory: Path) -> set[str]:
    """The paths of all files, relative to the directory, that exist and that git does not ignore."""
    listed = git(directory, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return {name for name in listed if name and ((path := directory / name).is_symlink() or path.is_file())}


def same(source: Path, target: Path) -> bool:
    try:
        old, new = source.lstat(), target.lstat()
    except FileNotFoundError:
        return False
    return (old.st_mode, old.st_size, old.st_mtime_ns) == (new.st_mode, new.st_size, new.st_mtime_ns)


def mirror(source: Path, target: Path) -> None:
    """Make the visible files of the target those of the source."""
    if not (target / ".git").is_dir():
        git(source, "init", "--quiet", str(target))
    wanted = visible_files(source)
    for name in visible_files(target) - wanted:
        (target / name).unlink()
    for name in wanted:
        if not same(source / name, target / name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name, follow_symlinks=False)
    git(target, "add", "--all")  # some checks overlook the ignored files of directories that git does not know


def main(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_suffix(".lock").open("w") as lock:  # several checks may start at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        mirror(source, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
