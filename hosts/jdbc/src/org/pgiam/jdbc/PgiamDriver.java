package org.pgiam.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.logging.Logger;
import org.pgiam.Pgiam;
import org.pgiam.PgiamException;
import org.pgiam.PgiamOption;

/**
 * <code>jdbc:pgiam:postgresql://…</code>: pgjdbc with the plugin, the socket factory and
 * sslmode=require, for programs whose users cannot set properties. What the user says of these
 * wins, as far as a token allows it. The library tells what to connect with, and what a failure means.
 */
public final class PgiamDriver implements Driver {
  private static final String PREFIX = "jdbc:pgiam:postgresql:";
  private static final String PGJDBC_PREFIX = "jdbc:postgresql:";
  private static final String UNABLE_TO_CONNECT = "08001";

  static {
    try {
      DriverManager.registerDriver(new PgiamDriver());
    } catch (SQLException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  @Override
  public boolean acceptsURL(String url) {
    return url != null && url.startsWith(PREFIX);
  }

  @Override
  public Connection connect(String url, Properties info) throws SQLException {
    if (!acceptsURL(url)) return null;
    Driver pgjdbc = pgjdbc();
    Login login = Login.of(pgjdbc, pgjdbcUrl(url), copy(info));
    if (login != null) return login.connect();
    throw new SQLException("pgiam: pgjdbc cannot read the URL after " + PREFIX
        + "\n  write " + PREFIX + "//HOST:PORT/DATABASE", UNABLE_TO_CONNECT);
  }

  private static String pgjdbcUrl(String url) {
    return PGJDBC_PREFIX + url.substring(PREFIX.length());
  }

  /** Defaults are copied too, as pgjdbc does. */
  private static Properties copy(Properties info) {
    Properties copy = new Properties();
    if (info == null) return copy;
    copy.putAll(info);
    for (String name : info.stringPropertyNames()) copy.setProperty(name, info.getProperty(name));
    return copy;
  }

  private static Driver pgjdbc() throws SQLException {
    try {
      Class.forName("org.postgresql.plugin.AuthenticationPlugin", false,
          PgiamDriver.class.getClassLoader());
      demandOneLoader();
      return new org.postgresql.Driver();
    } catch (ClassNotFoundException | NoClassDefFoundError absent) {
      throw new SQLException("pgiam: PostgreSQL's JDBC driver, 42.3.2 or later, is not beside "
          + "pgiam-jdbc.jar\n  add postgresql-42.7.x.jar to the same driver or class path", UNABLE_TO_CONNECT, absent);
    }
  }

  /** pgjdbc looks for the plugin where it comes from itself, and nowhere else. */
  private static void demandOneLoader() throws SQLException {
    Class<?> ours = PgiamAuthenticationPlugin.class;
    try {
      ClassLoader theirs = org.postgresql.Driver.class.getClassLoader();
      if (Class.forName(ours.getName(), false, theirs) == ours) return;
    } catch (ClassNotFoundException unseen) {
      // as told below
    }
    throw new SQLException("pgiam: PostgreSQL's JDBC driver cannot see pgiam-jdbc.jar, since it "
        + "was loaded from elsewhere\n  put both jars into the same folder, driver or class path",
        UNABLE_TO_CONNECT);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
    List<DriverPropertyInfo> all = new ArrayList<>();
    try {
      for (PgiamOption option : Pgiam.options()) all.add(describe(option, info));
    } catch (PgiamException noLibrary) {
      throw new SQLException("pgiam: " + noLibrary.explanation(), UNABLE_TO_CONNECT, noLibrary);
    }
    String known = acceptsURL(url) ? pgjdbcUrl(url) : PGJDBC_PREFIX;
    all.addAll(Arrays.asList(pgjdbc().getPropertyInfo(known, copy(info))));
    return all.toArray(new DriverPropertyInfo[0]);
  }

  private static DriverPropertyInfo describe(PgiamOption option, Properties info) {
    String name = Settings.PREFIX + option.key();
    String said = info == null ? null : info.getProperty(name);
    DriverPropertyInfo described =
        new DriverPropertyInfo(name, said == null ? option.defaultValue() : said);
    described.description = option.label();
    if (option.type().equals("bool")) described.choices = new String[] {"yes", "no"};
    if (option.type().indexOf('|') > 0) described.choices = option.type().split("\\|");
    return described;
  }

  @Override
  public int getMajorVersion() {
    return 1;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger("org.pgiam");
  }
}
