package org.pgiam;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A fresh password for every Postgres connect and reconnect.
 *
 * <pre>
 *   try (Pgiam pgiam = new Pgiam();
 *        PgiamReply reply = pgiam.beforeConnect(
 *            new PgiamRequest(host).user("app").sslmode("verify-full"))) {
 *     if (reply.applies()) connectWith(reply.password());
 *   }
 * </pre>
 *
 * Make one and use it from every thread. The library runs in this process where native code may be
 * loaded, else as the command <code>pgiam</code>; system properties steer that:
 *
 * <ul>
 *   <li><code>pgiam.bridge</code>: <code>native</code> or <code>command</code>, only that;
 *   <li><code>pgiam.library.path</code>: libpgiam.so.1, or its folder, instead of the jar's own;
 *   <li><code>pgiam.command</code>: the command's file.
 * </ul>
 */
public final class Pgiam implements AutoCloseable {
  /** Outcomes for {@link #afterConnect}. OTHER (network, TLS) says nothing about the token. */
  public static final int CONNECTED = 1, AUTH_FAILED = 2, OTHER = 3;

  private final Bridge.Context context;
  /** Read: a call is under way. Write: closing, which must be alone. */
  private final ReadWriteLock calls = new ReentrantReadWriteLock();
  private boolean closed;

  public Pgiam() throws PgiamException {
    this(Collections.emptyMap());
  }

  /** options: for all requests; each request may override them. {@link #options} lists the keys. */
  public Pgiam(Map<String, String> options) throws PgiamException {
    Text.refuseUnfit(options);
    context = Bridges.bridge().newContext(options);
  }

  /** The one that this class loader's hosts share. It is never closed. */
  public static Pgiam shared() throws PgiamException {
    return Bridges.shared();
  }

  /**
   * Before every connect and reconnect. Blocks; served from the cache in microseconds when it can.
   * The caller closes the reply.
   */
  public PgiamReply beforeConnect(PgiamRequest request) throws PgiamException {
    return call(request, context::beforeConnect);
  }

  /** What beforeConnect would do and why: one JSON object, described in pgiam.h. */
  public String explain(PgiamRequest request) throws PgiamException {
    return call(request, context::explain);
  }

  /**
   * Tells how the connection went. sqlstate may be null. True: the token was an old one and is
   * dropped; ask again, once.
   */
  public boolean afterConnect(PgiamReply reply, int outcome, String sqlstate) {
    calls.readLock().lock();
    try {
      return !closed && reply.applies() && context.afterConnect(reply, outcome, sqlstate);
    } finally {
      calls.readLock().unlock();
    }
  }

  /**
   * What a failed connection means: causes with codes and commands. null: the failure has nothing to
   * do with the password, or the library is reached through the command, which has forgotten it (an
   * {@link #attempt} has not). Both texts may be null; message is the server's or the driver's own.
   */
  public PgiamException explainRefusal(
      PgiamReply reply, int outcome, String sqlstate, String message) {
    calls.readLock().lock();
    try {
      if (closed || !reply.applies()) return null;
      return context.explainRefusal(reply, outcome, sqlstate, message);
    } finally {
      calls.readLock().unlock();
    }
  }

  /** A connection from the first host to the end; nothing is looked up yet. */
  public PgiamAttempt attempt(PgiamRequest request) throws PgiamException {
    return new PgiamAttempt(this, call(request, context::newAttempt));
  }

  /** Waits for calls that are under way. */
  @Override
  public void close() {
    calls.writeLock().lock();
    try {
      if (!closed) context.close();
      closed = true;
    } finally {
      calls.writeLock().unlock();
    }
  }

  /** Every option there is, for a connection dialog. */
  public static List<PgiamOption> options() throws PgiamException {
    return Bridges.bridge().options();
  }

  /**
   * A connection string or URL of libpq's as its keywords, in its own order; for {@link
   * PgiamRequest#keyword}. Neither file nor environment is looked at.
   */
  public static Map<String, String> keywords(String conninfo) throws PgiamException {
    Text.refuseUnfit(conninfo);
    return Bridges.bridge().keywords(conninfo);
  }

  /** The library's version, for people. */
  public static String version() throws PgiamException {
    return Bridges.bridge().version();
  }

  /** "native: FILE" or "command: FILE": how the library is reached. */
  public static String bridge() throws PgiamException {
    return Bridges.bridge().description();
  }

  private interface Call<T> {
    T of(PgiamRequest request) throws PgiamException;
  }

  private <T> T call(PgiamRequest request, Call<T> call) throws PgiamException {
    Text.refuseUnfit(request.canApply, request.identity);
    Text.refuseUnfit(request.keywords);
    Text.refuseUnfit(request.options);
    return whileOpen(() -> call.of(request));
  }

  interface Work<T> {
    T done() throws PgiamException;
  }

  <T> T whileOpen(Work<T> work) throws PgiamException {
    calls.readLock().lock();
    try {
      if (closed) throw new IllegalStateException("this Pgiam is closed");
      return work.done();
    } finally {
      calls.readLock().unlock();
    }
  }
}
