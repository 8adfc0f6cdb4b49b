package org.pgiam.jdbc;

import java.util.LinkedHashMap;
import java.util.Map;

/** The connection keywords that both know, libpq's name and pgjdbc's. */
final class Keywords {
  /** By libpq's. What decides where a password goes, and over what. */
  static final Map<String, String> PROPERTIES = new LinkedHashMap<>();

  static {
    PROPERTIES.put("host", "PGHOST");
    PROPERTIES.put("port", "PGPORT");
    PROPERTIES.put("user", "user");
    PROPERTIES.put("dbname", "PGDBNAME");
    PROPERTIES.put("sslmode", "sslmode");
    PROPERTIES.put("sslrootcert", "sslrootcert");
    PROPERTIES.put("gssencmode", "gssEncMode");
    PROPERTIES.put("channel_binding", "channelBinding");
    PROPERTIES.put("require_auth", "requireAuth");
  }

  /** What pgjdbc can be told before it connects. */
  static final String CAN_APPLY = "password,host,sslmode,sslrootcert,gssencmode";

  private Keywords() {}

  /** What the library says to a person, with pgjdbc's names. */
  static String inWordsOfPgjdbc(String text) {
    for (Map.Entry<String, String> keyword : PROPERTIES.entrySet()) {
      String property = keyword.getValue();
      if (property.startsWith("PG")) continue;  // who says host= means it
      text = text.replace(keyword.getKey() + "=", keyword.getValue() + "=");
    }
    return text;
  }
}
