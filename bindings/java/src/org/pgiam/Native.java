package org.pgiam;

import java.util.Map;

/**
 * pgiam.h as JNI sees it. Texts are UTF-8; maps are key, value, key, value …; handles are pointers, 0
 * is none. See the files of jni/.
 */
final class Native {
  private Native() {}

  /** path: one element, the library's file, or null to search as pgiam_loader.h says. */
  static native void open(byte[][] path) throws PgiamException;

  static native byte[] version();

  static native byte[][] optionAt(int index);

  /** text: one element, a connection string. */
  static native byte[][] keywords(byte[][] text) throws PgiamException;

  /** texts: the host's name and version. */
  static native long contextNew(byte[][] texts, byte[][] options) throws PgiamException;

  static native void contextFree(long context);

  /**
   * texts: password, can_apply, and the identity of the host's credentials, if there are such. 0: not
   * applicable. So it is for the next two.
   */
  static native long beforeConnect(long context, byte[][] texts, byte[][] keywords,
      byte[][] options, long timeoutMs, int flags, PgiamCredentials credentials)
      throws PgiamException;

  static native long explain(long context, byte[][] texts, byte[][] keywords, byte[][] options,
      long timeoutMs, int flags, PgiamCredentials credentials) throws PgiamException;

  static native long attemptNew(long context, byte[][] texts, byte[][] keywords, byte[][] options,
      long timeoutMs, int flags, PgiamCredentials credentials) throws PgiamException;

  /** Called by the native code: key, value …; a text alone is why there are none. */
  private static byte[][] ask(PgiamCredentials credentials, boolean areNeededAnew) {
    try {
      Map<String, String> given = credentials.get(areNeededAnew);
      if (given == null) return new byte[][] {Text.utf8("the host gave no credentials")};
      Text.refuseUnfit(given);
      return Text.pairs(given);
    } catch (Exception failed) {
      return new byte[][] {Text.utf8(String.valueOf(failed.getMessage()))};
    }
  }

  static native int afterConnect(long context, long reply, int outcome, byte[][] sqlstate);

  /** texts: sqlstate, message. null: there is nothing to add. */
  static native PgiamException explainRefusal(
      long context, long reply, int outcome, int flags, byte[][] texts);

  static native byte[] replyPassword(long reply);

  /** All that is to be set beside the password. */
  static native byte[][] replyParams(long reply);

  static native PgiamException[] replyWarnings(long reply);

  static native byte[] replyText(long reply, int field);

  static native long replyNumber(long reply, int field);

  static native void replyFree(long reply);

  /** The step's kind, and above eight bits its host, from 1 on. 0: not applicable. */
  static native int attemptNext(long attempt, PgiamCredentials credentials) throws PgiamException;

  static native byte[][] attemptParams(long attempt);

  /** host, hostaddr, port, dialHost and dialHostaddr of each. */
  static native byte[][] attemptHosts(long attempt);

  /** The reply of this host, good until the next call on the attempt; 0: not ours. */
  static native long attemptRefresh(long attempt, int host, PgiamCredentials credentials)
      throws PgiamException;

  /** host: from 1 on, or 0. texts: sqlstate, message. */
  static native void attemptReport(
      long attempt, int outcome, int host, int flags, byte[][] texts) throws PgiamException;

  /** The reply of this host as it stands; 0: there is none. */
  static native long attemptReply(long attempt, int host);

  static native void attemptRestart(long attempt);

  static native void attemptCancel(long attempt);

  static native void attemptFree(long attempt);
}
