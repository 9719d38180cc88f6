package io.gantry.daemon;

import io.gantry.image.progress.Outcome;
import io.gantry.image.progress.WorkObserver;
import io.gantry.metrics.ImageMetrics;
import java.time.Duration;
import java.util.Locale;

/** Hands what the image store tells to the numbers, which do not know the store. */
record ImageMeter(ImageMetrics numbers) implements WorkObserver {

  static String word(Work work) {
    return work.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void began(Work work) {
    numbers.began(word(work));
  }

  @Override
  public void ended(Work work, Outcome outcome, Duration took) {
    numbers.ended(word(work), outcome.word(), took);
  }

  @Override
  public void received(long bytes) {
    numbers.received(bytes);
  }

  @Override
  public void sent(long bytes) {
    numbers.sent(bytes);
  }

  @Override
  public void layerBegan() {
    numbers.layerBegan();
  }

  @Override
  public void layerUnpacked(long bytes) {
    numbers.layerUnpacked(bytes);
  }

  @Override
  public void layerEnded() {
    numbers.layerEnded();
  }

  @Override
  public void retried() {
    numbers.retried();
  }

  @Override
  public void turned() {
    numbers.turned();
  }
}
