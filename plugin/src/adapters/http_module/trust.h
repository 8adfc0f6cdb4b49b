// CA certificates, parsed once and shared by all connections: parsing a system's bundle costs 20 ms
// of CPU, which libcurl by itself would spend on every handle.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "adapters/http_module/libcurl.h"

struct pgiam_http_trust {
 public:
  // Null where no certificate can be read. "" for the file stands for the system's; else `pem` is
  // what stands in it.
  static std::unique_ptr<pgiam_http_trust> load(const std::string& pem_file, std::string_view pem);
  ~pgiam_http_trust();
  pgiam_http_trust(const pgiam_http_trust&) = delete;
  pgiam_http_trust& operator=(const pgiam_http_trust&) = delete;

  // Makes `easy` trust these certificates and no others.
  void use_in(CURL* easy);

 private:
  pgiam_http_trust() = default;

  std::string file_;
  X509_STORE* store_ =
      nullptr;  // null: this libcurl has a TLS library of its own, which reads file_
};
