# shellcheck shell=bash
# Sourced by the scripts of this folder: words for people, with colours on a terminal.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' dim='' green='' red='' plain=''
fi

milliseconds() {
  local now=${EPOCHREALTIME/[.,]/}
  echo $((now / 1000))
}

heading() {
  printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

# Prints what it reads, set in from the margin.
quote() {
  sed 's/^/      /'
}

complain() {
  printf '%s%s%s\n' "$red" "$1" "$plain" >&2
}

# step TITLE COMMAND...: runs a command and prints one line with the time it took, then what the
# command printed. Ends the script when the command fails.
step() {
  local title=$1 start took output
  shift
  start=$(milliseconds)
  if output=$("$@" 2>&1); then
    took=$(($(milliseconds) - start))
    printf '%s  ok%s  %-58s %s%6d ms%s\n' "$green" "$plain" "$title" "$dim" "$took" "$plain"
    [ -z "$output" ] || quote <<<"$output"
  else
    took=$(($(milliseconds) - start))
    printf '%sfail%s  %-58s %s%6d ms%s\n' "$red" "$plain" "$title" "$dim" "$took" "$plain"
    quote <<<"$output"
    return 1
  fi
}
