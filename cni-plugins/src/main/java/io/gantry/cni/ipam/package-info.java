/**
 * Addresses of pods: which block of them a network uses, and who has which.
 *
 * <p>The block is chosen once, among private blocks that nothing on the node uses, and written
 * down, so that it stays over restarts. Who has which address is kept in memory only and given back
 * at start from the pods' own records: there is no second list that could disagree.
 */
@NullMarked
package io.gantry.cni.ipam;

import org.jspecify.annotations.NullMarked;
