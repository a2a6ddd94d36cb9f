// SPDX-License-Identifier: MIT

#include <entmoot/web/fetch.hpp>

#include <entmoot/core/shard.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/fetch_message.hpp>

#include <fmt/format.h>
#include <openssl/err.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace entmoot {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::uint32_t response_header_bytes_max = 32 * KiB;

bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// HTTP-redirect fetch of the Fetch standard: a redirected POST becomes a GET, and credentials stay with their
// origin.
void follow(FetchRequest& request, unsigned status, FetchUrl to) {
  const auto forget = [&](std::initializer_list<std::string_view> names) {
    std::erase_if(request.headers, [&](const HttpHeader& header) {
      return std::ranges::any_of(names, [&](std::string_view name) { return same_name(name, header.name); });
    });
  };
  const bool to_get = status == 303 ? request.method != "GET" && request.method != "HEAD"
                                    : (status == 301 || status == 302) && request.method == "POST";
  if (to_get) {
    request.method = "GET";
    request.body.clear();
    forget({"content-encoding", "content-language", "content-location", "content-type"});
  }
  if (to.origin() != request.url.origin()) forget({"authorization", "cookie"});
  request.url = std::move(to);
}

http::request<http::string_body> message_of(const FetchRequest& request) {
  http::request<http::string_body> message;
  message.version(11);
  message.method_string(request.method);
  message.target(request.url.target);
  message.set(http::field::host, request.url.authority());
  message.set(http::field::connection, "close");
  message.set(http::field::accept, "*/*");
  message.set(http::field::user_agent, "entmoot");
  for (const char* own : {"accept", "user-agent"}) {
    if (std::ranges::any_of(request.headers, [&](const HttpHeader& h) { return same_name(h.name, own); }))
      message.erase(own);
  }
  for (const HttpHeader& header : request.headers) message.insert(header.name, header.value);
  message.body() = request.body;
  const bool has_body =
      !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (has_body) message.content_length(request.body.size());
  return message;
}

}  // namespace

struct Fetcher::Inner {
  Shard& shard;
  const FetchOptions options;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::vector<std::shared_ptr<Exchange>> exchanges = {};
};

