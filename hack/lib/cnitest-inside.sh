# shellcheck shell=bash
# Sourced by hack/cnitest inside the namespaces that stand for a node.

scratch=${CNITEST_SCRATCH:?} plugins=${CNI_PLUGINS:?} client=${CNITEST_CLIENT:?}
export CNI_PATH=$plugins NETCONFPATH=$scratch/net.d
container='' netns='' results=$scratch/result failed=0

mkdir -p "$scratch/net.d" "$scratch/lib"
mount -t tmpfs none /run
mount -t tmpfs none "$scratch/lib"
ip link set lo up
mkdir -p /var/lib/cni
mount --bind "$scratch/lib" /var/lib/cni

# new_container: a network namespace that stands for one, at $netns.
new_container() {
  read -r container < <(exec unshare --net sh -c 'echo $$; exec sleep 300')
  netns=/proc/$container/ns/net
}

end_container() {
  kill "$container"
}

# inside COMMAND...: within the container.
inside() {
  nsenter --net="$netns" "$@"
}

# network NAME PLUGIN...: a list of these plugins, each a JSON object.
network() {
  local name=$1 IFS=,
  shift
  printf '{"cniVersion": "1.1.0", "name": "%s", "plugins": [%s]}\n' "$name" "$*" \
    >"$NETCONFPATH/$name.conflist"
}

# holds TEXT COMMAND...: what the command prints has the text in it.
holds() {
  local text=$1 output
  shift
  output=$("$@" 2>&1) || true
  if ! grep -qF -- "$text" <<<"$output"; then
    echo "$* does not say $text but:"
    echo "$output"
    return 1
  fi
}

# lacks TEXT COMMAND...: the opposite.
lacks() {
  local text=$1 output
  shift
  output=$("$@" 2>&1) || true
  if grep -qF -- "$text" <<<"$output"; then
    echo "$* says $text:"
    echo "$output"
    return 1
  fi
}

# refused TEXT COMMAND...: the command fails and says why.
refused() {
  local text=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "$* succeeded:"
    echo "$output"
    return 1
  fi
  grep -qF -- "$text" <<<"$output" || { echo "$output"; return 1; }
}

client_does() {
  "$client" "$1" "$2" "$netns"
}

add() { client_does add "$1" >"$results"; }

# try TYPE: one type through its life, by the functions made_TYPE and gone_TYPE.
try() {
  local network=$1 type=$2 command
  new_container
  for command in status add made check again del twice gc left; do
    if ! step "$type: $command" "${command}_it" "$network" "$type"; then
      failed=$((failed + 1))
    fi
  done
  end_container
}

status_it() { "$client" status "$1" "$netns"; }
add_it() { add "$1"; }
made_it() { "made_${2//-/_}"; }
check_it() { client_does check "$1"; }
again_it() { "broken_${2//-/_}" "$1"; }
del_it() { client_does del "$1"; }
twice_it() { client_does del "$1"; }
gc_it() { "$client" gc "$1" "$netns"; }

# Nothing that bears the container's name is left, on the node or in files.
left_it() {
  lacks element nft list ruleset
  lacks cnitool- nft list ruleset
  lacks gp ip -brief link show type veth
  lacks gi ip -brief link show type ifb
  lacks cnitool- grep -rl cnitool- /var/lib/cni/networks /run/cni
}

bridge='{"type": "bridge", "bridge": "cni0", "isGateway": true, "isDefaultGateway": true, "ipMasq": true,
  "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.77.0.0/16"}], [{"subnet": "fd77::/64"}]]}}'

made_loopback() { holds 'UP' inside ip -brief link show lo && holds 127.0.0.1 cat "$results"; }
broken_loopback() { inside ip link set lo down; refused lo client_does check "$1"; }

made_bridge() {
  holds 10.77.0. cat "$results"
  holds 10.77.0. inside ip address show eth0
  holds fd77:: inside ip address show eth0
  holds cnitool- nft list ruleset
  inside busybox ping -c 1 -W 5 10.77.0.1 >/dev/null
}
broken_bridge() { inside ip address flush dev eth0 scope global; refused eth0 client_does check "$1"; }

made_ptp() {
  holds 10.79.0. inside ip address show eth0
  inside busybox ping -c 1 -W 5 10.79.0.1 >/dev/null
}
broken_ptp() { inside ip address flush dev eth0 scope global; refused eth0 client_does check "$1"; }

made_macvlan() { holds macvlan inside ip -details link show eth0; }
broken_macvlan() { inside ip link delete eth0; refused eth0 client_does check "$1"; }

