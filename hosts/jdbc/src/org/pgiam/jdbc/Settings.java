package org.pgiam.jdbc;

import java.sql.DriverManager;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.pgiam.PgiamHost;
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

  /** The place in the list of the host that is being connected to; -1: nobody tells which. */
  int dialled(List<PgiamHost> hosts) {
    return hosts.size() == 1 ? 0 : PgiamSocketFactory.dialled(properties, hosts);
  }

  /** Sockets of the user's own are connected by pgjdbc alone, which knows names and no addresses. */
  private String canApply() {
    String factory = get("socketFactory");
    boolean isOurs = factory == null || factory.equals(PgiamSocketFactory.class.getName());
    boolean hasOwnSockets = !isOurs || get(SOCKET_FACTORY) != null;
    return Keywords.CAN_APPLY + (hasOwnSockets ? "" : ",hostaddr");
  }

  /** Before the connect, when what pgjdbc knows can still be set. */
  PgiamRequest request() {
    PgiamRequest request = new PgiamRequest()
        .walksList().canApply(canApply()).timeoutMs(timeoutMs());
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

  /** A login may take no longer than its user wants to wait; 0: as the options say. */
  private long timeoutMs() {
    long login = number("loginTimeout");
    if (login == 0) login = DriverManager.getLoginTimeout();
    long options = number(PREFIX + "timeout_ms");
    if (login <= 0) return 0;
    return options > 0 ? Math.min(options, 1000 * login) : 1000 * login;
  }

  /** 0: not given, or no number. Whether it should be one is said by those whose it is. */
  private long number(String key) {
    try {
      String value = get(key);
      return value == null ? 0 : (long) Math.ceil(Double.parseDouble(value));
    } catch (NumberFormatException noNumber) {
      return 0;
    }
  }

  /** When the server asks for a password: all else has been decided. */
  PgiamRequest requestAfterTls() {
    return request().sslmode(sslmode()).canApply("password");
  }
}
