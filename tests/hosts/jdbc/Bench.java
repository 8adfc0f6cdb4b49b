import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.Properties;
import org.pgiam.Pgiam;
import org.pgiam.PgiamReply;
import org.pgiam.PgiamRequest;
import org.pgiam.jdbc.PgiamAuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;

/** What pgiam adds to a connect; tests/bench/jdbc runs it. Arguments: host, port, CA file. */
public final class Bench {
  private static final int WARM_UP = 3;

  private Bench() {}

  private interface Step {
    void run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    String host = arguments[0];
    String port = arguments[1];
    boolean isNative = Pgiam.bridge().startsWith("native");
    int fast = isNative ? 20_000 : 50;
    System.out.println(Pgiam.bridge());
    try (Pgiam pgiam = new Pgiam()) {
      processor("a token of org.pgiam's", fast, () -> token(pgiam, host));
    }

    Properties plugin = new Properties();
    plugin.setProperty("PGHOST", host);
    plugin.setProperty("PGPORT", port);
    plugin.setProperty("user", "app_user");
    plugin.setProperty("sslmode", "verify-full");
    measure("password, token reused", fast, () -> password(plugin));
    plugin.setProperty("pgiam.reuse_seconds", "0");
    measure("password, signed anew", fast, () -> password(plugin));

    String url = "jdbc:postgresql://" + host + ":" + port
        + "/postgres?sslmode=verify-full&sslrootcert=" + arguments[2];
    String withPlugin = url + "&authenticationPluginClassName="
        + PgiamAuthenticationPlugin.class.getName();
    measure("connect, pgiam's plugin", 50, () -> connect(withPlugin, "app_user", ""));
    measure("connect, a password", 50, () -> connect(url, "plain", "plain"));
  }

  private static void password(Properties properties) throws Exception {
    char[] password = new PgiamAuthenticationPlugin(properties)
        .getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD);
    Arrays.fill(password, '\0');
  }

  private static void token(Pgiam pgiam, String host) throws Exception {
    try (PgiamReply reply = pgiam.beforeConnect(new PgiamRequest(host).user("app_user"))) {
      Arrays.fill(reply.password(), '\0');
    }
  }

  private static void connect(String url, String user, String password) throws Exception {
    try (Connection connection = DriverManager.getConnection(url, user, password)) {
      connection.isValid(1);
    }
  }

  /** Of this thread, the best of five rounds. */
  private static void processor(String name, int times, Step step) throws Exception {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long start = clock.getCurrentThreadCpuTime();
      for (int i = 0; i < times; i++) step.run();
      best = Math.min(best, clock.getCurrentThreadCpuTime() - start);
    }
    System.out.printf("  %-24s %17.1f us of the processor's time (%d)%n", name, best / 1e3 / times, times);
  }

  private static void measure(String name, int times, Step step) throws Exception {
    for (int i = 0; i < Math.max(WARM_UP, times / 4); i++) step.run();
    long[] took = new long[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      step.run();
      took[i] = System.nanoTime() - start;
    }
    Arrays.sort(took);
    System.out.printf("  %-24s median %10.1f us   p90 %10.1f us   (%d)%n", name,
        took[times / 2] / 1e3, took[times * 9 / 10] / 1e3, times);
  }
}
