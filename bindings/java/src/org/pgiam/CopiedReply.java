package org.pgiam;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A reply that holds all that it tells, whichever bridge it came over. */
final class CopiedReply extends PgiamReply {
  private final char[] password;
  final Map<String, String> params;
  String provider = "";
  String target = "";
  String rule = "";
  String region = "";
  String signingHost = "";
  int signingPort;
  String warning = "";
  List<PgiamException> warnings = Collections.emptyList();
  Instant tokenExpiresAt;
  Instant credentialsExpireAt;
  boolean isFromCache;

  /** The array becomes the reply's, which wipes it. */
  CopiedReply(char[] password, Map<String, String> params) {
    this.password = password;
    this.params = Collections.unmodifiableMap(params);
  }

  /** With nothing to be set. */
  static PgiamReply notApplicable() {
    return new CopiedReply(null, Collections.emptyMap());
  }

  @Override
  public boolean applies() {
    return password != null;
  }

  @Override
  public char[] password() {
    return password == null ? null : password.clone();
  }

  @Override
  public Map<String, String> params() {
    return params;
  }

  @Override
  public String provider() {
    return provider;
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public String rule() {
    return rule;
  }

  @Override
  public String region() {
    return region;
  }

  @Override
  public String signingHost() {
    return signingHost;
  }

  @Override
  public int signingPort() {
    return signingPort;
  }

  @Override
  public String warning() {
    return warning;
  }

  @Override
  public List<PgiamException> warnings() {
    return warnings;
  }

  @Override
  public Instant tokenExpiresAt() {
    return tokenExpiresAt;
  }

  @Override
  public Instant credentialsExpireAt() {
    return credentialsExpireAt;
  }

  @Override
  public boolean isFromCache() {
    return isFromCache;
  }

  @Override
  public void close() {
    if (password != null) Arrays.fill(password, '\0');
  }
}
