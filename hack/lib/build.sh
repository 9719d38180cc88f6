# shellcheck shell=bash
# Sourced by the scripts of this folder: builds what they run.

: "${repository:?}"

# The distribution, and the programs of the conformance tests: the leak check and the measurements.
build_all() {
  "$repository/hack/dist"
  local module=$repository/conformance-tests
  local made=$module/target/classes/io/gantry/conformance/leak/LeakCheck.class
  if [ ! -f "$made" ] || [ -n "$(find "$module/src/main" -newer "$made" -print -quit)" ]; then
    "$repository/hack/mvn" -q -f "$repository/pom.xml" -pl conformance-tests -am -DskipTests \
      -Dspotless.apply.skip=true -Dspotless.check.skip=true package
    touch "$made"
  fi
}
