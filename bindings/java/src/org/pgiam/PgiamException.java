package org.pgiam;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Why there is no token, or why a server refused one: what was tried or may be behind it, what to do
 * next. Holds no secret.
 */
public final class PgiamException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Statuses of pgiam.h that callers may want to tell apart; there are more. */
  static final int NOT_APPLICABLE = 1;
  public static final int INTERNAL = 2;
  public static final int INVALID_ARGUMENT = 100;
  public static final int UNSUPPORTED = 102;
  public static final int TARGET = 103;
  public static final int INSECURE = 104;
  public static final int NO_CREDENTIALS = 200;
  public static final int LOGIN_REQUIRED = 201;
  public static final int DENIED = 203;
  public static final int BAD_CONFIG = 204;
  public static final int NETWORK = 300;
  public static final int TIMEOUT = 301;
  public static final int CANCELLED = 302;
  /** Of an attempt: the client could not connect, and its own words say all that is known. */
  public static final int CONNECT = 306;

  private final int status;
  private final String statusName;
  /** The places in details. */
  private static final int HINT = 0, PROVIDER = 1, REMOTE = 2, CODE = 3, EVIDENCE = 4, SQLSTATE = 5,
      EXPLANATION = 6;

  private final String[] details;
  private final String[] commands;
  private final boolean retryable;
  private final PgiamException[] causes;

  /** Of Java's own making. */
  PgiamException(int status, String message, String hint, PgiamException... causes) {
    this(status, nameOf(status), message, new String[] {hint, "", "", "", "", "", ""},
        new String[0], status == NETWORK || status == TIMEOUT, causes);
  }

  private PgiamException(int status, String statusName, String message, String[] details,
      String[] commands, boolean retryable, PgiamException[] causes) {
    super(message.isEmpty() ? statusName : message);
    this.status = status;
    this.statusName = statusName;
    this.details = details;
    this.commands = commands;
    this.retryable = retryable;
    this.causes = causes;
  }

  /** Called by the native code. details, commands and causes: or null. */
  private static PgiamException of(int status, byte[] name, byte[] message, byte[][] details,
      byte[][] commands, boolean retryable, PgiamException[] causes) {
    return new PgiamException(status, text(name), text(message), texts(details, EXPLANATION + 1),
        texts(commands, commands == null ? 0 : commands.length), retryable,
        causes == null ? new PgiamException[0] : causes);
  }

  /** As the command tells it; details in the order of their places. */
  static PgiamException told(int status, String name, String message, String[] details,
      String[] commands, boolean retryable, PgiamException[] causes) {
    return new PgiamException(status, name, message, details, commands, retryable, causes);
  }

  private static String[] texts(byte[][] utf8, int count) {
    String[] texts = new String[count];
    for (int i = 0; i < count; i++) texts[i] = utf8 == null ? "" : text(utf8[i]);
    return texts;
  }

  private static String nameOf(int status) {
    switch (status) {
      case INTERNAL:
        return "PGIAM_E_INTERNAL";
      case INVALID_ARGUMENT:
        return "PGIAM_E_INVALID_ARGUMENT";
      case UNSUPPORTED:
        return "PGIAM_E_UNSUPPORTED";
      case INSECURE:
        return "PGIAM_E_INSECURE";
      case NO_CREDENTIALS:
        return "PGIAM_E_NO_CREDENTIALS";
      case DENIED:
        return "PGIAM_E_DENIED";
      case BAD_CONFIG:
        return "PGIAM_E_BAD_CONFIG";
      case NETWORK:
        return "PGIAM_E_NETWORK";
      case TIMEOUT:
        return "PGIAM_E_TIMEOUT";
      case CANCELLED:
        return "PGIAM_E_CANCELLED";
      default:
        return "status " + status;
    }
  }

  private static String text(byte[] utf8) {
    return utf8 == null ? "" : new String(utf8, StandardCharsets.UTF_8);
  }

  /** A PGIAM_E_ value of pgiam.h. */
  public int status() {
    return status;
  }

  /** "PGIAM_E_NETWORK". */
  public String statusName() {
    return statusName;
  }

  /** What to do next, the very command to type where there is one; may be empty. */
  public String hint() {
    return details[HINT];
  }

  /** What failed, "aws.sso"; may be empty. */
  public String provider() {
    return details[PROVIDER];
  }

  /** The remote side's code and request id; may be empty. */
  public String remote() {
    return details[REMOTE];
  }

  /** For programs, "no_rds_iam"; "" where the status says it all. */
  public String code() {
    return details[CODE];
  }

  /** What the code rests on, as the server's words; may be empty. */
  public String evidence() {
    return details[EVIDENCE];
  }

  /** Of a refusal by a server; may be empty. */
  public String sqlState() {
    return details[SQLSTATE];
  }

  /** What to type, or to do where there is nothing to type, best first. */
  public List<String> commands() {
    return Collections.unmodifiableList(Arrays.asList(commands));
  }

  /** Whether the same call may succeed later. */
  public boolean isRetryable() {
    return retryable;
  }

  /**
   * Everything that was tried and why it gave nothing, in order; of a refusal by a server, what may
   * be behind it, the likeliest first.
   */
  public List<PgiamException> causes() {
    return Collections.unmodifiableList(Arrays.asList(causes));
  }

  /** The whole story for a person, in lines: message, what was tried, what to do next. */
  public String explanation() {
    if (!details[EXPLANATION].isEmpty()) return details[EXPLANATION].trim();
    StringBuilder text = new StringBuilder(getMessage());  // of Java's own making
    for (PgiamException cause : causes) text.append("\n  ").append(cause.getMessage());
    if (!hint().isEmpty()) text.append("\n  ").append(hint());
    return text.toString();
  }

  /** With the explanation, since logs show this. */
  @Override
  public String toString() {
    return getClass().getName() + ": " + explanation();
  }
}
