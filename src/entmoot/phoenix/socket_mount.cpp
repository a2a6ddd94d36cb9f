// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/socket_mount.hpp>

#include <entmoot/phoenix/query.hpp>

#include <utility>

namespace entmoot {

namespace {

Result<const Serializer*> negotiated(const Params& params) {
  if (!params.contains("vsn")) return serializer_for("1.0.0");
  const auto* vsn = find_string(params, "vsn");
  if (!vsn) return fail(ErrorCode::invalid, "vsn is not a string");
  return serializer_for(std::string_view(*vsn));
}

}  // namespace

SocketMount::SocketMount(Shards& shards, PubSub& pubsub, const UserSocket& user_socket, SocketLimits limits)
    : pubsub_(pubsub),
      user_socket_(user_socket),
      limits_(limits),
      tables_(shards.size(), [&](unsigned index) { return std::make_unique<SocketTable>(shards[index]); }) {}

Result<std::unique_ptr<FrameHandler>> SocketMount::connect(ConnectInfo info, Transport& transport) {
  auto params = parse_query(info.query);
  if (!params) return fail(ErrorCode::invalid, {}, params.error().reason);
  for (const auto& [name, value] : info.path_params) (*params)[name] = value;
  const auto serializer = negotiated(*params);
  if (!serializer) return fail(ErrorCode::invalid, {}, serializer.error().reason);
  auto client = user_socket_.connect({std::move(info), std::move(*params), {}, {}});
  if (!client) return client.error();
  const std::optional<WallTime>& expires_at = client->expires_at;
  if (expires_at && *expires_at <= tables_.local().shard().clock().wall().now()) {
    return fail(ErrorCode::unauthorized, "token expired");
  }
  return std::make_unique<Socket>(
      user_socket_, ClientLink{transport, **serializer, pubsub_, tables_.local(), std::move(*client)}, limits_);
}

}  // namespace entmoot
