import com.sun.management.HotSpotDiagnosticMXBean;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.pgiam.Pgiam;
import org.pgiam.PgiamException;
import org.pgiam.PgiamReply;
import org.pgiam.PgiamRequest;
import org.pgiam.jdbc.PgiamAuthenticationPlugin;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.plugin.AuthenticationRequestType;

/**
 * A program over JDBC that tests drive: a command a line, words separated by tabs, answered by
 * "ok TAB text" or "error TAB sqlstate TAB message TAB everything that a log would show".
 */
public final class Client {
  private static final Map<String, Connection> CONNECTIONS = new HashMap<>();
  private static final Map<String, DataSource> SOURCES = new HashMap<>();

  private Client() {}

  public static void main(String[] arguments) throws Exception {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream output = new PrintStream(System.out, true, "UTF-8");
    for (String line; (line = input.readLine()) != null;) {
      String[] words = line.split("\t", -1);
      try {
        output.println("ok\t" + escape(String.valueOf(run(words))));
      } catch (Throwable failure) {
        output.println("error\t" + stateOf(failure) + "\t" + escape(messageOf(failure)) + "\t"
            + escape(trace(failure)));
      }
    }
    for (DataSource source : SOURCES.values()) {
      if (source instanceof HikariDataSource) ((HikariDataSource) source).close();
    }
  }

  private static Object run(String[] words) throws Exception {
    switch (words[0]) {
      case "connect":
        return connect(words[1], words[2], properties(words, 3));
      case "source":
        SOURCES.put(words[1], simpleSource(words[2], properties(words, 3)));
        return "";
      case "pool":
        SOURCES.put(words[1], pool(words[2], properties(words, 3)));
        return "";
      case "ask":
        return ask(words[1], words[2]);
      case "close":
        close(words[1]);
        return "";
      case "url":
        return CONNECTIONS.get(words[1]).getMetaData().getURL();
      case "properties":
        return propertyNames(words[1]);
      case "plugin":
        return plugin(words[1], properties(words, 2));
      case "token":
        return token(words[1], Integer.parseInt(words[2]), words[3], properties(words, 4));
      case "heap":
        return dumpHeap(words[1], words[2].equals("live"));
      case "bridge":
        return Pgiam.bridge();
      case "api":
        return Api.check();
      case "lasting":
        return Lasting.run(Integer.parseInt(words[1]));
      case "sockets":
        return CountedSockets.MADE.get();
      case "time":
        return System.currentTimeMillis() / 1000;
      case "threads":
        return Parallel.run(words[1], properties(words, 4), Integer.parseInt(words[2]),
            Integer.parseInt(words[3]));
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  private static Properties properties(String[] words, int first) {
    Properties properties = new Properties();
    for (String word : Arrays.asList(words).subList(first, words.length)) {
      int sign = word.indexOf('=');
      properties.setProperty(word.substring(0, sign), word.substring(sign + 1));
    }
    return properties;
  }

  private static String connect(String name, String url, Properties properties)
      throws SQLException {
    Connection connection = DriverManager.getConnection(url, properties);
    Connection former = CONNECTIONS.put(name, connection);
    if (former != null) former.close();
    return userOf(connection);
  }

  private static void close(String name) throws SQLException {
    if (CONNECTIONS.containsKey(name)) CONNECTIONS.remove(name).close();
    else ((HikariDataSource) SOURCES.remove(name)).close();
  }

  private static DataSource simpleSource(String url, Properties properties) throws SQLException {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    for (String name : properties.stringPropertyNames()) {
      source.setProperty(name, properties.getProperty(name));
    }
    return source;
  }

  private static DataSource pool(String url, Properties properties) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(2);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(20_000);
    if (properties.getProperty("user") != null) config.setUsername(properties.getProperty("user"));
    for (String name : properties.stringPropertyNames()) {
      config.addDataSourceProperty(name, properties.getProperty(name));
    }
    return new HikariDataSource(config);
  }

  private static String ask(String name, String sql) throws SQLException {
    if (CONNECTIONS.containsKey(name)) return ask(CONNECTIONS.get(name), sql);
    try (Connection connection = SOURCES.get(name).getConnection()) {
      return ask(connection, sql);
    }
  }

  static String userOf(Connection connection) throws SQLException {
    return ask(connection, "SELECT session_user");
  }

  private static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }

  private static String propertyNames(String url) throws SQLException {
    Driver driver = DriverManager.getDriver(url);
    List<String> names = new ArrayList<>();
    for (DriverPropertyInfo info : driver.getPropertyInfo(url, new Properties())) {
      String choices = info.choices == null ? "" : String.join("|", info.choices);
      names.add(info.name + "=" + info.value + "[" + choices + "]");
    }
    return String.join("\n", names);
  }

  private static String plugin(String type, Properties properties) throws SQLException {
    char[] password = new PgiamAuthenticationPlugin(properties)
        .getPassword(AuthenticationRequestType.valueOf(type));
    if (password == null) return "null";
    boolean isToken = password.length > 100;  // no String is made of one
    String shown = isToken ? "a token" : new String(password);
    Arrays.fill(password, '\0');  // as pgjdbc does
    return shown;
  }

  private static String token(String host, int port, String user, Properties options)
      throws PgiamException {
    PgiamRequest request = new PgiamRequest(host).port(port).user(user);
    for (String name : options.stringPropertyNames()) {
      request.option(name, options.getProperty(name));
    }
    try (PgiamReply reply = Pgiam.shared().beforeConnect(request)) {
      return reply.applies() ? new String(reply.password()) : "null";
    }
  }

  /** The live objects, or garbage too. */
  private static String dumpHeap(String file, boolean live) throws Exception {
    ManagementFactory.newPlatformMXBeanProxy(ManagementFactory.getPlatformMBeanServer(),
        "com.sun.management:type=HotSpotDiagnostic", HotSpotDiagnosticMXBean.class)
        .dumpHeap(file, live);
    return file;
  }

  private static String stateOf(Throwable failure) {
    return failure instanceof SQLException ? ((SQLException) failure).getSQLState() : "";
  }

  private static String messageOf(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  private static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
  }
}
