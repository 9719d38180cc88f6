# shellcheck shell=bash
# Sourced by the scripts of this folder: Debian's docker-registry over a directory.
# registry_start sets registry_pid.

registry_pid=''

# registry_start STORAGE ADDRESS LOG: returns when it answers; ADDRESS is host:port.
registry_start() {
  local config tries=0
  config=$(mktemp "${TMPDIR:-/tmp}/gantry-registry.XXXXXX")
  printf 'version: 0.1\nlog: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' "$1" "$2" >"$config"
  OTEL_TRACES_EXPORTER=none docker-registry serve "$config" >"$3" 2>&1 </dev/null &
  registry_pid=$!
  until (exec 3<>"/dev/tcp/${2%:*}/${2##*:}") 2>/dev/null; do
    if ! kill -0 "$registry_pid" 2>/dev/null || [ $((tries += 1)) -gt 300 ]; then
      echo "docker-registry does not listen on $2; it said:" >&2
      cat "$3" >&2
      rm -f "$config"
      return 1
    fi
    sleep 0.05
  done
  rm -f "$config"
}

registry_stop() {
  [ -n "$registry_pid" ] || return 0
  kill "$registry_pid" 2>/dev/null || true
  wait "$registry_pid" 2>/dev/null || true
  registry_pid=''
}
