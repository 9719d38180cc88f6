package io.gantry.image.pem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The blocks of a text in the form of RFC 7468; what else the text says is skipped. */
public final class PemBlocks {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  private PemBlocks() {}

  /**
   * A block.
   *
   * @param kind its label, such as {@code CERTIFICATE}
   * @param content not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Block(String kind, byte[] content) {}

  /**
   * All blocks in their order.
   *
   * @throws IOException when one is damaged, without the name of the text
   */
  public static List<Block> of(String text) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      try {
        blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
      } catch (IllegalArgumentException e) {
        throw new IOException("its " + matcher.group(1) + " is damaged: " + e.getMessage(), e);
      }
    }
    return blocks;
  }
}
