package org.pgiam.jdbc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Connects to a name at the addresses that were told for it: the name is the one that TLS verifies. */
final class SocketAtAddress extends Socket {
  private final Map<String, List<String>> addresses;

  /** By "name:port"; what is not in it is connected to as it stands. */
  SocketAtAddress(Map<String, List<String>> addresses) {
    this.addresses = addresses;
  }

  static String key(String host, int port) {
    return host.toLowerCase(java.util.Locale.ROOT) + ':' + port;
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    connect(endpoint, 0);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeout) throws IOException {
    List<InetSocketAddress> places = placesOf(endpoint);
    if (places.isEmpty()) {
      super.connect(endpoint, timeout);
      return;
    }
    // A socket connects once, so all but the last are tried by another.
    InetSocketAddress last = places.remove(places.size() - 1);
    for (InetSocketAddress place : places) {
      if (!answers(place, timeout)) continue;
      super.connect(place, timeout);
      return;
    }
    super.connect(last, timeout);
  }

  private static boolean answers(InetSocketAddress place, int timeout) {
    try (Socket trial = new Socket()) {
      trial.connect(place, timeout);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  /** The addresses bear the name, by which PgiamSocketFactory knows the host again. */
  private List<InetSocketAddress> placesOf(SocketAddress endpoint) throws IOException {
    List<InetSocketAddress> places = new ArrayList<>();
    if (!(endpoint instanceof InetSocketAddress)) return places;
    InetSocketAddress named = (InetSocketAddress) endpoint;
    String name = named.getHostString();
    List<String> told = addresses.get(key(name, named.getPort()));
    if (told == null) return places;
    for (String address : told) {
      byte[] bytes = InetAddress.getByName(address).getAddress();
      places.add(new InetSocketAddress(InetAddress.getByAddress(name, bytes), named.getPort()));
    }
    return places;
  }
}
