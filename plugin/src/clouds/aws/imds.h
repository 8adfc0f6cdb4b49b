// The instance metadata service of Amazon EC2, version 2 only.
// docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
#pragma once

#include <functional>
#include <string>

#include "clouds/aws/imds_memory.h"
#include "clouds/aws/provider.h"

namespace pgiam::aws {

struct ImdsSettings {
  std::string endpoint;         // "http://169.254.169.254"
  Milliseconds timeout{1000};   // to connect
  Milliseconds patience{2500};  // for all of it
  int attempts = 3;
  std::string role;  // given by the user; "": ask which one there is
};

// What read_imds_settings reads.
extern const std::span<const char* const> kImdsVariables;

// From variables and profile. kNotApplicable where it is switched off, kBadConfig for a setting
// that is none.
Result<ImdsSettings> read_imds_settings(const ProviderContext& context, const Call& call);

// Any thread. What it learns (token, absence) holds for the whole process.
class Imds {
 public:
  Imds(const ProviderContext& context, ImdsSettings settings);

  // The call, with no more time than this service deserves. For all requests of one purpose.
  Call limit(const Call& call) const;

  // GET `path`, any status but 401. kNotApplicable where no such service answers, which is
  // remembered for a minute.
  Result<HttpResponse> get(const std::string& path, const Call& call);

  // A copy of what is known, and a way to add to it.
  ImdsFacts facts() const;
  void remember(const std::function<void(ImdsFacts&)>& change);

 private:
  Result<Secret> token(const Call& call);
  Result<Secret> fetch_token(const Call& call);
  Error absent(Error error);
  Result<HttpResponse> send(const HttpRequest& request, const Call& call) const;
  HttpRequest request(const char* method, const std::string& path) const;

  const World& world_;
  Runtime& runtime_;
  const ImdsSettings settings_;
};

}  // namespace pgiam::aws
