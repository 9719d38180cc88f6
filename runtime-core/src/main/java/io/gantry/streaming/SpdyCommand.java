package io.gantry.streaming;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the streams that a client opens for an exec or attach by SPDY, by their header {@code
 * streamType}. Runs on the connection's loop.
 */
final class SpdyCommand implements SpdyStreams.SpdyOpened {

  /** Kinds of streams (k8s.io/api, core/v1 StreamType*). */
  enum Kind {
    ERROR,
    STDIN,
    STDOUT,
    STDERR,
    RESIZE
  }

  private final Line line;
  private final Set<Kind> wanted;
  private final StatusForm form;
  private final Consumer<CommandStreams> complete;
  private final Map<Kind, SpdyStream> streams = new EnumMap<>(Kind.class);

  /**
   * @param complete is told once when all are there
   */
  SpdyCommand(Line line, Set<Kind> wanted, StatusForm form, Consumer<CommandStreams> complete) {
    this.line = line;
    this.wanted = Set.copyOf(wanted);
    this.form = form;
    this.complete = complete;
  }

  boolean isComplete() {
    return streams.keySet().containsAll(wanted);
  }

  @Override
  public boolean opened(SpdyStream stream) {
    Kind kind = kind(stream.header("streamtype"));
    if (kind == null || !wanted.contains(kind) || streams.containsKey(kind)) {
      return false;
    }
    streams.put(kind, stream);
    if (isComplete()) {
      complete.accept(gathered());
    }
    return true;
  }

  private static @Nullable Kind kind(String header) {
    for (Kind kind : Kind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(header)) {
        return kind;
      }
    }
    return null;
  }

  private CommandStreams gathered() {
    return new CommandStreams(
        line,
        inlet(Kind.STDIN),
        inlet(Kind.RESIZE),
        streams.get(Kind.STDOUT),
        streams.get(Kind.STDERR),
        java.util.Objects.requireNonNull(streams.get(Kind.ERROR)),
        form);
  }

  private @Nullable Inlet inlet(Kind kind) {
    SpdyStream stream = streams.get(kind);
    return stream == null ? null : stream.inlet();
  }
}
