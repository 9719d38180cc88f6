package io.gantry.linux.systemd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A systemd that writes down what it is asked for, or refuses. */
final class RecordedUnits implements SystemdUnits {

  final List<String> calls = new ArrayList<>();
  @Nullable IOException refusal;
  Map<String, UnitValue> last = Map.of();

  private void call(String text, Map<String, UnitValue> properties) throws IOException {
    calls.add(text);
    last = properties;
    if (refusal != null) {
      throw refusal;
    }
  }

  @Override
  public void start(String unit, Map<String, UnitValue> properties) throws IOException {
    call("start " + unit, properties);
  }

  @Override
  public void set(String unit, Map<String, UnitValue> properties) throws IOException {
    call("set " + unit, properties);
  }

  @Override
  public void stop(String unit) throws IOException {
    call("stop " + unit, Map.of());
  }
}
