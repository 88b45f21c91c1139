#!/usr/bin/env bash
# Everything that is run before a change is accepted, on any machine with Go and
# bash. What is missing is installed where that is possible; what cannot be run is
# skipped, saying why.
#
#   ci/run.sh    about twenty minutes on two cores
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s\n' "$*"; }
skip() { printf 'skipped: %s\n' "$*"; }

# install PACKAGE... installs Debian packages where that is possible.
install() {
  [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || return 1
  { apt-get install -y -q "$@" || { apt-get update -q && apt-get install -y -q "$@"; }; } >/dev/null 2>&1
}

if ! command -v go >/dev/null; then
  echo "ci/run.sh needs Go 1.26 or newer on the PATH: https://go.dev/dl" >&2
  exit 2
fi

step gofmt
unformatted=$(gofmt -l .)
if [[ -n $unformatted ]]; then
  printf 'not formatted:\n%s\n' "$unformatted"
  exit 1
fi

step go vet
go vet ./...

step staticcheck
go tool staticcheck ./...

step govulncheck
status=0
report=$(go tool govulncheck ./... 2>&1) || status=$?
case $status in
  0) ;;
  3) printf '%s\n' "$report"; exit 1 ;; # it found one
  *) skip "no database of vulnerabilities: $(tail -n 1 <<<"$report")" ;;
esac

step 'what the tests can use'
command -v cadical >/dev/null || install cadical || skip "no SAT solver to install; the tests that need one say so"
python3 -c 'import ensurepip' 2>/dev/null || install python3-venv || skip "no Python to install; what needs one says so"
if [[ -z ${ASSAY_CIRCUITS:-} && -d ../shared/data/circuits ]]; then
  ASSAY_CIRCUITS=$(cd ../shared/data/circuits && pwd)
  export ASSAY_CIRCUITS
fi
echo "SAT solver: $(command -v cadical || echo none); published circuits: ${ASSAY_CIRCUITS:-none}"

# Every command of the README, with its output: go test ./... among them, and the
# null test in full.
step README.md
source ci/venv.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if venv "$folder/venv" numpy; then
  PATH=$folder/venv/bin:$PATH go run ./ci/readme README.md
else
  go run ./ci/readme -skip python3 README.md
fi

step 'docs'
for page in power fuzz metamorphic; do
  go run ./ci/readme "docs/$page.md"
done

step generated kernels
go -C reduction/circuit/kernelgen test .

step Python
bash ci/python.sh

step 'planted faults'
bash ci/faults.sh

step 'samplers of other libraries'
bash ci/libraries.sh

step ONNX
bash ci/onnx.sh
go run ./ci/readme docs/network.md

step race detector
if [[ -z $(command -v "$(go env CC)") ]] && ! install gcc libc6-dev; then
  skip "the race detector needs a C compiler"
else
  CGO_ENABLED=1 go test -race -short ./samplers/... ./props/... ./cmd/...
fi

# links LIBRARY says whether the C compiler finds a library.
links() {
  local program
  program=$(mktemp)
  "$(go env CC)" -x c - "-l$1" -o "$program" <<<'int main(void) { return 0; }' 2>/dev/null || { rm -f "$program"; return 1; }
  rm -f "$program"
}

step OpenBLAS
if ! links openblas && ! install gcc libc6-dev libopenblas-dev; then
  skip "libopenblas is not installed"
else
  go vet -tags openblas ./spec
  OPENBLAS_NUM_THREADS=1 go test -tags openblas ./spec
fi

printf '\nall is well\n'
