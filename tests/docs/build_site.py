# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site: build_site.py DIRECTORY. The pages come to lie in its folder html. Warnings are errors.

Needs Graphviz for the diagrams, and no network.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SETTINGS = Path(__file__).parent
DIAGRAMS = SETTINGS.parents[1] / "docs" / "docsite" / "diagrams"
# An opaque ground of their own makes the diagrams as readable on a dark page as on a light one. Fill colours: 1 a failure, 2 something that
# happens, 3 a good end, 5 a standstill, 6 a question or a wait.
STYLE = """
  graph [bgcolor="#f8f9fb", pad=0.3]
  node [shape=box, style="rounded,filled", colorscheme=pastel19, fillcolor=2, color="#667788", fontname=Helvetica, fontsize=12]
  edge [color="#445566", fontname=Helvetica, fontsize=11]
"""


def draw(source: Path, picture: Path) -> None:
    styled = source.read_text().replace("{", "{" + STYLE, 1)
    subprocess.run(["dot", "-Tsvg", f"-o{picture}"], input=styled, text=True, check=True)


def build(directory: Path) -> None:
    """Everything from the sources. Raises CalledProcessError."""
    shutil.rmtree(directory, ignore_errors=True)
    sources, pages = directory / "rst", directory / "html"
    sources.mkdir(mode=0o755, parents=True)
    generate = ["antsibull-docs", f"--config-file={SETTINGS}/antsibull-docs.cfg", "collection", "--use-current", "--squash-hierarchy"]
    subprocess.run([*generate, "--fail-on-error", f"--dest-dir={sources}", "openvpn.cloudconnexa"], check=True)
    pictures = sources / "docsite" / "diagrams"
    pictures.mkdir()
    for source in sorted(DIAGRAMS.glob("*.dot")):
        draw(source, pictures / f"{source.stem}.svg")
    render = ["sphinx-build", "--builder=html", f"--conf-dir={SETTINGS}", f"--doctree-dir={directory}/doctrees", "--quiet"]
    subprocess.run([*render, "--fail-on-warning", "--keep-going", str(sources), str(pages)], check=True)


def main() -> None:
    if not shutil.which("dot"):
        sys.exit("The diagrams are drawn by Graphviz, and there is no 'dot' on this machine. Install it: apt-get install graphviz")
    try:
        build(Path(sys.argv[1]).resolve())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} failed")


if __name__ == "__main__":
    main()
