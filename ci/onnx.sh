#!/usr/bin/env bash
# Compares the exported networks with what onnxruntime computes. It is installed into
# a temporary place, from PyPI; where that is not possible, this says so and why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -z ${ASSAY_PYTHON:-} ]]; then
  if ! command -v python3 >/dev/null; then
    echo "skipped: onnxruntime needs python3"
    exit
  fi
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  if ! complaint=$({ python3 -m venv "$folder" && "$folder/bin/pip" install -q onnxruntime numpy; } 2>&1); then
    echo "skipped: onnxruntime cannot be installed: $(tail -n 1 <<<"$complaint")"
    exit
  fi
  export ASSAY_PYTHON=$folder/bin/python
fi
go test -count=1 -run 'TestONNX' ./reduction/relu
