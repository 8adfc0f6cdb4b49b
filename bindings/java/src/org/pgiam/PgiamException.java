package org.pgiam;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Why there is no token: what was tried, why each failed, what to do next. Holds no secret. */
public final class PgiamException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Statuses of pgiam.h that callers may want to tell apart; there are more. */
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

  private final int status;
  private final String statusName;
  private final String hint;
  private final String provider;
  private final String remote;
  private final boolean retryable;
  private final PgiamException[] causes;

  /** Of Java's own making. */
  PgiamException(int status, String message, String hint, PgiamException... causes) {
    this(status, nameOf(status), message, hint, "", "", status == NETWORK || status == TIMEOUT,
        causes);
  }

  private PgiamException(int status, String statusName, String message, String hint,
      String provider, String remote, boolean retryable, PgiamException[] causes) {
    super(message.isEmpty() ? statusName : message);
    this.status = status;
    this.statusName = statusName;
    this.hint = hint;
    this.provider = provider;
    this.remote = remote;
    this.retryable = retryable;
    this.causes = causes;
  }

  /** Called by the native code. details: hint, provider, remote; or null. */
  private static PgiamException of(int status, byte[] name, byte[] message, byte[][] details,
      boolean retryable, PgiamException[] causes) {
    String[] texts = {"", "", ""};
    for (int i = 0; details != null && i < texts.length; i++) texts[i] = text(details[i]);
    return new PgiamException(status, text(name), text(message), texts[0], texts[1], texts[2],
        retryable, causes == null ? new PgiamException[0] : causes);
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
    return hint;
  }

  /** What failed, "aws.sso"; may be empty. */
  public String provider() {
    return provider;
  }

  /** The remote side's code and request id; may be empty. */
  public String remote() {
    return remote;
  }

  /** Whether the same call may succeed later. */
  public boolean isRetryable() {
    return retryable;
  }

  /** Everything that was tried and why it gave nothing, in order. */
  public List<PgiamException> causes() {
    return Collections.unmodifiableList(Arrays.asList(causes));
  }

  /** The whole story for a person, in lines: message, what was tried, what to do next. */
  public String explanation() {
    StringBuilder text = new StringBuilder(getMessage());
    if (!remote.isEmpty()) text.append("\n  the answer was: ").append(remote);
    for (PgiamException cause : causes) {
      text.append("\n  ");
      if (!cause.provider.isEmpty()) text.append(cause.provider).append(": ");
      text.append(cause.getMessage());
    }
    if (!hint.isEmpty()) text.append("\n  ").append(hint);
    return text.toString();
  }

  /** With the explanation, since logs show this. */
  @Override
  public String toString() {
    return getClass().getName() + ": " + explanation();
  }
}
