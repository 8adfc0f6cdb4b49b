package org.pgiam.jdbc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.pgiam.PgiamRequest;

/** A connection's properties, as pgjdbc merged them, in pgiam's words. */
final class Settings {
  static final String PREFIX = "pgiam.";
  /** Ours, but no options of the library. */
  static final String SOCKET_FACTORY = "pgiam.socketFactory";
  static final String SOCKET_FACTORY_ARG = "pgiam.socketFactoryArg";
  static final String ATTEMPT = "pgiam.attempt";

  private static final int DEFAULT_PORT = 5432;
  private static final List<String> SSLMODES =
      Arrays.asList("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  private final Properties properties;

  Settings(Properties properties) {
    this.properties = properties;
  }

  static boolean isDisabled() {
    String value = System.getenv("PGIAM_DISABLE");
    return value != null
        && Arrays.asList("1", "yes", "true", "on").contains(value.toLowerCase(Locale.ROOT));
  }

  /** A fresh array, or null. */
  char[] password() {
    String password = properties.getProperty("password");
    return password == null ? null : password.toCharArray();
  }

  String get(String key) {
    return properties.getProperty(key);
  }

  /** As an SQL identifier. */
  static String quoted(String name) {
    return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  /** As pgjdbc does: ssl=true without sslmode demands a verified server, silence prefers TLS. */
  String sslmode() {
    String mode = properties.getProperty("sslmode");
    if (mode != null) return mode.toLowerCase(Locale.ROOT);
    String ssl = properties.getProperty("ssl");
    boolean isOn = ssl != null && (ssl.isEmpty() || ssl.equalsIgnoreCase("true"));
    return isOn ? "verify-full" : "prefer";
  }

  /** A stronger mode promises all that a weaker one does. */
  static int strength(String sslmode) {
    return SSLMODES.indexOf(sslmode);
  }

  /** The hosts of the URL, in its order. */
  List<Endpoint> hosts() {
    String[] hosts = properties.getProperty("PGHOST", "localhost").split(",");
    String[] ports = properties.getProperty("PGPORT", "").split(",");
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < hosts.length; i++) {
      String port = ports[Math.min(i, ports.length - 1)];
      endpoints.add(new Endpoint(hosts[i], port.isEmpty() ? DEFAULT_PORT : Integer.parseInt(port)));
    }
    return endpoints;
  }

  /** The host of this attempt; null: one of several, and nobody tells which. */
  Endpoint dialled() {
    List<Endpoint> hosts = hosts();
    if (hosts.size() == 1) return hosts.get(0);
    return PgiamSocketFactory.dialled(properties, hosts);
  }

  PgiamRequest request(Endpoint endpoint) {
    PgiamRequest request = new PgiamRequest(endpoint.host)
        .port(endpoint.port)
        .user(properties.getProperty("user"))
        .database(properties.getProperty("PGDBNAME"))
        .sslmode(sslmode());
    options().forEach(request::option);
    return request;
  }

  private Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (!name.startsWith(PREFIX) || name.equals(SOCKET_FACTORY)
          || name.equals(SOCKET_FACTORY_ARG) || name.equals(ATTEMPT)) {
        continue;
      }
      options.put(name.substring(PREFIX.length()), properties.getProperty(name));
    }
    return options;
  }
}
