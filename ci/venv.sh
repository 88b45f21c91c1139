# Sourced by the other scripts here.
#
# venv FOLDER PACKAGE... makes a virtual environment of Python in a folder that is not
# there yet, with packages from PyPI. Where that is not possible, it says so and why,
# and fails. The Python is python3, or that in the variable PYTHON.
venv() {
  local folder=$1 complaint python=${PYTHON:-python3}
  shift
  if ! command -v "$python" >/dev/null; then
    echo "skipped: there is no $python"
    return 1
  fi
  if ! complaint=$({ "$python" -m venv "$folder" && "$folder/bin/pip" install -q "$@"; } 2>&1); then
    echo "skipped: $python cannot install $*: $(tail -n 1 <<<"$complaint")"
    return 1
  fi
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
