# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx settings for the guides as Markdown, which Galaxy shows from the folder docs of the archive."""

from __future__ import annotations

from typing import Any

from docutils import nodes

extensions = ["sphinx_antsibull_ext", "sphinx_markdown_builder"]
master_doc = "getting_started"
suppress_warnings = ["image.not_readable", "ref.ref", "toc.not_included"]  # pages of modules are elsewhere; the other build checks links


def simplify(_app: Any, page: nodes.document) -> None:
    """Markdown has no captions, and Galaxy shows no pictures and makes its own tables of contents."""
    for node in [*page.findall(nodes.figure), *page.findall(nodes.topic)]:
        node.parent.remove(node)
    for caption in list(page.findall(nodes.caption)):
        caption.replace_self(nodes.paragraph("", "", nodes.literal("", caption.astext()), nodes.Text(":")))
    for block in page.findall(nodes.literal_block):
        block["language"] = block["language"].partition("+")[0]
    for literal in page.findall(nodes.literal):
        literal[:] = [nodes.Text(literal.astext())]


def setup(app: Any) -> None:
    app.connect("doctree-read", simplify)
