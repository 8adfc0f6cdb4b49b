package org.pgiam;

import java.nio.CharBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The library as the command <code>pgiam</code>, one process per token: slower, but it needs no
 * native code in this process. Passwords never reach it: whether the user's own wins is decided
 * here.
 */
final class CommandBridge implements Bridge {
  private static final int EXIT_USAGE = 2;
  private static final Pattern TOKEN = Pattern.compile("[?&]Action=.*[?&]X-Amz-Signature=");
  private static final long DEFAULT_TIMEOUT_MS = 10_000;
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
    return text(about(), "version");
  }

  @Override
  public List<PgiamOption> options() throws PgiamException {
    List<PgiamOption> options = new ArrayList<>();
    Object listed = about().get("options");
    for (Object element : listed instanceof List ? (List<?>) listed : new ArrayList<>()) {
      Map<?, ?> option = (Map<?, ?>) element;
      options.add(new PgiamOption(text(option, "key"), text(option, "type"),
          text(option, "default"), text(option, "variable"), text(option, "label")));
    }
    return options;
  }

  private Map<String, Object> about() throws PgiamException {
    return object(command.run(Arrays.asList("version", "--json"), DEFAULT_TIMEOUT_MS));
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
      if (userGavePassword(request)) return NotApplicable.INSTANCE;
      Command.Result result = run("token", request);
      if (result.exit == EXIT_USAGE && isNotOurs(request)) return NotApplicable.INSTANCE;
      Map<String, Object> members = object(result);
      if (!(members.get("token") instanceof char[])) throw strangeAnswer("no token");
      Reply reply = new Reply(members);
      refuseWithoutTls(request, reply);
      return reply;
    }

    @Override
    public String explain(PgiamRequest request) throws PgiamException {
      boolean resolve = (request.flags & PgiamRequest.RESOLVE) != 0;
      Command.Result result =
          resolve ? run("explain", request, "--resolve") : run("explain", request);
      if (result.exit != 0) throw failure(result);
      return Text.string(result.stdout).trim();
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
    public void close() {}

    private boolean userGavePassword(PgiamRequest request) {
      char[] password = request.password;
      if (password == null || password.length == 0) return false;
      return !isYes(option(request, "force")) && !looksLikeToken(password);
    }

    private boolean isNotOurs(PgiamRequest request) throws PgiamException {
      Command.Result result = run("explain", request, "--resolve");  // it may be an alias
      return result.exit == 0 && text(object(result), "target").equals("none");
    }

    private String option(PgiamRequest request, String key) {
      String value = request.options.get(key);
      if (value == null || value.isEmpty()) value = options.get(key);
      String variable = "PGIAM_" + key.toUpperCase(Locale.ROOT);
      if (value == null || value.isEmpty()) value = System.getenv(variable);
      return value == null ? "" : value;
    }

    private Command.Result run(String word, PgiamRequest request, String... flags)
        throws PgiamException {
      List<String> arguments = new ArrayList<>(Arrays.asList(word, "--json"));
      arguments.addAll(Arrays.asList(flags));
      add(arguments, "host", request.host);
      add(arguments, "port", request.port == 0 ? "5432" : String.valueOf(request.port));
      add(arguments, "user", request.user);
      add(arguments, "dbname", request.database);
      Map<String, String> all = new LinkedHashMap<>(options);
      all.putAll(request.options);
      if (request.timeoutMs > 0) all.put("timeout_ms", String.valueOf(request.timeoutMs));
      all.forEach((key, value) -> add(arguments, key.replace('_', '-'), value));
      return command.run(arguments, timeoutMs(request) + GRACE_MS);
    }

    private long timeoutMs(PgiamRequest request) {
      if (request.timeoutMs > 0) return request.timeoutMs;
      try {
        return Long.parseLong(option(request, "timeout_ms"));
      } catch (NumberFormatException unsaid) {
        return DEFAULT_TIMEOUT_MS;
      }
    }
  }

  private static void add(List<String> arguments, String name, String value) {
    if (value != null && !value.isEmpty()) arguments.add("--" + name + "=" + value);
  }

  private static boolean isYes(String value) {
    return Arrays.asList("1", "yes", "true", "on").contains(value.toLowerCase(Locale.ROOT));
  }

  /** An old token that a client replays counts as no password. */
  private static boolean looksLikeToken(char[] password) {
    return TOKEN.matcher(CharBuffer.wrap(password)).find();
  }

  /** The command was not told the sslmode: its answer says which one a token needs. */
  private static void refuseWithoutTls(PgiamRequest request, PgiamReply reply)
      throws PgiamException {
    String mode = request.sslmode == null ? "" : request.sslmode;
    if (reply.sslmode() == null || !Arrays.asList("disable", "allow", "prefer").contains(mode)) {
      return;
    }
    reply.close();
    throw new PgiamException(PgiamException.INSECURE,
        "sslmode=" + mode + " could send the token without TLS",
        "use sslmode=require or better, or leave it out (tls = off takes the risk)");
  }

  private static Map<String, Object> object(Command.Result result) throws PgiamException {
    if (result.exit != 0) throw failure(result);
    try {
      return Json.takeObject(Text.takeSecret(result.stdout));
    } catch (IllegalArgumentException unexpected) {
      throw strangeAnswer(unexpected.getMessage());
    }
  }

  private static PgiamException strangeAnswer(String what) {
    return Command.failure(
        "the command's answer is " + what, "is it a pgiam of another version? pgiam version");
  }

  /** Standard error is the message, what was tried and, last, the hint, each on a line. */
  private static PgiamException failure(Command.Result result) {
    String[] lines = result.stderr.replaceAll("(?m)^pgiam: warning: .*\n", "").trim().split("\n");
    String message = lines[0].replaceFirst("^pgiam: ", "");
    int hint = lines.length > 1 ? lines.length - 1 : lines.length;
    int status = statusOf(result.exit);
    PgiamException[] causes = new PgiamException[Math.max(0, hint - 1)];
    for (int i = 1; i < hint; i++) {
      causes[i - 1] = new PgiamException(status, lines[i].trim(), "");
    }
    return new PgiamException(
        status, message, hint < lines.length ? lines[hint].trim() : "", causes);
  }

  private static int statusOf(int exit) {
    switch (exit) {
      case 2:
        return PgiamException.BAD_CONFIG;
      case 3:
        return PgiamException.NO_CREDENTIALS;
      case 4:
        return PgiamException.DENIED;
      case 5:
        return PgiamException.NETWORK;
      default:
        return PgiamException.INTERNAL;
    }
  }

  private static String text(Map<?, ?> members, String key) {
    Object value = members.get(key);
    if (value instanceof char[]) return new String((char[]) value);
    return value instanceof String && !value.equals("null") ? (String) value : "";
  }

  private static final class Reply extends PgiamReply {
    private final char[] token;
    private final Map<String, Object> members;

    Reply(Map<String, Object> members) {
      token = (char[]) members.remove("token");
      this.members = members;
    }

    @Override
    public char[] password() {
      return token.clone();
    }

    @Override
    public String sslmode() {
      String mode = text(members, "sslmode");
      return mode.isEmpty() ? null : mode;
    }

    @Override
    public String sslrootcert() {
      return null;
    }

    @Override
    public String provider() {
      return text(members, "provider");
    }

    @Override
    public String region() {
      return text(members, "region");
    }

    @Override
    public String signingHost() {
      return text(members, "signing_host");
    }

    @Override
    public int signingPort() {
      return Integer.parseInt(text(members, "signing_port"));
    }

    @Override
    public String warning() {
      return "";
    }

    @Override
    public Instant tokenExpiresAt() {
      return time("expires_at");
    }

    @Override
    public Instant credentialsExpireAt() {
      return time("credentials_expire_at");
    }

    private Instant time(String key) {
      String time = text(members, key);
      return time.isEmpty() ? null : Instant.parse(time);
    }

    @Override
    public boolean isFromCache() {
      return false;
    }

    @Override
    public void close() {
      Arrays.fill(token, '\0');
    }
  }
}
