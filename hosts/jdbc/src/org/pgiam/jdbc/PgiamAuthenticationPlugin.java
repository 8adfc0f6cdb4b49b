package org.pgiam.jdbc;

import java.util.Arrays;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.pgiam.Pgiam;
import org.pgiam.PgiamException;
import org.pgiam.PgiamReply;
import org.pgiam.PgiamRequest;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

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
    if (Settings.isDisabled()) return settings.password();
    if (type != AuthenticationRequestType.CLEARTEXT_PASSWORD) return passwordOfUser();
    try {
      PgiamReply reply = ask();
      if (!reply.applies()) return settings.password();
      return password(reply);
    } catch (PgiamException failed) {
      throw refusal(failed.explanation(), failed);
    }
  }

  /** The server asks for a secret that it knows. Where the user has none, a grant is missing. */
  private char[] passwordOfUser() throws PSQLException {
    char[] password = settings.password();
    if (password != null && password.length > 0) return password;
    try (PgiamReply reply = ask()) {
      if (!reply.applies()) return password;
    } catch (PgiamException noToken) {
      return password;  // there is one fault more, but not the one that the server objects to
    }
    String user = settings.get("user");
    throw refusal("the server asks for a password of the user " + user + " itself, not for a token"
        + "\n  let the user log in with tokens: GRANT rds_iam TO " + Settings.quoted(user), null);
  }

  private PgiamReply ask() throws PgiamException, PSQLException {
    Endpoint dialled = settings.dialled();
    if (dialled != null) return ask(dialled);
    // pgjdbc does not tell which of several hosts this is; where none is ours, it does not matter.
    PgiamReply reply = null;
    for (Endpoint candidate : settings.hosts()) {
      reply = ask(candidate);
      if (!reply.applies()) continue;
      reply.close();
      throw refusal("which of several hosts is being connected to is not known\n"
          + "  add socketFactory=org.pgiam.jdbc.PgiamSocketFactory to the connection's properties",
          null);
    }
    return reply;
  }

  private PgiamReply ask(Endpoint endpoint) throws PgiamException {
    char[] password = settings.password();
    try {
      return Pgiam.shared().beforeConnect(settings.request(endpoint).password(password));
    } finally {
      if (password != null) Arrays.fill(password, '\0');
    }
  }

  private char[] password(PgiamReply reply) throws PSQLException {
    if (!reply.warning().isEmpty()) LOGGER.log(Level.WARNING, reply.warning());
    String demanded = reply.sslmode();
    if (demanded != null && Settings.strength(settings.sslmode()) < Settings.strength(demanded)) {
      reply.close();
      throw refusal("a token needs sslmode=" + demanded + " here, but the connection has sslmode="
          + settings.sslmode() + "\n  add sslmode=" + demanded + " to the connection's properties",
          null);
    }
    char[] password = reply.password();
    Attempt attempt = Attempt.of(settings);
    if (attempt == null) reply.close();
    else attempt.keep(reply);
    return password;
  }

  private static PSQLException refusal(String text, PgiamException cause) {
    return new PSQLException(
        "pgiam: " + text, PSQLState.INVALID_AUTHORIZATION_SPECIFICATION, cause);
  }
}
