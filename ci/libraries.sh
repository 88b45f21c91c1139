#!/usr/bin/env bash
# Judges posterior samplers of other people's libraries, as they are: the DPS of deepinv
# and the NPE of sbi. Also tests the helpers for torch and jax, which come with them. All
# is installed from PyPI into a temporary place, several gigabytes; where that is not
# possible, this says so and why. Called with the word ahead it installs, and that is all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ci/venv.sh
source ci/expect.sh

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# To compile what nobody imports would take longer than all else.
needs=(--no-compile --no-cache-dir -r python/examples/requirements.txt)
free=$(df --output=avail -BG "$folder" | tail -n 1 | tr -dc 0-9)
if ! begun "${needs[@]}" && ((free < 10)); then
  echo "skipped: torch and what it needs take 7 GB, and $folder has $free GB left"
  exit
fi
venv "$folder/venv" "${needs[@]}" || exit 0
[[ ${1:-} != ahead ]] || exit 0
cp -r python "$folder/source"
export PATH=$folder/venv/bin:$PATH
pip install -q --no-deps "$folder/source"
(cd "$folder/source" && python -m pytest -q tests/test_gradients.py)

go build -o "$folder/assay" ./cmd/assay
examples=python/examples
expect 1 '^dps of deepinv: rejected' check --terse --on digits/inpaint -- python $examples/deepinv_dps.py
expect 1 '^dps of deepinv: rejected' check --terse --on gmm:d=8,dy=1 -- python $examples/deepinv_dps.py
# The control: where nothing is measured it has nothing to be wrong about but the prior.
expect 0 '^dps of deepinv: not rejected' check --terse --calls 20 --on gauss:m=0 -- python $examples/deepinv_dps.py
expect 0 '^npe of sbi: not rejected' check --terse --timeout 5m --calls 300 --on gauss -- python $examples/sbi_npe.py
# The control: a flow that has seen too little.
expect 1 '^npe of sbi: rejected' check --terse --timeout 5m --on gauss -- python $examples/sbi_npe.py 50
