// The kinds of files that `pgiam keep` writes: how a token comes into one and out of it.
#pragma once

#include <string>

#include "command.h"
#include "connection.h"
#include "keeper.h"

namespace pgiam::cli {

class KeptFile {
 public:
  // Which one the command line names, otherwise the password file of libpq. Throws UsageError.
  KeptFile(const Arguments& arguments, std::string (*default_pgpass)());

  // It holds one password, or a URL with one.
  bool is_for_one_connection() const { return kind_ != Kind::kPgpass && kind_ != Kind::kUserlist; }
  // Each host has a line of its own.
  bool is_by_host() const { return kind_ == Kind::kPgpass; }
  bool is_by_user() const { return kind_ == Kind::kUserlist; }
  bool holds_urls() const { return holds_urls_; }

  // Sets store, forget and state of what is kept for that connection. Throws UsageError where the
  // file has no place for it.
  void put_into(keeper::Item& item, const Connection& connection) const;

 private:
  enum class Kind { kPassword, kPgpass, kUserlist, kUrl, kEnvironment };

  Kind kind_ = Kind::kPgpass;
  std::string path_;
  std::string variable_;  // of a dotenv file
  std::string pidfile_;   // of the PgBouncer that reads the userlist; "" for none
  bool holds_urls_ = false;
};

}  // namespace pgiam::cli
