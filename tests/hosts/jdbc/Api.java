import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.pgiam.Pgiam;
import org.pgiam.PgiamException;
import org.pgiam.PgiamReply;
import org.pgiam.PgiamRequest;

/** What org.pgiam promises; throws where it does not keep it. */
final class Api {
  private static final String HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";

  private Api() {}

  static String check() throws Exception {
    repliesTellWhereTheTokenComesFromAndHideIt();
    whatIsNotOursDoesNotApply();
    anUnknownOptionIsNamedWithTheNearestOne();
    anErrorListsWhatWasTried();
    aClosedPgiamSaysSo();
    aNulCharacterIsRefused();
    threadsShareOneContext();
    return "kept";
  }

  private static void require(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }

  private static void repliesTellWhereTheTokenComesFromAndHideIt() throws PgiamException {
    try (Pgiam pgiam = new Pgiam()) {
      PgiamRequest request =
          new PgiamRequest(HOST).user("größe \uD83D\uDE00").sslmode("verify-full");
      PgiamReply reply = pgiam.beforeConnect(request);
      String token = new String(reply.password());
      require(token.contains("DBUser=gr%C3%B6%C3%9Fe%20%F0%9F%98%80"), "the user as UTF-8");
      require(reply.applies(), "applies");
      require(reply.region().equals("eu-west-1"), reply.region());
      require(reply.signingHost().equals(HOST), reply.signingHost());
      require(reply.signingPort() == 5432, "port");
      require(reply.tokenExpiresAt().toEpochMilli() > System.currentTimeMillis(), "expiry");
      require(!reply.provider().isEmpty(), "provider");
      require(!reply.toString().contains("X-Amz"), "toString");
      char[] first = reply.password();
      java.util.Arrays.fill(first, '\0');
      require(new String(reply.password()).equals(token), "each caller has an array of its own");
      pgiam.afterConnect(reply, Pgiam.CONNECTED, null);
      reply.close();
      reply.close();
    }
  }

  private static void whatIsNotOursDoesNotApply() throws PgiamException {
    try (Pgiam pgiam = new Pgiam();
        PgiamReply other = pgiam.beforeConnect(new PgiamRequest("127.0.0.1").user("app"));
        PgiamReply saved = pgiam.beforeConnect(
            new PgiamRequest(HOST).user("app").password("saved".toCharArray()))) {
      require(!other.applies() && other.password() == null, "another host");
      require(!saved.applies(), "the user's password wins");
      require(!pgiam.afterConnect(other, Pgiam.AUTH_FAILED, "28000"), "nothing to retry");
      require(pgiam.explain(new PgiamRequest("127.0.0.1").user("app")).contains("none"), "explain");
    }
  }

  private static void anUnknownOptionIsNamedWithTheNearestOne() throws PgiamException {
    try (Pgiam pgiam = new Pgiam()) {
      pgiam.beforeConnect(new PgiamRequest(HOST).user("app").option("profil", "x"));
      throw new AssertionError("an unknown option was taken");
    } catch (PgiamException failure) {
      require(failure.explanation().contains("profil"), failure.explanation());
      require(failure.explanation().contains("did you mean"), failure.explanation());
    }
  }

  private static void anErrorListsWhatWasTried() throws PgiamException {
    try (Pgiam pgiam = new Pgiam(Collections.singletonMap("profile", "nowhere"))) {
      pgiam.beforeConnect(new PgiamRequest(HOST).user("app"));
      throw new AssertionError("a profile that is not there was used");
    } catch (PgiamException failure) {
      require(failure.status() >= 200 && failure.status() < 300, failure.statusName());
      require(failure.explanation().contains("nowhere"), failure.explanation());
    }
  }

  private static void aClosedPgiamSaysSo() throws PgiamException {
    Pgiam pgiam = new Pgiam();
    pgiam.close();
    pgiam.close();
    try {
      pgiam.beforeConnect(new PgiamRequest(HOST).user("app"));
      throw new AssertionError("a closed Pgiam answered");
    } catch (IllegalStateException expected) {
      require(expected.getMessage().contains("closed"), expected.getMessage());
    }
  }

  private static void aNulCharacterIsRefused() throws PgiamException {
    try (Pgiam pgiam = new Pgiam()) {
      pgiam.beforeConnect(new PgiamRequest(HOST + "\0.example").user("app"));
      throw new AssertionError("a NUL was cut off");
    } catch (PgiamException failure) {
      require(failure.status() == PgiamException.INVALID_ARGUMENT, failure.statusName());
    }
  }

  private static void threadsShareOneContext() throws Exception {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (Pgiam pgiam = new Pgiam()) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String user = "user" + i;
        threads.add(new Thread(() -> {
          for (int turn = 0; turn < 10; turn++) {
            try (PgiamReply reply = pgiam.beforeConnect(new PgiamRequest(HOST).user(user))) {
              require(new String(reply.password()).contains("DBUser=" + user + "&"), user);
            } catch (PgiamException | RuntimeException | Error failure) {
              failures.add(failure);
            }
          }
        }));
      }
      for (Thread thread : threads) thread.start();
      for (Thread thread : threads) thread.join();
    }
    require(failures.isEmpty(), failures.toString());
  }
}