// One request and its redirects. Kept alive by pending I/O, and by the Fetcher until it has ended.
class Fetcher::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(const std::shared_ptr<Inner>& inner, FetchRequest request, ReplyTo reply, MemoryCharge held)
      : inner_(inner),
        options_(inner->options),
        request_(std::move(request)),
        reply_(std::move(reply)),
        held_(std::move(held)),
        deadline_(inner->shard),
        resolver_(inner->shard.asio()) {}

  [[nodiscard]] const std::string& id() const noexcept { return request_.id; }

  void start() {
    deadline_.set(options_.timeout, [this] {
      finish(fail(ErrorCode::timeout,
                  fmt::format("{} did not answer within {} s", request_.url.origin(),
                              std::chrono::duration_cast<std::chrono::seconds>(options_.timeout).count())));
    });
    send_request();
  }

  /// Replies, unless that has been done. Pending I/O ends with its next event.
  void finish(Result<JsonText> result) {
    const auto self = shared_from_this();
    deadline_.cancel();
    held_.clear();
    if (reply_.wanted()) std::move(reply_)(std::move(result));
    resolver_.cancel();
    close();
    if (resolving_) return;  // counts against the limit until the name lookup returns
    leave();
  }

 private:
  using Plain = tcp::socket;
  using Tls = asio::ssl::stream<tcp::socket>;
  using ResponseParser = http::response_parser<http::string_body>;

  void leave() {
    if (const auto inner = inner_.lock()) std::erase(inner->exchanges, shared_from_this());
  }
  void close() {
    error_code ignored;
    if (plain_) plain_->close(ignored);
    if (tls_) tls_->next_layer().close(ignored);
  }
  [[nodiscard]] bool over() const noexcept { return !reply_.wanted(); }
  void finish(std::string_view what, const error_code& error) {
    // The verification result is more specific than OpenSSL's error code.
    std::string reason = error.message();
    if (tls_ && SSL_get_verify_result(tls_->native_handle()) != X509_V_OK) {
      reason = X509_verify_cert_error_string(SSL_get_verify_result(tls_->native_handle()));
    }
    finish(fail(ErrorCode::io, fmt::format("{} {}: {}", what, request_.url.origin(), reason)));
  }

  void send_request() {
    const auto verdict = options_.policy.judge(request_.url);
    if (verdict == FetchPolicy::Verdict::refused) {
      return finish(fail(
          ErrorCode::failed,
          fmt::format("fetch to {} is not allowed: add it to `fetch` in entmoot.config.ts", request_.url.origin())));
    }
    resolving_ = true;
    resolver_.async_resolve(
        request_.url.host, std::to_string(request_.url.port), tcp::resolver::numeric_service,
        [this, self = shared_from_this(), verdict](const error_code& error, const tcp::resolver::results_type& found) {
          resolving_ = false;
          if (over()) return leave();
          if (error) return finish("cannot resolve the name of", error);
          connect(found, verdict);
        });
  }

  void connect(const tcp::resolver::results_type& found, FetchPolicy::Verdict verdict) {
    std::vector<tcp::endpoint> addresses;
    for (const auto& entry : found) {
      if (verdict == FetchPolicy::Verdict::allowed || is_public(entry.endpoint().address())) {
        addresses.push_back(entry.endpoint());
      }
    }
    if (addresses.empty()) {
      return finish(
          fail(ErrorCode::unauthorized,
               fmt::format("{} has a private address: to allow it, list \"{}\" itself in `fetch` in entmoot.config.ts",
                           request_.url.host, request_.url.origin())));
    }
    asio::io_context& io = inner_.lock()->shard.asio();
    plain_.reset();
    tls_.reset();
    if (request_.url.scheme == "https") {
      tls_.emplace(io, inner_.lock()->tls);
    } else {
      plain_.emplace(io);
    }
    // Connects to exactly the addresses that were checked; the name is not resolved again.
    addresses_ = std::move(addresses);
    asio::async_connect(plain_ ? *plain_ : tls_->next_layer(), addresses_,
                        [this, self = shared_from_this()](const error_code& error, const tcp::endpoint&) {
                          if (over()) return;
                          if (error) return finish("cannot connect to", error);
                          if (tls_) return handshake(*tls_);
                          write(*plain_);
                        });
  }

  void handshake(Tls& tls) {
    const std::string& host = request_.url.host;
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (not_an_address) SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
    tls.set_verify_mode(asio::ssl::verify_peer);
    tls.set_verify_callback(asio::ssl::host_name_verification(host));
    tls.async_handshake(asio::ssl::stream_base::client,
                        [this, self = shared_from_this(), &tls](const error_code& error) {
                          if (over()) return;
                          if (error) return finish("TLS handshake failed with", error);
                          write(tls);
                        });
  }

  template <class Stream>
  void write(Stream& stream) {
    message_ = message_of(request_);
    buffer_.clear();
    http::async_write(stream, message_,
                      [this, self = shared_from_this(), &stream](const error_code& error, std::size_t) {
                        if (over()) return;
                        // A server may respond before it has read the whole request.
                        write_error_ = error;
                        read(stream);
                      });
  }

  template <class Stream>
  void read(Stream& stream) {
    ResponseParser& parser = parser_.emplace();
    parser.header_limit(response_header_bytes_max);
    parser.body_limit(options_.response_bytes_max);
    parser.skip(request_.method == "HEAD");
    read_more(stream, parser);
  }

  /// Reads a part of the response, and holds its bytes on the room's account.
  template <class Stream>
  void read_more(Stream& stream, ResponseParser& parser) {
    http::async_read_some(
        stream, buffer_, parser,
        [this, self = shared_from_this(), &stream, &parser](const error_code& error, std::size_t) {
          if (over()) return;
          if (error == http::error::body_limit) {
            return finish(fail(ErrorCode::limit, fmt::format("the response of {} exceeds {} KiB", request_.url.origin(),
                                                             options_.response_bytes_max / KiB)));
          }
          if (error) return finish("no response from", write_error_ ? write_error_ : error);
          const std::size_t bytes = parser.get().body().size();
          if (bytes > held_.bytes() && !held_.add(bytes - held_.bytes())) {
            return finish(
                fail(ErrorCode::limit, "too much memory is held for this room outside its heap (limit `hostMemory`)"));
          }
          if (!parser.is_done()) return read_more(stream, parser);
          if (parser.get().result_int() < 200) return read(stream);  // 100 and 103 precede the response
          take(parser.release());
        });
  }

  void take(http::response<http::string_body> message) {
    const unsigned status = message.result_int();
    const auto location = message.find(http::field::location);
    if (is_redirect(status) && location != message.end() && request_.redirect != FetchRequest::Redirect::manual) {
      return redirect(status, location->value());
    }
    FetchResponse response{.status = status,
                           .reason = std::string(message.reason()),
                           .body = std::move(message.body()),
                           .url = request_.url.text(),
                           .redirected = redirects_ > 0};
    for (const auto& field : message) {
      response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    finish(response.to_json());
  }

  void redirect(unsigned status, std::string_view location) {
    if (request_.redirect == FetchRequest::Redirect::error) {
      return finish(fail(ErrorCode::failed, fmt::format("{} redirects, and the request's redirect mode is \"error\"",
                                                        request_.url.text())));
    }
    if (++redirects_ > options_.redirects_max) {
      return finish(fail(ErrorCode::limit, fmt::format("more than {} redirects", options_.redirects_max)));
    }
    auto to = request_.url.resolve(location);
    if (!to) return finish(fail(ErrorCode::failed, "invalid redirect target: " + to.error().reason));
    follow(request_, status, std::move(*to));
    close();
    send_request();
  }

  const std::weak_ptr<Inner> inner_;
  const FetchOptions& options_;
  FetchRequest request_;
  ReplyTo reply_;      // wanted() until the reply
  MemoryCharge held_;  // the bytes of the response
  Deadline deadline_;
  tcp::resolver resolver_;
  bool resolving_ = false;
  int redirects_ = 0;

  std::vector<tcp::endpoint> addresses_;
  std::optional<Plain> plain_;
  std::optional<Tls> tls_;
  http::request<http::string_body> message_;
  error_code write_error_;
  boost::beast::flat_buffer buffer_{response_header_bytes_max + 64 * KiB};
  std::optional<ResponseParser> parser_;  // of the current response
};

