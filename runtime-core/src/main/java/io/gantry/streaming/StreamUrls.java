package io.gantry.streaming;

/** Where clients get the streams they have asked for. Safe for use by many threads. */
@FunctionalInterface
public interface StreamUrls {

  /** A URL that is good once and soon; may begin to listen, and so block. */
  String urlFor(StreamRequest request);
}
