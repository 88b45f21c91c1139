#!/usr/bin/env bash
# Compares the exported networks with what onnxruntime computes. It is installed into
# a temporary place, from PyPI; where that is not possible, this says so and why.
# Called with the word ahead it installs, and that is all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source ci/venv.sh

if [[ -z ${ASSAY_PYTHON:-} ]]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  venv "$folder/venv" onnxruntime numpy || exit 0
  export ASSAY_PYTHON=$folder/venv/bin/python
fi
[[ ${1:-} != ahead ]] || exit 0
go test -count=1 -run 'TestONNX' ./internal/relu
