#!/usr/bin/env bash
# Everything that is run before a change is accepted, step by step, on any
# machine with Go and bash. A step that cannot be run is skipped, and says why.
#
#   ci/run.sh                    every step: some twenty minutes on two cores
#   ci/run.sh quick              lint and the short tests: a few minutes
#   ci/run.sh lint readme        the steps named, in that order
#   ci/run.sh --list             what the steps are
#   ci/run.sh --install ...      first install Debian packages that are missing, as
#                                is done wherever CI is true
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A step is a function run_NAME and a line here, in the order of a full run.
steps='
lint        gofmt, go vet, staticcheck, go mod tidy
known       known vulnerabilities in what is depended on
cross       builds for other systems and processors
test        every Go test
readme      README.md: its commands and their output
docs        docs/*.md likewise
kernels     the generated kernels are those that their generator writes
python      the Python door
faults      a random tenth of the planted faults, which the tests must see
libraries   samplers of other libraries
onnx        exported networks in another runtime, and docs/network.md
race        short tests under the race detector
openblas    matrix products by another library
'
also='
short       short Go tests
'
quick='lint short'

names() { awk 'NF { print $1 }' <<<"$1"; }

skip() { printf 'skipped: %s\n' "$*"; }

# install PACKAGE... installs Debian packages where that is allowed and possible.
install() {
  [[ $may_install == true && $(id -u) == 0 ]] && command -v apt-get >/dev/null || return 1
  { apt-get install -y -q "$@" || { apt-get update -q && apt-get install -y -q "$@"; }; } >/dev/null 2>&1
}

# tools finds what the tests can use besides Go, once.
tools() {
  [[ -z ${told:-} ]] || return 0
  told=true
  command -v cadical >/dev/null || install cadical || skip "no SAT solver: install cadical, or pass --install; tests that need one are skipped and say so"
  if [[ -z ${ASSAY_CIRCUITS:-} && -d ../shared/data/circuits ]]; then
    ASSAY_CIRCUITS=$(cd ../shared/data/circuits && pwd)
    export ASSAY_CIRCUITS
  fi
  echo "SAT solver: $(command -v cadical || echo none); published circuits: ${ASSAY_CIRCUITS:-none}"
}

# pip sees to it that virtual environments of Python can be made.
pip() {
  python3 -c 'import ensurepip' 2>/dev/null || install python3-venv ||
    skip "no venv of Python: install python3-venv, or pass --install; what needs it is skipped and says so"
}

# ahead begins to make the virtual environments of the steps chosen, one after the other in the
# background. Each step waits for its own.
ahead() {
  local step scripts=''
  for step in "$@"; do
    case $step in python | faults | libraries | onnx) scripts+=" $step" ;; esac
  done
  [[ -n $scripts ]] || return 0
  pip
  export ASSAY_VENVS=$folder/venvs
  mkdir "$ASSAY_VENVS"
  set -m # a group of processes of its own, so that all of it can be ended
  for step in $scripts; do bash "ci/$step.sh" ahead; done >/dev/null 2>&1 &
  making=$!
  set +m
}

# numpy puts a Python with numpy on the PATH, once.
numpy() {
  [[ -z ${with_numpy:-} ]] || return 0
  with_numpy=no
  pip
  source ci/venv.sh
  if venv "$folder/venv" numpy pytest; then # as for the faults
    with_numpy=yes
    PATH=$folder/venv/bin:$PATH
  fi
}

# shown ARGUMENT... does what go run ./ci/readme would, without the additions of go run to
# the PATH.
shown() {
  [[ -x $folder/readme ]] || go build -o "$folder/readme" ./ci/readme
  "$folder/readme" "$@"
}

run_lint() {
  local unformatted
  unformatted=$(gofmt -l .)
  if [[ -n $unformatted ]]; then
    printf 'not formatted; run gofmt -w on\n%s\n' "$unformatted"
    exit 1
  fi
  go vet ./...
  go tool staticcheck ./...
  tidy .
  tidy internal/circuit/kernelgen
}

# tidy MODULE fails if go mod tidy would change the module in a folder.
tidy() {
  local change status=0
  change=$(go -C "$1" mod tidy -diff 2>"$folder/complaint") || status=$?
  if [[ -n $change ]]; then
    printf 'go -C %s mod tidy would change\n%s\n' "$1" "$change"
    exit 1
  elif [[ $status != 0 ]]; then
    skip "go mod tidy in $1: $(tail -n 1 "$folder/complaint")"
  fi
}

run_known() {
  local report status=0
  report=$(go tool govulncheck ./... 2>&1) || status=$?
  case $status in
    0) ;;
    3) printf '%s\n' "$report"; exit 1 ;; # it found one
    *) skip "no database of vulnerabilities: $(tail -n 1 <<<"$report")" ;;
  esac
}

run_cross() {
  local platform
  for platform in windows/amd64 darwin/arm64 linux/arm64; do
    echo "$platform"
    # Not optimised, for nobody runs it: that takes two thirds of the time.
    GOOS=${platform%/*} GOARCH=${platform#*/} CGO_ENABLED=0 go build -gcflags='all=-N -l' ./...
  done
}

