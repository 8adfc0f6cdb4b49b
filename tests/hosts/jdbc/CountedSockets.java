import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;

/** A socket factory as users write them: pgjdbc calls the constructor and createSocket(). */
public final class CountedSockets extends SocketFactory {
  static final AtomicInteger MADE = new AtomicInteger();

  public CountedSockets(String argument) {
    if (!argument.equals("x")) throw new IllegalArgumentException(argument);
  }

  @Override
  public Socket createSocket() {
    MADE.incrementAndGet();
    return new Socket();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return new Socket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return new Socket(host, port, local, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return new Socket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return new Socket(host, port, local, localPort);
  }
}
