package org.pgiam;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The library in this process, through JNI. */
final class NativeBridge implements Bridge {
  private static final int PROVIDER = 1, REGION = 4, SIGNING_HOST = 5, WARNING = 7, EXPLANATION = 8;
  private static final int TOKEN_EXPIRES_AT = 1, CREDENTIALS_EXPIRE_AT = 2, FROM_CACHE = 3,
      SIGNING_PORT = 4;
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
  public Bridge.Context newContext(Map<String, String> options) throws PgiamException {
    byte[] version = Text.utf8(System.getProperty("java.version"));
    return new Context(Native.contextNew(Text.join(options, Text.utf8("Java"), version)));
  }

  private static final class Context implements Bridge.Context {
    private final long handle;

    Context(long handle) {
      this.handle = handle;
    }

    private interface Call {
      long of(long context, byte[][] texts, int port, long timeoutMs, int flags)
          throws PgiamException;
    }

    private long ask(Call call, PgiamRequest request) throws PgiamException {
      byte[] password = Text.secretUtf8(request.password);
      try {
        byte[][] texts = Text.join(request.options, Text.utf8(request.host),
            Text.utf8(request.user), Text.utf8(request.database), password,
            Text.utf8(request.sslmode));
        return call.of(handle, texts, request.port, request.timeoutMs, request.flags);
      } finally {
        if (password != null) java.util.Arrays.fill(password, (byte) 0);
      }
    }

    @Override
    public PgiamReply beforeConnect(PgiamRequest request) throws PgiamException {
      long reply = ask(Native::beforeConnect, request);
      return reply == 0 ? NotApplicable.INSTANCE : new Reply(reply);
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
      if (!(reply instanceof Reply)) return false;
      byte[][] state = {Text.utf8(sqlstate)};
      return Native.afterConnect(handle, ((Reply) reply).open(), outcome, state) == RETRY_ONCE;
    }

    @Override
    public PgiamException explainRefusal(
        PgiamReply reply, int outcome, String sqlstate, String message) {
      if (!(reply instanceof Reply)) return null;
      byte[][] texts = {Text.utf8(sqlstate), Text.utf8(message)};
      return Native.explainRefusal(handle, ((Reply) reply).open(), outcome, texts);
    }

    @Override
    public void close() {
      Native.contextFree(handle);
    }
  }

  private static final class Reply extends PgiamReply {
    private long handle;

    Reply(long handle) {
      this.handle = handle;
    }

    long open() {
      if (handle == 0) throw new IllegalStateException("the reply is closed");
      return handle;
    }

    private byte[] param(String key) {
      return Native.replyParam(open(), new byte[][] {Text.utf8(key)});
    }

    private String text(int field) {
      return Text.string(Native.replyText(open(), field));
    }

    private Instant time(int field) {
      long millis = Native.replyNumber(open(), field);
      return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }

    @Override
    public char[] password() {
      return Text.takeSecret(param("password"));
    }

    @Override
    public String sslmode() {
      return Text.string(param("sslmode"));
    }

    @Override
    public String sslrootcert() {
      return Text.string(param("sslrootcert"));
    }

    @Override
    public String provider() {
      return text(PROVIDER);
    }

    @Override
    public String region() {
      return text(REGION);
    }

    @Override
    public String signingHost() {
      return text(SIGNING_HOST);
    }

    @Override
    public int signingPort() {
      return (int) Native.replyNumber(open(), SIGNING_PORT);
    }

    @Override
    public String warning() {
      return text(WARNING);
    }

    @Override
    public Instant tokenExpiresAt() {
      return time(TOKEN_EXPIRES_AT);
    }

    @Override
    public Instant credentialsExpireAt() {
      return time(CREDENTIALS_EXPIRE_AT);
    }

    @Override
    public boolean isFromCache() {
      return Native.replyNumber(open(), FROM_CACHE) != 0;
    }

    @Override
    public void close() {
      if (handle != 0) Native.replyFree(handle);
      handle = 0;
    }

    @Override
    public String toString() {
      return handle == 0 ? "PgiamReply[closed]" : super.toString();
    }
  }
}
