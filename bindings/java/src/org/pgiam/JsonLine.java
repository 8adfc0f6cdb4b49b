package org.pgiam;

import java.util.Arrays;
import java.util.Map;

/** Writes one JSON object in a line, and leaves no copy of a secret behind. */
final class JsonLine {
  private char[] text = new char[1024];
  private int length;
  private boolean isEmpty = true;

  JsonLine() {
    put('{');
  }

  /** null: left out. So it is for all of them. */
  JsonLine member(String key, String value) {
    return member(key, value == null ? null : value.toCharArray());
  }

  JsonLine member(String key, char[] value) {
    if (value == null) return this;
    key(key);
    string(value);
    return this;
  }

  JsonLine member(String key, Map<String, String> values) {
    if (values.isEmpty()) return this;
    JsonLine object = new JsonLine();
    values.forEach(object::member);
    return member(key, object);
  }

  JsonLine member(String key, long number) {
    key(key);
    put(String.valueOf(number).toCharArray());
    return this;
  }

  JsonLine member(String key, boolean truth) {
    key(key);
    put(String.valueOf(truth).toCharArray());
    return this;
  }

  /** Takes the object. */
  JsonLine member(String key, JsonLine object) {
    key(key);
    object.put('}');
    for (int i = 0; i < object.length; i++) put(object.text[i]);
    object.wipe();
    return this;
  }

  /** The line with its end, as UTF-8 for the caller to wipe. */
  byte[] take() {
    put('}');
    put('\n');
    char[] line = Arrays.copyOf(text, length);
    wipe();
    byte[] bytes = Text.secretUtf8(line);
    Arrays.fill(line, '\0');
    return bytes;
  }

  private void key(String key) {
    if (!isEmpty) put(',');
    isEmpty = false;
    string(key.toCharArray());
    put(':');
  }

  private void string(char[] value) {
    put('"');
    for (char c : value) {
      if (c == '"' || c == '\\') put('\\');
      if (c >= ' ') put(c);
      else put(String.format("\\u%04x", (int) c).toCharArray());
    }
    put('"');
  }

  private void put(char[] chars) {
    for (char c : chars) put(c);
  }

  private void put(char c) {
    if (length == text.length) {
      char[] former = text;
      text = Arrays.copyOf(former, 2 * length);
      Arrays.fill(former, '\0');
    }
    text[length++] = c;
  }

  private void wipe() {
    Arrays.fill(text, '\0');
    length = 0;
  }
}
