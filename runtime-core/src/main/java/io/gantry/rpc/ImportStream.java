package io.gantry.rpc;

import io.gantry.api.gantry.v1.ImportImageOptions;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.error.InvalidException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * One import: the archive comes in chunks and is read while it comes. gRPC's threads fill the pipe,
 * a thread of its own reads it.
 */
final class ImportStream implements StreamObserver<ImportImageRequest> {

  private final String name;
  private final ServerCallStreamObserver<?> call;
  private final Import work;
  private final ChunkPipe pipe;
  private boolean started;

  /** Why the rest is not wanted; told by the thread that answers, so that only one does. */
  private volatile @Nullable InvalidException refusal;

  /** Imports an archive and answers with what it held. */
  @FunctionalInterface
  interface Import {
    void run(ImportImageOptions options, InputStream archive) throws IOException;
  }

  /**
   * Asks the client for the first chunks.
   *
   * @param name full name of the RPC
   */
  static ImportStream open(String name, ServerCallStreamObserver<?> call, Import work) {
    call.disableAutoRequest();
    call.request(ChunkPipe.CAPACITY);
    return new ImportStream(name, call, work);
  }

  private ImportStream(String name, ServerCallStreamObserver<?> call, Import work) {
    this.name = name;
    this.call = call;
    this.work = work;
    this.pipe = new ChunkPipe(() -> call.request(1));
    call.setOnCancelHandler(() -> pipe.fail(new IOException("the client hung up")));
    // Also when the call ends here, so that the reader never waits for a sender that is gone.
    call.setOnCloseHandler(() -> pipe.fail(new IOException("the call is over")));
  }

  @Override
  public void onNext(ImportImageRequest request) {
    switch (request.getPartCase()) {
      case OPTIONS -> takeOptions(request.getOptions());
      case CHUNK -> {
        start(ImportImageOptions.getDefaultInstance());
        pipe.put(request.getChunk());
      }
      case PART_NOT_SET -> call.request(1);
    }
  }

  private void takeOptions(ImportImageOptions options) {
    if (started) {
      refusal = Field.of("options").wrong("comes after the first message", "");
      pipe.fail(new IOException(refusal));
    } else {
      start(options);
      call.request(1);
    }
  }

  private void start(ImportImageOptions options) {
    if (!started) {
      started = true;
      Thread.ofPlatform().daemon().name("gantry-import").start(() -> run(options));
    }
  }

  private void run(ImportImageOptions options) {
    try {
      work.run(options, pipe);
      call.onCompleted();
    } catch (IOException | RuntimeException | Error e) {
      if (!call.isCancelled()) {
        InvalidException refusal = this.refusal;
        Status status = Failures.importStatus(name, refusal == null ? e : refusal);
        call.onError(status.asRuntimeException());
      }
    }
  }

  /** The cancel handler says the same; gRPC calls both. */
  @Override
  public void onError(Throwable cause) {
    pipe.fail(new IOException(cause));
  }

  @Override
  public void onCompleted() {
    start(ImportImageOptions.getDefaultInstance());
    pipe.finish();
  }
}
