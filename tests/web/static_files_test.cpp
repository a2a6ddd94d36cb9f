// SPDX-License-Identifier: MIT

#include <entmoot/web/byte_ranges.hpp>
#include <entmoot/web/mime_types.hpp>
#include <entmoot/web/static_files.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

using namespace entmoot;

namespace {

constexpr EmbeddedFile files[] = {{"index.html", "embedded"}, {"app/main.js", "embedded"}, {"secret.txt", "embedded"}};

std::string body_at(const StaticFiles& served, const std::string& path) {
  HttpRequest request;
  request.method = "GET";
  request.path = path;
  const auto found = served.find(request);
  return found ? std::string(found->body.view()) : "not found";
}

HttpRequest request_of(const std::string& path, std::vector<HttpHeader> headers = {},
                       const std::string& method = "GET") {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

std::string header_of(const HttpResponse& response, std::string_view name) {
  for (const auto& header : response.headers) {
    if (same_name(header.name, name)) return header.value;
  }
  return "none";
}

void write(const std::filesystem::path& path, std::string_view text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("a directory over the embedded files is read afresh, never left, and only for names that are embedded") {
  const auto folder = std::filesystem::temp_directory_path() / ("entmoot-static-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "pages" / "app");
  write(folder / "outside.txt", "outside");
  write(folder / "pages" / "index.html", "edited");
  write(folder / "pages" / "unlisted.html", "unlisted");
  std::filesystem::create_symlink("../outside.txt", folder / "pages" / "secret.txt");

  StaticFiles served;
  served.add(files, {.directory = (folder / "pages").string()});
  CHECK(body_at(served, "/") == "edited");
  CHECK(body_at(served, "/index.html") == "edited");
  CHECK(body_at(served, "/app/main.js") == "embedded");
  CHECK(body_at(served, "/secret.txt") == "embedded");
  CHECK(body_at(served, "/unlisted.html") == "not found");
  CHECK(body_at(served, "/../outside.txt") == "not found");
  write(folder / "pages" / "index.html", "edited again");
  CHECK(body_at(served, "/") == "edited again");
  std::filesystem::remove_all(folder);
}

TEST_CASE("files appear below their prefix, and index.html for its folder") {
  StaticFiles served;
  served.add(files, {.prefix = "/pages/"});
  CHECK(body_at(served, "/pages/") == "embedded");
  CHECK(body_at(served, "/pages/app/main.js") == "embedded");
  CHECK(body_at(served, "/") == "not found");
  CHECK(body_at(served, "/app/main.js") == "not found");
}

TEST_CASE("a file has its media type by its ending, in any case") {
  CHECK(mime_type_of("LOGO.SVG") == "image/svg+xml");
  CHECK(mime_type_of("a.jpeg") == "image/jpeg");
  CHECK(mime_type_of("a.csv") == "text/csv; charset=utf-8");
  CHECK(mime_type_of("a.min.js") == "text/javascript; charset=utf-8");
  CHECK(mime_type_of("a.mp4") == "video/mp4");
  CHECK(mime_type_of("a.ttf") == "font/ttf");
  CHECK(mime_type_of("a.WASM") == "application/wasm");
  for (const std::string_view unknown : {"a", "", ".", "a.", "a.unknown", "a.svgx", "svg", "a.verylongendingofafile"})
    CHECK(mime_type_of(unknown) == "application/octet-stream");
}

TEST_CASE("a range is what RFC 9110 says, and what does not apply is ignored") {
  const auto part = [](std::size_t first, std::size_t size) {
    return ByteRange{.kind = ByteRange::Kind::part, .first = first, .size = size};
  };
  const ByteRange whole{}, none{.kind = ByteRange::Kind::unsatisfiable};
  CHECK(byte_range_of("bytes=0-1", 10) == part(0, 2));
  CHECK(byte_range_of("bytes=0-0", 10) == part(0, 1));
  CHECK(byte_range_of("bytes=9-", 10) == part(9, 1));
  CHECK(byte_range_of("bytes=0-", 10) == part(0, 10));
  CHECK(byte_range_of("bytes=-3", 10) == part(7, 3));
  CHECK(byte_range_of("bytes=-30", 10) == part(0, 10));
  CHECK(byte_range_of("bytes=5-999", 10) == part(5, 5));
  CHECK(byte_range_of("Bytes = 5-99999999999999999999999999", 10) == part(5, 5));
  CHECK(byte_range_of("bytes=10-", 10) == none);
  CHECK(byte_range_of("bytes=99999999999999999999999999-", 10) == none);
  CHECK(byte_range_of("bytes=-0", 10) == none);
  CHECK(byte_range_of("bytes=-1", 0) == none);
  CHECK(byte_range_of("bytes=0-", 0) == none);
  for (const std::string_view odd : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,3-4",
                                     "items=0-1", "bytes=+1-2", "bytes=1- 2", "bytes=0x1-2", "bytes=--1", "0-1"}) {
    CAPTURE(odd);
    CHECK(byte_range_of(odd, 10) == whole);
  }
}

TEST_CASE("a part of a file is 206, one behind its end 416, and If-Range compares the ETag") {
  StaticFiles served;
  served.add(files, {});
  const auto get = [&](std::vector<HttpHeader> headers, const std::string& method = "GET") {
    return *served.find(request_of("/secret.txt", std::move(headers), method));
  };
  const auto whole = get({});
  CHECK(whole.status == 200);
  CHECK(header_of(whole, "accept-ranges") == "bytes");
  const auto part = get({{"range", "bytes=2-4"}});
  CHECK(part.status == 206);
  CHECK(part.body.view() == "bed");
  CHECK(header_of(part, "content-range") == "bytes 2-4/8");
  CHECK(header_of(part, "etag") == header_of(whole, "etag"));
  const auto behind = get({{"range", "bytes=8-"}});
  CHECK(behind.status == 416);
  CHECK(header_of(behind, "content-range") == "bytes */8");
  CHECK(behind.body.empty());
  CHECK(get({{"range", "bytes=0-1,3-4"}}).body.view() == "embedded");
  CHECK(get({{"range", "bytes=2-4"}, {"if-range", header_of(whole, "etag")}}).status == 206);
  CHECK(get({{"range", "bytes=2-4"}, {"if-range", "\"other\""}}).status == 200);
  CHECK(get({{"range", "bytes=2-4"}, {"if-range", "W/" + header_of(whole, "etag")}}).status == 200);
  CHECK(get({{"range", "bytes=2-4"}, {"if-range", "Fri, 27 Nov 2026 10:00:00 GMT"}}).status == 200);
  CHECK(get({{"range", "bytes=2-4"}, {"if-none-match", header_of(whole, "etag")}}).status == 304);
  CHECK(get({{"range", "bytes=2-4"}}, "HEAD").status == 200);
  CHECK_FALSE(served.find(request_of("/secret.txt", {}, "POST")).has_value());
}

TEST_CASE("a folder without its slash leads to the folder, with its query") {
  StaticFiles served;
  const EmbeddedFile help[] = {{"help/index.html", "help"}, {"help/a b/index.html", "more"}, {"plain", "text"}};
  served.add(help, {});
  HttpRequest request = request_of("/help");
  request.query = "a=b";
  const auto moved = served.find(request);
  REQUIRE(moved.has_value());
  CHECK(moved->status == 308);
  CHECK(header_of(*moved, "location") == "/help/?a=b");
  CHECK(header_of(*served.find(request_of("/help/a%20b")), "location") == "/help/a%20b/");
  CHECK(served.find(request_of("/help/"))->body.view() == "help");
  for (const std::string path : {"/hel", "/help//", "//help", "/plain/", ""})
    CHECK_MESSAGE(!served.find(request_of(path)).has_value(), path);
}

TEST_CASE("a client gets the compressed form that it accepts: one that lies beside the file, or one made here") {
  const std::string text(3000, 'x');
  const EmbeddedFile app[] = {{"app.js", text},   {"app.js.br", "as br"}, {"app.css", text},  {"app.css.gz", "as gzip"},
                              {"data.csv", text}, {"small.txt", "x"},     {"photo.png", text}};
  StaticFiles served;
  served.add(app, {.gzip_bytes_max = 1 * MiB});
  const auto get = [&](const std::string& path, const std::string& accepted, std::vector<HttpHeader> more = {}) {
    more.push_back({"accept-encoding", accepted});
    return *served.find(request_of(path, std::move(more)));
  };
  const auto coding = [&](const std::string& path, const std::string& accepted) {
    return header_of(get(path, accepted), "content-encoding");
  };
  CHECK(coding("/app.js", "gzip, deflate, br") == "br");
  CHECK(get("/app.js", "br").body.view() == "as br");
  CHECK(coding("/app.js", "gzip") == "gzip");
  CHECK(coding("/app.js", "GZIP;q=0.5, br;q=0") == "gzip");
  CHECK(coding("/app.js", "*") == "br");
  CHECK(coding("/app.js", "br;q=0.000, *;q=0.1") == "gzip");
  CHECK(coding("/app.js", "identity") == "none");
  CHECK(coding("/app.js", "") == "none");
  CHECK(get("/app.css", "gzip").body.view() == "as gzip");
  CHECK(coding("/data.csv", "gzip") == "gzip");
  CHECK(get("/data.csv", "gzip").body.size() < 100);
  CHECK(coding("/small.txt", "gzip") == "none");
  CHECK(coding("/photo.png", "gzip") == "none");
  CHECK(header_of(get("/app.js", ""), "vary") == "accept-encoding");
  CHECK(header_of(get("/photo.png", "gzip"), "vary") == "none");
  // Each form has an ETag of its own, and a part is one of the file itself.
  const auto as_br = get("/app.js", "br"), plain = get("/app.js", "");
  CHECK(header_of(as_br, "etag") != header_of(plain, "etag"));
  CHECK(get("/app.js", "br", {{"if-none-match", header_of(as_br, "etag")}}).status == 304);
  CHECK(get("/app.js", "br", {{"if-none-match", header_of(plain, "etag")}}).status == 200);
  const auto part = get("/app.js", "br", {{"range", "bytes=0-4"}});
  CHECK(part.body.view() == "xxxxx");
  CHECK(header_of(part, "content-encoding") == "none");
  StaticFiles bounded;
  bounded.add(app, {.gzip_bytes_max = 5000});
  CHECK(header_of(*bounded.find(request_of("/app.js", {{"accept-encoding", "gzip"}})), "content-encoding") == "gzip");
  CHECK(header_of(*bounded.find(request_of("/data.csv", {{"accept-encoding", "gzip"}})), "content-encoding") == "none");
}

TEST_CASE("a path without a file gets the app's page or its 404.html") {
  const EmbeddedFile app[] = {{"index.html", "the app"}, {"404.html", "not here"}};
  StaticFiles with_page, without;
  with_page.add(app, {.fallback = "index.html"});
  without.add(app, {});
  const std::vector<HttpHeader> browser = {{"accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};
  CHECK(with_page.not_found(request_of("/rooms/7", browser))->body.view() == "the app");
  CHECK(with_page.not_found(request_of("/rooms/7", browser))->status == 200);
  CHECK(with_page.not_found(request_of("/missing.js"))->status == 404);
  CHECK(without.not_found(request_of("/rooms/7", browser))->status == 404);
  CHECK(without.not_found(request_of("/rooms/7", browser))->body.view() == "not here");
  CHECK_FALSE(without.not_found(request_of("/rooms/7", browser, "POST")).has_value());
  StaticFiles neither;
  neither.add(files, {});
  CHECK_FALSE(neither.not_found(request_of("/rooms/7", browser)).has_value());
}

TEST_CASE("the policy of pages is strict, and its author can relax it by directive") {
  const auto relaxed = [](std::string_view name, std::vector<std::string> sources) {
    return relax_content_policy("default-src 'self'; img-src 'self' data:; object-src 'none'", name, sources);
  };
  CHECK(relaxed("img-src", {"blob:"}).value() == "default-src 'self'; img-src 'self' data: blob:; object-src 'none'");
  CHECK(relaxed("script-src", {"'wasm-unsafe-eval'"}).value() ==
        "default-src 'self'; img-src 'self' data:; object-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
  CHECK(relaxed("object-src", {"'self'"}).value() == "default-src 'self'; img-src 'self' data:; object-src 'self'");
  CHECK(relaxed("sandbox", {"allow-scripts"}).value().ends_with("; sandbox allow-scripts"));
  CHECK(relaxed("img-src", {"data:"}).value() == "default-src 'self'; img-src 'self' data:; object-src 'none'");
  for (const std::string source : {"a;b", "a,b", "a b", "", "\n", "\xc3\xa9"})
    CHECK_FALSE(relaxed("img-src", {source}).has_value());
  for (const std::string name : {"", "img src", "IMG-SRC", "img-src;", "a:b"})
    CHECK_FALSE(relaxed(name, {"blob:"}).has_value());
}

TEST_CASE("headers by path are added, replaced and taken away") {
  StaticFiles served;
  PageHeaders page;
  page.rules = {{"/app/*", {{"Cache-Control", "public, max-age=60"}, {"x-own", "1"}}},
                {"*.js", {{"content-security-policy", ""}}},
                {"/", {{"content-security-policy", "default-src *"}}}};
  served.add(files, {.page = page});
  const auto script = *served.find(request_of("/app/main.js"));
  CHECK(header_of(script, "cache-control") == "public, max-age=60");
  CHECK(header_of(script, "x-own") == "1");
  CHECK(header_of(script, "content-security-policy") == "none");
  CHECK(header_of(*served.find(request_of("/")), "content-security-policy") == "default-src *");
  CHECK(header_of(*served.find(request_of("/index.html")), "content-security-policy") == strict_content_policy);
  CHECK_FALSE(check_page_header({"content-length", "5"}).has_value());
  CHECK_FALSE(check_page_header({"x y", "5"}).has_value());
  CHECK_FALSE(check_page_header({"x", "a\r\nb"}).has_value());
  CHECK(check_page_header({"x-own", "a b"}).has_value());
  StaticFiles without;
  without.add(files, {});
  CHECK_FALSE(served.same_as(without));
}

TEST_CASE("a star in a pattern stands for anything") {
  for (const auto& [pattern, text] : std::vector<std::pair<std::string_view, std::string_view>>{{"*", ""},
                                                                                                {"*", "/a/b"},
                                                                                                {"/a", "/a"},
                                                                                                {"/a*", "/a"},
                                                                                                {"/a/*", "/a/b/c"},
                                                                                                {"*.js", "/a.js"},
                                                                                                {"/a*c*e", "/abcde"},
                                                                                                {"**", "x"},
                                                                                                {"*a*", "bab"},
                                                                                                {"/a*a", "/aa"}}) {
    CHECK_MESSAGE(matches_wildcard(pattern, text), pattern << " " << text);
  }
  for (const auto& [pattern, text] : std::vector<std::pair<std::string_view, std::string_view>>{{"", "a"},
                                                                                                {"/a", "/ab"},
                                                                                                {"/a/*", "/a"},
                                                                                                {"*.js", "/a.jsx"},
                                                                                                {"/a*c*e", "/ace/d"},
                                                                                                {"/a*a", "/a"},
                                                                                                {"a*", "/a"}}) {
    CHECK_MESSAGE(!matches_wildcard(pattern, text), pattern << " " << text);
  }
}
