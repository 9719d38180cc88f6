/**
 * Credentials that lie on the node: the {@code config.json} of Docker's clients and the programs
 * that it names.
 */
@NullMarked
package io.gantry.image.credentials;

import org.jspecify.annotations.NullMarked;
