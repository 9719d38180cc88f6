# shellcheck shell=bash
# Sourced by the scripts of this folder: critest, built from cri-tools' own source, unchanged.
# CRITEST_SOURCE names a clone of cri-tools to build in place of the released version.

: "${repository:?}"
critest_module=$repository/conformance-tests/critest
critest_results=$repository/target/critest
critest_program=$critest_results/critest
export GOTOOLCHAIN=local PATH=$PATH:/usr/local/go/bin

# critest_missing: prints why critest cannot be built, or nothing.
critest_missing() {
  if ! command -v go >/dev/null || ! go list -C "$critest_module" -m >/dev/null 2>&1; then
    echo "no Go toolchain that can build it"
  fi
}

# critest_version: the released version of cri-tools, such as v1.37.0, with a + when it is a clone.
critest_version() {
  local released
  released=$(go list -C "$critest_module" -m -f '{{.Version}}' sigs.k8s.io/cri-tools)
  echo "$released${CRITEST_SOURCE:++}"
}

critest_build() {
  mkdir -p "$critest_results"
  # Its own version is a variable that the linker sets.
  CGO_ENABLED=0 go -C "${CRITEST_SOURCE:-$critest_module}" test -c -trimpath -o "$critest_program" \
    -ldflags "-s -w -X sigs.k8s.io/cri-tools/pkg/version.Version=$(critest_version)" \
    sigs.k8s.io/cri-tools/cmd/critest
}

# critest_run NAME IMAGES [argument of critest...]: runs critest against a gantryd of its own, with the
# directory of a registry's images; leaves NAME.xml, NAME.log and gantryd-NAME.log among the results. The daemon's files lie below critest_scratch.
#
# In mount and network namespaces of its own, with the machine's files read-only: a runtime that takes
# a path of the suite for another must not cost the machine its files, and the ports that the suite
# uses are nobody else's.
critest_run() {
  local name=$1 work status=0
  # Not below /tmp, which critest gets one of its own of.
  work=$(mktemp -d "${critest_scratch:-/var/tmp}/gantry-critest.XXXXXX")
  node_make "$work"
  unshare --mount --net --propagation private \
    "$repository/hack/lib/critest-inside" "$work" "$@" || status=$?
  [ ! -f "$work/gantryd.log" ] || cp "$work/gantryd.log" "$critest_results/gantryd-$name.log"
  node_clear
  return $status
}
