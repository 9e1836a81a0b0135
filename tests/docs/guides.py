# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring up to date what is made from the guides and committed with them: guides.py DIRECTORY, the root of the repository.

That are the guides as Markdown, which GitHub and Galaxy show, and the pictures of the diagrams. A picture holds the digest of what it was
drawn from, so Graphviz is only needed where that has changed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SETTINGS = Path(__file__).parent
MADE = "<!-- Made from docs/docsite/rst/{}.rst, which is the one to edit; then run: make guides -->\n\n"
# An opaque ground of their own makes the diagrams as readable on a dark page as on a light one. Fill colours: 1 a failure, 2 something that
# happens, 3 a good end, 5 a standstill, 6 a question or a wait.
STYLE = """
  graph [bgcolor="#f8f9fb", pad=0.3]
  node [shape=box, style="rounded,filled", colorscheme=pastel19, fillcolor=2, color="#667788", fontname=Helvetica, fontsize=12]
  edge [color="#445566", fontname=Helvetica, fontsize=11]
"""


def styled(source: Path) -> str:
    return source.read_text().replace("{", "{" + STYLE, 1)


def digest(source: Path) -> str:
    return f"<!-- drawn from {hashlib.sha256(styled(source).encode()).hexdigest()} -->"


def is_current(source: Path) -> bool:
    """Whether the picture beside a diagram shows it."""
    picture = source.with_suffix(".svg")
    return picture.exists() and picture.read_text().endswith(digest(source) + "\n")


def draw(source: Path) -> None:
    drawn = subprocess.run(["dot", "-Tsvg"], input=styled(source), stdout=subprocess.PIPE, text=True, check=True).stdout
    source.with_suffix(".svg").write_text(drawn + digest(source) + "\n")


def markdown(guides: Path) -> dict[str, str]:
    """The text of each guide as Markdown, by the name of its file."""
    with tempfile.TemporaryDirectory() as folder:
        build = ["sphinx-build", "--quiet", "--fail-on-warning", "--builder=markdown", f"--conf-dir={SETTINGS / 'galaxy'}"]
        subprocess.run([*build, f"--doctree-dir={folder}/doctrees", str(guides), f"{folder}/pages"], check=True)
        return {page.name: MADE.format(page.stem) + page.read_text() for page in Path(folder, "pages").glob("*.md")}


def made(docs: Path) -> dict[str, str]:
    """The committed pages that were made from guides, whether or not these still exist."""
    pages = {page: page.read_text() for page in docs.glob("*.md")}
    return {page.name: text for page, text in pages.items() if text.startswith(MADE.format(page.stem))}


def main(repository: Path) -> None:
    docs = repository / "docs"
    diagrams = docs / "docsite" / "diagrams"
    stale = [source for source in sorted(diagrams.glob("*.dot")) if not is_current(source)]
    if stale and not shutil.which("dot"):
        sys.exit("Diagrams have changed, and there is no 'dot' on this machine to draw them. Install it: apt-get install graphviz")
    for source in stale:
        draw(source)
    for picture in diagrams.glob("*.svg"):
        if not picture.with_suffix(".dot").exists():
            picture.unlink()
    pages = markdown(docs / "docsite" / "rst")
    for name in made(docs).keys() - pages.keys():
        (docs / name).unlink()
    for name, text in pages.items():
        (docs / name).write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
