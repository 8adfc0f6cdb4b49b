import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pgiam.Pgiam;
import org.pgiam.PgiamAttempt;
import org.pgiam.PgiamCredentials;
import org.pgiam.PgiamException;
import org.pgiam.PgiamHost;
import org.pgiam.PgiamOutcome;
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
    textThatWouldBecomeAnotherIsRefused();
    keywordsGoInAndKeywordsComeOut();
    warningsAreToldOneByOne();
    anAttemptGoesFromTheFirstHostToTheEnd();
    anAttemptTellsWhatIsDialled();
    anAttemptThatIsCancelledOrClosedSaysSo();
    theHostsOwnCredentialsAreAskedForWhereTheyAreNeeded();
    whyTheHostHasNoCredentialsIsTold();
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

  private static void textThatWouldBecomeAnotherIsRefused() throws PgiamException {
    for (String user : new String[] {"app\0x", "app\ud800", "\udc00app"}) {
      try (Pgiam pgiam = new Pgiam()) {
        pgiam.beforeConnect(new PgiamRequest(HOST).user(user));
        throw new AssertionError("a token for another user than " + user);
      } catch (PgiamException failure) {
        require(failure.status() == PgiamException.INVALID_ARGUMENT, failure.statusName());
      }
    }
  }

  private static void keywordsGoInAndKeywordsComeOut() throws PgiamException {
    try (Pgiam pgiam = new Pgiam();
        PgiamReply all = pgiam.beforeConnect(new PgiamRequest()
            .keyword("host", HOST).keyword("port", "6432").keyword("user", "app").canApply("*"))) {
      require(new String(all.password()).startsWith(HOST + ":6432/?"), "the token");
      require(all.params().get("sslmode").equals("require"), all.params().toString());
      require(all.params().get("gssencmode").equals("disable"), all.params().toString());
      require(!all.params().containsKey("password"), "the password is elsewhere");
      pgiam.beforeConnect(new PgiamRequest(HOST).user("app").sslmode("require")
          .option("tls", "verify-full").canApply("password"));
      throw new AssertionError("a keyword was left out in silence");
    } catch (PgiamException failure) {
      require(failure.code().equals("keyword_not_applied"), failure.toString());
      require(failure.commands().contains("sslmode=verify-full"), failure.commands().toString());
    }
  }

  private static void warningsAreToldOneByOne() throws PgiamException {
    PgiamRequest request = new PgiamRequest(HOST).user("app");
    try (Pgiam pgiam = new Pgiam();
        PgiamReply without = pgiam.beforeConnect(request);
        PgiamReply with = pgiam.beforeConnect(request.option("region", "us-east-1"))) {
      require(without.warnings().isEmpty() && without.warning().isEmpty(), without.warning());
      require(with.warnings().size() == 1, with.warnings().toString());
      require(with.warnings().get(0).getMessage().equals(with.warning()), with.warning());
      require(!with.warnings().get(0).code().isEmpty(), "a code");
    }
  }

  private static void anAttemptGoesFromTheFirstHostToTheEnd() throws PgiamException {
    PgiamRequest request = new PgiamRequest(HOST + ",127.0.0.1").user("app").canApply("*");
    try (Pgiam pgiam = new Pgiam();
        PgiamAttempt attempt = pgiam.attempt(request.walksList())) {
      require(attempt.next() == PgiamAttempt.Step.CONNECT && attempt.host() == -1, "all at once");
      require(attempt.params().get("sslmode").equals("require"), attempt.params().toString());
      require(attempt.hosts().get(0).host().equals(HOST), "the first host");
      require(attempt.hosts().get(1).port() == 5432, "its port");
      try (PgiamReply ours = attempt.refresh(0); PgiamReply other = attempt.refresh(1)) {
        require(new String(ours.password()).startsWith(HOST), "a token of its own");
        require(!other.applies() && other.password() == null, "as if absent");
      }
      PgiamOutcome refused = PgiamOutcome.refused("28P01", "FATAL: no").host(0);
      require(attempt.explainRefusal(refused).code().equals("token_refused"), "explained");
      attempt.report(refused);
      require(end(attempt).causes().get(0).code().equals("no_rds_iam"), "the end");
      attempt.restart();
      require(attempt.next() == PgiamAttempt.Step.CONNECT, "begins anew");
      attempt.report(PgiamOutcome.failed(null, "connection refused").host(1));
      require(end(attempt).status() == PgiamException.CONNECT, "the client's own words");
      attempt.restart();
      require(attempt.next() == PgiamAttempt.Step.CONNECT, "begins anew");
      attempt.report(PgiamOutcome.connected().host(0));
      require(attempt.next() == PgiamAttempt.Step.DONE, "done");
    }
    try (Pgiam pgiam = new Pgiam();
        PgiamAttempt attempt = pgiam.attempt(new PgiamRequest("127.0.0.1").user("app"))) {
      require(attempt.next() == PgiamAttempt.Step.NOT_OURS, "not ours");
    }
  }

  private static PgiamException end(PgiamAttempt attempt) {
    try {
      throw new AssertionError("no end, but " + attempt.next());
    } catch (PgiamException end) {
      return end;
    }
  }

  private static void anAttemptTellsWhatIsDialled() throws PgiamException {
    PgiamRequest tunnel = new PgiamRequest("127.0.0.1").user("app").sslmode("verify-full")
        .option("signing_host", HOST).canApply("*").walksList();
    try (Pgiam pgiam = new Pgiam();
        PgiamAttempt attempt = pgiam.attempt(tunnel)) {
      PgiamHost before = attempt.hosts().get(0);
      require(before.dialHost().equals("127.0.0.1"), before.dialHost());
      require(before.dialHostaddr().isEmpty(), before.dialHostaddr());
      require(attempt.next() == PgiamAttempt.Step.CONNECT, "a connect");
      PgiamHost host = attempt.hosts().get(0);
      require(host.host().equals("127.0.0.1") && host.hostaddr().isEmpty(), "as written");
      require(host.dialHost().equals(HOST), host.dialHost());
      require(host.dialHostaddr().equals("127.0.0.1"), host.dialHostaddr());
    }
  }

  private static void anAttemptThatIsCancelledOrClosedSaysSo() throws PgiamException {
    try (Pgiam pgiam = new Pgiam()) {
      PgiamAttempt attempt = pgiam.attempt(new PgiamRequest(HOST).user("app").walksList());
      attempt.cancel();
      require(end(attempt).status() == PgiamException.CANCELLED, "cancelled");
      attempt.close();
      attempt.close();
      attempt.cancel();
      attempt.next();
      throw new AssertionError("a closed attempt answered");
    } catch (IllegalStateException expected) {
      require(expected.getMessage().contains("closed"), expected.getMessage());
    }
  }

  private static void theHostsOwnCredentialsAreAskedForWhereTheyAreNeeded()
      throws PgiamException {
    Map<String, String> own = new HashMap<>();
    own.put("access_key_id", "AKIDOFTHEHOST");
    own.put("secret_access_key", "secret \"of the host\"");
    List<Thread> askedOn = new ArrayList<>();
    PgiamRequest request = new PgiamRequest(HOST).user("app").credentials("someone", anew -> {
      askedOn.add(Thread.currentThread());
      return own;
    });
    try (Pgiam pgiam = new Pgiam();
        PgiamReply reply = pgiam.beforeConnect(request);
        PgiamAttempt attempt = pgiam.attempt(request)) {
      require(new String(reply.password()).contains("AKIDOFTHEHOST%2F"), "signed with them");
      require(attempt.next() == PgiamAttempt.Step.CONNECT, "an attempt asks, too");
      try (PgiamReply sent = attempt.refresh(attempt.host())) {
        require(new String(sent.password()).contains("AKIDOFTHEHOST%2F"), "signed with them");
      }
    }
    require(!askedOn.isEmpty() && askedOn.get(0) == Thread.currentThread(), "on this thread");
  }

  private static void whyTheHostHasNoCredentialsIsTold() throws PgiamException {
    Map<String, String> withANul = new HashMap<>();
    withANul.put("access_key_id", "AKID");
    withANul.put("secret_access_key", "sec\0ret");
    try (Pgiam pgiam = new Pgiam()) {
      for (PgiamCredentials none : Arrays.<PgiamCredentials>asList(
          anew -> null,
          anew -> {
            throw new Exception("the vault is sealed");
          },
          anew -> withANul,
          anew -> Collections.singletonMap("access_key_id", "AKIDALONE"))) {
        try {
          pgiam.beforeConnect(new PgiamRequest(HOST).user("app").credentials("nobody", none));
          throw new AssertionError("a token without credentials");
        } catch (PgiamException failure) {
          String told = failure.explanation();
          require(told.contains("the vault is sealed") || told.contains("gave no credentials")
              || told.contains("holds a NUL")
              || told.contains("secret_access_key"), told);
        }
      }
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
