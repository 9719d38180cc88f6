# shellcheck shell=bash
# Sourced by the scripts of this folder: finds what is not installed and installs it.
# shellcheck disable=SC2034

# To build and to run: the supervisor's compilers, the test image's content, the native libraries.
run_packages=(gcc libc6-dev make musl-tools busybox-static libseccomp2 libnftables1)
# What makes it faster where it is to be had: pulls inflate by it.
speed_packages=(libisal2)
# To test besides: a registry and foreign tools that make and read images, what unpacks the sources
# and reads the programs of its images, eyes on the network and on the metrics, a linter.
test_packages=(docker-registry etcd-server skopeo umoci buildah bzip2 binutils iproute2 nftables prometheus shellcheck)
# To test and measure a peer: another runtime and what it needs for the network of its pods.
peer_packages=(containerd runc containernetworking-plugins iptables iproute2 nftables)

is_installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_packages PACKAGE...: installs those that are not there, unless another would have to go for
# it; says what to do where it cannot.
need_packages() {
  local missing=() package
  if ! command -v dpkg-query >/dev/null; then
    echo "this is no Debian or Ubuntu: make sure that you have what they call $*" >&2
    return 0
  fi
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "not installed: ${missing[*]}; as root: apt-get install ${missing[*]}" >&2
    return 1
  fi
  echo "installing ${missing[*]}"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove "${missing[@]}" \
    </dev/null >&2
}

# Does without them where they cannot be installed.
want_speed() {
  need_packages "${speed_packages[@]}" || echo "going on without ${speed_packages[*]}" >&2
}

# Does without the peer where it cannot be installed, as beside Docker's own package of containerd.
want_peer() {
  need_packages "${peer_packages[@]}" || echo "going on without ${peer_packages[*]}" >&2
}
