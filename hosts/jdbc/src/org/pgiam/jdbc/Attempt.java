package org.pgiam.jdbc;

import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.pgiam.Pgiam;
import org.pgiam.PgiamException;
import org.pgiam.PgiamReply;

/**
 * One connection attempt of PgiamDriver: ties the reply that the plugin used, maybe on another
 * thread, to the outcome that only the driver sees. Its id travels in the connection's properties.
 */
final class Attempt implements AutoCloseable {
  private static final Map<String, Attempt> RUNNING = new ConcurrentHashMap<>();
  private static final AtomicLong LAST = new AtomicLong();

  final String id = String.valueOf(LAST.incrementAndGet());
  private PgiamReply reply;
  private boolean over;

  Attempt() {
    RUNNING.put(id, this);
  }

  /** null: not made by PgiamDriver. */
  static Attempt of(Settings settings) {
    String id = settings.get(Settings.ATTEMPT);
    return id == null ? null : RUNNING.get(id);
  }

  /** The last reply counts: of several hosts, each has its own. */
  synchronized void keep(PgiamReply latest) {
    if (reply != null) reply.close();
    reply = over ? null : latest;
    if (over) latest.close();
  }

  void succeeded() {
    end(Pgiam.CONNECTED, null);
  }

  /** True: the token was an old one; a second attempt with a new one is worth it. */
  boolean failed(SQLException failure) {
    return end(Pgiam.OTHER, failure.getSQLState());
  }

  /** What the failure means; null where its own words say it all. */
  synchronized PgiamException explain(SQLException failure) {
    if (reply == null) return null;
    try {
      return Pgiam.shared().explainRefusal(
          reply, Pgiam.OTHER, failure.getSQLState(), failure.getMessage());
    } catch (PgiamException impossible) {  // there is a reply, so there is a Pgiam
      return null;
    }
  }

  private synchronized boolean end(int outcome, String sqlstate) {
    if (reply == null) return false;
    try {
      return Pgiam.shared().afterConnect(reply, outcome, sqlstate);
    } catch (PgiamException impossible) {  // there is a reply, so there is a Pgiam
      return false;
    }
  }

  @Override
  public synchronized void close() {
    RUNNING.remove(id);
    over = true;
    if (reply != null) reply.close();
    reply = null;
  }
}
