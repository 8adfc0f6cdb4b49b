package org.pgiam;

/** pgiam.h as JNI sees it. Texts are UTF-8; handles are pointers, 0 is none. See pgiam_jni.cc. */
final class Native {
  private Native() {}

  /** path: one element, the library's file, or null to search as pgiam_loader.h says. */
  static native void open(byte[][] path) throws PgiamException;

  static native byte[] version();

  static native byte[][] optionAt(int index);

  static native long contextNew(byte[][] texts) throws PgiamException;

  static native void contextFree(long context);

  static native long beforeConnect(
      long context, byte[][] texts, int port, long timeoutMs, int flags) throws PgiamException;

  static native long explain(long context, byte[][] texts, int port, long timeoutMs, int flags)
      throws PgiamException;

  static native int afterConnect(long context, long reply, int outcome, byte[][] sqlstate);

  /** texts: sqlstate, message. null: there is nothing to add. */
  static native PgiamException explainRefusal(
      long context, long reply, int outcome, byte[][] texts);

  static native byte[] replyParam(long reply, byte[][] key);

  static native byte[] replyText(long reply, int field);

  static native long replyNumber(long reply, int field);

  static native void replyFree(long reply);
}
