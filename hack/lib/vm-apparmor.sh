# shellcheck shell=bash
# Sourced inside the virtual machine.

# The machine's parser of AppArmor profiles may lack the description of a kernel that its
# configuration names. Without that it takes what the running kernel says of itself.
let_profiles_load() {
  local config=/etc/apparmor/parser.conf file
  file=$(sed -n 's/^policy-features=//p' "$config")
  [ -z "$file" ] || [ -e "$file" ] || sed -i '/^policy-features=/d' "$config"
}
