import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many threads that connect, again and again; the URL may hold several hosts. */
final class Parallel {
  private Parallel() {}

  /** The user of every connection, one each. */
  static String run(String url, Properties properties, int threads, int times) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < threads * times; i++) {
        all.add(executor.submit(() -> {
          try (Connection connection = DriverManager.getConnection(url, properties)) {
            return Client.userOf(connection);
          }
        }));
      }
      List<String> users = new ArrayList<>();
      for (Future<String> one : all) users.add(one.get());
      return String.join(" ", users);
    } finally {
      executor.shutdown();
    }
  }
}
