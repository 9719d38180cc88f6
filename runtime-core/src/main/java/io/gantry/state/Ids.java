package io.gantry.state;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Makes and checks the 64 hexadecimal digits that name a pod or a container, as its users expect
 * them.
 */
public final class Ids {

  private static final int BYTES = 32;
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  public static String random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Returns the id, or throws {@link IllegalArgumentException} when it has another form. */
  public static String checked(String id) {
    if (!FORM.matcher(id).matches()) {
      throw new IllegalArgumentException("not 64 hexadecimal digits: " + id);
    }
    return id;
  }
}
