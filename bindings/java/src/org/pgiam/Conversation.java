package org.pgiam;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A running <code>pgiam bridge</code>: a call there, its answer back. Ends with close. */
final class Conversation implements AutoCloseable {
  private final Path file;
  private final Process process;
  private final InputStream output;
  private final FutureTask<byte[]> remarks;
  /** The host's own, or null. */
  private PgiamCredentials credentials;
  private volatile boolean cancelled;

  Conversation(Path file, Process process) {
    this.file = file;
    this.process = process;
    output = process.getInputStream();
    remarks = Command.inBackground(() -> Command.readAll(process.getErrorStream()));
  }

  /** Whom its questions go to from here on. */
  Conversation asking(PgiamCredentials credentials) {
    this.credentials = credentials;
    return this;
  }

  /** What the answer holds; throws the error that is in it. */
  Map<String, Object> ask(JsonLine call, long timeoutMs) throws PgiamException {
    write(call);
    Map<String, Object> members = read(timeoutMs);
    while (members.containsKey("ask")) {
      write(answer(Answers.text(members, "retry").equals("true")));
      members = read(timeoutMs);
    }
    if (!(members.get("error") instanceof Map)) return members;
    throw Answers.exception((Map<?, ?>) members.get("error"));
  }

  private JsonLine answer(boolean areNeededAnew) {
    String why = "the host gave no credentials";
    try {
      Map<String, String> given = credentials == null ? null : credentials.get(areNeededAnew);
      if (given != null) {
        Text.refuseUnfit(given);
        return new JsonLine().member("values", given);
      }
    } catch (Exception failed) {
      why = String.valueOf(failed.getMessage());
    }
    return new JsonLine().member("declined", why);
  }

  private void write(JsonLine call) {
    byte[] line = call.take();
    try {
      process.getOutputStream().write(line);
      process.getOutputStream().flush();
    } catch (IOException ended) {
      // then it has said why
    } finally {
      Arrays.fill(line, (byte) 0);
    }
  }

  private Map<String, Object> read(long timeoutMs) throws PgiamException {
    byte[] answer = readLine(timeoutMs);
    if (cancelled) throw new PgiamException(PgiamException.CANCELLED, "cancelled", "");
    try {
      return Json.takeObject(Text.takeSecret(answer));
    } catch (IllegalArgumentException unexpected) {
      throw strangeAnswer(unexpected.getMessage());
    }
  }

  private byte[] readLine(long timeoutMs) throws PgiamException {
    try {
      return Command.inBackground(() -> Command.readLine(output))
          .get(timeoutMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new PgiamException(
          PgiamException.CANCELLED, "interrupted while waiting for " + file, "");
    } catch (TimeoutException late) {
      throw new PgiamException(PgiamException.TIMEOUT,
          file + " did not end within " + timeoutMs + " ms",
          "see what it waits for: pgiam explain");
    } catch (ExecutionException failed) {
      if (cancelled) return new byte[0];
      throw Command.failure(file + " cannot be read: " + failed.getCause().getMessage(), "");
    }
  }

  /** Not of this version, or not pgiam at all. */
  PgiamException strangeAnswer(String what) {
    process.destroyForcibly();
    String said = "";
    try {
      said = Text.string(remarks.get(1, TimeUnit.SECONDS)).trim();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException silent) {
      // then there is nothing to quote
    }
    return Command.failure("the command's answer is " + what + (said.isEmpty() ? "" : ": " + said),
        "is it a pgiam of another version? pgiam version");
  }

  /** From any thread. */
  void cancel() {
    cancelled = true;
    process.destroyForcibly();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      output.close();  // with what it has read ahead
    } catch (IOException gone) {
      // then there is nothing left in it
    }
  }
}
