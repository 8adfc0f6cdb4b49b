import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import org.pgiam.Pgiam;
import org.pgiam.PgiamException;
import org.pgiam.PgiamReply;
import org.pgiam.PgiamRequest;

/** What this JVM holds after many calls of org.pgiam's. */
final class Lasting {
  private static final String HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";

  private Lasting() {}

  /** "threads descriptors resident" before and behind so many calls, of each kind. */
  static String run(int calls) throws Exception {
    try (Pgiam pgiam = new Pgiam()) {
      many(pgiam, 5_000);
      String before = held();
      many(pgiam, calls);
      return before + " " + held();
    }
  }

  private static void many(Pgiam pgiam, int calls) throws PgiamException {
    for (int i = 0; i < calls; i++) {
      PgiamRequest request = new PgiamRequest(HOST).user("user" + i % 300);
      try (PgiamReply reply = pgiam.beforeConnect(request)) {
        if (!reply.applies()) throw new AssertionError("no token");
      }
      if (i % 10 != 0) continue;
      try (PgiamReply none = pgiam.beforeConnect(request.option("no_such", "option"))) {
        throw new AssertionError("an unknown option was taken: " + none);
      } catch (PgiamException expected) {
        pgiam.attempt(new PgiamRequest(HOST).user("app").canApply("*")).close();
      }
    }
  }

  private static String held() throws Exception {
    System.gc();
    String[] sizes =
        new String(Files.readAllBytes(Paths.get("/proc/self/statm")), StandardCharsets.US_ASCII).split(" ");
    return entries("/proc/self/task") + " " + entries("/proc/self/fd") + " " + Long.parseLong(sizes[1]) * 4096;
  }

  private static int entries(String folder) {
    String[] found = new File(folder).list();
    return found == null ? 0 : found.length;
  }
}
