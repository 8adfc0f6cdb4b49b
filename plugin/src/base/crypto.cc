#include "base/crypto.h"

namespace pgiam {

NoCrypto::NoCrypto(Error error) : error_(std::make_shared<const Error>(std::move(error))) {}

}  // namespace pgiam
