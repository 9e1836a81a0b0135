# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check that cannot fail proves nothing: each one has to find a fault planted in a copy of the repository. Run by `make gates`."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from tools.mirror import visible_files

from .conftest import REPOSITORY

LOWEST_REQUESTS = (REPOSITORY / "requirements.txt").read_text().partition("requests>=")[2].splitlines()[0]
HEADER = """\
# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
MODULE = f'''\
#!/usr/bin/python
{HEADER}
from __future__ import annotations

DOCUMENTATION = """
module: planted
short_description: A planted fault
description: [The choices differ from those of the code.]
author: [Nobody (@nobody)]
options:
  colour:
    description: See O(missing).
    type: str
    choices: [red]
"""
EXAMPLES = ""
RETURN = ""

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    AnsibleModule(argument_spec=dict(colour=dict(type="str", choices=["blue"]))).exit_json()


if __name__ == "__main__":
    main()
'''
PLAYBOOK = """\
---
- name: A task with an option that its module does not have
  hosts: localhost
  gather_facts: false
  tasks:
    - name: List the Regions
      openvpn.cloudconnexa.cloudconnexa_region_info:
        colour: red
"""
GUIDE = ":orphan:\n\n.. _ansible_collections.openvpn.cloudconnexa.docsite.planted:\n\nPlanted\n=======\n\n"
GALAXY = """\
---
namespace: openvpn
name: cloudconnexa
version: 1.0.0
readme: README.md
authors: [Nobody]
license: [GPL-3.0-or-later]
tags: [planted]
repository: https://example.com/
"""


class Fault(NamedTuple):
    target: str  # of make
    arguments: str  # its ARGS
    path: str  # of the file that is planted
    text: str
    finding: str  # what the check says about it


FAULTS = {
    "a failing unit test": Fault(
        "units", "-n0 --no-cov tests/unit/test_planted.py", "tests/unit/test_planted.py", f"{HEADER}assert False\n", "assert False"
    ),
    "plugins without tests": Fault(
        "units",
        "-n0 tests/unit/test_planted.py",
        "tests/unit/test_planted.py",
        f"{HEADER}def test_nothing() -> None:\n    pass\n",
        "Required test coverage",
    ),
    "a fault with the lowest requests only": Fault(
        "lowest",
        "-n0 tests/unit/test_planted.py",
        "tests/unit/test_planted.py",
        f"{HEADER}import requests\n\nassert requests.__version__ != {LOWEST_REQUESTS!r}\n",
        f"assert {LOWEST_REQUESTS!r} != {LOWEST_REQUESTS!r}",
    ),
    "a failing target": Fault(
        "integration",
        "planted",
        "tests/integration/targets/planted/tasks/main.yml",
        "- ansible.builtin.fail:\n    msg: planted\n",
        '"msg": "planted"',
    ),
    "documentation unlike the code": Fault(
        "sanity",
        "--test validate-modules plugins/modules/planted.py",
        "plugins/modules/planted.py",
        MODULE,
        "doc-choices-do-not-match-spec",
    ),
    "an unused import in a plugin": Fault(
        "sanity",
        "--test pylint plugins/module_utils/planted.py",
        "plugins/module_utils/planted.py",
        f"{HEADER}import re\n",
        "unused-import",
    ),
    "an import that the sanity tests forbid": Fault(
        "sanity",
        "--test import plugins/modules/planted.py",
        "plugins/modules/planted.py",
        MODULE.replace("DOC", "import yaml\nDOC", 1),
        "yaml",
    ),
    "syntax that Python 3.9 lacks": Fault(
        "sanity",
        "--test compile plugins/module_utils/planted.py",
        "plugins/module_utils/planted.py",
        f"{HEADER}match 1:\n    case _:\n        pass\n",
        "plugins/module_utils/planted.py:4",
    ),
    "a careless shell script": Fault(
        "sanity", "--test shellcheck tests/planted.sh", "tests/planted.sh", "#!/usr/bin/env bash\nrm $1\n", "SC2086"
    ),
    "an unused import in a tool": Fault("ruff", "", "tests/tools/planted.py", f"{HEADER}import re\n", "F401"),
    "careless layout": Fault("ruff", "", "tests/tools/planted.py", f"{HEADER}print( 1 )\n", "1 file would be reformatted"),
    "a wrong type": Fault(
        "mypy", "tools/planted.py", "tests/tools/planted.py", f'{HEADER}number: int = "1"\n', "Incompatible types in assignment"
    ),
    "broken YAML": Fault("yamllint", "", "planted.yml", "---\nkey: [1\n", "syntax error"),
    "an unknown module option in an example": Fault(
        "ansible-lint", "examples/planted.yml", "examples/planted.yml", PLAYBOOK, "args[module]"
    ),
    "a reference to nothing": Fault(
        "docs-lint", "", "plugins/modules/planted.py", MODULE, "existing option of the module openvpn.cloudconnexa.planted"
    ),
    "a guide that leads nowhere": Fault("docs", "", "docs/docsite/rst/planted.rst", f"{GUIDE}See :ref:`nowhere`.\n", "nowhere"),
    "a guide without an example": Fault(
        "docs", "", "docs/docsite/rst/planted.rst", f"{GUIDE}.. code-block:: shell\n\n   true\n", "planted.html: has no example"
    ),
    "an unknown section of the changelog": Fault(
        "changelog-lint", "", "changelogs/fragments/planted.yml", "---\nrumours: [A]\n", "rumours"
    ),
    "a file without a licence": Fault("reuse", "", "tests/tools/planted.py", "number = 1\n", "* tests/tools/planted.py"),
    "tags that Galaxy does not accept": Fault("importer", "", "galaxy.yml", GALAXY, "At least one tag required"),
}
SLOW_FIRST = pytest.mark.xdist_group("ansible-test")  # its environments must not be made twice at once


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, id=name, marks=SLOW_FIRST if fault.target == "sanity" else ()) for name, fault in FAULTS.items()]
)
def test_planted_fault_is_found(fault: Fault, copy: Path) -> None:
    planted = copy / fault.path
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(fault.text)

    run = subprocess.run(
        ["make", fault.target, f"ARGS={fault.arguments}"],
        cwd=copy,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert run.returncode != 0, run.stdout
    assert fault.finding in run.stdout


def test_a_check_that_cannot_run_fails() -> None:
    warning = 'WARNING: Required program "shellcheck" not found.'
    recipe = shlex.split(subprocess.check_output(["make", "--dry-run", "sanity"], cwd=REPOSITORY, text=True).splitlines()[-1])
    guard = recipe[recipe.index("tests/tools/fail_on.sh") :][:2]

    run = subprocess.run([*guard, "echo", warning], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=False)

    assert run.returncode != 0
    assert run.stdout.count(warning) == 2  # as it happens, and as the reason


def test_no_sanity_finding_is_ignored() -> None:
    assert not [name for name in visible_files(REPOSITORY) if name.startswith("tests/sanity/ignore")]
