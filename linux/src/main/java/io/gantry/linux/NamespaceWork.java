package io.gantry.linux;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Work for a {@link NamespaceThread}. It must not start threads, use executors or load classes for
 * the first time.
 */
@FunctionalInterface
public interface NamespaceWork<T extends @Nullable Object> {

  T run(NamespaceView thread) throws IOException;
}
