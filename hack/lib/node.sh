# shellcheck shell=bash
# Sourced by the scripts of this folder: a daemon of one's own. node_start sets node_directory,
# node_name, node_socket and node_pid.

: "${repository:?}"
node_directory='' node_name='' node_socket='' node_pid=''

# node_make DIRECTORY: writes the configuration of a daemon that has everything in that directory.
node_make() {
  node_directory=$1
  node_socket=$1/gantry.sock
  node_name=gt$(cksum <<<"$1" | cut -d' ' -f1 | tail -c 9)
  sed -e "s|@DIRECTORY@|$node_directory|g" -e "s|@NAME@|$node_name|g" -e "s|@DRIVER@|cgroupfs|g" \
    "$repository/hack/lib/private-node.toml" >"$node_directory/config.toml"
}

# node_start: starts the daemon and returns when it answers.
node_start() {
  local deadline=$(($(milliseconds) + 60000))
  "$repository/target/dist/bin/gantryd" --config "$node_directory/config.toml" \
    >>"$node_directory/gantryd.log" 2>&1 </dev/null &
  node_pid=$!
  until [ -S "$node_socket" ]; do
    if ! kill -0 "$node_pid" 2>/dev/null; then
      echo "gantryd ended while starting; it said:"
      cat "$node_directory/gantryd.log"
      return 1
    fi
    if [ "$(milliseconds)" -gt "$deadline" ]; then
      echo "gantryd did not open $node_socket within a minute"
      return 1
    fi
    sleep 0.02
  done
  gantry version >/dev/null
}

# gantry ARGUMENT...: the command line, speaking to this daemon.
gantry() {
  CONTAINER_RUNTIME_ENDPOINT=unix://$node_socket "$repository/target/dist/bin/gantry" "$@"
}

# node_stop: ends the daemon as a service manager would.
node_stop() {
  [ -n "$node_pid" ] || return 0
  kill "$node_pid" 2>/dev/null || true
  wait "$node_pid" 2>/dev/null || true
  node_pid=''
}

# node_clear: takes away what a node keeps between its lives: bridge, table, cgroups, files.
node_clear() {
  local hierarchy
  [ -n "$node_name" ] && [ -n "$node_directory" ] || return 0
  ip link delete "$node_name" 2>/dev/null || true
  nft delete table inet "$node_name" 2>/dev/null || true
  for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*/; do
    [ ! -d "$hierarchy/$node_name" ] || rmdir "$hierarchy/$node_name" 2>/dev/null || true
  done
  rm -rf "${node_directory:?}"
}

# leak_check ARGUMENT...: the look at what the machine holds.
leak_check() {
  "$("$repository/hack/jdk")/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -cp "$repository/conformance-tests/target/classes" \
    io.gantry.conformance.leak.LeakCheck "$@"
}
