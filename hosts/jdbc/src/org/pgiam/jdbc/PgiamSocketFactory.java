package org.pgiam.jdbc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import javax.net.SocketFactory;
import org.pgiam.PgiamException;
import org.pgiam.PgiamHost;
import org.postgresql.core.SocketFactoryFactory;
import org.postgresql.util.PSQLException;

/**
 * Lets PgiamAuthenticationPlugin know which host of a multi-host URL is being connected to. Sockets
 * are those of pgjdbc's default, or of the user's own factory, named by
 * <code>pgiam.socketFactory</code> and <code>pgiam.socketFactoryArg</code>.
 *
 * <p>pgjdbc makes one for each attempt to connect and gives it the properties that it gives the
 * plugin later; it leaves itself in them.
 */
public final class PgiamSocketFactory extends SocketFactory {
  private static final String SELF = "org.pgiam.jdbc.PgiamSocketFactory";

  /** What InetAddress takes for an IPv4 address, without a look-up. */
  private static final Pattern ADDRESS = Pattern.compile("[0-9]+(\\.[0-9]+){0,3}");

  private final SocketFactory sockets;
  private final Map<String, List<String>> addresses;
  private volatile Socket latest;

  public PgiamSocketFactory(Properties properties) throws PSQLException {
    sockets = factoryOfUser(properties);
    addresses = addresses(Attempt.of(new Settings(properties)));
    properties.put(SELF, this);
  }

  /** What PgiamDriver was told; null: it did not make this connection. */
  private static Map<String, List<String>> addresses(Attempt ofDriver) throws PSQLException {
    try {
      return ofDriver == null ? Collections.emptyMap() : Dial.addresses(ofDriver.hosts());
    } catch (PgiamException failed) {
      throw new Refusal(failed);
    }
  }

  private static SocketFactory factoryOfUser(Properties properties) throws PSQLException {
    String name = properties.getProperty(Settings.SOCKET_FACTORY);
    if (name == null) return SocketFactory.getDefault();
    Properties own = new Properties(properties);
    own.setProperty("socketFactory", name);
    String argument = properties.getProperty(Settings.SOCKET_FACTORY_ARG);
    if (argument != null) own.setProperty("socketFactoryArg", argument);
    return SocketFactoryFactory.getSocketFactory(own);
  }

  /** The place of the host that the socket is connected to; -1: not known. */
  static int dialled(Properties properties, List<PgiamHost> hosts) {
    Object factory = properties.get(SELF);
    if (!(factory instanceof PgiamSocketFactory)) return -1;
    Socket socket = ((PgiamSocketFactory) factory).latest;
    SocketAddress remote = socket == null ? null : socket.getRemoteSocketAddress();
    if (!(remote instanceof InetSocketAddress)) return -1;
    InetSocketAddress address = (InetSocketAddress) remote;
    for (int i = 0; i < hosts.size(); i++) {
      PgiamHost host = hosts.get(i);
      if (host.port() != address.getPort()) continue;
      if (isSame(host.host(), address) || isSame(Dial.name(host), address)) return i;
    }
    return -1;
  }

  /** By name as it was dialled; of an address, which has many spellings, the bytes count. */
  private static boolean isSame(String host, InetSocketAddress dialled) {
    if (host.equalsIgnoreCase(dialled.getHostString())) return true;
    boolean isAddress = host.indexOf(':') >= 0 || ADDRESS.matcher(host).matches();
    if (!isAddress || dialled.getAddress() == null) return false;
    try {
      return InetAddress.getByName(host).equals(dialled.getAddress());
    } catch (UnknownHostException noAddress) {
      return false;
    }
  }

  private Socket remember(Socket socket) {
    latest = socket;
    return socket;
  }

  @Override
  public Socket createSocket() throws IOException {
    boolean isByName = addresses.isEmpty();
    return remember(isByName ? sockets.createSocket() : new SocketAtAddress(addresses));
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return remember(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return remember(sockets.createSocket(host, port, localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return remember(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return remember(sockets.createSocket(host, port, localHost, localPort));
  }
}
