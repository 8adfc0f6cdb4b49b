// What an RDS endpoint is of, as its name tells.
#pragma once

#include <string_view>

namespace pgiam::aws {

enum class RdsEndpoint { kInstance, kCluster, kReader, kCustom, kShardGroup, kGlobal, kProxy };

// `id`: the label that says it, "cluster-ro-c9akciq32xyz".
RdsEndpoint rds_endpoint_of(std::string_view id);

}  // namespace pgiam::aws
