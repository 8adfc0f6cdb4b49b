package org.pgiam;

import java.util.List;
import java.util.Map;

/** A way to the library. Contexts are made by it and used from any thread. */
interface Bridge {
  /** "native" or "command", and what is behind it; for people. */
  String description();

  String version() throws PgiamException;

  List<PgiamOption> options() throws PgiamException;

  Map<String, String> keywords(String conninfo) throws PgiamException;

  Context newContext(Map<String, String> options) throws PgiamException;

  /** close is not called while another call is under way, nor twice. */
  interface Context {
    PgiamReply beforeConnect(PgiamRequest request) throws PgiamException;

    String explain(PgiamRequest request) throws PgiamException;

    /** True: the token was an old one; ask again, once. */
    boolean afterConnect(PgiamReply reply, int outcome, String sqlstate);

    /** null: nothing to add to the failure's own words, or this bridge does not know. */
    PgiamException explainRefusal(PgiamReply reply, int outcome, String sqlstate, String message);

    Attempt newAttempt(PgiamRequest request) throws PgiamException;

    void close();
  }

  /** One call at a time, but for cancel, which comes from any thread and never during close. */
  interface Attempt {
    PgiamAttempt.Step next() throws PgiamException;

    Map<String, String> params();

    int host();

    List<PgiamHost> hosts() throws PgiamException;

    PgiamReply refresh(int host) throws PgiamException;

    void report(PgiamOutcome outcome) throws PgiamException;

    PgiamException explainRefusal(PgiamOutcome outcome) throws PgiamException;

    void restart() throws PgiamException;

    void cancel();

    void close();
  }
}
