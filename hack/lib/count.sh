# shellcheck shell=bash
# Sourced by hack/test: counts what the reports of the Java tests say into passed, failed, skipped.

: "${repository:?}"
passed=0 failed=0 skipped=0
# Which reports are looked at; a script may narrow it.
report_names='TEST-*.xml'

reports() {
  find "$repository" -path "$repository/*/target/*-reports/$report_names"
}

# attribute NAME LINE
attribute() {
  sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$2"
}

count_reports() {
  local report line tests broken left_out
  while read -r report; do
    line=$(grep -m1 -o '<testsuite [^>]*>' "$report")
    tests=$(attribute tests "$line")
    broken=$(($(attribute errors "$line") + $(attribute failures "$line")))
    left_out=$(attribute skipped "$line")
    passed=$((passed + tests - broken - left_out))
    failed=$((failed + broken))
    skipped=$((skipped + left_out))
  done < <(reports)
}

# Adds the three numbers it reads, passed, failed and skipped, to those that are counted.
add_counts() {
  local good bad left_out
  read -r good bad left_out
  passed=$((passed + good))
  failed=$((failed + bad))
  skipped=$((skipped + left_out))
}

# Each failed test by name with the first line of its complaint.
list_failures() {
  local report
  while read -r report; do
    awk '
      /<testcase / { name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
                     class = $0; sub(/.* classname="/, "", class); sub(/".*/, "", class) }
      /<(failure|error)[ >]/ { message = $0; sub(/.* message="/, "", message); sub(/".*/, "", message)
                     print "fail  " class "." name ": " substr(message, 1, 300) }
    ' "$report"
  done < <(reports)
}

skip_reasons() {
  local report
  while read -r report; do
    # The reason stands in the element, or as the message of the exception that carried it.
    sed -n -e 's/.*<skipped message="\([^"]*\)".*/\1/p' \
      -e 's/.*<skipped[^>/]*>.*Exception: \(Assumption failed: \)\{0,1\}\(.*\)/\2/p' \
      -e 's/.*<skipped\/>.*/no reason given/p' "$report"
  done < <(reports)
}

# Whether this kernel filters the VLANs of a bridge, tried in a namespace that goes with the command.
filters_vlans() {
  unshare --net ip link add br0 type bridge vlan_filtering 1 2>/dev/null
}

# A condition under which tests may be skipped.
holds() {
  case $1 in
    no-go) ! command -v go >/dev/null || ! GOTOOLCHAIN=local go list -C conformance-tests/crictl -m >/dev/null 2>&1 ;;
    no-promtool) ! command -v promtool >/dev/null ;;
    no-process-events) ! hack/lib/exec-count $$ </dev/null >/dev/null 2>&1 ;;
    containerd-1.6) ! holds no-containerd && containerd --version | grep -Eq ' v?1\.6\.' ;;
    no-containerd) ! command -v containerd >/dev/null || ! command -v runc >/dev/null ;;
    # Here alone: the virtual machine's kernel can.
    no-vlan-filtering) ! filters_vlans ;;
    # Here, or in the virtual machine.
    no-cgroup-v1) [ -f /sys/fs/cgroup/cgroup.controllers ] || [ -z "$(./hack/vm --why-not)" ] ;;
    always) true ;;
    *) false ;;
  esac
}

# Prints why tests were skipped; fails when that is not as hack/lib/expected-skips.tsv has it.
check_skips() {
  local reasons condition count reason found expected=0 result=0
  reasons=$(skip_reasons)
  [ -z "$reasons" ] || sort <<<"$reasons" | uniq -c
  while IFS=$'\t' read -r condition count reason; do
    found=$(grep -cF "$reason" <<<"$reasons" || true)
    holds "$condition" || count=0
    [ "$count" != any ] || count=$found
    expected=$((expected + count))
    if [ "$found" != "$count" ]; then
      echo "skipped because '$reason': $found, expected $count"
      result=1
    fi
  done <"$repository/hack/lib/expected-skips.tsv"
  found=$(grep -c . <<<"$reasons" || true)
  if [ "$found" != "$expected" ]; then
    echo "skipped: $found, expected $expected"
    result=1
  fi
  return $result
}
