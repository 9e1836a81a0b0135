# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx settings of the documentation site."""

from __future__ import annotations

from typing import Any

from docutils import nodes

# What antsibull-docs refers to in the documentation of Ansible itself. Named here, so that the build needs no network.
ANSIBLE_DOCS = "https://docs.ansible.com/ansible/latest"
ANSIBLE_LABELS = {
    "action_plugins": "plugins/action.html",
    "common_return_values": "reference_appendices/common_return_values.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
}

project = "openvpn.cloudconnexa"
author = "The openvpn.cloudconnexa contributors"
project_copyright = f"2026 {author}"
html_title = "CloudConnexa collection"

extensions = ["sphinx_antsibull_ext"]
nitpicky = True

html_theme = "furo"
html_theme_options = {
    # The tables of antsibull-docs have colours for light pages only.
    "dark_css_variables": {
        "antsibull-table-background-header": "var(--color-background-border)",
        "antsibull-table-background-odd": "var(--color-background-secondary)",
        "antsibull-table-background-even": "var(--color-background-primary)",
        "antsibull-narrowtable-background": "var(--color-background-border)",
        "antsibull-table-border": "var(--color-background-border)",
        "antsibull-option-type": "#d2a8ff",
        "antsibull-option-elements": "#d2a8ff",
        "antsibull-option-required": "#ff7b72",
        "antsibull-option-version-added": "#7ee787",
        "antsibull-option-aliases": "#7ee787",
        "antsibull-option-default": "#79c0ff",
        "antsibull-option-sample": "#79c0ff",
        "antsibull-option-sample-header": "var(--color-foreground-primary)",
        "antsibull-attribute-support-partial": "#e3b341",
        "antsibull-attribute-support-full": "#7ee787",
        "antsibull-attribute-support-na": "#79c0ff",
    }
}
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False


def refer_to_ansible(_app: Any, _env: Any, node: Any, content: nodes.Element) -> nodes.reference | None:
    """A link to Ansible's documentation, where a label stands there."""
    page = ANSIBLE_LABELS.get(node["reftarget"])
    return nodes.reference("", "", content, refuri=f"{ANSIBLE_DOCS}/{page}", internal=False) if page else None


def keep_contents(_app: Any, page: nodes.document) -> None:
    """The theme objects to contents in a page, unless they have this class. On small screens, they are of use."""
    for topic in page.findall(nodes.topic):
        if "contents" in topic["classes"]:
            topic["classes"].append("this-will-duplicate-information-and-it-is-still-useful-here")


def setup(app: Any) -> None:
    app.connect("missing-reference", refer_to_ansible)
    app.connect("doctree-read", keep_contents)
