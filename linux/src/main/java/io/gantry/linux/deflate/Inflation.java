package io.gantry.linux.deflate;

import java.util.zip.DataFormatException;

/**
 * Inflates raw DEFLATE streams, one after the other. It holds native memory until it is closed. One
 * thread.
 */
public interface Inflation extends AutoCloseable {

  /** By libisal, or by the JDK where libisal is missing. */
  static Inflation open() {
    return IsalLibrary.PRESENT ? new IsalInflation() : new JdkInflation();
  }

  /** Forgets the stream, if there is one, and begins another. */
  void reset();

  /** Gives more of the stream, which stays as it is until all of it was taken. */
  void input(byte[] bytes, int offset, int length);

  /** How many bytes of the input were not taken. */
  int remaining();

  /** Whether the stream has ended; what remains of the input is no part of it. */
  boolean isFinished();

  /**
   * Inflates.
   *
   * @param length more than 0
   * @return the number of bytes; 0 when it takes more input, or when it is finished
   */
  int inflate(byte[] target, int offset, int length) throws DataFormatException;

  @Override
  void close();
}
