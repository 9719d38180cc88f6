package io.gantry.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The log: lines on stderr, for the service manager to keep. */
final class Logging {

  private Logging() {}

  /**
   * Sets how much is logged; the transport's own voice is heard from debug and trace on only.
   *
   * @param level error, warn, info, debug or trace
   */
  static void start(String level) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    ILoggerFactory factory = LoggerFactory.getILoggerFactory();
    if (factory instanceof LoggerContext context) {
      Level wanted = Level.toLevel(level);
      context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(wanted);
      Level transport = wanted.isGreaterOrEqual(Level.INFO) ? Level.WARN : Level.INFO;
      context.getLogger("io.grpc").setLevel(transport);
      context.getLogger("io.netty").setLevel(transport);
    }
    Thread.setDefaultUncaughtExceptionHandler((thread, e) ->
        LoggerFactory.getLogger(Logging.class)
            .atError()
            .addKeyValue("thread", thread.getName())
            .setCause(e)
            .log("a thread ended by a failure nobody caught"));
  }
}
