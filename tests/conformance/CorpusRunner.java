package org.pgiam;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The corpus through org.pgiam; see corpus/README.md. In its package for the reader of JSON alone. */
final class CorpusRunner {
  private CorpusRunner() {}

  public static void main(String[] none) throws Exception {
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null;) {
      out.println(json(run(Json.takeObject(line.toCharArray()))));
    }
  }

  private static Map<String, Object> run(Map<String, Object> asked) {
    Map<?, ?> given = (Map<?, ?>) asked.get("request");
    try {
      String call = Answers.text(asked, "call");
      if (call.equals("conninfo")) {
        return result("keywords", Pgiam.keywords(Answers.text(given, "conninfo")));
      }
      try (Pgiam pgiam = new Pgiam(Answers.map(asked, "context"))) {
        PgiamRequest request = request(given);
        if (asked.containsKey("warm")) {
          follow(pgiam, request, Collections.singletonList(Collections.emptyMap()));
        }
        if (call.equals("attempt")) return follow(pgiam, request, Answers.list(asked, "outcomes"));
        try (PgiamReply reply = pgiam.beforeConnect(request)) {
          return reply.applies() ? result("answer", described(reply)) : notOurs();
        }
      }
    } catch (PgiamException failed) {
      return result("error", described(failed));
    }
  }

  private static PgiamRequest request(Map<?, ?> given) throws PgiamException {
    PgiamRequest request = new PgiamRequest();
    if (given.containsKey("conninfo")) {
      Pgiam.keywords(Answers.text(given, "conninfo")).forEach(request::keyword);
    }
    Answers.map(given, "keywords").forEach(request::keyword);
    for (String keyword : new String[] {"host", "port", "user"}) {
      if (given.containsKey(keyword)) request.keyword(keyword, Answers.text(given, keyword));
    }
    Answers.map(given, "options").forEach(request::option);
    if (given.containsKey("password")) {
      request.password(Answers.text(given, "password").toCharArray());
    }
    if (given.containsKey("can_apply")) request.canApply(Answers.text(given, "can_apply"));
    if (given.containsKey("credentials")) {
      request.credentials("the corpus", areNeededAnew -> supply((Map<?, ?>) given.get("credentials")));
    }
    return request;
  }

  private static Map<String, String> supply(Map<?, ?> given) throws Exception {
    if (given.containsKey("declines")) throw new Exception(Answers.text(given, "declines"));
    return Answers.map(given, "values");
  }

  private static Map<String, Object> follow(Pgiam pgiam, PgiamRequest request, List<?> outcomes) {
    List<Object> connects = new ArrayList<>();
    Map<String, Object> result;
    try (PgiamAttempt attempt = pgiam.attempt(request)) {
      result = follow(attempt, outcomes, connects);
    } catch (PgiamException failed) {
      result = result("error", described(failed));
    }
    result.put("connects", connects);
    return result;
  }

  private static Map<String, Object> follow(
      PgiamAttempt attempt, List<?> outcomes, List<Object> connects) throws PgiamException {
    for (;;) {
      switch (attempt.next()) {
        case DONE:
          return result("done", true);
        case NOT_OURS:
          return notOurs();
        default:
          connects.add(attempt.params());
      }
      if (connects.size() > outcomes.size()) return result("done", false);
      Map<?, ?> told = (Map<?, ?>) outcomes.get(connects.size() - 1);
      if (!told.containsKey("message")) {
        attempt.report(PgiamOutcome.connected());
        continue;
      }
      String sqlstate = told.containsKey("sqlstate") ? Answers.text(told, "sqlstate") : null;
      attempt.report(PgiamOutcome.failed(sqlstate, Answers.text(told, "message")));
    }
  }

  // ---- What comes out ----

  private static Map<String, Object> result(String key, Object value) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put(key, value);
    return result;
  }

  /** No error in Java, and so without words. */
  private static Map<String, Object> notOurs() {
    Map<String, Object> error = result("status", "NOT_APPLICABLE");
    error.put("causes", Collections.emptyList());
    return result("error", error);
  }

  private static Map<String, Object> described(PgiamReply reply) {
    String token = new String(reply.password());
    Map<String, String> params = new LinkedHashMap<>(reply.params());
    params.put("password", token);
    Map<String, Object> answer = result("token", token);
    answer.put("params", params);
    answer.put("host", reply.signingHost());
    answer.put("port", reply.signingPort());
    answer.put("region", reply.region());
    answer.put("provider", reply.provider());
    answer.put("target", reply.target());
    answer.put("rule", reply.rule());
    answer.put("expires_at_ms",
        reply.tokenExpiresAt() == null ? 0L : reply.tokenExpiresAt().toEpochMilli());
    answer.put("warnings", described(reply.warnings()));
    return answer;
  }

  private static List<Object> described(List<PgiamException> errors) {
    List<Object> described = new ArrayList<>();
    for (PgiamException error : errors) described.add(described(error));
    return described;
  }

  private static Map<String, Object> described(PgiamException error) {
    Map<String, Object> told =
        result("status", error.statusName().replaceFirst("^PGIAM_(E_)?", ""));
    told.put("message", error.getMessage());
    told.put("hint", error.hint());
    told.put("code", error.code());
    told.put("provider", error.provider());
    told.put("sqlstate", error.sqlState());
    told.put("retryable", error.isRetryable());
    told.put("commands", error.commands());
    told.put("causes", described(error.causes()));
    return told;
  }

  private static String json(Object value) {
    if (value instanceof String) return inQuotes((String) value);
    if (value instanceof List) {
      List<String> elements = new ArrayList<>();
      for (Object element : (List<?>) value) elements.add(json(element));
      return "[" + String.join(",", elements) + "]";
    }
    if (!(value instanceof Map)) return String.valueOf(value);
    List<String> members = new ArrayList<>();
    ((Map<?, ?>) value).forEach((key, member) ->
        members.add(inQuotes((String) key) + ":" + json(member)));
    return "{" + String.join(",", members) + "}";
  }

  private static String inQuotes(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c >= ' ' && c != '"' && c != '\\') quoted.append(c);
      else quoted.append(String.format("\\u%04x", (int) c));
    }
    return quoted.append('"').toString();
  }
}
