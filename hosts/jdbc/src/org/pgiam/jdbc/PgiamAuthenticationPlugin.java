package org.pgiam.jdbc;

import java.util.List;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.pgiam.PgiamException;
import org.pgiam.PgiamHost;
import org.pgiam.PgiamReply;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;

/**
 * Answers pgjdbc's question for a password, at every connect and reconnect: with a token where the
 * target is ours and the user gave no password, else with what the user gave.
 *
 * <p>pgjdbc makes one for each attempt: <code>authenticationPluginClassName=</code>this class.
 */
public final class PgiamAuthenticationPlugin implements AuthenticationPlugin {
  private static final Logger LOGGER = Logger.getLogger("org.pgiam.jdbc");

  private final Settings settings;

  public PgiamAuthenticationPlugin(Properties properties) {
    settings = new Settings(properties);
  }

  @Override
  public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
    if (type == AuthenticationRequestType.GSS) return null;
    boolean isForToken = type == AuthenticationRequestType.CLEARTEXT_PASSWORD;
    char[] password = settings.password();
    if (!isForToken && password != null && password.length > 0) return password;
    try {
      Attempt ofDriver = Attempt.of(settings);
      if (ofDriver != null) return answer(ofDriver, isForToken);
      try (Attempt own = Attempt.begin(settings.requestAfterTls(), settings.password())) {
        return own == null ? password : answer(own, isForToken);
      }
    } catch (PgiamException failed) {
      // For another kind there is one fault more, but not the one that the server objects to.
      if (!isForToken) return password;
      throw new Refusal(failed);
    }
  }

  private char[] answer(Attempt attempt, boolean isForToken) throws PgiamException, PSQLException {
    List<PgiamHost> hosts = attempt.hosts();
    int host = settings.dialled(hosts);
    if (host < 0) return answerAnyHost(attempt, hosts.size());
    try (PgiamReply reply = attempt.refresh(host)) {
      if (!reply.applies()) return settings.password();
      if (!isForToken) throw wrongKind(attempt.explainWrongKind(host));
      if (!reply.warning().isEmpty()) LOGGER.log(Level.WARNING, reply.warning());
      return reply.password();
    }
  }

  /** pgjdbc does not tell which of several hosts this is; where none is ours, it does not matter. */
  private char[] answerAnyHost(Attempt attempt, int hosts) throws PgiamException, PSQLException {
    for (int host = 0; host < hosts; host++) {
      try (PgiamReply reply = attempt.refresh(host)) {
        if (!reply.applies()) continue;
      }
      throw new Refusal("which of several hosts is being connected to is not known\n"
          + "  add socketFactory=org.pgiam.jdbc.PgiamSocketFactory to the connection's properties",
          null);
    }
    return settings.password();
  }

  /** The server asks for a secret that it knows: what may be behind it, as where it refuses a token. */
  private Refusal wrongKind(PgiamException why) {
    String text = "the server asks for a password of the user " + settings.get("user")
        + " itself, not for a token";
    if (why == null) return new Refusal(text, null);
    String explanation = why.explanation();  // whose first line is of a token that was refused
    int end = explanation.indexOf('\n');
    return new Refusal(end < 0 ? text : text + explanation.substring(end), why);
  }
}
