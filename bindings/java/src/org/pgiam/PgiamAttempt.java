package org.pgiam;

import java.util.List;
import java.util.Map;

/**
 * A connection from the first host to the end, decided in the library and made by the client:
 *
 * <pre>
 *   try (PgiamAttempt attempt = pgiam.attempt(request)) {
 *     while (attempt.next() == PgiamAttempt.Step.CONNECT) {
 *       …  // set params() and password() over the user's own, connect
 *       attempt.report(connected ? PgiamOutcome.connected() : PgiamOutcome.failed(state, words));
 *     }
 *   }
 * </pre>
 *
 * Each host gets its own password. One that was kept and is refused is dropped, and the same host
 * tried once more with a new one. Calls of several threads wait for each other; {@link #cancel} does
 * not wait.
 */
public final class PgiamAttempt implements AutoCloseable {
  /** What to do next. */
  public enum Step {
    /** Connect with {@link #params} set, then report. */
    CONNECT,
    /** The connection was reported. */
    DONE,
    /** None of the hosts is ours: connect as if we were absent, and report nothing. */
    NOT_OURS
  }

  private final Pgiam pgiam;
  private final Bridge.Attempt bridge;
  /** The bridge may be cancelled while another call waits in it, but not while it goes. */
  private final Object presence = new Object();
  private boolean closed;

  PgiamAttempt(Pgiam pgiam, Bridge.Attempt bridge) {
    this.pgiam = pgiam;
    this.bridge = bridge;
  }

  /**
   * Waits, for the cloud or for the time to try again. Throws where that is the end: there is no
   * password to connect with, or the last connect failed; status {@link PgiamException#CONNECT}: the
   * client's own words say all that is known.
   */
  public synchronized Step next() throws PgiamException {
    return call(bridge::next);
  }

  /** Of a CONNECT: libpq's keywords to set over the user's own, beside the password. */
  public synchronized Map<String, String> params() {
    demandOpen();
    return bridge.params();
  }

  /** Of a CONNECT: the host that it is for; -1: all, since the client walks the list. */
  public synchronized int host() {
    demandOpen();
    return bridge.host();
  }

  /** The list. */
  public synchronized List<PgiamHost> hosts() throws PgiamException {
    return call(bridge::hosts);
  }

  /**
   * At the moment of sending: what this host is to be sent. From memory in microseconds while the
   * password at hand is good, else it waits. A reply that does not apply: not ours.
   */
  public synchronized PgiamReply refresh(int host) throws PgiamException {
    return call(() -> bridge.refresh(host));
  }

  /** How the connect went; next then tells what follows. */
  public synchronized void report(PgiamOutcome outcome) throws PgiamException {
    call(() -> {
      bridge.report(outcome);
      return null;
    });
  }

  /** What a failure at the outcome's host means; null: it has nothing to do with the password. */
  public synchronized PgiamException explainRefusal(PgiamOutcome outcome) throws PgiamException {
    return call(() -> bridge.explainRefusal(outcome));
  }

  /** For a reset of the same connection: everything begins anew. */
  public synchronized void restart() throws PgiamException {
    call(() -> {
      bridge.restart();
      return null;
    });
  }

  /** From any thread: a call that waits, and all after it until a restart, are cancelled. */
  public void cancel() {
    synchronized (presence) {
      if (!closed) bridge.cancel();
    }
  }

  /** Cancels what still runs, and wipes the passwords. */
  @Override
  public void close() {
    cancel();
    synchronized (this) {
      synchronized (presence) {
        if (!closed) bridge.close();
        closed = true;
      }
    }
  }

  private interface Call<T> {
    T make() throws PgiamException;
  }

  private void demandOpen() {
    if (closed) throw new IllegalStateException("this PgiamAttempt is closed");
  }

  private <T> T call(Call<T> call) throws PgiamException {
    demandOpen();
    return pgiam.whileOpen(call::make);
  }
}
