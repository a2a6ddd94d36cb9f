// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/serializer.hpp>

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using namespace entmoot;

namespace {

const Serializer& v2() { return **serializer_for("2.0.0"); }

Result<Message> decode(std::string_view text) { return v2().decode(Frame::Kind::text, text); }

std::string with_payload(std::string_view payload) { return R"(["1","2","t","e",)" + std::string(payload) + "]"; }

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("vsn 1.0.x and 2.0.x are spoken, every other version is refused") {
  for (const char* vsn : {"1.0.0", "1.0.9", "2.0.0", "2.0.1", "2.0.10"}) {
    CAPTURE(vsn);
    CHECK(serializer_for(vsn).has_value());
  }
  for (const char* vsn : {"", "2", "2.0", "2.0.", "2.0.01", "2.0.0-rc.1", "2.0.0 ", " 2.0.0", "2.1.0", "3.0.0",
                          "123.1.1", "abc", "2.0.x", "2.0.0.0", "1", "1.0", "1.1.0"}) {
    CAPTURE(vsn);
    CHECK_FALSE(serializer_for(vsn).has_value());
  }
}

TEST_CASE("a message is five elements") {
  const auto message = decode(R"(["1","2","room:1","new",{"a":[1,"x"]}])");
  REQUIRE(message.has_value());
  CHECK(message->join_ref == Ref::of("1"));
  CHECK(message->ref == Ref::of("2"));
  CHECK(message->topic == Label("room:1"));
  CHECK(message->event == Label("new"));
  CHECK(message->payload.json().view() == R"({"a":[1,"x"]})");
}

TEST_CASE("elements after the fifth are ignored, but they have to be JSON") {
  CHECK(decode(R"([null,"1","t","e",{},"x",{"y":[]}])").has_value());
  CHECK_FALSE(decode(R"([null,"1","t","e",{},tru])").has_value());
  CHECK_FALSE(decode(R"([null,"1","t","e",{},])").has_value());
}

TEST_CASE("white space between tokens is dropped, in strings it is kept") {
  const auto message = decode(" [ null ,\t\"1\" ,\n\"a b\" , \"e\" , { \"k 1\" : [ 1 , \"x  y\" ] } ]\r\n ");
  REQUIRE(message.has_value());
  CHECK(message->topic == Label("a b"));
  CHECK(message->payload.json().view() == R"({"k 1":[1,"x  y"]})");
}

TEST_CASE("refs keep their JSON type, strings have one spelling") {
  const auto message = decode(R"([1,"\u0031\n","t","e",null])");
  REQUIRE(message.has_value());
  CHECK(message->join_ref.token() == "1");
  CHECK(message->join_ref != Ref::of("1"));
  CHECK(message->ref == Ref::of("1\n"));
  const auto odd = decode(R"([{ "a" : 1 },[true, 2.50],5,null,"x"])");
  REQUIRE(odd.has_value());
  CHECK(odd->join_ref.token() == R"({"a":1})");
  CHECK(odd->ref.token() == "[true,2.50]");
  CHECK(odd->topic == Label::raw("5"));
  CHECK(odd->event == Label::raw("null"));
  CHECK_FALSE(odd->event.is("null"));
}

TEST_CASE("payloads that pass") {
  const std::vector<std::string> payloads = {"null",
                                             "true",
                                             "false",
                                             "0",
                                             "-0",
                                             "-1",
                                             "1.5",
                                             "1e2",
                                             "1E+2",
                                             "1e-999",
                                             "0.0000001",
                                             "123456789012345678901234567890",
                                             std::string(400, '9'),
                                             R"("")",
                                             R"("\"\\\/\b\f\n\r\t")",
                                             R"("\ud83d\ude00")",
                                             R"("\uD83D\uDE00 é 😀 \u0000")",
                                             "[]",
                                             "{}",
                                             R"({"":{}})",
                                             R"({"a":1,"a":2})",
                                             "[[],{},[{}]]",
                                             nested(512),
                                             R"("\ud800")",
                                             R"("\udc00 \ud800x\ud800\u0041")",
                                             R"({"\ude00":"\ude00\ud83d"})",
                                             R"("</script>")",
                                             "\"\x7f\"",
                                             R"("\u005c")",
                                             R"("ends in a backslash \\")"};
  for (const auto& payload : payloads) {
    CAPTURE(payload);
    const auto message = decode(with_payload(payload));
    REQUIRE(message.has_value());
    CHECK(message->payload.json().view() == payload);
    CHECK(message->payload.json().parse(json_depth_max).has_value());
  }
}

