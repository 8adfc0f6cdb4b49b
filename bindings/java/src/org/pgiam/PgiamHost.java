package org.pgiam;

/** A host of an attempt's list, as the user wrote it. */
public final class PgiamHost {
  private final String host;
  private final String hostaddr;
  private final int port;

  PgiamHost(String host, String hostaddr, int port) {
    this.host = host;
    this.hostaddr = hostaddr;
    this.port = port;
  }

  /** Empty where only an address is given. */
  public String host() {
    return host;
  }

  public String hostaddr() {
    return hostaddr;
  }

  public int port() {
    return port;
  }
}
