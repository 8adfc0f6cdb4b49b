package org.pgiam;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The library's attempt in a process of its own. Once cancelled it cannot be restarted. */
final class CommandAttempt implements Bridge.Attempt {
  private final Conversation conversation;
  private final long timeoutMs;
  private final long graceMs;
  private List<PgiamHost> hosts;
  private Map<String, String> params = Collections.emptyMap();
  private int host = -1;

  /** timeoutMs: for each host that is asked for. */
  CommandAttempt(
      Conversation conversation, List<PgiamHost> hosts, long timeoutMs, long graceMs) {
    this.conversation = conversation;
    this.hosts = hosts;
    this.timeoutMs = timeoutMs;
    this.graceMs = graceMs;
  }

  private static JsonLine call(String name) {
    return new JsonLine().member("call", name);
  }

  @Override
  public PgiamAttempt.Step next() throws PgiamException {
    params = Collections.emptyMap();
    try {
      Map<String, Object> step =
          conversation.ask(call("next"), timeoutMs * hosts.size() + graceMs);
      hosts = Answers.hosts(step);  // another step may dial elsewhere
      host = Answers.number(step, "host");
      params = Answers.map(step, "params");
      boolean isDone = Answers.text(step, "step").equals("done");
      return isDone ? PgiamAttempt.Step.DONE : PgiamAttempt.Step.CONNECT;
    } catch (PgiamException failed) {
      if (failed.status() == PgiamException.NOT_APPLICABLE) return PgiamAttempt.Step.NOT_OURS;
      throw failed;
    }
  }

  @Override
  public Map<String, String> params() {
    return params;
  }

  @Override
  public int host() {
    return host;
  }

  @Override
  public List<PgiamHost> hosts() {
    return hosts;
  }

  @Override
  public PgiamReply refresh(int host) throws PgiamException {
    return CommandBridge.reply(
        conversation, call("refresh").member("host", host), timeoutMs + graceMs);
  }

  @Override
  public void report(PgiamOutcome outcome) throws PgiamException {
    conversation.ask(with(call("report"), outcome), timeoutMs + graceMs);
  }

  @Override
  public PgiamException explainRefusal(PgiamOutcome outcome) throws PgiamException {
    Map<String, Object> answer =
        conversation.ask(with(call("explain_refusal"), outcome), timeoutMs + graceMs);
    Object refusal = answer.get("refusal");
    return refusal instanceof Map ? Answers.exception((Map<?, ?>) refusal) : null;
  }

  private static JsonLine with(JsonLine call, PgiamOutcome outcome) {
    return call.member("host", outcome.host)
        .member("outcome", outcome.outcome)
        .member("flags", outcome.flags)
        .member("sqlstate", outcome.sqlstate)
        .member("message", outcome.message);
  }

  @Override
  public void restart() throws PgiamException {
    conversation.ask(call("restart"), timeoutMs + graceMs);
  }

  @Override
  public void cancel() {
    conversation.cancel();
  }

  @Override
  public void close() {
    conversation.close();
  }
}
