# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx settings for the guides as Markdown, which GitHub and Galaxy show from the folder docs."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from docutils import nodes

# Galaxy shows a picture only where its address is absolute.
PICTURES = "https://raw.githubusercontent.com/openvpn-cloudconnexa/openvpn.cloudconnexa/main/docs/docsite/diagrams"

extensions = ["sphinx_antsibull_ext", "sphinx_markdown_builder"]
master_doc = "getting_started"
smartquotes = False
suppress_warnings = ["image.not_readable", "ref.ref", "toc.not_included"]  # pages of modules are elsewhere; the other build checks links


def simplify(_app: Any, page: nodes.document) -> None:
    """Markdown has no captions, and both sites make their own tables of contents."""
    for topic in list(page.findall(nodes.topic)):
        topic.parent.remove(topic)
    for figure in list(page.findall(nodes.figure)):
        (image,), (caption,) = figure.findall(nodes.image), figure.findall(nodes.caption)
        image["uri"] = f"{PICTURES}/{PurePosixPath(image['uri']).name}"
        figure.replace_self([nodes.paragraph("", "", image), nodes.paragraph("", "", nodes.emphasis("", "", *caption.children))])
    for caption in list(page.findall(nodes.caption)):
        caption.replace_self(nodes.paragraph("", "", nodes.literal("", caption.astext()), nodes.Text(":")))
    for block in page.findall(nodes.literal_block):
        block["language"] = block["language"].partition("+")[0]
    for literal in page.findall(nodes.literal):
        literal[:] = [nodes.Text(literal.astext())]
    for text in [text for cell in page.findall(nodes.entry) for text in cell.findall(nodes.Text)]:
        text.parent.replace(text, nodes.Text(text.replace("\n", " ")))


def name_module(_app: Any, _env: Any, node: Any, content: nodes.Element) -> nodes.Element | None:
    """The name of a module, where its own page is not there to link to."""
    is_module = node["reftarget"].endswith("_module") and content.astext().startswith("openvpn.cloudconnexa.")
    return nodes.literal("", content.astext().rpartition(".")[2]) if is_module else None


def setup(app: Any) -> None:
    app.connect("doctree-read", simplify)
    app.connect("missing-reference", name_module)
