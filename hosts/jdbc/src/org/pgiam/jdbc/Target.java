package org.pgiam.jdbc;

import java.io.UnsupportedEncodingException;
import java.lang.reflect.InvocationTargetException;
import java.net.URLEncoder;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;

/** A URL and properties for pgjdbc, with what is set over the user's own. */
final class Target {
  private final Properties ofUser;
  private final String urlOfUser;
  private final Properties inUrl;
  private Properties properties;
  private String url;

  /** null: pgjdbc cannot read the URL. */
  static Target of(String url, Properties properties) {
    Properties inUrl = org.postgresql.Driver.parseURL(url, new Properties());
    return inUrl == null ? null : new Target(url, properties, inUrl);
  }

  private Target(String url, Properties properties, Properties inUrl) {
    urlOfUser = url;
    ofUser = properties;
    this.inUrl = inUrl;
    reset();
  }

  /** As the user gave it. */
  void reset() {
    url = urlOfUser;
    properties = new Properties();
    properties.putAll(ofUser);
  }

  /** What the user said, the URL before the properties; as pgjdbc completes it. */
  Settings settings() {
    return new Settings(org.postgresql.Driver.parseURL(urlOfUser, ofUser));
  }

  /** The URL beats the properties, and of two in the URL the last one counts. */
  void set(String property, String value) {
    properties.setProperty(property, value);
    if (inUrl.getProperty(property) == null) return;
    url += (url.indexOf('?') < 0 ? '?' : '&') + property + '=' + encoded(value);
  }

  /** By libpq's keywords. */
  void setAll(Map<String, String> params) {
    for (Map.Entry<String, String> param : params.entrySet()) {
      set(Keywords.PROPERTIES.get(param.getKey()), param.getValue());
    }
  }

  Connection connect(Driver pgjdbc) throws SQLException {
    try {
      return pgjdbc.connect(url, properties);
    } catch (SQLException failed) {
      throw unwrapped(failed);
    }
  }

  /** What our socket factory could not be made for: the user's own, say, of which pgjdbc then knows nothing. */
  private static SQLException unwrapped(SQLException failed) {
    boolean isOfOurSockets = String.valueOf(failed.getMessage()).contains(PgiamSocketFactory.class.getName());
    Throwable cause = failed.getCause();
    if (!isOfOurSockets || !(cause instanceof InvocationTargetException)) return failed;
    Throwable thrown = cause.getCause();
    return thrown instanceof SQLException ? (SQLException) thrown : failed;
  }

  private static String encoded(String value) {
    try {
      return URLEncoder.encode(value, "UTF-8");
    } catch (UnsupportedEncodingException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
