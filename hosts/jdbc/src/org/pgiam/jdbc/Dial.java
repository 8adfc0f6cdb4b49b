package org.pgiam.jdbc;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What to dial, if not what the URL says: libpq's lists, as pgjdbc can take them. */
final class Dial {
  /** The property with the addresses of each host: "::1 127.0.0.1,10.1.2.3". */
  static final String ADDRESSES = Settings.PREFIX + "hostaddr";

  private Dial() {}

  /** libpq repeats a name for each of its addresses; pgjdbc would pass over what it tried before. */
  static Map<String, String> eachNameOnce(Map<String, String> params) {
    if (!params.containsKey("hostaddr")) return params;
    String[] hosts = params.get("host").split(",", -1);
    String[] addresses = params.get("hostaddr").split(",", -1);
    String[] ports = params.get("port").split(",", -1);
    StringBuilder names = new StringBuilder();
    StringBuilder places = new StringBuilder();
    StringBuilder numbers = new StringBuilder();
    for (int i = 0; i < hosts.length; i++) {
      boolean isSame = i > 0 && hosts[i].equals(hosts[i - 1]) && ports[i].equals(ports[i - 1]);
      if (isSame) {
        places.append(' ').append(addresses[i]);
        continue;
      }
      String comma = i > 0 ? "," : "";
      names.append(comma).append(hosts[i]);
      places.append(comma).append(addresses[i]);
      numbers.append(comma).append(ports[i]);
    }
    Map<String, String> once = new LinkedHashMap<>(params);
    once.put("host", names.toString());
    once.put("hostaddr", places.toString());
    once.put("port", numbers.toString());
    return once;
  }

  /** By SocketAtAddress.key; empty where all hosts are dialled by their names. */
  static Map<String, List<String>> addresses(Settings settings) {
    Map<String, List<String>> all = new HashMap<>();
    if (settings.get(ADDRESSES) == null) return all;
    String[] places = settings.get(ADDRESSES).split(",", -1);
    String[] names = names(settings);
    String[] ports = settings.get("PGPORT").split(",", -1);
    for (int i = 0; i < places.length && i < names.length && i < ports.length; i++) {
      if (places[i].isEmpty()) continue;
      all.put(SocketAtAddress.key(names[i], Integer.parseInt(ports[i])),
          Arrays.asList(places[i].split(" ")));
    }
    return all;
  }

  /** Of the hosts, as pgjdbc dials them. */
  static String[] names(Settings settings) {
    String names = settings.get("PGHOST");
    return names == null ? new String[0] : names.split(",", -1);
  }
}
