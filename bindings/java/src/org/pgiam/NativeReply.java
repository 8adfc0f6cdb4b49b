package org.pgiam;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A reply that is the library's. */
final class NativeReply extends PgiamReply {
  private static final int PROVIDER = 1, TARGET = 3, REGION = 4, SIGNING_HOST = 5, RULE = 6,
      WARNING = 7;
  private static final int TOKEN_EXPIRES_AT = 1, CREDENTIALS_EXPIRE_AT = 2, FROM_CACHE = 3,
      SIGNING_PORT = 4;

  private long handle;

  NativeReply(long handle) {
    this.handle = handle;
  }

  /** Of one that is only lent, all that it tells. */
  static PgiamReply copyOf(long handle) {
    NativeReply lent = new NativeReply(handle);
    CopiedReply copy = new CopiedReply(lent.password(), lent.params());
    copy.provider = lent.provider();
    copy.target = lent.target();
    copy.rule = lent.rule();
    copy.region = lent.region();
    copy.signingHost = lent.signingHost();
    copy.signingPort = lent.signingPort();
    copy.warning = lent.warning();
    if (!copy.warning.isEmpty()) copy.warnings = lent.warnings();
    copy.tokenExpiresAt = lent.tokenExpiresAt();
    copy.credentialsExpireAt = lent.credentialsExpireAt();
    copy.isFromCache = lent.isFromCache();
    return copy;
  }

  long open() {
    if (handle == 0) throw new IllegalStateException("the reply is closed");
    return handle;
  }

  private String text(int field) {
    return Text.string(Native.replyText(open(), field));
  }

  private Instant time(int field) {
    long millis = Native.replyNumber(open(), field);
    return millis == 0 ? null : Instant.ofEpochMilli(millis);
  }

  @Override
  public char[] password() {
    return Text.takeSecret(Native.replyPassword(open()));
  }

  @Override
  public Map<String, String> params() {
    return Text.map(Native.replyParams(open()), 0);
  }

  @Override
  public String provider() {
    return text(PROVIDER);
  }

  @Override
  public String target() {
    return text(TARGET);
  }

  @Override
  public String rule() {
    return text(RULE);
  }

  @Override
  public String region() {
    return text(REGION);
  }

  @Override
  public String signingHost() {
    return text(SIGNING_HOST);
  }

  @Override
  public int signingPort() {
    return (int) Native.replyNumber(open(), SIGNING_PORT);
  }

  @Override
  public String warning() {
    return text(WARNING);
  }

  @Override
  public List<PgiamException> warnings() {
    return Arrays.asList(Native.replyWarnings(open()));
  }

  @Override
  public Instant tokenExpiresAt() {
    return time(TOKEN_EXPIRES_AT);
  }

  @Override
  public Instant credentialsExpireAt() {
    return time(CREDENTIALS_EXPIRE_AT);
  }

  @Override
  public boolean isFromCache() {
    return Native.replyNumber(open(), FROM_CACHE) != 0;
  }

  @Override
  public void close() {
    if (handle != 0) Native.replyFree(handle);
    handle = 0;
  }

  @Override
  public String toString() {
    return handle == 0 ? "PgiamReply[closed]" : super.toString();
  }
}
