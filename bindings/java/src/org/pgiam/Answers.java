package org.pgiam;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What <code>pgiam bridge</code> answers, as objects. */
final class Answers {
  /** In the order of PgiamException's places. */
  private static final String[] DETAILS = {
      "hint", "provider", "remote", "code", "evidence", "sqlstate", "explanation"};

  private Answers() {}

  /** "" where it is absent or null. */
  static String text(Map<?, ?> members, String key) {
    Object value = members.get(key);
    if (value instanceof char[]) return new String((char[]) value);
    return value instanceof String && !value.equals("null") ? (String) value : "";
  }

  static int number(Map<?, ?> members, String key) {
    String text = text(members, key);
    return text.isEmpty() ? 0 : Integer.parseInt(text);
  }

  static Map<String, String> map(Map<?, ?> members, String key) {
    Map<String, String> map = new LinkedHashMap<>();
    Object value = members.get(key);
    if (!(value instanceof Map)) return map;
    Map<?, ?> object = (Map<?, ?>) value;
    for (Object name : object.keySet()) map.put((String) name, text(object, (String) name));
    return map;
  }

  static List<?> list(Map<?, ?> members, String key) {
    Object value = members.get(key);
    return value instanceof List ? (List<?>) value : Collections.emptyList();
  }

  static PgiamException exception(Map<?, ?> error) {
    String[] details = new String[DETAILS.length];
    for (int i = 0; i < details.length; i++) details[i] = text(error, DETAILS[i]);
    List<String> commands = new ArrayList<>();
    for (Object command : list(error, "commands")) commands.add(new String((char[]) command));
    return PgiamException.told(number(error, "status"), text(error, "name"),
        text(error, "message"), details, commands.toArray(new String[0]),
        text(error, "retryable").equals("true"),
        exceptions(error, "causes").toArray(new PgiamException[0]));
  }

  private static List<PgiamException> exceptions(Map<?, ?> members, String key) {
    List<PgiamException> exceptions = new ArrayList<>();
    for (Object one : list(members, key)) exceptions.add(exception((Map<?, ?>) one));
    return exceptions;
  }

  /** Takes the token out of the members; null: there is none. */
  static PgiamReply reply(Map<String, Object> members) {
    Object token = members.remove("token");
    if (!(token instanceof char[])) return null;
    CopiedReply reply = new CopiedReply((char[]) token, map(members, "params"));
    reply.provider = text(members, "provider");
    reply.target = text(members, "target");
    reply.rule = text(members, "rule");
    reply.region = text(members, "region");
    reply.signingHost = text(members, "signing_host");
    reply.signingPort = number(members, "signing_port");
    reply.warning = text(members, "warning");
    reply.warnings = exceptions(members, "warnings");
    reply.tokenExpiresAt = time(members, "expires_at");
    reply.credentialsExpireAt = time(members, "credentials_expire_at");
    return reply;
  }

  private static Instant time(Map<?, ?> members, String key) {
    String time = text(members, key);
    return time.isEmpty() ? null : Instant.parse(time);
  }

  static List<PgiamHost> hosts(Map<?, ?> members) {
    List<PgiamHost> hosts = new ArrayList<>();
    for (Object one : list(members, "hosts")) {
      Map<?, ?> host = (Map<?, ?>) one;
      hosts.add(new PgiamHost(text(host, "host"), text(host, "hostaddr"), number(host, "port"),
          text(host, "dial_host"), text(host, "dial_hostaddr")));
    }
    return hosts;
  }
}