# The daemon's part: the device, and what this node is in the overlay.
join_overlay() {
  ip link add vx0 type vxlan id 7 dstport 4789 local 127.0.0.1 nolearning
  ip link set vx0 up
  printf '{"version": 1, "device": "vx0", "mtu": 1400,
    "blocks": [{"block": "10.80.3.0/24", "network": "10.80.0.0/16"}]}' >"$scratch/node.json"
}
made_overlay() { holds 10.80.3. inside ip address show eth0 && holds 10.80.0.0/16 nft list ruleset; }
broken_overlay() { inside ip address flush dev eth0 scope global; refused eth0 client_does check "$1"; }

made_host_local() { made_bridge && holds cnitool- grep -r cnitool- /var/lib/cni/networks; }
broken_host_local() {
  find /var/lib/cni/networks/bridge-test ! -name 'l*' -type f -delete
  refused 'no address is written down for container cnitool-' client_does check "$1"
}

made_static() { holds 10.78.0.5/16 inside ip address show eth0; }
broken_static() { inside ip address del 10.78.0.5/16 dev eth0; refused 10.78.0.5 client_does check "$1"; }

export CAP_ARGS='{"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}],
  "bandwidth": {"ingressRate": 8000000, "ingressBurst": 800000, "egressRate": 8000000,
  "egressBurst": 800000}}'
made_portmap() {
  local first=$netns first_container=$container
  holds 8080 nft list ruleset
  new_container
  refused 'host port tcp 8080 is taken by container cnitool-' client_does add portmap-test
  client_does del portmap-test
  end_container
  netns=$first container=$first_container
  holds 8080 nft list ruleset
}
broken_portmap() { nft delete element inet gantry_cni ports4 '{ tcp . 8080 }'; refused 8080 client_does check "$1"; }

made_bandwidth() { holds 'rate 8Mbit' tc qdisc show && holds ifb ip -details link show; }
broken_bandwidth() {
  tc qdisc del dev "$(ip -brief link show type ifb | awk '/^gi/ { print $1 }')" root
  refused 'not limited' client_does check "$1"
}

made_tuning() { holds 'mtu 1400' inside ip link show eth0 && holds 500 inside cat /proc/sys/net/core/somaxconn; }
broken_tuning() { inside ip link set eth0 mtu 1500; refused 'mtu is 1500, not 1400' client_does check "$1"; }

made_firewall() { holds wall_cni0 nft list ruleset; }
broken_firewall() { nft flush map inet gantry_cni walled4; refused walled4 client_does check "$1"; }

network loopback-test '{"type": "loopback"}'
network bridge-test "$bridge"
network ptp-test '{"type": "ptp", "ipMasq": true, "ipam": {"type": "host-local",
  "subnet": "10.79.0.0/16", "routes": [{"dst": "0.0.0.0/0"}]}}'
network macvlan-test '{"type": "macvlan", "master": "up0", "ipam": {"type": "host-local", "subnet": "10.81.0.0/16"}}'
network overlay-test "{\"type\": \"overlay\", \"nodeFile\": \"$scratch/node.json\"}"
network static-test '{"type": "bridge", "bridge": "cni1",
  "ipam": {"type": "static", "addresses": [{"address": "10.78.0.5/16"}]}}'
network portmap-test "$bridge" '{"type": "portmap", "capabilities": {"portMappings": true}}'
network bandwidth-test "$bridge" '{"type": "bandwidth", "capabilities": {"bandwidth": true}}'
network tuning-test "$bridge" '{"type": "tuning", "mtu": 1400, "sysctl": {"net.core.somaxconn": "500"}}'
network firewall-test "$bridge" '{"type": "firewall", "ingressPolicy": "same-bridge"}'

versions() {
  echo '{"cniVersion": "1.0.0"}' | CNI_COMMAND=VERSION "$1"
}

for program in "$plugins"/*; do
  step "$(basename "$program"): version" holds '"1.1.0"' versions "$program" ||
    failed=$((failed + 1))
done
try loopback-test loopback
try bridge-test bridge
try bridge-test host-local
try static-test static
try ptp-test ptp
ip link add up0 type veth peer name up1
ip link set up0 up
ip link set up1 up
try macvlan-test macvlan
join_overlay
try overlay-test overlay
try portmap-test portmap
try bandwidth-test bandwidth
try tuning-test tuning
try firewall-test firewall

[ "$failed" = 0 ] || { complain "cnitest: $failed failed"; exit 1; }
echo "cnitest: all passed"
