// SPDX-License-Identifier: MIT

#include <entmoot/web/permessage_deflate.hpp>

#include <entmoot/web/deflate.hpp>
#include <entmoot/web/outbox.hpp>

#include "deflate_streams.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace entmoot;
using namespace entmoot::wire;

namespace {

const std::string plain_answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

std::string answer(std::string_view offers) {
  const auto accepted = PerMessageDeflate::accept(offers);
  return accepted ? accepted->answer() : "none";
}

std::string inflated(const SharedBytes& bytes) {
  std::string out;
  CHECK(inflate_message(bytes.view(), {.bytes_max = 1 * MiB}, out) == Inflated::done);
  return out;
}

}  // namespace

TEST_CASE("an offer is accepted without windows that outlive a message") {
  for (const auto offer :
       {"permessage-deflate", "Permessage-Deflate", "permessage-deflate; client_max_window_bits",
        "permessage-deflate;client_max_window_bits=8", "permessage-deflate ; client_max_window_bits = \"15\"",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; Client_No_Context_Takeover; client_max_window_bits=10"}) {
    CHECK_MESSAGE(answer(offer) == plain_answer, offer);
  }
}

TEST_CASE("the window that a client asks of the server is granted from 9 to 15") {
  for (const auto bits : {"9", "10", "11", "12", "13", "14", "15"}) {
    CHECK(answer("permessage-deflate; server_max_window_bits=" + std::string(bits)) ==
          plain_answer + "; server_max_window_bits=" + bits);
  }
  CHECK(answer("permessage-deflate; server_max_window_bits=\"1\\0\"") == plain_answer + "; server_max_window_bits=10");
}

TEST_CASE("an offer with an unknown, a wrong or a doubled parameter is declined") {
  for (const auto parameter :
       {"server_max_window_bits", "server_max_window_bits=8", "server_max_window_bits=7", "server_max_window_bits=16",
        "server_max_window_bits=09", "server_max_window_bits=+9", "server_max_window_bits=9x",
        "client_max_window_bits=08", "client_max_window_bits=16", "client_max_window_bits=0",
        "client_no_context_takeover=1", "server_no_context_takeover=true", "x", "x=1",
        "client_max_window_bits; client_max_window_bits", "server_max_window_bits=9; server_max_window_bits=9",
        "server_no_context_takeover; server_no_context_takeover",
        "client_no_context_takeover; Client_no_context_takeover"}) {
    CHECK_MESSAGE(answer("permessage-deflate; " + std::string(parameter)) == "none", parameter);
  }
}

TEST_CASE("the first acceptable offer counts, and other extensions are passed over") {
  CHECK(answer("permessage-deflate; server_max_window_bits=8, permessage-deflate") == plain_answer);
  CHECK(answer("x-webkit-deflate-frame, permessage-deflate; x=\"y\", , permessage-deflate; server_max_window_bits=12, "
               "permessage-deflate") == plain_answer + "; server_max_window_bits=12");
  CHECK(answer("permessage-bzip2; a; b=c") == "none");
  CHECK(answer("") == "none");
  CHECK(answer(" , ,") == "none");
}

TEST_CASE("a list that breaks the grammar offers nothing") {
  for (const auto list :
       {"permessage-deflate;", "permessage-deflate; ;", "permessage-deflate; client_max_window_bits=",
        "permessage-deflate; client_max_window_bits=\"15", "permessage-deflate; a=\"\"",
        "permessage-deflate; a=\"b c\"", "permessage-deflate; a=\"b\\", "permessage-deflate x", "permessage-deflate, ;",
        "=permessage-deflate", "permessage-deflate; =9", "permessage-deflate, permessage-deflate; a=b=c"}) {
    CHECK_MESSAGE(answer(list) == "none", list);
  }
}

TEST_CASE("a message is compressed once, and all who send it send the same memory") {
  const auto one = *PerMessageDeflate::accept("permessage-deflate");
  const auto another = *PerMessageDeflate::accept("permessage-deflate; server_max_window_bits=15");
  const SharedBytes message(chatter(100'000));
  const auto a = one.compressed(message);
  const auto b = another.compressed(message);
  CHECK(a.data() == b.data());
  CHECK(a.size() < message.size());
  CHECK(inflated(a) == message.view());

  Outbox outbox;
  REQUIRE(outbox.push(Frame::Kind::text, a, true));
  std::array<iovec, 4> pieces;
  REQUIRE(outbox.gather(pieces) == 2);
  CHECK(static_cast<const unsigned char*>(pieces[0].iov_base)[0] == 0xc1);  // FIN, RSV1, text
  CHECK(pieces[1].iov_base == a.data());
}

TEST_CASE("a small window shares what is short, and gets a stream of its own where a distance could be too long") {
  const auto small = *PerMessageDeflate::accept("permessage-deflate; server_max_window_bits=10");
  const auto large = *PerMessageDeflate::accept("permessage-deflate");
  const SharedBytes fits(chatter(1024));
  CHECK(small.compressed(fits).data() == large.compressed(fits).data());
  const SharedBytes does_not(chatter(600) + noise(2000) + chatter(600));
  const auto own = small.compressed(does_not);
  CHECK(own.data() != large.compressed(does_not).data());
  CHECK(inflated(own) == does_not.view());
  CHECK(own.size() > large.compressed(does_not).size());  // it could not refer back over the noise
}

TEST_CASE("what is short, huge or does not get smaller is sent as it is") {
  const auto deflate = *PerMessageDeflate::accept("permessage-deflate");
  CHECK(deflate.compressed(SharedBytes()).empty());
  CHECK(deflate.compressed(SharedBytes(std::string(PerMessageDeflate::plain_below_bytes - 1, 'x'))).empty());
  CHECK_FALSE(deflate.compressed(SharedBytes(std::string(PerMessageDeflate::plain_below_bytes, 'x'))).empty());
  CHECK_FALSE(deflate.compressed(SharedBytes(std::string(PerMessageDeflate::plain_above_bytes, 'x'))).empty());
  CHECK(deflate.compressed(SharedBytes(std::string(PerMessageDeflate::plain_above_bytes + 1, 'x'))).empty());
  const SharedBytes wild(noise(1000));
  CHECK(deflate.compressed(wild).empty());
  CHECK(deflate.compressed(wild).empty());  // and is remembered
}

TEST_CASE("threads that ask for what is derived at the same time get one and the same, made once") {
  for (int round = 0; round < 100; ++round) {
    const SharedBytes bytes("plain");
    std::atomic<int> made{0};
    std::array<SharedBytes, 4> got;
    {
      std::vector<std::jthread> threads;
      for (auto& place : got) {
        threads.emplace_back([&place, &made, own = bytes] {
          place = own.derived([&] {
            ++made;
            return SharedBytes("derived");
          });
        });
      }
    }
    CHECK(made == 1);
    for (const auto& one : got) CHECK(one.data() == got[0].data());
    CHECK(got[0].owners() == 5);
  }
}

TEST_CASE("what is derived lives as long as its last owner, and goes with the bytes") {
  SharedBytes kept;
  {
    const SharedBytes bytes("plain");
    kept = bytes.derived([] { return SharedBytes("derived"); });
    CHECK(kept.owners() == 2);
  }
  CHECK(kept.view() == "derived");
  CHECK(kept.owners() == 1);

  const SharedBytes bytes("plain");
  CHECK_THROWS((void)bytes.derived([]() -> SharedBytes { throw std::runtime_error("no memory"); }));
  CHECK(bytes.derived([] { return SharedBytes(); }).empty());
  CHECK(bytes.derived([] { return SharedBytes("too late"); }).empty());
}
