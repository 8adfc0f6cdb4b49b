package org.pgiam.jdbc;

/** A host and its port, as the user wrote them. */
final class Endpoint {
  final String host;
  final int port;

  Endpoint(String host, int port) {
    this.host = host;
    this.port = port;
  }
}
