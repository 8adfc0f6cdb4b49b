// What a cloud must be able to do: know its endpoints, find credentials, sign.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/options.h"
#include "base/result.h"
#include "clouds/credentials.h"
#include "ports/world.h"

namespace pgiam {

// An endpoint that takes tokens, and all that a token for it depends on but user, credentials and
// time.
struct Target {
  std::string kind;  // "rds", "dsql": the word that the option `target` takes
  std::string name;  // "aws.rds": the word that a reply gives
  std::string host;  // lower case, to sign for
  std::uint16_t port = 0;
  std::string authority;  // that is signed: the host, with the port where this kind wants it
  std::string region;  // "" when neither the name nor the user tells it
  std::string reason;  // one sentence: how it was recognised
};

struct Token {
  Secret text;
  Time signed_at{};   // as expires_at by this machine's clock
  Time expires_at{};  // the server's limit; the credentials' own comes on top
  // That it was made of, and whose they are: the access key id, masked. Null and "" for one that was
  // found in a file.
  CredentialsPtr credentials;
  std::string principal;
};

// Where credentials of one identity come from. Two connections with the same key share them.
struct CredentialSource {
  std::string key;
  std::shared_ptr<Provider> provider;
};

class Cloud {
 public:
  virtual ~Cloud() = default;

  // The endpoint that this name stands for, as far as the name alone says; nothing if it is none
  // of this cloud's.
  virtual std::optional<Target> recognise(std::string_view host, std::uint16_t port) const = 0;
  // A target that the user declares to be of this kind; nothing if the cloud knows no such kind.
  virtual std::optional<Target> declare(std::string_view kind, std::string_view host,
                                        std::uint16_t port) const = 0;
  // The region of the cloud's own settings (variables, profile) where the name tells none, and
  // where it is from; "" if there is none.
  struct Region {
    std::string name;
    std::string from;
  };
  virtual Result<Region> default_region(const Settings& settings) const = 0;

  virtual Result<CredentialSource> credentials(const Settings& settings) const = 0;
  // Signs the person in to whatever these credentials rest on, also where an earlier sign-in still
  // holds. Nothing to do where they rest on none. The call may prompt.
  virtual Result<void> login(const Settings& settings, const Call& call) const = 0;

  virtual Result<Token> sign(const Target& target, std::string_view user,
                             const CredentialsPtr& credentials, Time now) const = 0;

  // What it has learnt that the person should mend, though it stops nothing; "" where all is well.
  virtual std::string warning() const = 0;

  // Is this text a token of ours, fresh or stale, rather than a password that a person chose?
  virtual bool is_token(std::string_view password) const = 0;
  // When a token says that it ends; nothing if the text is none.
  virtual std::optional<Time> end_of_token(std::string_view password) const = 0;
};

}  // namespace pgiam
