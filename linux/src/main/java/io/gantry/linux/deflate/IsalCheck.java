package io.gantry.linux.deflate;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;

/**
 * Looks whether the library that is here lays its state out as the one that is known, by inflating
 * something: fields that have moved do not give the right bytes, end and remainder.
 */
final class IsalCheck {

  private static final int SIZE = 20_000;
  private static final int BEHIND = 8;

  private IsalCheck() {}

  static boolean passes() {
    byte[] plain = new byte[SIZE];
    for (int i = 0; i < SIZE; i++) {
      plain[i] = (byte) ((i * i) >> 7);
    }
    byte[] stream = new byte[2 * SIZE];
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(plain);
    deflater.finish();
    int length = deflater.deflate(stream);
    deflater.end();
    try (Inflation inflation = new IsalInflation()) {
      byte[] back = new byte[SIZE + 1];
      inflation.input(stream, 0, length / 2);
      int got = all(inflation, back, 0);
      if (inflation.isFinished() || got == 0) {
        return false;
      }
      inflation.input(stream, length / 2, length - length / 2 + BEHIND);
      got += all(inflation, back, got);
      return inflation.isFinished()
          && inflation.remaining() == BEHIND
          && got == SIZE
          && Arrays.equals(plain, Arrays.copyOf(back, SIZE));
    } catch (DataFormatException e) {
      return false;
    }
  }

  private static int all(Inflation inflation, byte[] target, int from) throws DataFormatException {
    int got = from;
    int n = -1;
    while (n != 0 && got < target.length) {
      n = inflation.inflate(target, got, target.length - got);
      got += n;
    }
    return got - from;
  }
}
