package org.pgiam.jdbc;

import java.util.ArrayList;
import java.util.Arrays;
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
  private static final List<String> NO_OPTIONS =
      Arrays.asList(SOCKET_FACTORY, SOCKET_FACTORY_ARG, ATTEMPT);

  private static final int DEFAULT_PORT = 5432;

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

  /** Whether anything was said of TLS. */
  boolean speaksOfTls() {
    return get("sslmode") != null || get("ssl") != null;
  }

  /** As pgjdbc does: ssl=true without sslmode demands a verified server, silence prefers TLS. */
  private String sslmode() {
    String mode = get("sslmode");
    if (mode != null) return mode.toLowerCase(Locale.ROOT);
    String ssl = get("ssl");
    boolean isOn = ssl != null && (ssl.isEmpty() || ssl.equalsIgnoreCase("true"));
    return isOn ? "verify-full" : "prefer";
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

  /** The place in the list of the host that is being connected to; -1: nobody tells which. */
  int dialled() {
    List<Endpoint> hosts = hosts();
    return hosts.size() == 1 ? 0 : PgiamSocketFactory.dialled(properties, hosts);
  }

  /** Before the connect, when what pgjdbc knows can still be set. */
  PgiamRequest request() {
    PgiamRequest request = new PgiamRequest().walksList().canApply(Keywords.CAN_APPLY);
    for (Map.Entry<String, String> keyword : Keywords.PROPERTIES.entrySet()) {
      request.keyword(keyword.getKey(), get(keyword.getValue()));
    }
    if (get("PGHOST") == null) request.keyword("host", "localhost");
    if (get("user") == null) request.user(System.getProperty("user.name"));
    if (speaksOfTls()) request.sslmode(sslmode());
    for (String name : properties.stringPropertyNames()) {
      if (!name.startsWith(PREFIX) || NO_OPTIONS.contains(name)) continue;
      request.option(name.substring(PREFIX.length()), get(name));
    }
    return request;
  }

  /** When the server asks for a password: all else has been decided. */
  PgiamRequest requestAfterTls() {
    return request().sslmode(sslmode()).canApply("password");
  }
}
