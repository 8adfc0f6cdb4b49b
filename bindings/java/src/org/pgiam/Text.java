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

  /** C and processes would cut a text at a NUL, and half a character would become a "?": a token would be another user's. */
  static void refuseUnfit(String... texts) throws PgiamException {
    for (String text : texts) {
      if (text == null) continue;
      if (text.indexOf('\0') >= 0) throw unfit("a text holds a NUL character");
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text))
        throw unfit("a text is not one that UTF-8 can hold");
    }
  }

  static void refuseUnfit(Map<String, String> options) throws PgiamException {
    for (Map.Entry<String, String> option : options.entrySet()) {
      refuseUnfit(option.getKey(), option.getValue());
    }
  }

  private static PgiamException unfit(String what) {
    return new PgiamException(PgiamException.INVALID_ARGUMENT, what, "take it out of the connection's settings");
  }
}
