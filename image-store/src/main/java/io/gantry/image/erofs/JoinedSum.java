package io.gantry.image.erofs;

/**
 * The CRC-32C of two parts one after the other, made of theirs: so that a part may be known last
 * that comes first.
 */
final class JoinedSum {

  /** The polynomial with its bits reversed, as RFC 3720 (B.4) has them go over the wire. */
  private static final int POLYNOMIAL = 0x82F63B78;

  private static final int ONE = 1 << 31; // x^0
  private static final int BYTE = 1 << 23; // x^8

  private JoinedSum() {}

  /**
   * Joins them.
   *
   * @param otherLength bytes that the other sum is over
   */
  static int of(int sum, int other, long otherLength) {
    // Bytes that follow multiply what was before by x^8 each; the rest of the sum is linear.
    return product(powerOfByte(otherLength), sum) ^ other;
  }

  private static int powerOfByte(long exponent) {
    int power = ONE;
    int square = BYTE;
    for (long left = exponent; left > 0; left >>>= 1) {
      if ((left & 1) != 0) {
        power = product(square, power);
      }
      square = product(square, square);
    }
    return power;
  }

  /** Of two polynomials modulo the third; bit 31 is the factor of x^0. */
  private static int product(int one, int other) {
    int product = 0;
    int shifted = other;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((one & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }
}
