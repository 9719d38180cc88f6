/** Files that describe pods and containers, in YAML or in JSON, which is YAML as well. */
@NullMarked
package io.gantry.cli.config;

import org.jspecify.annotations.NullMarked;
