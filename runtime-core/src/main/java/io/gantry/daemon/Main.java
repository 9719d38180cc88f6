package io.gantry.daemon;

import io.gantry.config.Config;
import io.gantry.config.ConfigException;
import io.gantry.config.ConfigReader;
import io.gantry.config.DefaultFile;
import io.gantry.error.GantryException;
import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The program gantryd. */
public final class Main {

  private static final int FAILED = 1;

  private Main() {}

  /** Exits 0 after a stop that was asked for, 1 with one line on stderr when it cannot start. */
  public static void main(String[] args) {
    int status = run(args, System.out, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  static int run(String[] args, PrintStream out, PrintStream err) {
    try {
      perform(Arguments.parse(args), out);
      return 0;
    } catch (UsageException e) {
      return failed(err, e.getMessage() + "; gantryd --help shows what there is");
    } catch (ConfigException e) {
      e.problems().forEach(problem -> failed(err, problem));
      return FAILED;
    } catch (GantryException e) {
      return failed(err, e.advice());
    } catch (ImageException e) {
      return failed(err, e.getMessage() + "; " + e.nextStep());
    } catch (AccessDeniedException e) {
      return failed(
          err, "no permission for " + e.getFile() + "; run as root or choose --root and --state");
    } catch (NoSuchFileException e) {
      return failed(err, "no file " + e.getFile());
    } catch (IOException e) {
      return failed(err, "cannot start: " + e);
    }
  }

  private static int failed(PrintStream err, String problem) {
    err.println("gantryd: " + problem);
    return FAILED;
  }

  private static void perform(Arguments arguments, PrintStream out)
      throws ConfigException, IOException {
    switch (arguments.action()) {
      case HELP -> out.print(Arguments.USAGE);
      case VERSION -> out.println("gantryd " + Version.text());
      case PRINT_DEFAULT_CONFIG -> out.print(DefaultFile.text());
      case CHECK_CONFIG -> {
        config(arguments);
        out.println("the configuration is fine");
      }
      case SERVE -> serve(config(arguments));
    }
  }

  /** The default file may be missing; one that was named may not. */
  private static Config config(Arguments arguments) throws ConfigException, IOException {
    Path file = arguments.config().orElse(Config.FILE);
    if (arguments.config().isEmpty() && !Files.exists(file)) {
      return ConfigReader.withoutFile(arguments.flags());
    }
    return ConfigReader.read(file, arguments.flags());
  }

  private static void serve(Config config) throws IOException {
    Logging.start(config.log().level());
    Daemon daemon = Daemon.start(config);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(daemon), "stop"));
    daemon.awaitEnd();
  }

  /** A JVM that a signal ends exits with 143; being asked to stop is no failure. */
  private static void stop(Daemon daemon) {
    daemon.close();
    Runtime.getRuntime().halt(0);
  }
}
