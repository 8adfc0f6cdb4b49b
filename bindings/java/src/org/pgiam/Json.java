package org.pgiam;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the one JSON object that the command prints: Map and List; strings as char[], which can be
 * wiped; numbers and true, false, null as their text.
 */
final class Json {
  private final char[] text;
  private int at;

  private Json(char[] text) {
    this.text = text;
  }

  /** Wipes the text. Throws IllegalArgumentException where it is no object. */
  static Map<String, Object> takeObject(char[] text) {
    try {
      return new Json(text).object();
    } catch (IndexOutOfBoundsException cutShort) {
      throw new IllegalArgumentException("not a whole JSON object");
    } finally {
      Arrays.fill(text, '\0');
    }
  }

  private Map<String, Object> object() {
    Map<String, Object> members = new LinkedHashMap<>();
    expect('{');
    if (isNext('}')) return members;
    do {
      peek();
      String key = new String(string());
      expect(':');
      members.put(key, value());
    } while (isNext(','));
    expect('}');
    return members;
  }

  private List<Object> list() {
    List<Object> elements = new ArrayList<>();
    expect('[');
    if (isNext(']')) return elements;
    do {
      elements.add(value());
    } while (isNext(','));
    expect(']');
    return elements;
  }

  private Object value() {
    switch (peek()) {
      case '"':
        return string();
      case '{':
        return object();
      case '[':
        return list();
      default:
        int start = at;
        while (",}] \n".indexOf(text[at]) < 0) at++;
        return new String(text, start, at - start);
    }
  }

  private char[] string() {
    expect('"');
    char[] room = new char[text.length - at];
    int length = 0;
    while (text[at] != '"') room[length++] = text[at] == '\\' ? escaped() : text[at++];
    at++;
    char[] string = Arrays.copyOf(room, length);
    Arrays.fill(room, '\0');
    return string;
  }

  private char escaped() {
    char c = text[at + 1];
    at += 2;
    if (c == 'u') {
      at += 4;
      return (char) Integer.parseInt(new String(text, at - 4, 4), 16);
    }
    int known = "bfnrt".indexOf(c);
    return known < 0 ? c : "\b\f\n\r\t".charAt(known);
  }

  private char peek() {
    while (text[at] == ' ' || text[at] == '\n') at++;
    return text[at];
  }

  private boolean isNext(char wanted) {
    if (peek() != wanted) return false;
    at++;
    return true;
  }

  private void expect(char wanted) {
    if (!isNext(wanted)) throw new IllegalArgumentException("not the JSON that was expected");
  }
}
