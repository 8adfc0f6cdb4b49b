package org.pgiam;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The library as the command <code>pgiam bridge</code>, one process per token or attempt: slower, but
 * it needs no native code in this process.
 */
final class CommandBridge implements Bridge {
  /** For what is fetched from nowhere. */
  private static final long QUICK_MS = 10_000;
  /** The command ends by its own limit, which pgiam.conf may have set. */
  private static final long UNSAID_MS = 24 * 3_600_000;
  /** The command's own limit comes first, so that it can say why. */
  private static final long GRACE_MS = 2_000;

  private final Command command;

  CommandBridge() throws PgiamException {
    command = Command.find();
  }

  @Override
  public String description() {
    return "command: " + command.file;
  }

  @Override
  public String version() throws PgiamException {
    return Answers.text(about(), "version");
  }

  @Override
  public List<PgiamOption> options() throws PgiamException {
    List<PgiamOption> options = new ArrayList<>();
    for (Object element : Answers.list(about(), "options")) {
      Map<?, ?> option = (Map<?, ?>) element;
      options.add(new PgiamOption(Answers.text(option, "key"), Answers.text(option, "type"),
          Answers.text(option, "default"), Answers.text(option, "variable"),
          Answers.text(option, "label")));
    }
    return options;
  }

  private Map<String, Object> about() throws PgiamException {
    try (Conversation about = command.converse()) {
      return about.ask(new JsonLine().member("call", "about"), QUICK_MS);
    }
  }

  @Override
  public Map<String, String> keywords(String conninfo) throws PgiamException {
    try (Conversation parser = command.converse()) {
      JsonLine call = new JsonLine().member("call", "conninfo").member("conninfo", conninfo);
      return Answers.map(parser.ask(call, QUICK_MS), "keywords");
    }
  }

  @Override
  public Bridge.Context newContext(Map<String, String> options) {
    return new Context(new LinkedHashMap<>(options));
  }

  private final class Context implements Bridge.Context {
    private final Map<String, String> options;

    Context(Map<String, String> options) {
      this.options = options;
    }

    @Override
    public PgiamReply beforeConnect(PgiamRequest request) throws PgiamException {
      try (Conversation conversation = command.converse().asking(request.credentials)) {
        return CommandBridge.reply(
            conversation, call("before_connect", request), timeoutMs(request) + GRACE_MS);
      }
    }

    @Override
    public String explain(PgiamRequest request) throws PgiamException {
      try (Conversation conversation = command.converse().asking(request.credentials)) {
        return Answers.text(
            conversation.ask(call("explain", request), timeoutMs(request) + GRACE_MS),
            "explanation");
      }
    }

    /** The command keeps no token. */
    @Override
    public boolean afterConnect(PgiamReply reply, int outcome, String sqlstate) {
      return false;
    }

    /** The command has kept nothing of the token that was refused. */
    @Override
    public PgiamException explainRefusal(
        PgiamReply reply, int outcome, String sqlstate, String message) {
      return null;
    }

    @Override
    public Bridge.Attempt newAttempt(PgiamRequest request) throws PgiamException {
      Conversation conversation = command.converse().asking(request.credentials);
      try {
        Map<String, Object> begun =
            conversation.ask(call("attempt", request), QUICK_MS + GRACE_MS);
        return new CommandAttempt(
            conversation, Answers.hosts(begun), timeoutMs(request), GRACE_MS);
      } catch (PgiamException failed) {
        conversation.close();
        throw failed;
      }
    }

    @Override
    public void close() {}

    private JsonLine call(String name, PgiamRequest request) {
      JsonLine told = new JsonLine()
          .member("keywords", request.keywords)
          .member("options", optionsOf(request))
          .member("password", request.password)
          .member("can_apply", request.canApply)
          .member("credentials_identity", request.identity)
          .member("timeout_ms", request.timeoutMs)
          .member("flags", request.flags);
      return new JsonLine().member("call", name).member("request", told);
    }

    private long timeoutMs(PgiamRequest request) {
      if (request.timeoutMs > 0) return request.timeoutMs;
      try {
        return Long.parseLong(optionsOf(request).get("timeout_ms"));
      } catch (NumberFormatException unsaid) {
        return UNSAID_MS;
      }
    }

    private Map<String, String> optionsOf(PgiamRequest request) {
      Map<String, String> all = new LinkedHashMap<>(options);
      all.putAll(request.options);
      return all;
    }
  }

  static PgiamReply reply(Conversation conversation, JsonLine call, long timeoutMs)
      throws PgiamException {
    try {
      PgiamReply reply = Answers.reply(conversation.ask(call, timeoutMs));
      if (reply == null) throw conversation.strangeAnswer("no token");
      return reply;
    } catch (PgiamException failed) {
      if (failed.status() == PgiamException.NOT_APPLICABLE) return CopiedReply.notApplicable();
      throw failed;
    }
  }
}
