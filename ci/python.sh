#!/usr/bin/env bash
# Tests the Python door with a real Python: checks its types, builds the wheel, installs it with numpy
# and pytest into a virtual environment in a temporary place, runs its tests, and lets
# assay judge candidates written with it. Where that is not possible, it says so and why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source ci/venv.sh
source ci/expect.sh

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
venv "$folder/venv" numpy pytest mypy || exit 0
cp -r python "$folder/source"
"$folder/venv/bin/pip" wheel -q --no-deps --wheel-dir "$folder/wheels" "$folder/source"
"$folder/venv/bin/pip" install -q "$folder"/wheels/assay_candidate-*.whl
export PATH=$folder/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
python -m mypy --ignore-missing-imports --cache-dir="$folder/mypy" "$folder"/source/src
(cd python && python -m pytest -q -p no:cacheprovider)

go build -o "$folder/assay" ./cmd/assay

examples=python/examples candidates=python/tests/candidates
expect 0 'ends with exit code 0' conform -- python $examples/importance.py
expect 0 'ends with exit code 0' conform -- python $examples/mala.py
expect 0 '^importance: not rejected' check --terse --calls 300 --on gmm:d=8,dy=1 -- python $examples/importance.py
expect 0 '^mala: not rejected' check --terse --calls 300 --on gauss -- python $examples/mala.py
# The controls: too few particles, and chains that cannot cross between modes.
expect 1 '^importance: rejected' check --on gmm:d=8,dy=1 -- python $examples/importance.py 2
expect 1 '^mala: rejected' check --on gmm:d=2,dy=1 -- python $examples/mala.py
# The priors in numpy are those of assay, and hard ones are asked for; the control is off by 1e-3.
expect 0 'rows asked for by callback: [1-9]' conform --on digits/inpaint --on hard:identity:n=8 -- python $candidates/oracle.py
expect 3 'Not equal to tolerance' check --on gauss -- python $candidates/oracle.py 1e-3
# Faults.
expect 3 '^  out of memory on' check --memory 4G --on gauss -- python $candidates/greedy.py
expect 3 '^  repeated draws on' check --on gauss -- python $candidates/seedless.py

# What a call costs.
ASSAY_PYTHON=$folder/venv/bin/python go test -run '^$' -bench Call -benchtime 300x ./samplers/external
