#!/usr/bin/env bash
# Run a command as the checks do: in_tree.sh COMMAND...
# It sees the collection where Ansible expects one, every Python of the machine, and nothing of the user's environment or home.
# VENV_OF_CHECKS may name another virtual environment than the project's.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/.build
tree=$build/ansible_collections/openvpn/cloudconnexa
environment=${VENV_OF_CHECKS:-$root/.venv}

"$root/.venv/bin/python" "$root/tests/tools/mirror.py" "$root" "$tree"
cd "$tree"
exec env -i HOME="$build/home" PATH="$environment/bin:$build/pythons:$PATH" LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" \
    ANSIBLE_COLLECTIONS_PATH="$build" PYTHONPATH="$build:$tree/tests" "$@"
