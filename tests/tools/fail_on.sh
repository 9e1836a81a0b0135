#!/usr/bin/env bash
# Run a command that only warns where it ought to fail: fail_on.sh PATTERN COMMAND...
# Shows its output, and fails when the command fails or a line of the output matches the extended regular expression.

set -euo pipefail
pattern=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT

"$@" 2>&1 | tee "$log"

if found=$(grep -E "$pattern" "$log"); then
    printf 'Not accepted:\n%s\n' "$found"
    exit 1
fi
