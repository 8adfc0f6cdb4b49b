// What a cloud must be able to do: know its endpoints, find secrets, make a password of one.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "base/secret.h"
#include "clouds/provider.h"
#include "clouds/refusal.h"
#include "ports/host_link.h"
#include "ports/world.h"

namespace pgiam {

// An endpoint that takes passwords of a cloud, and all that a password for it depends on but user,
// secret and time.
struct Target {
  std::string kind;  // "rds", "dsql": the word that the option `target` takes
  std::string name;  // "aws.rds": the word that a reply gives
  std::string host;  // lower case, to make a password for
  std::uint16_t port = 0;
  std::string reason;  // one sentence: how it was recognised

  // What only this cloud's endpoints have ("region"), under keys that it hands out.
  struct Fact {
    std::string_view key;  // a constant of the cloud's
    std::string value;
  };
  std::vector<Fact> facts;

  // "" where it is not known.
  const char* fact(std::string_view key) const;
  void set_fact(std::string_view key, std::string value);
};

struct Password {
  Secret text;
  Time made_at{};     // as expires_at by this machine's clock
  Time expires_at{};  // the server's limit; the secret's own comes on top
};

// Makes passwords of one secret for one user at one target: all that time does not change is done.
class PasswordMaker {
 public:
  explicit PasswordMaker(KeptSecretPtr made_of)
      : made_of_(std::move(made_of)), owner_(made_of_->owner()) {}
  PasswordMaker(const PasswordMaker&) = delete;
  PasswordMaker& operator=(const PasswordMaker&) = delete;
  virtual ~PasswordMaker() = default;

  const KeptSecretPtr& made_of() const { return made_of_; }
  // Whose that is, for people.
  const std::string& owner() const { return owner_; }
  // The last step, pure: no file, no network, no waiting. Called for every connection, on any
  // thread. Nothing where it takes another maker by then.
  virtual std::optional<Password> make(Time now) const = 0;

 private:
  const KeptSecretPtr made_of_;
  const std::string owner_;
};
using PasswordMakerPtr = std::shared_ptr<const PasswordMaker>;

// What whoever owns the secret must have been granted for the endpoint to take its passwords. A star
// in the resource stands for what only the endpoint's owner knows.
struct Permission {
  std::string action;    // "db:connect"
  std::string resource;  // "databases/*/users/app"
};

// What a server of a cloud's is verified with.
struct CaBundle {
  std::string path;
  bool is_public = false;  // others get certificates of these, too: only the name tells
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
  // Settles what the name alone does not tell, by the settings and the cloud's own; an error where
  // nothing tells it. Adds a warning where they contradict each other.
  virtual Result<void> complete(Target& target, const Settings& settings, const Call& call,
                                std::vector<Error>& warnings) const = 0;

  // Nothing where it depends on what is not known, or where the cloud has no such thing.
  virtual std::optional<Permission> permission(const Target& target,
                                               std::string_view user) const = 0;

  // Where the secret comes from that passwords for the target (null: secrets themselves are
  // wanted) are made of.
  virtual Result<SecretSource> source(const Settings& settings, const Target* target,
                                      const Call& call) const = 0;
  // The same, where the host supplies what would be looked for: that itself, or what rests on it (a
  // role).
  virtual Result<SecretSource> source_on(SecretSource supplied, const Settings& settings,
                                         const Target* target, const Call& call) const;
  // A secret of the values that a host supplied; an error names what is missing or malformed.
  virtual Result<KeptSecretPtr> read_supplied(const SuppliedValues& values, const Call& call) const;
  // Signs the person in to whatever these secrets rest on, also where an earlier sign-in still
  // holds. Nothing to do where they rest on none. The call may prompt.
  virtual Result<void> login(const Settings& settings, const Call& call) const = 0;

  // What to type to do so.
  virtual std::string login_command(const Settings& settings) const = 0;

  // For passwords that are made from `now` on. Pure, as the maker is.
  virtual Result<PasswordMakerPtr> password_maker(const Target& target, std::string_view user,
                                                  const KeptSecretPtr& secret, Time now) const = 0;
  // Is this text a password such as this cloud's are, fresh or stale, whoever made it, rather than
  // one that a person chose?
  virtual bool is_password_of_ours(std::string_view text) const = 0;
  // When such a password says that it ends; nothing if the text is none.
  virtual std::optional<Time> end_of(std::string_view text) const = 0;

  // Why such a password cannot let this user in there, as far as it says what it was made for ("it was
  // made for HOST:PORT"); "" where it may. Of the target only kind, host and port are known.
  virtual std::string why_unfit(std::string_view password, const Target& target,
                                std::string_view user) const;
  // Does it say that it was made of this secret, or of another one of the same owner?
  virtual bool is_made_of(std::string_view password, const KeptSecret& secret) const;

  // What may be behind the refusal of a password that it made, the likeliest first.
  virtual std::vector<Error> explain_refusal(const RefusedLogin& login) const = 0;

  // What it has learnt that the person should mend, though it stops nothing.
  virtual std::vector<Error> warnings() const = 0;
  // The keys of its targets' facts, and the one under which `explain` tells whose a secret is.
  virtual std::span<const std::string_view> fact_keys() const = 0;
  virtual std::string_view owner_key() const = 0;
  // What to type for the CA bundle of its servers, and then what names it; empty where every system
  // knows their CA.
  virtual std::span<const std::string_view> ca_commands() const { return {}; }
  // The word that stands for that bundle wherever a CA can be named; "" for none.
  virtual std::string_view ca_word() const { return {}; }
  // The bundle for a target's server (null: for whatever server): the installed one, else, with
  // `carried_too`, the one that the package carries. kNotApplicable where there is none.
  virtual Result<CaBundle> ca_bundle(const Target* target, bool carried_too, const Call& call,
                                     std::vector<Error>& warnings) const;
};

}  // namespace pgiam
