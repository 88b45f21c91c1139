# Sourced by the other scripts here.
#
# venv FOLDER PACKAGE... makes a virtual environment of Python in a folder that is not
# there yet, with packages from PyPI. Where that is not possible, it says so and why,
# and fails. The Python is python3, or that in the variable PYTHON.
#
# A full run has them made in the background while Go's tests run, for most of it is waiting:
# by the scripts themselves, which when called with the word ahead do that and nothing else.
# ASSAY_VENVS is then a folder where each is made once, by whoever comes first; FOLDER becomes a
# link to it. Who installs more into one must be the only one to ask for those packages.
venv() {
  local folder=$1 complaint python=${PYTHON:-python3} made status=0
  shift
  if ! command -v "$python" >/dev/null; then
    echo "skipped: there is no $python"
    return 1
  fi
  if [[ -z ${ASSAY_VENVS:-} ]]; then
    complaint=$(new_venv "$folder" "$@" 2>&1) || status=$?
  else
    made=$(place "$@")
    if mkdir "$made" 2>/dev/null; then
      echo $$ >"$made/maker"
      new_venv "$made/venv" "$@" >"$made/complaint" 2>&1 || status=$?
      echo "$status" >"$made/status"
    fi
    # Whoever makes it may have been ended.
    while [[ ! -s $made/status ]] && { [[ ! -s $made/maker ]] || kill -0 "$(<"$made/maker")" 2>/dev/null; }; do
      sleep 0.2
    done
    complaint=$(cat "$made/complaint" 2>/dev/null) || true
    status=$(cat "$made/status" 2>/dev/null) || status=1
    [[ $status != 0 ]] || ln -s "$made/venv" "$folder"
  fi
  if [[ $status != 0 ]]; then
    rm -rf "$folder"
    echo "skipped: $python cannot install $*: $(tail -n 1 <<<"$complaint")"
    return 1
  fi
}

# place PACKAGE... prints where in ASSAY_VENVS that environment is made.
place() { echo "$ASSAY_VENVS/$(printf '%s\n' "${PYTHON:-python3}" "$@" | cksum | tr ' ' -)"; }

# begun PACKAGE... says whether it is being made there, or has been.
begun() { [[ -n ${ASSAY_VENVS:-} && -d $(place "$@") ]]; }

# new_venv FOLDER PACKAGE... makes one.
new_venv() {
  local folder=$1
  shift
  "${PYTHON:-python3}" -m venv "$folder" && "$folder/bin/pip" install -q "$@"
}

# python_of VERSION prints where there is a Python of a version such as 3.9, on the PATH or
# among those of pyenv; it fails if there is none.
python_of() {
  local version=$1 root each
  root=$(pyenv root 2>/dev/null) || root=$HOME/.pyenv
  for each in "python$version" "$root/versions/$version".*/bin/python; do
    # One that is there may not run: pyenv has a command for each version that it could have.
    if "$each" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != sys.argv[1])' "$version" 2>/dev/null; then
      echo "$each"
      return
    fi
  done
  return 1
}
