# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the built site: check_site.py DIRECTORY. Every link inside leads somewhere, every picture is there, every page has an example."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

WITHOUT_EXAMPLE = {"index.html", "search.html", "environment_variables.html"}  # they only lead to other pages
EXAMPLE = "div[class*=highlight-yaml] pre"
DIAGRAMS = Path(__file__).parents[2] / "docs" / "docsite" / "diagrams"


def problems(site: Path) -> Iterator[str]:
    """What is wrong with the pages below a directory, one line each."""
    pages = {path: BeautifulSoup(path.read_text(), "html.parser") for path in sorted(site.rglob("*.html"))}
    anchors = {path: {str(tag["id"]) for tag in page.find_all(id=True)} for path, page in pages.items()}
    shown = set()
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        if name not in WITHOUT_EXAMPLE and not page.select(EXAMPLE):
            yield f"{name}: has no example"
        for tag in page.select("a[href], img[src]"):
            url = urlsplit(str(tag.get("href") or tag.get("src")))
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not target.is_file():
                yield f"{name}: {url.geturl()} leads nowhere"
            elif url.fragment and unquote(url.fragment) not in anchors.get(target, set()):
                yield f"{name}: {url.geturl()} leads to no place of that page"
            if tag.name == "img":
                shown.add(target.stem)
                if not tag.get("alt"):
                    yield f"{name}: {url.geturl()} has no text for those who cannot see it"
    yield from (f"{source.name} is shown on no page" for source in sorted(DIAGRAMS.glob("*.dot")) if source.stem not in shown)
    blocks = [block for page in pages.values() for block in page.select(EXAMPLE)]
    print(f"{len(pages)} pages, {len(shown)} diagrams, {len(blocks)} examples, all of which the unit tests play")


def main() -> None:
    found = list(problems(Path(sys.argv[1]).resolve()))
    sys.exit("\n".join(found) or 0)


if __name__ == "__main__":
    main()
