package org.pgiam;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Texts as UTF-8 and back, with no copy of a secret left behind. */
final class Text {
  private Text() {}

  static byte[] utf8(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  static String string(byte[] utf8) {
    return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
  }

  static byte[] secretUtf8(char[] secret) {
    if (secret == null) return null;
    ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(secret));
    byte[] bytes = Arrays.copyOf(encoded.array(), encoded.limit());
    Arrays.fill(encoded.array(), (byte) 0);
    return bytes;
  }

  /** Wipes the bytes. */
  static char[] takeSecret(byte[] utf8) {
    if (utf8 == null) return null;
    CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(utf8));
    char[] secret = Arrays.copyOf(decoded.array(), decoded.limit());
    Arrays.fill(decoded.array(), '\0');
    Arrays.fill(utf8, (byte) 0);
    return secret;
  }

  /** Each key and value. */
  static byte[][] pairs(Map<String, String> map) {
    byte[][] texts = new byte[2 * map.size()][];
    int next = 0;
    for (Map.Entry<String, String> pair : map.entrySet()) {
      texts[next++] = utf8(pair.getKey());
      texts[next++] = utf8(pair.getValue());
    }
    return texts;
  }

  /** Back, from the given place on. */
  static Map<String, String> map(byte[][] pairs, int first) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = first; i + 1 < pairs.length; i += 2) map.put(string(pairs[i]), string(pairs[i + 1]));
    return map;
  }

  /** C and processes would cut a text there. */
  static void refuseNul(String... texts) throws PgiamException {
    for (String text : texts) {
      if (text == null || text.indexOf('\0') < 0) continue;
      throw new PgiamException(PgiamException.INVALID_ARGUMENT,
          "a text holds a NUL character", "take it out of the connection's settings");
    }
  }

  static void refuseNul(Map<String, String> options) throws PgiamException {
    for (Map.Entry<String, String> option : options.entrySet()) {
      refuseNul(option.getKey(), option.getValue());
    }
  }
}
