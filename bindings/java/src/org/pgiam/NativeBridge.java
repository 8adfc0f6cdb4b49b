package org.pgiam;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The library in this process, through JNI. */
final class NativeBridge implements Bridge {
  private static final int EXPLANATION = 8;
  private static final int RETRY_ONCE = 1;

  private final String origin;

  /** Loads the library; the exception's causes tell what was tried. */
  NativeBridge() throws PgiamException {
    origin = NativeLibrary.load();
  }

  @Override
  public String description() {
    return "native: " + origin;
  }

  @Override
  public String version() {
    return Text.string(Native.version());
  }

  @Override
  public List<PgiamOption> options() {
    List<PgiamOption> options = new ArrayList<>();
    byte[][] texts;
    for (int i = 0; (texts = Native.optionAt(i)) != null; i++) {
      options.add(new PgiamOption(Text.string(texts[0]), Text.string(texts[1]),
          Text.string(texts[2]), Text.string(texts[3]), Text.string(texts[4])));
    }
    return options;
  }

  @Override
  public Map<String, String> keywords(String conninfo) throws PgiamException {
    return Text.map(Native.keywords(new byte[][] {Text.utf8(conninfo)}), 0);
  }

  @Override
  public Bridge.Context newContext(Map<String, String> options) throws PgiamException {
    byte[][] us = {Text.utf8("Java"), Text.utf8(System.getProperty("java.version"))};
    return new Context(Native.contextNew(us, Text.pairs(options)));
  }

  private static final class Context implements Bridge.Context {
    private final long handle;

    Context(long handle) {
      this.handle = handle;
    }

    private interface Call {
      long of(long context, byte[][] texts, byte[][] keywords, byte[][] options, long timeoutMs,
          int flags, PgiamCredentials credentials) throws PgiamException;
    }

    private long ask(Call call, PgiamRequest request) throws PgiamException {
      byte[] password = Text.secretUtf8(request.password);
      try {
        byte[][] texts = {password, Text.utf8(request.canApply), Text.utf8(request.identity)};
        return call.of(handle, texts, Text.pairs(request.keywords), Text.pairs(request.options),
            request.timeoutMs, request.flags, request.credentials);
      } finally {
        if (password != null) Arrays.fill(password, (byte) 0);
      }
    }

    @Override
    public PgiamReply beforeConnect(PgiamRequest request) throws PgiamException {
      long reply = ask(Native::beforeConnect, request);
      return reply == 0 ? CopiedReply.notApplicable() : new NativeReply(reply);
    }

    @Override
    public String explain(PgiamRequest request) throws PgiamException {
      long reply = ask(Native::explain, request);
      try {
        return Text.string(Native.replyText(reply, EXPLANATION));
      } finally {
        Native.replyFree(reply);
      }
    }

    @Override
    public boolean afterConnect(PgiamReply reply, int outcome, String sqlstate) {
      if (!(reply instanceof NativeReply)) return false;
      byte[][] state = {Text.utf8(sqlstate)};
      return Native.afterConnect(handle, ((NativeReply) reply).open(), outcome, state)
          == RETRY_ONCE;
    }

    @Override
    public PgiamException explainRefusal(
        PgiamReply reply, int outcome, String sqlstate, String message) {
      if (!(reply instanceof NativeReply)) return null;
      byte[][] texts = {Text.utf8(sqlstate), Text.utf8(message)};
      return Native.explainRefusal(handle, ((NativeReply) reply).open(), outcome, 0, texts);
    }

    @Override
    public Bridge.Attempt newAttempt(PgiamRequest request) throws PgiamException {
      return new NativeAttempt(handle, ask(Native::attemptNew, request), request.credentials);
    }

    @Override
    public void close() {
      Native.contextFree(handle);
    }
  }
}
