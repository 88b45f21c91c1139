#!/usr/bin/env bash
# Plants small faults in the sources and says which of them the tests do not see; see
# faults/main.go for what it may be given. Those in Python are tried in a virtual environment in
# a temporary place; where that cannot be made, they are skipped, saying so.
#
#   ci/faults.sh         a random tenth: some 100 s of processor time
#   ci/faults.sh -all    all of them: ten times that
#   ci/faults.sh ahead   only makes the environment
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source ci/venv.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if venv "$folder/venv" numpy pytest; then
  export PYTHON=$folder/venv/bin/python
fi
[[ ${1:-} != ahead ]] || exit 0
go run ./ci/faults "$@"
