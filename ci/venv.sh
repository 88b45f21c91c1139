# For the scripts beside it, by source.
#
# venv FOLDER PACKAGE... makes a virtual environment of Python in a folder that is not
# there yet, with packages from PyPI. Where that is not possible, it says so and why,
# and fails.
venv() {
  local folder=$1 complaint
  shift
  if ! command -v python3 >/dev/null; then
    echo "skipped: there is no python3"
    return 1
  fi
  if ! complaint=$({ python3 -m venv "$folder" && "$folder/bin/pip" install -q "$@"; } 2>&1); then
    echo "skipped: python3 cannot install $*: $(tail -n 1 <<<"$complaint")"
    return 1
  fi
}
