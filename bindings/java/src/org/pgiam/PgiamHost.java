package org.pgiam;

/** A host of an attempt's list. */
public final class PgiamHost {
  private final String host;
  private final String hostaddr;
  private final int port;
  private final String dialHost;
  private final String dialHostaddr;

  PgiamHost(String host, String hostaddr, int port, String dialHost, String dialHostaddr) {
    this.host = host;
    this.hostaddr = hostaddr;
    this.port = port;
    this.dialHost = dialHost;
    this.dialHostaddr = dialHostaddr;
  }

  /** As the user wrote it, empty where only an address is given. */
  public String host() {
    return host;
  }

  /** As the user wrote it. */
  public String hostaddr() {
    return hostaddr;
  }

  public int port() {
    return port;
  }

  /**
   * What the last CONNECT dials in place of host; else the same. Where that name has several
   * addresses, both this and dialHostaddr are lists of as many, separated by commas.
   */
  public String dialHost() {
    return dialHost;
  }

  /** What the last CONNECT dials in place of hostaddr; else the same. */
  public String dialHostaddr() {
    return dialHostaddr;
  }
}
