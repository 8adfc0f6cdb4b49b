"""Certificates, and files of them."""

from world import Seed

PAGE = "<!DOCTYPE html><html><body>404 Not Found</body></html>\n"


def seed(title, expect, change=(), **more):
    return Seed("TLS", title, expect, change=dict(change), **more)


def shown(title, expect, pem, says="", **more):
    return seed(title, expect, server={"pem": pem}, says=says, **more)


SEEDS = [
    shown("the certificate expired", "certificate_expired", "expired", "2024-01-01"),
    shown("the certificate is not valid yet", "certificate_not_yet_valid", "future", "2080-01-01"),
    shown("the certificate is for another name", "certificate_name", "other-name", "db.internal.example"),
    shown("the certificate is self-signed", "certificate_self_signed", "self-signed", "signed itself"),
    shown("the authority is not known", "certificate", "unknown", "CA of unknown"),
    shown("expired, under verify-ca", "certificate_expired", "expired", change={"sslmode": "verify-ca"}),
    shown("unknown, under verify-ca", "certificate", "unknown", change={"sslmode": "verify-ca"}),
    shown("unknown, under require with a CA", "certificate", "unknown", change={"sslmode": "require"}),
    seed("the CA file is missing", "ca_file_missing configuration", {"sslrootcert": "/nonexistent/rds.pem"}, says="/nonexistent/rds.pem"),
    seed("the CA file is empty", "ca_file_empty configuration", {"sslrootcert": "{home}/ca.pem"}, files={"ca.pem": ""}, says="empty"),
    seed("the CA file is a page", "ca_file_unusable configuration", {"sslrootcert": "{home}/ca.pem"}, files={"ca.pem": PAGE}, says="page"),
    seed("the CA file is something else", "ca_file_unusable configuration", {"sslrootcert": "{home}/ca.pem"}, files={"ca.pem": "hello\n"}),
    seed("PGSSLROOTCERT is missing", "ca_file_missing configuration", {"sslrootcert": None}, env={"PGSSLROOTCERT": "/nonexistent/pg.pem"}, says="/nonexistent/pg.pem"),
    seed("there is no CA file at all", "certificate", {"sslrootcert": None}, says="no CA bundle"),
    seed("~/.postgresql/root.crt is of another authority", "certificate", {"sslrootcert": None}, files={}, alone=None,
         server={"pem": "unknown"}, says="CA"),
    seed("sslrootcert=system", "libpq_too_old certificate", {"sslrootcert": "system"}),
    seed("the server has no TLS", "no_tls", server={"tls": b"N"}, says="TLS"),
    seed("the server's TLS is too old", "tls_version tls_failed", {"ssl_min_protocol_version": "TLSv1.3"}, server={"tls_at_most": "TLSv1_2"}, says="TLS"),
    seed("the server wants a client's certificate", "client_certificate_wanted", server={"wants_certificate": True}, says="certificate"),
    seed("PGSSLROOTCERT is a page", "ca_file_unusable configuration", {"sslrootcert": None}, env={"PGSSLROOTCERT": "{home}/ca.pem"}, files={"ca.pem": PAGE}, says="page"),
    seed("the CA file is a folder", "ca_file_unusable", {"sslrootcert": "{home}"}, says="folder"),
    seed("a client's certificate without its key", "client_certificate", {"sslcert": "{ca}", "sslkey": "/nonexistent/k.pem"}, says="/nonexistent/k.pem"),
    seed("TLS breaks off", "tls_failed", server={"raw": lambda c: (c.recv(8), c.sendall(b"S"), c.recv(9999), c.sendall(b"hello"))}),
]
