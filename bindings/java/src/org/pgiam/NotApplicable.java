package org.pgiam;

import java.time.Instant;

/** The reply to a request that is not ours. */
final class NotApplicable extends PgiamReply {
  static final PgiamReply INSTANCE = new NotApplicable();

  private NotApplicable() {}

  @Override
  public boolean applies() {
    return false;
  }

  @Override
  public char[] password() {
    return null;
  }

  @Override
  public String sslmode() {
    return null;
  }

  @Override
  public String sslrootcert() {
    return null;
  }

  @Override
  public String provider() {
    return "";
  }

  @Override
  public String region() {
    return "";
  }

  @Override
  public String signingHost() {
    return "";
  }

  @Override
  public int signingPort() {
    return 0;
  }

  @Override
  public String warning() {
    return "";
  }

  @Override
  public Instant tokenExpiresAt() {
    return null;
  }

  @Override
  public Instant credentialsExpireAt() {
    return null;
  }

  @Override
  public boolean isFromCache() {
    return false;
  }

  @Override
  public void close() {}
}
