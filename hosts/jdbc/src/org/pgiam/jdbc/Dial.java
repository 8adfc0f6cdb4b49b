package org.pgiam.jdbc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pgiam.PgiamHost;

/** What the library dials, if not what the URL says, as pgjdbc can take it. */
final class Dial {
  private Dial() {}

  /** The library repeats a name for each of its addresses. */
  static String name(PgiamHost host) {
    return host.dialHost().split(",", -1)[0];
  }

  /** pgjdbc passes over a name that it has tried, and knows no addresses: these are the sockets'. */
  static Map<String, String> eachNameOnce(Map<String, String> params, List<PgiamHost> hosts) {
    if (!params.containsKey("host")) return params;
    List<String> names = new ArrayList<>();
    List<String> ports = new ArrayList<>();
    for (PgiamHost host : hosts) {
      names.add(name(host));
      ports.add(String.valueOf(host.port()));
    }
    Map<String, String> once = new LinkedHashMap<>(params);
    once.remove("hostaddr");
    once.put("host", String.join(",", names));
    once.put("port", String.join(",", ports));
    return once;
  }

  /** By SocketAtAddress.key; empty where all hosts are dialled by their names. */
  static Map<String, List<String>> addresses(List<PgiamHost> hosts) {
    Map<String, List<String>> all = new HashMap<>();
    for (PgiamHost host : hosts) {
      if (host.dialHostaddr().isEmpty()) continue;
      all.computeIfAbsent(SocketAtAddress.key(name(host), host.port()), key -> new ArrayList<>())
          .addAll(Arrays.asList(host.dialHostaddr().split(",")));
    }
    return all;
  }
}
