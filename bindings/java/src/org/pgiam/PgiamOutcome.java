package org.pgiam;

/** How a connect went, as far as the client knows. Setters chain. */
public final class PgiamOutcome {
  static final int SENT = 1, NOT_SENT = 2;

  final int outcome;
  final String sqlstate;
  final String message;
  int flags;
  int host = -1;

  private PgiamOutcome(int outcome, String sqlstate, String message) {
    this.outcome = outcome;
    this.sqlstate = sqlstate;
    this.message = message;
  }

  public static PgiamOutcome connected() {
    return new PgiamOutcome(Pgiam.CONNECTED, null, null);
  }

  /**
   * What kind of failure it was is read from these: the server's words or the client's own, whole.
   * Both may be null.
   */
  public static PgiamOutcome failed(String sqlstate, String message) {
    return new PgiamOutcome(Pgiam.OTHER, sqlstate, message);
  }

  /** The server refused the password; the client is sure of it. Both texts may be null. */
  public static PgiamOutcome refused(String sqlstate, String message) {
    return new PgiamOutcome(Pgiam.AUTH_FAILED, sqlstate, message);
  }

  /** Which of an attempt's hosts it is about, from 0; -1, the default: not known. */
  public PgiamOutcome host(int host) {
    this.host = host;
    return this;
  }

  /** Whether the server asked for a password and got it; without this it is not known. */
  public PgiamOutcome passwordSent(boolean sent) {
    flags = sent ? SENT : NOT_SENT;
    return this;
  }
}
