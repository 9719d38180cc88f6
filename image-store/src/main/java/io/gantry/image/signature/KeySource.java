package io.gantry.image.signature;

import io.gantry.image.error.ImageException;

/** Where a key comes from: the policy itself, or a file that is read when the key is needed. */
@FunctionalInterface
interface KeySource {

  /**
   * The key.
   *
   * @throws ImageException.Invalid naming policy, place and file when there is no usable one
   */
  TrustedKey key() throws ImageException;
}
