// CA certificates in PEM: what is in them, by OpenSSL.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace pgiam::cli {

struct CaCertificate {
  std::string pem;
  std::string sha256;       // hexadecimal
  std::string name;         // its common name, else all of its subject
  std::string from, until;  // days, "2061-05-21"
  bool has_ended = false;
};

// Each once, in their order; texts around them are passed over. Throws a UsageError where one cannot
// be read, and where there is no OpenSSL to do it.
std::vector<CaCertificate> read_certificates(std::string_view pem);

// Whether one of these signed it.
bool is_signed_by(const CaCertificate& certificate, const std::vector<CaCertificate>& roots);

}  // namespace pgiam::cli