run_short() {
  tools
  go test -short ./...
}

# README.md says go test ./... too. It finds the results of this step in go's cache and
# prints them again if the environment is the same, the PATH above all: hence numpy and
# shown. So every test runs once, and would also if README.md did not say so.
run_test() {
  tools
  numpy
  go test ./...
}

run_readme() {
  tools
  numpy
  if [[ $with_numpy == yes ]]; then
    shown README.md
  else
    shown -skip python3 README.md
  fi
}

run_docs() {
  local page
  tools
  for page in power fuzz metamorphic tolerance journal; do
    shown "docs/$page.md"
  done
}

run_kernels() { go -C internal/circuit/kernelgen test .; }

run_python() {
  pip
  bash ci/python.sh
}

run_faults() {
  pip
  bash ci/faults.sh
}

run_libraries() {
  pip
  bash ci/libraries.sh
}

run_onnx() {
  pip
  bash ci/onnx.sh
  shown docs/network.md
}

run_race() {
  if [[ -z $(command -v "$(go env CC)") ]] && ! install gcc libc6-dev; then
    skip "the race detector needs a C compiler: install gcc, or pass --install"
    return
  fi
  # Left out: what judges or draws thousands of times by the code that the other tests run too,
  # of the scripts as well; what measures memory, of which the detector takes its own; and internal, where all goroutines are those of internal/parallel.
  local long='TestToleranceEdge|TestNullByFamily|TestPriorIsRejected.*|TestDefinition.*|TestLawOfTheReversal|TestBugs'
  long+='|TestExactIs.*|TestNull|TestLocalNull|TestNullNoticesFault|TestSensitivity.*|TestReductionIsNotFooled'
  long+='|TestHeuristics|TestMisusesDoNotCompile|TestPeak|TestDPSWithoutGuidanceDrawsThePrior|TestPiGDMIsExactOnTheUnitGaussian'
  long+='|TestDiffusionDrawsThePrior|TestDiffusionMistakesAreNoticed|TestRoundingIsInvisible|TestPairsAllowDependence'
  long+='|TestPairsAreEValues|TestWealthStaysLowUnderNull'
  CGO_ENABLED=1 go test -race -short -timeout 20m -skip "^($long)\$|^TestScripts\$/^(judge|json|bench-power|theorems)\$" \
    ./internal/parallel ./samplers/... ./props/... ./cmd/...
}

run_openblas() {
  if ! links openblas && ! install gcc libc6-dev libopenblas-dev; then
    skip "libopenblas is not there: install libopenblas-dev, or pass --install"
    return
  fi
  go vet -tags openblas ./spec
  OPENBLAS_NUM_THREADS=1 go test -tags openblas ./spec
}

# links LIBRARY says whether the C compiler finds a library.
links() { "$(go env CC)" -x c - "-l$1" -o "$folder/links" <<<'int main(void) { return 0; }' 2>/dev/null; }

may_install=${CI:-false}
chosen=()
for argument in "$@"; do
  case $argument in
    --list) printf '%s%s' "${steps#?}" "${also#?}"; exit ;;
    --install) may_install=true ;;
    quick) chosen+=($quick) ;;
    *)
      if ! grep -qxF -e "$argument" <<<"$(names "$steps$also")"; then
        echo "ci/run.sh: there is no step \"$argument\"; want quick, or some of $(names "$steps$also" | paste -s -d ' ' -)" >&2
        exit 2
      fi
      chosen+=("$argument")
      ;;
  esac
done
[[ ${#chosen[@]} != 0 ]] || chosen=($(names "$steps"))

if ! command -v go >/dev/null; then
  echo "ci/run.sh needs Go 1.26 or newer on the PATH: https://go.dev/dl" >&2
  exit 2
fi
folder=$(mktemp -d)
making=''
trap '[[ -z $making ]] || kill -- "-$making" 2>/dev/null || true; rm -rf "$folder"' EXIT
[[ ${#chosen[@]} == 1 ]] || ahead "${chosen[@]}"
for step in "${chosen[@]}"; do
  printf '\n== %s\n' "$step"
  began=$SECONDS
  "run_$step"
  printf -- '-- %s: %d s\n' "$step" $((SECONDS - began))
done
printf '\nall is well\n'
