// The whole search for AWS credentials over a fake world: files, variables and services are set up,
// and what is found is one line of text.
#pragma once

#include <gmock/gmock.h>

#include "clouds/aws/aws.h"
#include "clouds/aws/credentials.h"
#include "clouds/aws/options.h"
#include "clouds/options.h"
#include "fake_secret.h"
#include "fakes.h"

namespace pgiam::aws::test {

using pgiam::test::FakeWorld;

class SourcesTest : public testing::Test {
 protected:
  SourcesTest() {
    runtime.pause = [](Milliseconds, const std::stop_token&) { return true; };
    runtime.random = [] { return 0.0; };
  }

  void config(std::string_view text) { world.files.write("/home/ann/.aws/config", text); }
  void credentials(std::string_view text) { world.files.write("/home/ann/.aws/credentials", text); }
  void option(const Option& option, std::string_view value) {
    ASSERT_TRUE(settings.set(option, value, Origin::kCall, ""));
  }

  Result<CredentialsPtr> load(const Call& call) {
    trace.clear();
    auto source = aws->source(settings, nullptr, call);
    if (!source) return source.error();
    pgiam::test::FetchAnew fetch;
    auto loaded = source->provider->load(call, trace, fetch);
    if (!loaded) return loaded.error();
    return as_credentials(*loaded);
  }
  Result<CredentialsPtr> load() { return load(world.call()); }

  // "AKID from aws.profile", or the error's message.
  std::string found(const Result<CredentialsPtr>& loaded) {
    if (!loaded) return "error: " + loaded.error().message;
    return (*loaded)->access_key_id + " from " + (*loaded)->provider;
  }
  std::string found() { return found(load()); }

  // STS's answer to AssumeRole.
  void answer_role(const std::string& id, const std::string& expiration = "2026-01-01T13:00:00Z") {
    world.http.answer(200, role_xml(id, expiration));
  }
  static std::string role_xml(const std::string& id, const std::string& expiration) {
    return "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
           "<AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId>"
           "<Arn>arn:aws:sts::123456789012:assumed-role/R/s</Arn></AssumedRoleUser>"
           "<Credentials><AccessKeyId>" +
           id + "</AccessKeyId><SecretAccessKey>secret of " + id +
           "</SecretAccessKey><SessionToken>token of " + id + "</SessionToken><Expiration>" +
           expiration +
           "</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>r-1"
           "</RequestId></ResponseMetadata></AssumeRoleResponse>";
  }
  void answer_refusal(int status, const std::string& code, const std::string& message = "No.") {
    world.http.answer(status, "<ErrorResponse><Error><Type>Sender</Type><Code>" + code +
                                  "</Code><Message>" + message +
                                  "</Message></Error><RequestId>r-2</RequestId></ErrorResponse>");
  }

  // Of the request with that number.
  HttpRequest sent(std::size_t number) const { return world.http.requests().at(number); }
  std::size_t sent_count() const { return world.http.requests().size(); }
  std::string sent_header(std::size_t number, std::string_view name) const {
    for (const HttpHeader& header : sent(number).headers)
      if (header.name == name) return header.value;
    return "";
  }

  FakeWorld world;
  Runtime runtime;
  Settings settings;
  Trace trace;
  const std::unique_ptr<Cloud> aws = make_aws(world.world, runtime);
};

}  // namespace pgiam::aws::test
