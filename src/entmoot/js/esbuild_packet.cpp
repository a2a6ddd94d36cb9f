// SPDX-License-Identifier: MIT

#include <entmoot/js/esbuild_packet.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <stdexcept>

namespace entmoot::js {

namespace {

enum class Type : char { null, boolean, number, string, bytes, array, object };

void put(std::string& out, std::uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift);
}
void put(std::string& out, Type type) { out += static_cast<char>(type); }
void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}
void put(std::string& out, std::string_view key, std::string_view text, Type type = Type::string) {
  put(out, key);
  put(out, type);
  put(out, text);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : left_(bytes) {}

  std::uint32_t number() { return esbuild_length(take(esbuild_length_bytes)); }
  std::string_view text() { return take(number()); }

  Json value(int depth = 0) {
    if (depth > 64) throw std::invalid_argument("nested too deeply");
    switch (static_cast<Type>(take(1).front())) {
      case Type::null: return nullptr;
      case Type::boolean: return take(1).front() != 0;
      case Type::number: return number();
      case Type::string:
      case Type::bytes: return boost::json::string(text());
      case Type::array: {
        boost::json::array all;
        for (auto count = number(); count > 0; --count) all.push_back(value(depth + 1));
        return all;
      }
      case Type::object: {
        boost::json::object all;
        for (auto count = number(); count > 0; --count) {
          const auto key = text();
          all[key] = value(depth + 1);
        }
        return all;
      }
    }
    throw std::invalid_argument("an unknown type");
  }
  [[nodiscard]] bool at_end() const noexcept { return left_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > left_.size()) throw std::invalid_argument("too short");
    const auto taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  std::string_view left_;
};

}  // namespace

std::string esbuild_transform(std::uint32_t id, std::span<const std::string> flags, std::string_view source) {
  std::string body;
  put(body, id << 1);
  put(body, Type::object);
  put(body, std::uint32_t{4});
  put(body, "command", "transform");
  put(body, "flags");
  put(body, Type::array);
  put(body, static_cast<std::uint32_t>(flags.size()));
  for (const std::string& flag : flags) {
    put(body, Type::string);
    put(body, std::string_view(flag));
  }
  put(body, "inputFS");
  put(body, Type::boolean);
  body += '\0';
  put(body, "input", source, Type::bytes);
  std::string packet;
  put(packet, std::string_view(body));
  return packet;
}

std::uint32_t esbuild_length(std::string_view four_bytes) noexcept {
  std::uint32_t number = 0;
  for (int at = 3; at >= 0; --at)
    number = number << 8 | static_cast<unsigned char>(four_bytes[static_cast<std::size_t>(at)]);
  return number;
}

Result<EsbuildPacket> esbuild_decode(std::string_view bytes) try {
  Reader reader(bytes);
  const std::uint32_t id = reader.number();
  EsbuildPacket packet = {id >> 1, (id & 1) == 0, reader.value()};
  if (!reader.at_end()) return fail(ErrorCode::invalid, "a packet of esbuild is too long");
  return packet;
} catch (const std::invalid_argument& error) {
  return fail(ErrorCode::invalid, std::string("a packet of esbuild is malformed: ") + error.what());
}

}  // namespace entmoot::js
