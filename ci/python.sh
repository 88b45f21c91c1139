#!/usr/bin/env bash
# Tests the Python door with a real Python: checks its types, builds the wheel, installs it
# with numpy and pytest into a virtual environment in a temporary place, runs its tests, there
# and with the oldest and the newest Python, and lets assay judge candidates written with it.
# Where that is not possible, it says so and why. Called with the word ahead it makes the
# environments, and that is all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source ci/venv.sh
source ci/expect.sh

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
venv "$folder/venv" numpy pytest mypy || exit 0
# Two others: what the package promises: the oldest Python, with the newest numpy for it and the oldest.
oldest=$(sed -n 's/^requires-python = ">=\(.*\)"$/\1/p' python/pyproject.toml)
numpy=$(sed -n 's/^dependencies = \["numpy>=\(.*\)"\]$/\1/p' python/pyproject.toml)
: "${oldest:?not found in python/pyproject.toml}" "${numpy:?not found in python/pyproject.toml}"
if ! PYTHON=$(python_of "$oldest"); then
  echo "skipped: there is no Python $oldest, the oldest that is supported, on the PATH or in pyenv"
else
  PYTHON=$PYTHON venv "$folder/oldest" numpy pytest || true
fi
# And the newest, unless python3 is that already.
for newest in 3.14 3.13 3.12 none; do
  ! PYTHON=$(python_of "$newest") || break
done
if [[ $newest == none ]]; then
  echo "skipped: there is no Python 3.12 or newer on the PATH or in pyenv"
elif [[ $newest != $("$folder/venv/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') ]]; then
  PYTHON=$PYTHON venv "$folder/newest" numpy pytest || true
fi
unset PYTHON
[[ ${1:-} != ahead ]] || exit 0

export PYTHONDONTWRITEBYTECODE=1
cp -r python "$folder/source"
"$folder/venv/bin/pip" wheel -q --no-deps --wheel-dir "$folder/wheels" "$folder/source"
wheel=$(echo "$folder"/wheels/assay_candidate-*.whl)

# tests VENV installs the wheel into a virtual environment and runs the tests there.
tests() {
  "$1/bin/python" -c 'import platform, numpy; print("python", platform.python_version(), "numpy", numpy.__version__)'
  "$1/bin/pip" install -q --no-deps "$wheel"
  (cd python && "$1/bin/python" -m pytest -q -p no:cacheprovider)
}
tests "$folder/venv"

if [[ -d $folder/oldest ]]; then
  tests "$folder/oldest"
  if complaint=$("$folder/oldest/bin/pip" install -q "numpy==$numpy.*" 2>&1); then
    tests "$folder/oldest"
  else
    echo "skipped: Python $oldest cannot install numpy $numpy, the oldest that is supported: $(tail -n 1 <<<"$complaint")"
  fi
fi
[[ ! -d $folder/newest ]] || tests "$folder/newest"

# The types: of the package, and of the wheel as a user's checker sees them. The control is
# typed_misuse.py, which must be rejected line by line where the checker is not told to.
export PATH=$folder/venv/bin:$PATH
(cd "$folder/source" && python -m mypy --cache-dir="$folder/mypy")
mkdir "$folder/user"
cp python/tests/typed_*.py "$folder/user"
sed 's/ *# type: ignore.*//' python/tests/typed_misuse.py >"$folder/user/control.py"
(
  cd "$folder/user"
  check() { python -m mypy --strict --config-file= --cache-dir="$folder/mypy-of-user" "$@"; }
  check typed_use.py typed_misuse.py
  ! check control.py >complaints || { echo "typed_misuse.py: mypy accepts it"; exit 1; }
  grep -q 'control.py:.*Argument 1 to "sampler" has incompatible type' complaints || { cat complaints; exit 1; }
  tail -n 1 complaints
)

go build -o "$folder/assay" ./cmd/assay

examples=python/examples candidates=python/tests/candidates
expect 0 'ends with exit code 0' conform -- python $examples/importance.py
expect 0 'ends with exit code 0' conform -- python $examples/mala.py
expect 0 '^importance: not rejected' check --terse --calls 300 --on gmm:d=8,dy=1 -- python $examples/importance.py
expect 0 '^mala: not rejected' check --terse --calls 300 --on gauss -- python $examples/mala.py
# The controls: too few particles, and chains that cannot cross between modes.
expect 1 '^importance: rejected' check --on gmm:d=8,dy=1 -- python $examples/importance.py 2
expect 1 '^mala: rejected' check --on gmm:d=2,dy=1 -- python $examples/mala.py
# A witness of one's own sees what no built-in one does; the control is the right sampler.
printf '0,0,0\n0,0,0\n' >"$folder/origin.csv"
parity=(check --terse --data "$folder/origin.csv" --bandwidth 1 --op identity --beta 1)
with=(--witness "python $examples/parity_witness.py")
expect 0 '^even parity: not rejected' "${parity[@]}" --calls 600 -- python $examples/parity_sampler.py
expect 1 '^  witness   parity (parity_witness):' "${parity[@]}" "${with[@]}" -- python $examples/parity_sampler.py
expect 0 '^exact: not rejected' "${parity[@]}" --calls 600 "${with[@]}" -- python $examples/parity_sampler.py right
expect 2 'witness "unknown (nan_witness)" is NaN for every draw' "${parity[@]}" --witness "python $candidates/nan_witness.py" exact
# The priors in numpy are those of assay, and hard ones are asked for; the control is off by 1e-3.
expect 0 'rows asked for by callback: [1-9]' conform --on digits/inpaint --on hard:identity:n=8 -- python $candidates/oracle.py
expect 3 'Not equal to tolerance' check --on gauss -- python $candidates/oracle.py 1e-3
# Faults.
expect 3 '^  out of memory on' check --memory 4G --on gauss -- python $candidates/greedy.py
expect 3 '^  repeated draws on' check --on gauss -- python $candidates/seedless.py

# What a call costs.
ASSAY_PYTHON=$folder/venv/bin/python go test -run '^$' -bench Call -benchtime 10x ./samplers/external
