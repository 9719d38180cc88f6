package io.gantry.rpc;

import io.gantry.image.DepartedImage;
import io.gantry.image.ImageExport;
import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** An archive of ten million bytes; of an image called {@code endless} it never ends. */
record FakeExport(List<ImageExport.Wanted> wanted, CountDownLatch givenUp) implements ImageExport {

  static final int SIZE = 10_000_000;

  /** How much was written that nobody may have taken. */
  static final AtomicLong WRITTEN = new AtomicLong();

  @Override
  public List<DepartedImage> images() {
    return wanted.stream()
        .map(each -> new DepartedImage(each.image().id(), each.image().id(), each.names(), true))
        .toList();
  }

  @Override
  public long layerBytes() {
    return SIZE;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    if (named("broken")) {
      throw new ImageException.Storage("layer x", "cannot be read: EIO", "check the disk", null);
    }
    WRITTEN.set(0);
    byte[] part = new byte[1000];
    while (named("endless") || WRITTEN.get() < SIZE) {
      part[0] = (byte) (WRITTEN.get() / part.length);
      out.write(part);
      WRITTEN.addAndGet(part.length);
    }
  }

  private boolean named(String word) {
    return wanted.getFirst().image().repoTags().toString().contains(word);
  }

  @Override
  public void close() {
    givenUp.countDown();
  }
}
