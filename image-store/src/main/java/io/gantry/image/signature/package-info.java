/**
 * Which images a node takes: the policy file of the containers tools (containers-policy.json(5)),
 * read anew for each pull, and the signatures that cosign and skopeo attach to images.
 *
 * <pre>
 *   reference ──policy──► rule ──nothing wanted──► pull
 *                          ├─reject──────────────► refused before anybody is asked
 *                          └─sigstoreSigned──► manifest of this machine's image
 *                                               └─tag sha256-HEX.sig──► key, digest, identity
 * </pre>
 *
 * <p>What the file says and Gantry cannot verify is refused where it stands, never skipped.
 */
@NullMarked
package io.gantry.image.signature;

import org.jspecify.annotations.NullMarked;
