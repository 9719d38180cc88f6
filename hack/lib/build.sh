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

# How the programs of the conformance tests are run: java "${tool_flags[@]}" -cp "$(tool_class_path)"
# shellcheck disable=SC2034
tool_flags=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)

tool_class_path() {
  echo "$repository/conformance-tests/target/classes:$repository/target/dist/lib/*"
}
