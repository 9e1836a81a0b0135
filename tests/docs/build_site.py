# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site: build_site.py DIRECTORY. The pages come to lie in its folder html. Warnings are errors.

It needs no network.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SETTINGS = Path(__file__).parent
DIAGRAMS = SETTINGS.parents[1] / "docs" / "docsite" / "diagrams"


def build(directory: Path) -> None:
    """Everything from the sources. Raises CalledProcessError."""
    shutil.rmtree(directory, ignore_errors=True)
    sources, pages = directory / "rst", directory / "html"
    sources.mkdir(mode=0o755, parents=True)
    generate = ["antsibull-docs", f"--config-file={SETTINGS}/antsibull-docs.cfg", "collection", "--use-current", "--squash-hierarchy"]
    subprocess.run([*generate, "--fail-on-error", f"--dest-dir={sources}", "openvpn.cloudconnexa"], check=True)
    shutil.copytree(DIAGRAMS, sources / "docsite" / "diagrams", ignore=shutil.ignore_patterns("*.dot"))
    render = ["sphinx-build", "--builder=html", f"--conf-dir={SETTINGS}", f"--doctree-dir={directory}/doctrees", "--quiet"]
    subprocess.run([*render, "--fail-on-warning", "--keep-going", str(sources), str(pages)], check=True)


def main() -> None:
    try:
        build(Path(sys.argv[1]).resolve())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} failed")


if __name__ == "__main__":
    main()
