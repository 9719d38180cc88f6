package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Text as the kernel holds it: bytes that are mostly UTF-8. A byte that is not becomes the lone
 * surrogate {@code U+DC80..U+DCFF}, so that every file name survives the way there and back; the
 * daemon's locale has no say.
 */
public final class KernelText {

  private static final char ESCAPE_BASE = 0xDC00;
  private static final char ESCAPE_FIRST = 0xDC80;
  private static final char ESCAPE_LAST = 0xDCFF;

  private KernelText() {}

  /** The bytes with a closing NUL. */
  static byte[] terminated(String text) {
    byte[] bytes = bytes(text);
    for (byte b : bytes) {
      if (b == 0) {
        throw new IllegalArgumentException("text for the kernel contains a NUL: " + text);
      }
    }
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  /** The bytes that the kernel gets for a name. */
  public static byte[] bytes(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isEscape(text, i)) {
        return bytesWithEscapes(text);
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isEscape(String text, int i) {
    char c = text.charAt(i);
    return c >= ESCAPE_FIRST
        && c <= ESCAPE_LAST
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  private static byte[] bytesWithEscapes(String text) {
    ByteBuffer out = ByteBuffer.allocate(text.length() * 3);
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isEscape(text, i)) {
        out.put(text.substring(start, i).getBytes(StandardCharsets.UTF_8));
        out.put((byte) text.charAt(i));
        start = i + 1;
      }
    }
    out.put(text.substring(start).getBytes(StandardCharsets.UTF_8));
    return Arrays.copyOf(out.array(), out.position());
  }

  /** The text that stands for the kernel's bytes. */
  public static String text(byte[] bytes, int offset, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, offset, length))
          .toString();
    } catch (CharacterCodingException notUtf8) {
      return textWithEscapes(ByteBuffer.wrap(bytes, offset, length));
    }
  }

  /** The text up to the first NUL at or after the offset. */
  static String textUntilNul(byte[] bytes, int offset) {
    int end = offset;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return text(bytes, offset, end - offset);
  }

  private static String textWithEscapes(ByteBuffer in) {
    var decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer out = CharBuffer.allocate(in.remaining());
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (!result.isError()) {
        return out.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPE_BASE | (in.get() & 0xFF)));
      }
    }
  }
}
