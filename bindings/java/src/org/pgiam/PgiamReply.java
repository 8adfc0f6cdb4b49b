package org.pgiam;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What to do to a connection, and where it came from. Belongs to one thread at a time. Close it:
 * that wipes the token.
 */
public abstract class PgiamReply implements AutoCloseable {
  PgiamReply() {}

  /** False: not a target of ours, or the user's own password wins; connect as if we were absent. */
  public boolean applies() {
    return true;
  }

  /** The token, in an array of the caller's to wipe; null where the reply does not apply. */
  public abstract char[] password();

  /** All to set over the user's own beside the password, by libpq's keywords. */
  public abstract Map<String, String> params();

  /** The sslmode that the connection must use, or null to leave it. */
  public String sslmode() {
    return params().get("sslmode");
  }

  /** The CA bundle to give to a client that has none, or null. */
  public String sslrootcert() {
    return params().get("sslrootcert");
  }

  /** Where the credentials came from, "aws.sso". */
  public abstract String provider();

  /** What was recognised, "aws.rds". */
  public abstract String target();

  /** The configuration's rule that applied; may be empty. */
  public abstract String rule();

  public abstract String region();

  /** The endpoint that the token is for. */
  public abstract String signingHost();

  public abstract int signingPort();

  /** What a person should know although it worked, a line each; may be empty. */
  public abstract String warning();

  /** The same, one at a time, with codes and commands. Nobody throws them. */
  public abstract List<PgiamException> warnings();

  /** A connection must start before this; null: unknown. */
  public abstract Instant tokenExpiresAt();

  /** null: unknown or never. */
  public abstract Instant credentialsExpireAt();

  public abstract boolean isFromCache();

  @Override
  public abstract void close();

  /** Holds no token. */
  @Override
  public String toString() {
    return applies() ? "PgiamReply[" + signingHost() + ":" + signingPort() + "]" : "PgiamReply[]";
  }
}
