package org.pgiam.jdbc;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.pgiam.Pgiam;
import org.pgiam.PgiamAttempt;
import org.pgiam.PgiamException;
import org.pgiam.PgiamHost;
import org.pgiam.PgiamOutcome;
import org.pgiam.PgiamReply;
import org.pgiam.PgiamRequest;

/**
 * The library's attempt for one connection: what PgiamDriver follows, and what the plugin, maybe on
 * another thread, sends passwords of. Its id travels in the connection's properties.
 */
final class Attempt implements AutoCloseable {
  private static final Map<String, Attempt> RUNNING = new ConcurrentHashMap<>();
  private static final AtomicLong LAST = new AtomicLong();

  final String id = String.valueOf(LAST.incrementAndGet());
  private final PgiamAttempt attempt;
  /** The host that was sent a password of ours last; -1: none. */
  private volatile int sentTo = -1;
  private volatile boolean isAsking;

  private Attempt(PgiamAttempt attempt) {
    this.attempt = attempt;
    RUNNING.put(id, this);
  }

  /** null: PGIAM_DISABLE says so. */
  static Attempt begin(PgiamRequest request, char[] password) throws PgiamException {
    if (Settings.isDisabled()) return null;
    try {
      return new Attempt(Pgiam.shared().attempt(request.password(password)));
    } finally {
      if (password != null) Arrays.fill(password, '\0');
    }
  }

  /** That which PgiamDriver follows; null: it did not make this connection. */
  static Attempt of(Settings settings) {
    String id = settings.get(Settings.ATTEMPT);
    return id == null ? null : RUNNING.get(id);
  }

  PgiamAttempt.Step next() throws PgiamException {
    sentTo = -1;
    return attempt.next();
  }

  Map<String, String> params() {
    return attempt.params();
  }

  List<PgiamHost> hosts() throws PgiamException {
    return attempt.hosts();
  }

  /** What this host is to be sent. */
  PgiamReply refresh(int host) throws PgiamException {
    isAsking = true;
    try {
      PgiamReply reply = attempt.refresh(host);
      sentTo = reply.applies() ? host : -1;
      return reply;
    } finally {
      isAsking = false;
    }
  }

  /** What it means that this host asks for a password of another kind; null: not known. */
  PgiamException explainWrongKind(int host) throws PgiamException {
    return attempt.explainRefusal(PgiamOutcome.refused(null, null).host(host));
  }

  void connected() throws PgiamException {
    attempt.report(PgiamOutcome.connected().host(sentTo));
  }

  /** False: the time for the login was over before a server was sent anything. */
  boolean failed(SQLException failure) throws PgiamException {
    if (isAsking) return false;
    attempt.report(PgiamOutcome.failed(failure.getSQLState(), failure.getMessage())
        .host(sentTo)
        .passwordSent(sentTo >= 0));
    return true;
  }

  /**
   * Of a host that is not ours since the user gave a password: that this kept the token away, where
   * the server refused it. null: it did not, or the host is none of ours at all.
   */
  PgiamException explainGivenPassword(SQLException failure) {
    try {
      attempt.report(PgiamOutcome.failed(failure.getSQLState(), failure.getMessage()));
      attempt.next();
      return null;
    } catch (PgiamException end) {
      return end.code().equals("password_given") ? end : null;
    }
  }

  @Override
  public void close() {
    RUNNING.remove(id);
    attempt.close();
  }
}
