package io.gantry.rpc;

import io.gantry.api.gantry.v1.CheckFinding;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.api.gantry.v1.CheckProgress;
import io.gantry.api.gantry.v1.CheckRepair;
import io.gantry.image.CheckObserver;
import io.gantry.image.Finding;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.TimeUnit;

/** Tells a client what a check of the image store finds. One thread. */
final class CheckMessages implements CheckObserver {

  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

  private final ServerCallStreamObserver<CheckImagesResponse> call;
  private long told = System.nanoTime() - PAUSE;

  CheckMessages(ServerCallStreamObserver<CheckImagesResponse> call) {
    this.call = call;
  }

  /** The last one is always told; of the others those that the client can take. */
  @Override
  public void progress(long done, long all) {
    long now = System.nanoTime();
    if (done == all || (call.isReady() && now - told >= PAUSE)) {
      told = now;
      CheckProgress progress = CheckProgress.newBuilder().setDone(done).setAll(all).build();
      call.onNext(CheckImagesResponse.newBuilder().setProgress(progress).build());
    }
  }

  @Override
  public void found(Finding finding) {
    CheckFinding message =
        CheckFinding.newBuilder()
            .setObject(finding.object())
            .setPath(finding.path())
            .setWhat(finding.what())
            .addAllImages(finding.images())
            .build();
    call.onNext(CheckImagesResponse.newBuilder().setFinding(message).build());
  }

  @Override
  public void repaired(String object) {
    repair(object, "");
  }

  @Override
  public void notRepaired(String object, String reason) {
    repair(object, reason);
  }

  private void repair(String object, String failure) {
    CheckRepair repair = CheckRepair.newBuilder().setObject(object).setFailure(failure).build();
    call.onNext(CheckImagesResponse.newBuilder().setRepair(repair).build());
  }
}
