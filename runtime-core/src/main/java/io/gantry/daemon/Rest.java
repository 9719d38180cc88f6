package io.gantry.daemon;

import io.gantry.linux.ProgramPages;
import io.gantry.linux.SyscallException;
import io.gantry.rpc.RpcObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go of the pages of the program some time after the daemon has begun to work: once for all
 * that is done within that time, and never while nothing is done.
 */
final class Rest implements RpcObserver {

  private static final Logger LOG = LoggerFactory.getLogger(Rest.class);

  /** Finding the pages again costs a millisecond in all: a ten-thousandth of a core. */
  private static final Duration WORK = Duration.ofSeconds(10);

  private final RpcObserver next;
  private final Duration work;
  private final Release release;
  private final AtomicBoolean planned = new AtomicBoolean();

  /** What is done in a rest. */
  @FunctionalInterface
  interface Release {
    void run() throws SyscallException;
  }

  Rest(RpcObserver next, Duration work, Release release) {
    this.next = next;
    this.work = work;
    this.release = release;
    plan();
  }

  /** Begins with the start of the daemon, which is work. */
  static RpcObserver after(RpcObserver next) throws IOException {
    return new Rest(next, WORK, ProgramPages.ofThisProcess()::letGo);
  }

  @Override
  public void began(String service, String method) {
    plan();
    next.began(service, method);
  }

  @Override
  public void ended(String service, String method, String code, Duration took) {
    next.ended(service, method, code, took);
  }

  private void plan() {
    if (!planned.get() && planned.compareAndSet(false, true)) {
      Thread.ofVirtual().name("rest").start(this::rest);
    }
  }

  private void rest() {
    try {
      Thread.sleep(work);
      planned.set(false);
      release.run();
    } catch (SyscallException e) {
      // As with pages that are locked: the daemon goes on with all its memory, and does not ask
      // again.
      planned.set(true);
      LOG.atWarn().setCause(e).log("the daemon keeps pages of its program that it does not need");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