Fetcher::Fetcher(Shard& shard, FetchOptions options)
    : inner_(std::make_shared<Inner>(Inner{.shard = shard, .options = std::move(options)})) {
  inner_->tls.set_default_verify_paths();
  if (!inner_->options.certificates.empty()) inner_->tls.load_verify_file(inner_->options.certificates);
}

Fetcher::~Fetcher() {
  for (const auto& exchange : std::exchange(inner_->exchanges, {}))
    exchange->finish(fail(ErrorCode::unavailable, "the server is stopping"));
}

void Fetcher::fetch(const JsonText& args, ReplyTo reply, std::shared_ptr<MemoryAccount> account) {
  if (inner_->exchanges.size() >= inner_->options.under_way_max)
    return std::move(reply)(fail(ErrorCode::overloaded, "overloaded"));
  auto request = FetchRequest::parse(args, inner_->options.request_bytes_max);
  if (!request) return std::move(reply)(request.error());
  inner_->exchanges.push_back(
      std::make_shared<Exchange>(inner_, std::move(*request), std::move(reply), MemoryCharge(std::move(account))));
  const auto exchange = inner_->exchanges.back();
  exchange->start();
}

void Fetcher::abort(std::string_view id) {
  const auto all = inner_->exchanges;
  for (const auto& exchange : all) {
    if (!id.empty() && exchange->id() == id) exchange->finish(fail(ErrorCode::cancelled, "request aborted"));
  }
}

std::size_t Fetcher::under_way() const noexcept { return inner_->exchanges.size(); }
Duration Fetcher::timeout() const noexcept { return inner_->options.timeout; }

}  // namespace entmoot