TEST_CASE("payloads that are malformed wherever they stand") {
  const std::vector<std::string> payloads = {
      // literals and numbers
      "tru", "truex", "True", "nul", "nullx", "undefined", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e",
      "1e+", "1.e1", "0x10", "1_000", "1e999", "-1e999", "1.0e400", "--1", "1a", "1.2.3",
      // strings
      "'a'", R"("\x41")", R"("\u12")", R"("\u12g4")", "\"a\nb\"", "\"a\tb\"", std::string("\"a\0b\"", 5), "\"\x1f\"",
      "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", R"("unclosed)", R"("a" "b")",
      // structure
      "", "[1 2]", "[1,]", "[,1]", "[,]", "[1,,2]", "{", "}", "[}", "{]", "[", R"({"a"})", R"({"a":})", R"({"a":1,})",
      R"({,})", R"({"a":1 "b":2})", R"({a:1})", R"({1:2})", R"({"a"::1})", R"({"a" 1})", R"({null:1})", nested(513),
      "// comment\n1", "/**/1", "1;"};
  for (const auto& payload : payloads) {
    CAPTURE(payload);
    CHECK_FALSE(decode(with_payload(payload)).has_value());
    CHECK_FALSE(decode(with_payload("[" + payload + ",1]")).has_value());
    CHECK_FALSE(decode(with_payload(R"({"a":)" + payload + R"(,"b":1})")).has_value());
    CHECK_FALSE(decode(with_payload("{}," + payload)).has_value());
    CHECK_FALSE(decode("[" + payload + R"(,"2","t","e",{}])").has_value());
    CHECK_FALSE(decode(R"([null,"2",)" + payload + R"(,"e",{}])").has_value());
  }
}

TEST_CASE("malformed frames") {
  const std::string good = with_payload("{}");
  for (const std::string& frame : {std::string(),
                                   std::string(" "),
                                   std::string("{oops"),
                                   std::string("[]"),
                                   std::string(R"(["1","2","t","e"])"),
                                   std::string("{}"),
                                   std::string(R"({"topic":"t","event":"e","payload":{},"ref":"1"})"),
                                   std::string("null"),
                                   std::string("\"x\""),
                                   std::string("1"),
                                   "\xEF\xBB\xBF" + good,
                                   good + "x",
                                   good + "]",
                                   good + good,
                                   good + ",",
                                   good + std::string(1, '\0'),
                                   std::string(100'000, '['),
                                   std::string(100'000, '[') + std::string(100'000, ']'),
                                   "[" + good,
                                   good.substr(0, good.size() - 1)}) {
    CAPTURE(frame.substr(0, 100));
    CHECK_FALSE(decode(frame).has_value());
  }
  CHECK_FALSE(v2().decode(Frame::Kind::binary, good).has_value());
}

TEST_CASE("no prefix of a message is a message") {
  const std::string frame = R"([ "1", 2, "t\u00e9", "e", {"a":[1.5e3,"\ud83d\ude00",null,true,false],"b":{"c":""}} ])";
  REQUIRE(decode(frame).has_value());
  for (std::size_t size = 0; size < frame.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(decode(frame.substr(0, size)).has_value());
  }
}

TEST_CASE("frames that pass after random mutation are JSON for another parser, and compact") {
  const std::string seed_frame =
      R"([ "1", 2, "t\u00e9", "e", {"a":[1.5e3,"\ud83d\ude00",null,true,false,-0.5],"b":{"c":""," d":[[],{}]}} ])";
  const std::string pieces = "\"\\{}[],: \n01e-.+tfnulrsax\x01\x80";
  int passed = 0;
  for (unsigned seed = 1; seed <= 20'000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::string frame = seed_frame;
    for (auto edits = random() % 3 + 1; edits > 0; --edits) {
      const std::size_t at = random() % frame.size();
      const char piece = pieces[random() % pieces.size()];
      switch (random() % 3) {
        case 0: frame[at] = piece; break;
        case 1: frame.insert(at, 1, piece); break;
        default: frame.erase(at, 1);
      }
    }
    CAPTURE(frame);
    const auto message = decode(frame);
    const auto tree = parse_json(frame);
    if (!message) continue;
    ++passed;
    REQUIRE(tree.has_value());  // the whole text, by another parser
    REQUIRE(tree->as_array().size() >= 5);
    const auto payload = message->payload.json().parse();
    REQUIRE(payload.has_value());
    CHECK(*payload == tree->as_array()[4]);
    CHECK(message->payload.json().view().find_first_of("\n\t\r") == std::string_view::npos);
  }
  CHECK(passed > 1000);
}

TEST_CASE("what is sent is compact, has five elements, and reads back") {
  const PhxReply reply{Ref::of("1"), Ref::of("2"), "room:\"é\n", "ok",
                       JsonText::trusted(std::string_view(R"({"a":1})"))};
  CHECK(v2().encode(reply).bytes.view() == R"(["1","2","room:\"é\n","phx_reply",{"status":"ok","response":{"a":1}}])");
  const PhxReply echo{{}, Ref::raw("7"), Label::raw("5"), "error", empty_object()};
  CHECK(v2().encode(echo).bytes.view() == R"([null,7,5,"phx_reply",{"status":"error","response":{}}])");
  const Push push{Ref::of("1"), {}, "t", "e", empty_object()};
  CHECK(v2().encode(push).bytes.view() == R"(["1",null,"t","e",{}])");
  const Broadcast broadcast{"t", "e/", JsonText::trusted(std::string_view(R"({"x":"ü"})"))};
  CHECK(v2().encode(broadcast).bytes.view() == R"([null,null,"t","e/",{"x":"ü"}])");
  CHECK(decode(v2().encode(reply).bytes.view()).has_value());
}
