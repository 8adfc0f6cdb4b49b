package org.pgiam;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The library's attempt. */
final class NativeAttempt implements Bridge.Attempt {
  private static final int KIND_BITS = 8, DONE = 3;

  private final long context;
  private final long handle;
  private final PgiamCredentials credentials;
  private int host = -1;

  /** credentials: the host's own, or null. */
  NativeAttempt(long context, long handle, PgiamCredentials credentials) {
    this.context = context;
    this.handle = handle;
    this.credentials = credentials;
  }

  @Override
  public PgiamAttempt.Step next() throws PgiamException {
    int step = Native.attemptNext(handle, credentials);
    host = (step >> KIND_BITS) - 1;
    if (step == 0) return PgiamAttempt.Step.NOT_OURS;
    boolean isDone = (step & ((1 << KIND_BITS) - 1)) == DONE;
    return isDone ? PgiamAttempt.Step.DONE : PgiamAttempt.Step.CONNECT;
  }

  @Override
  public Map<String, String> params() {
    return Text.map(Native.attemptParams(handle), 0);
  }

  @Override
  public int host() {
    return host;
  }

  @Override
  public List<PgiamHost> hosts() {
    byte[][] texts = Native.attemptHosts(handle);
    List<PgiamHost> hosts = new ArrayList<>();
    for (int i = 0; i < texts.length; i += 5) {
      int port = Integer.parseInt(Text.string(texts[i + 2]));
      hosts.add(new PgiamHost(Text.string(texts[i]), Text.string(texts[i + 1]), port,
          Text.string(texts[i + 3]), Text.string(texts[i + 4])));
    }
    return hosts;
  }

  @Override
  public PgiamReply refresh(int host) throws PgiamException {
    long reply = Native.attemptRefresh(handle, host, credentials);
    return reply == 0 ? CopiedReply.notApplicable() : NativeReply.copyOf(reply);
  }

  @Override
  public void report(PgiamOutcome outcome) throws PgiamException {
    Native.attemptReport(handle, outcome.outcome, outcome.host + 1, outcome.flags, texts(outcome));
  }

  @Override
  public PgiamException explainRefusal(PgiamOutcome outcome) {
    long reply = Native.attemptReply(handle, Math.max(outcome.host, 0));
    if (reply == 0) return null;
    return Native.explainRefusal(context, reply, outcome.outcome, outcome.flags, texts(outcome));
  }

  private static byte[][] texts(PgiamOutcome outcome) {
    return new byte[][] {Text.utf8(outcome.sqlstate), Text.utf8(outcome.message)};
  }

  @Override
  public void restart() {
    Native.attemptRestart(handle);
  }

  @Override
  public void cancel() {
    Native.attemptCancel(handle);
  }

  @Override
  public void close() {
    Native.attemptFree(handle);
  }
}
