package org.pgiam;

import java.util.Map;

/** The host's own credentials, in place of all that would be looked for. */
public interface PgiamCredentials {
  /**
   * The keys are <code>access_key_id</code>, <code>secret_access_key</code> and, where there are such,
   * <code>session_token</code>, <code>expires_at</code> (RFC 3339) and <code>account_id</code>. null:
   * there are none. What it throws becomes the reason that there is no token. Called on the thread of
   * the call that needs them, never for renewals ahead of time.
   *
   * @param areNeededAnew those that were given last were refused, or end
   */
  Map<String, String> get(boolean areNeededAnew) throws Exception;
}
