package io.gantry.conformance.bench;

import java.util.List;

/**
 * Something to find out about runtimes. Where it takes long, they take turns, so that a noisy
 * minute of the machine hits them all.
 */
interface Measurement {

  void run(List<Subject> subjects, Results results) throws Exception;
}
