package io.gantry.image.error;

/**
 * Text that an image's author or a registry may have chosen, made fit for messages, logs and
 * terminals: short, and without control characters.
 */
final class Shown {

  private Shown() {}

  /**
   * @param limit in characters; what is beyond is left out
   */
  static String text(String text, int limit) {
    StringBuilder shown = new StringBuilder(Math.min(text.length(), limit) + 3);
    for (int i = 0; i < text.length(); i++) {
      if (shown.length() >= limit) {
        return shown.append("...").toString();
      }
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        shown.append("\\x%02x".formatted((int) c));
      } else {
        shown.append(c);
      }
    }
    return shown.toString();
  }
}
