#include "base/conninfo_keywords.h"

#include <cstddef>

#include "base/spelling.h"

namespace pgiam {
namespace {

constexpr unsigned kPlain = 0;
constexpr const char* kNone = nullptr;

constexpr ConninfoKeyword kKeywords[] = {
    {"service", "PGSERVICE", kNone, 0, kPlain},
    {"user", "PGUSER", kNone, 0, kPlain},
    {"password", "PGPASSWORD", kNone, 0, kSecretKeyword},
    {"passfile", "PGPASSFILE", kNone, 0, kPlain},
    {"channel_binding", "PGCHANNELBINDING", "prefer", 13, kProtectiveKeyword},
    {"connect_timeout", "PGCONNECT_TIMEOUT", kNone, 0, kPlain},
    {"dbname", "PGDATABASE", kNone, 0, kPlain},
    {"host", "PGHOST", kNone, 0, kPlain},
    {"hostaddr", "PGHOSTADDR", kNone, 0, kPlain},
    {"port", "PGPORT", "5432", 0, kPlain},
    {"client_encoding", "PGCLIENTENCODING", kNone, 0, kPlain},
    {"options", "PGOPTIONS", "", 0, kPlain},
    {"application_name", "PGAPPNAME", kNone, 0, kPlain},
    {"fallback_application_name", kNone, kNone, 0, kPlain},
    {"keepalives", kNone, kNone, 0, kPlain},
    {"keepalives_idle", kNone, kNone, 0, kPlain},
    {"keepalives_interval", kNone, kNone, 0, kPlain},
    {"keepalives_count", kNone, kNone, 0, kPlain},
    {"tcp_user_timeout", kNone, kNone, 12, kPlain},
    {"sslmode", "PGSSLMODE", "prefer", 0, kProtectiveKeyword},
    {"sslnegotiation", "PGSSLNEGOTIATION", "postgres", 17, kPlain},
    {"sslcompression", "PGSSLCOMPRESSION", "0", 0, kPlain},
    {"sslcert", "PGSSLCERT", kNone, 0, kPlain},
    {"sslkey", "PGSSLKEY", kNone, 0, kPlain},
    {"sslcertmode", "PGSSLCERTMODE", kNone, 16, kPlain},
    {"sslpassword", kNone, kNone, 13, kSecretKeyword},
    {"sslrootcert", "PGSSLROOTCERT", kNone, 0, kProtectiveKeyword},
    {"sslcrl", "PGSSLCRL", kNone, 0, kProtectiveKeyword},
    {"sslcrldir", "PGSSLCRLDIR", kNone, 14, kProtectiveKeyword},
    {"sslsni", "PGSSLSNI", "1", 14, kPlain},
    {"requirepeer", "PGREQUIREPEER", kNone, 0, kProtectiveKeyword},
    {"require_auth", "PGREQUIREAUTH", kNone, 16, kProtectiveKeyword},
    {"min_protocol_version", "PGMINPROTOCOLVERSION", kNone, 18, kPlain},
    {"max_protocol_version", "PGMAXPROTOCOLVERSION", kNone, 18, kPlain},
    {"ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", "TLSv1.2", 13, kProtectiveKeyword},
    {"ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", kNone, 13, kPlain},
    {"gssencmode", "PGGSSENCMODE", "prefer", 12, kProtectiveKeyword},
    {"krbsrvname", "PGKRBSRVNAME", "postgres", 0, kPlain},
    {"gsslib", "PGGSSLIB", kNone, 0, kPlain},
    {"gssdelegation", "PGGSSDELEGATION", "0", 16, kPlain},
    {"replication", kNone, kNone, 0, kPlain},
    {"target_session_attrs", "PGTARGETSESSIONATTRS", "any", 0, kPlain},
    {"load_balance_hosts", "PGLOADBALANCEHOSTS", "disable", 16, kPlain},
    {"scram_client_key", kNone, kNone, 18, kSecretKeyword},
    {"scram_server_key", kNone, kNone, 18, kSecretKeyword},
    {"oauth_issuer", kNone, kNone, 18, kPlain},
    {"oauth_client_id", kNone, kNone, 18, kPlain},
    {"oauth_client_secret", kNone, kNone, 18, kSecretKeyword},
    {"oauth_scope", kNone, kNone, 18, kPlain},
    {"sslkeylogfile", kNone, kNone, 18, kPlain},
};

}  // namespace

std::span<const ConninfoKeyword> conninfo_keywords() { return kKeywords; }

const ConninfoKeyword* find_conninfo_keyword(std::string_view name) {
  for (const ConninfoKeyword& keyword : kKeywords)
    if (name == keyword.name) return &keyword;
  return nullptr;
}

std::string nearest_conninfo_keyword(std::string_view name) {
  constexpr std::size_t kLongest = 40;  // beyond, it is no slip of the pen
  if (name.size() > kLongest) return {};
  std::string_view best;
  std::size_t best_distance = name.size() / 3 + 2;
  for (const ConninfoKeyword& keyword : kKeywords) {
    const std::size_t distance = edit_distance(name, keyword.name);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = keyword.name;
  }
  return std::string(best);
}

bool is_conninfo_uri(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

}  // namespace pgiam
