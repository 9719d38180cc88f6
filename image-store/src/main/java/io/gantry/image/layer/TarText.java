package io.gantry.image.layer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * File names between tar and {@link io.gantry.linux.FileCalls}: bytes that are mostly UTF-8. One
 * that is not becomes the lone surrogate {@code U+DC80..U+DCFF}.
 */
final class TarText {

  private static final char ESCAPE_FIRST = 0xDC80;
  private static final char ESCAPE_LAST = 0xDCFF;

  private TarText() {}

  static String fileName(byte[] bytes, int start, int end) {
    String text = new String(bytes, start, end - start, StandardCharsets.UTF_8);
    return text.indexOf('\ufffd') < 0
        ? text
        : withEscapes(ByteBuffer.wrap(bytes, start, end - start));
  }

  private static String withEscapes(ByteBuffer in) {
    var decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer out = CharBuffer.allocate(in.remaining());
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (!result.isError()) {
        return out.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (0xDC00 | (in.get() & 0xff)));
      }
    }
  }

  static byte[] bytes(String text) {
    return text.chars().anyMatch(c -> c >= ESCAPE_FIRST && c <= ESCAPE_LAST)
        ? withoutEscapes(text)
        : text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] withoutEscapes(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() * 2);
    text.codePoints()
        .forEach(point -> {
          if (point >= ESCAPE_FIRST && point <= ESCAPE_LAST) {
            out.write(point);
          } else {
            out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
          }
        });
    return out.toByteArray();
  }
}
