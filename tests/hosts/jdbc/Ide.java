import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * What a SQL IDE does in one JVM, DBeaver's way: each data source has a class loader of its own with
 * the driver's files in it; metadata and every editor have a connection each; a dead one is
 * invalidated, that is closed and opened again. Arguments: the jars, the driver's class, the URL,
 * properties.
 */
public final class Ide {
  private static final int SOURCES = 3;

  private Ide() {}

  public static void main(String[] arguments) throws Exception {
    for (int i = 0; i < SOURCES; i++) {
      try (Source source = new Source(arguments)) {
        source.testConnection();
        Connection metadata = source.open();
        Connection editor = source.open();
        kill(metadata, editor);
        editor = source.invalidate(editor);
        System.out.println("editor " + ask(editor, "SELECT session_user"));
        metadata.close();
        editor.close();
      }
      System.gc();
    }
    System.out.println("loaders " + SOURCES);
  }

  /** A configured data source: its loader, and the driver in it. */
  private static final class Source implements AutoCloseable {
    private final URLClassLoader loader;
    private final Driver driver;
    private final String url;
    private final Properties properties = new Properties();

    Source(String[] arguments) throws Exception {
      List<URL> files = new ArrayList<>();
      for (String file : arguments[0].split(":")) files.add(new File(file).toURI().toURL());
      loader = new URLClassLoader(files.toArray(new URL[0]), ClassLoader.getSystemClassLoader());
      driver = (Driver) Class.forName(arguments[1], true, loader).getConstructor().newInstance();
      url = arguments[2];
      for (int i = 3; i < arguments.length; i++) {
        String[] pair = arguments[i].split("=", 2);
        properties.setProperty(pair[0], pair[1]);
      }
    }

    void testConnection() throws SQLException {
      try (Connection connection = open()) {
        System.out.println("test " + connection.getMetaData().getDatabaseProductName());
      }
    }

    Connection open() throws SQLException {
      return driver.connect(url, properties);
    }

    Connection invalidate(Connection dead) throws SQLException {
      if (dead.isValid(5)) throw new IllegalStateException("it is alive");
      dead.close();
      return open();
    }

    @Override
    public void close() throws IOException {
      loader.close();
    }
  }

  private static void kill(Connection killer, Connection victim) throws SQLException {
    String pid = ask(victim, "SELECT pg_backend_pid()");
    ask(killer, "SELECT pg_terminate_backend(" + pid + ", 5000)");
  }

  private static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }
}
