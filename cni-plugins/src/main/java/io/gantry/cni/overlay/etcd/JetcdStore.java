package io.gantry.cni.overlay.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Etcd over jetcd. */
final class JetcdStore implements Store {

  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** How often a connection is asked whether it still stands: a watch is silent for hours. */
  private static final Duration PROBE = Duration.ofSeconds(15);

  private final Client client;
  private final String endpoints;

  private JetcdStore(Client client, String endpoints) {
    this.client = client;
    this.endpoints = endpoints;
  }

  /** Connects with the first request. */
  static JetcdStore open(EtcdSettings settings) throws IOException {
    ClientBuilder builder =
        Client.builder()
            .endpoints(settings.endpoints().toArray(String[]::new))
            .connectTimeout(ANSWER)
            .keepaliveTime(PROBE)
            .keepaliveTimeout(ANSWER)
            .keepaliveWithoutCalls(true)
            // tries are counted and spaced by whoever asks
            .retryMaxAttempts(1)
            .waitForReady(false);
    EtcdSettings.Tls tls = settings.tls();
    if (tls != null) {
      secure(builder, tls);
    }
    EtcdSettings.Login login = settings.login();
    if (login != null) {
      String password = Files.readString(login.passwordFile()).strip();
      builder.user(bytes(login.user())).password(bytes(password));
    }
    return new JetcdStore(builder.build(), String.join(", ", settings.endpoints()));
  }

  private static void secure(ClientBuilder builder, EtcdSettings.Tls tls) throws IOException {
    Path authority = tls.authority();
    Path certificate = tls.certificate();
    Path key = tls.key();
    try {
      builder.sslContext(context -> {
        if (authority != null) {
          context.trustManager(authority.toFile());
        }
        if (certificate != null && key != null) {
          context.keyManager(certificate.toFile(), key.toFile());
        }
      });
    } catch (IllegalArgumentException e) {
      throw new IOException("cannot use the certificates for etcd: " + e.getMessage(), e);
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private <T> T answer(String what, CompletableFuture<T> future) throws IOException {
    try {
      return future.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new IOException(
          "cannot %s at %s: no answer within %d seconds"
              .formatted(what, endpoints, ANSWER.toSeconds()),
          e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "cannot %s at %s: %s".formatted(what, endpoints, cause.getMessage()), cause);
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while etcd was asked", e);
    }
  }

  @Override
  public long lease(Duration ttl) throws IOException {
    return answer("get a lease", client.getLeaseClient().grant(ttl.toSeconds())).getID();
  }

  @Override
  public boolean renew(long lease) throws IOException {
    try {
      return answer("prolong a lease", client.getLeaseClient().keepAliveOnce(lease)).getTTL() > 0;
    } catch (IOException e) {
      if (e.getCause() instanceof EtcdException told
          && told.getErrorCode() == ErrorCode.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public Listing list(String prefix) throws IOException {
    GetOption option = GetOption.builder().isPrefix(true).build();
    GetResponse response =
        answer("list " + prefix, client.getKVClient().get(bytes(prefix), option));
    Map<String, Value> values = new HashMap<>();
    for (KeyValue pair : response.getKvs()) {
      values.put(text(pair.getKey()), new Value(text(pair.getValue()), pair.getModRevision()));
    }
    return new Listing(values, response.getHeader().getRevision());
  }

  @Override
  public Optional<Value> get(String key) throws IOException {
    GetResponse response = answer("get " + key, client.getKVClient().get(bytes(key)));
    return response.getKvs().stream()
        .map(pair -> new Value(text(pair.getValue()), pair.getModRevision()))
        .findFirst();
  }

  private static String text(ByteSequence bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public boolean put(Map<String, Long> unchanged, List<Put> puts) throws IOException {
    Cmp[] conditions =
        unchanged.entrySet().stream()
            .map(entry ->
                new Cmp(
                    bytes(entry.getKey()), Cmp.Op.EQUAL, CmpTarget.modRevision(entry.getValue())))
            .toArray(Cmp[]::new);
    Op[] writes =
        puts.stream()
            .map(put ->
                Op.put(
                    bytes(put.key()),
                    bytes(put.text()),
                    PutOption.builder().withLeaseId(put.lease()).build()))
            .toArray(Op[]::new);
    return answer(
            "put " + puts.getFirst().key(),
            client.getKVClient().txn().If(conditions).Then(writes).commit())
        .isSucceeded();
  }

  @Override
  public Watching watch(String prefix, long revision, Watcher watcher) {
    WatchOption option = WatchOption.builder().isPrefix(true).withRevision(revision).build();
    Watch.Watcher opened =
        client.getWatchClient().watch(bytes(prefix), option, new Telling(watcher));
    return opened::close;
  }

  /** The library would go on after a break by itself; here all is read anew then. */
  private record Telling(Watcher watcher) implements Watch.Listener {

    @Override
    public void onNext(WatchResponse response) {
      for (WatchEvent event : response.getEvents()) {
        boolean gone = event.getEventType() == WatchEvent.EventType.DELETE;
        KeyValue pair = event.getKeyValue();
        watcher.event(new Event(text(pair.getKey()), gone ? null : text(pair.getValue())));
      }
    }

    @Override
    public void onError(Throwable failure) {
      watcher.event(new Event("", String.valueOf(failure.getMessage())));
    }

    @Override
    public void onCompleted() {
      watcher.event(new Event("", "the watch ended"));
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
