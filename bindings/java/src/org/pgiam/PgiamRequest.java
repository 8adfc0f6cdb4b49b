package org.pgiam;

import java.util.LinkedHashMap;
import java.util.Map;

/** One connection about to be made. Setters chain; what is not set keeps its default. */
public final class PgiamRequest {
  /** The bits of pgiam.h's flags. */
  static final int REFRESH = 1, RESOLVE = 4, WALKS_LIST = 16;

  final Map<String, String> keywords = new LinkedHashMap<>();
  final Map<String, String> options = new LinkedHashMap<>();
  char[] password;
  String canApply;
  PgiamCredentials credentials;
  String identity;
  long timeoutMs;
  int flags;

  /** Its host, and all else, is told by {@link #keyword}. */
  public PgiamRequest() {}

  /** The host as the user gave it. */
  public PgiamRequest(String host) {
    keyword("host", host);
  }

  /**
   * A connection keyword as libpq spells it, with what the user gave or the client resolved; null
   * takes it back. Lists of hosts as they stand, for attempts.
   */
  public PgiamRequest keyword(String keyword, String value) {
    if (value == null) keywords.remove(keyword);
    else keywords.put(keyword, value);
    return this;
  }

  /** 0, the default, is 5432. */
  public PgiamRequest port(int port) {
    return keyword("port", port == 0 ? null : String.valueOf(port));
  }

  public PgiamRequest user(String user) {
    return keyword("user", user);
  }

  public PgiamRequest database(String database) {
    return keyword("dbname", database);
  }

  /** libpq's word for what the connection will do; null: the user said nothing. */
  public PgiamRequest sslmode(String sslmode) {
    return keyword("sslmode", sslmode);
  }

  /**
   * What would be sent without pgiam; null: nothing. One that the user gave wins, an old token
   * counts as none. The array stays the caller's, to wipe after the call.
   */
  public PgiamRequest password(char[] password) {
    this.password = password;
    return this;
  }

  /**
   * The keywords that a reply may set: "password,sslmode", "*" for all; without it password, sslmode
   * and sslrootcert. Where another has to be set, the answer is an error that says so.
   */
  public PgiamRequest canApply(String keywords) {
    canApply = keywords;
    return this;
  }

  /** An attempt: this client goes through the list of hosts by itself. */
  public PgiamRequest walksList() {
    flags |= WALKS_LIST;
    return this;
  }

  /**
   * Of the host's own. What they give is kept under the identity, the host's name for whoever they
   * belong to, which may not be empty. An option role_arn is assumed with them.
   */
  public PgiamRequest credentials(String identity, PgiamCredentials credentials) {
    this.identity = identity;
    this.credentials = credentials;
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
    return "PgiamRequest[" + keywords.get("user") + "@" + keywords.get("host") + ":"
        + keywords.getOrDefault("port", "5432") + "/" + keywords.get("dbname") + "]";
  }
}
