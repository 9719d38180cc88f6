package io.gantry.image.outgoing;

import io.gantry.image.reference.Digest;
import java.io.IOException;

/** Makes blobs of layers. What it has written for that goes when it is closed. One thread. */
public interface LayerPacking extends AutoCloseable {

  /** The blob of a stored layer. */
  OutgoingLayer pack(Digest diffId) throws IOException;

  @Override
  void close();
}
