package io.gantry.linux.deflate;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The JDK's zlib. */
final class JdkInflation implements Inflation {

  private final Inflater inflater = new Inflater(true);

  @Override
  public void reset() {
    inflater.reset();
  }

  @Override
  public void input(byte[] bytes, int offset, int length) {
    inflater.setInput(bytes, offset, length);
  }

  @Override
  public int remaining() {
    return inflater.getRemaining();
  }

  @Override
  public boolean isFinished() {
    return inflater.finished();
  }

  @Override
  public int inflate(byte[] target, int offset, int length) throws DataFormatException {
    int n = inflater.inflate(target, offset, length);
    if (inflater.needsDictionary()) {
      throw new DataFormatException("it needs a preset dictionary");
    }
    return n;
  }

  @Override
  public void close() {
    inflater.end();
  }
}
