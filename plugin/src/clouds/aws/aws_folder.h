// ~/.aws, which pgiam shares with the AWS CLI and the SDKs.
#pragma once

#include <memory>
#include <string>

#include "base/call.h"
#include "ports/world.h"

namespace pgiam::aws {

// The path of a file in ~/.aws ("sso/cache/….json"); "" where no home is known.
std::string aws_folder_file(const Environment& environment, const std::string& name);

// An exclusive lock on a file, waited for until `patience` or the call is over: kTimeout,
// kCancelled; kBadConfig where the folder cannot be written.
Result<std::unique_ptr<FileLock>> lock_file(const World& world, const std::string& path,
                                            const Call& call, Milliseconds patience);

}  // namespace pgiam::aws
