# Sourced by the other scripts here. assay has been built into "$folder", which is
# there for temporary files.
#
# expect CODE WORDS COMMAND... runs assay, which must end with that exit code and say
# those words, at the beginning of a line if they begin with ^.
expect() {
  local code=$1 words=$2 status=0
  shift 2
  "$folder/assay" "$@" >"$folder/output" 2>&1 || status=$?
  if [[ $status != "$code" ]] || ! grep -q -e "$words" "$folder/output"; then
    printf 'assay %s\nended with %s, want %s and "%s":\n' "$*" "$status" "$code" "$words"
    cat "$folder/output"
    exit 1
  fi
  printf 'assay %s: exit code %s\n' "$*" "$status"
}
