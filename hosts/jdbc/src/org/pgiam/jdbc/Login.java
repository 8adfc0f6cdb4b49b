package org.pgiam.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;
import org.pgiam.PgiamAttempt;
import org.pgiam.PgiamException;

/** A connection of PgiamDriver: pgjdbc makes it, the library tells with what, and what follows. */
final class Login {
  private static final String PLUGIN = "authenticationPluginClassName";
  private static final String OUR_PLUGIN = PgiamAuthenticationPlugin.class.getName();
  private static final String OUR_SOCKETS = PgiamSocketFactory.class.getName();

  private final Driver pgjdbc;
  private final Target target;
  private final Settings settings;

  private Login(Driver pgjdbc, Target target) {
    this.pgjdbc = pgjdbc;
    this.target = target;
    settings = target.settings();
  }

  /** null: pgjdbc cannot read the URL. */
  static Login of(Driver pgjdbc, String url, Properties properties) {
    Target target = Target.of(url, properties);
    return target == null ? null : new Login(pgjdbc, target);
  }

  Connection connect() throws SQLException {
    try (Attempt attempt = begin()) {
      return attempt == null ? connectAsIfAbsent(null) : follow(attempt);
    } catch (PgiamException failed) {
      throw new Refusal(failed);
    }
  }

  /** null: disabled, or with a plugin of the user's own no password of ours would be asked for. */
  private Attempt begin() throws PgiamException {
    String plugin = settings.get(PLUGIN);
    if (plugin != null && !plugin.equals(OUR_PLUGIN)) return null;
    return Attempt.begin(settings.request(), settings.password());
  }

  private Connection follow(Attempt attempt) throws SQLException, PgiamException {
    SQLException failure = null;
    while (next(attempt, failure) == PgiamAttempt.Step.CONNECT) {
      setOurs(attempt);
      target.setAll(Dial.eachNameOnce(attempt.params(), attempt.hosts()));
      try {
        Connection connection = target.connect(pgjdbc);
        attempt.connected();
        return connection;
      } catch (Refusal noPassword) {
        throw noPassword;  // the server was sent nothing that it could have refused
      } catch (SQLException failed) {
        failure = failed;
        if (!attempt.failed(failed)) throw failed;
      }
    }
    try {
      return connectAsIfAbsent(attempt);
    } catch (SQLException failed) {
      PgiamException why = attempt.explainGivenPassword(failed);
      throw why == null ? failed : Refusal.explained(failed, why);
    }
  }

  private static PgiamAttempt.Step next(Attempt attempt, SQLException failure)
      throws SQLException {
    try {
      return attempt.next();
    } catch (PgiamException end) {
      throw failure == null ? new Refusal(end) : Refusal.explained(failure, end);
    }
  }

  private Connection connectAsIfAbsent(Attempt attempt) throws SQLException {
    setOurs(attempt);
    boolean mayBeWithoutTls = "off".equals(settings.get(Settings.PREFIX + "tls"));
    if (!settings.speaksOfTls() && !mayBeWithoutTls) target.set("sslmode", "require");
    return target.connect(pgjdbc);
  }

  /** What the driver promises of every connection, as far as the user said nothing else. */
  private void setOurs(Attempt attempt) {
    target.reset();
    if (attempt != null) target.set(Settings.ATTEMPT, attempt.id);
    if (settings.get(PLUGIN) == null) target.set(PLUGIN, OUR_PLUGIN);
    String factory = settings.get("socketFactory");
    if (OUR_SOCKETS.equals(factory)) return;
    target.set("socketFactory", OUR_SOCKETS);
    if (factory == null) return;
    target.set(Settings.SOCKET_FACTORY, factory);
    String argument = settings.get("socketFactoryArg");
    if (argument != null) target.set(Settings.SOCKET_FACTORY_ARG, argument);
  }
}
