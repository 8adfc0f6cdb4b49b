// DPoP proofs (RFC 9449): whoever sends a refresh token shows that it also holds the key which the
// token is bound to.
#pragma once

#include <string>

#include "base/es256.h"
#include "base/time.h"

namespace pgiam::aws {

// The DPoP header for a POST to `url` (without query). `id` is never used twice.
std::string dpop_proof(const Es256Key& key, const std::string& url, Time now,
                       const std::string& id);

// 122 random bits in the form of RFC 9562, version 4.
std::string random_uuid();

}  // namespace pgiam::aws
