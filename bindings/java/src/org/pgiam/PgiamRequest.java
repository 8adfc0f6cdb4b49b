package org.pgiam;

import java.util.LinkedHashMap;
import java.util.Map;

/** One connection about to be made. Setters chain; what is not set keeps its default. */
public final class PgiamRequest {
  /** The bits of pgiam.h's flags. */
  static final int REFRESH = 1, RESOLVE = 4;

  final String host;
  int port;
  String user;
  String database;
  char[] password;
  String sslmode;
  long timeoutMs;
  int flags;
  final Map<String, String> options = new LinkedHashMap<>();

  /** The host as the user gave it. */
  public PgiamRequest(String host) {
    this.host = host;
  }

  /** 0, the default, is 5432. */
  public PgiamRequest port(int port) {
    this.port = port;
    return this;
  }

  public PgiamRequest user(String user) {
    this.user = user;
    return this;
  }

  public PgiamRequest database(String database) {
    this.database = database;
    return this;
  }

  /**
   * What would be sent without pgiam; null: nothing. One that the user gave wins, an old token
   * counts as none. The array stays the caller's, to wipe after the call.
   */
  public PgiamRequest password(char[] password) {
    this.password = password;
    return this;
  }

  /** libpq's word for what the connection will do; null: the user said nothing. */
  public PgiamRequest sslmode(String sslmode) {
    this.sslmode = sslmode;
    return this;
  }

  /** 0, the default, is the option timeout_ms. */
  public PgiamRequest timeoutMs(long timeoutMs) {
    this.timeoutMs = timeoutMs;
    return this;
  }

  /** Ignore what is cached. */
  public PgiamRequest refresh() {
    flags |= REFRESH;
    return this;
  }

  /** explain: names and credentials that need the network, too. */
  public PgiamRequest resolve() {
    flags |= RESOLVE;
    return this;
  }

  /** Overrides the Pgiam's own for this connection; {@link Pgiam#options} lists the keys. */
  public PgiamRequest option(String key, String value) {
    options.put(key, value);
    return this;
  }

  /** Holds no password. */
  @Override
  public String toString() {
    return "PgiamRequest[" + user + "@" + host + ":" + port + "/" + database + "]";
  }
}
