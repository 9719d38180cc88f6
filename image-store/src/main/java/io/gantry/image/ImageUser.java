package io.gantry.image;

import java.util.OptionalLong;

/**
 * The user of an image as CRI splits it ({@code Image.uid}, {@code Image.username}): a number or a
 * name, never both.
 *
 * @param name empty when the user is a number or not given
 */
public record ImageUser(OptionalLong uid, String name) {

  public static final ImageUser UNSET = new ImageUser(OptionalLong.empty(), "");

  /** From the config's {@code user[:group]}; the group does not count. */
  public static ImageUser of(String configUser) {
    int colon = configUser.indexOf(':');
    String user = colon < 0 ? configUser : configUser.substring(0, colon);
    if (user.isEmpty()) {
      return UNSET;
    }
    boolean number = user.length() <= 10 && user.chars().allMatch(c -> c >= '0' && c <= '9');
    return number
        ? new ImageUser(OptionalLong.of(Long.parseLong(user)), "")
        : new ImageUser(OptionalLong.empty(), user);
  }
}
