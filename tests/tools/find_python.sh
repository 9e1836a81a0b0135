#!/usr/bin/env bash
# Print the path of a Python that can make the development environment: 3.11 to 3.14, with venv and ensurepip.

for python in python3 python3.{14,13,12,11} "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3; do
    if "$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
        "$python" -c 'import sys; print(sys.executable)'
        exit
    fi
done

echo "No Python 3.11 to 3.14 with venv was found. Install one (on Debian and Ubuntu: python3 and python3-venv)," \
    "or name one: make PYTHON=/path/to/python3.11" >&2
exit 1
