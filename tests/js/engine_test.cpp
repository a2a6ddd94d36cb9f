// SPDX-License-Identifier: MIT

// What the patches of src/entmoot/js/patches make right in the engine, seen from a script.

#include <entmoot/js/engine.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

namespace {

struct PlainEngine {
  JSRuntime* rt = JS_NewRuntime();
  JSContext* ctx = JS_NewContext(rt);
  PlainEngine() = default;
  PlainEngine(const PlainEngine&) = delete;
  PlainEngine& operator=(const PlainEngine&) = delete;
  ~PlainEngine() {
    JS_FreeContext(ctx);
    JS_FreeRuntime(rt);
  }

  [[nodiscard]] JSValue eval(const std::string& code) const {
    return JS_Eval(ctx, code.data(), code.size(), "test", JS_EVAL_TYPE_GLOBAL);
  }
  [[nodiscard]] std::string text(const std::string& code) const { return text_of(eval(code)); }
  [[nodiscard]] std::string text_of(JSValue value) const {
    if (JS_IsException(value)) value = JS_GetException(ctx);
    const char* data = JS_ToCString(ctx, value);
    std::string out = data ? data : "no text";
    JS_FreeCString(ctx, data);
    JS_FreeValue(ctx, value);
    return out;
  }
};

/// The time zone of the process within a scope.
class Zone {
 public:
  explicit Zone(const char* name) {
    const char* const before = std::getenv("TZ");
    if (before) before_ = before;
    had_ = before != nullptr;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~Zone() {
    had_ ? ::setenv("TZ", before_.c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

 private:
  std::string before_;
  bool had_ = false;
};

/// Seconds that local clocks are ahead of UTC.
std::int64_t offset_at(std::int64_t utc) {
  const std::time_t time = utc;
  std::tm parts{};
  ::localtime_r(&time, &parts);
  return parts.tm_gmtoff;
}

/// UTC(t) by its definition (ECMA-262, 21.4.1.26), in seconds: of all times whose local time is `local` the first; for
/// a time that is skipped, the offset of the last local time before it.
std::int64_t utc_of(std::int64_t local) {
  constexpr std::int64_t day = 86400, quarter = 900;
  std::int64_t last_before = local - day;
  for (std::int64_t utc = local - day; utc <= local + day; utc += quarter) {
    const std::int64_t here = utc + offset_at(utc);
    if (here == local) return utc;
    if (here < local) last_before = utc;
  }
  return local - offset_at(last_before);
}

constexpr const char* zones[] = {"America/New_York", "Europe/Berlin",   "Australia/Lord_Howe", "America/Sao_Paulo",
                                 "Asia/Kolkata",     "Pacific/Apia",    "Africa/Casablanca",   "America/St_Johns",
                                 "Pacific/Auckland", "Antarctica/Troll"};

}  // namespace

TEST_CASE("a number is written with as few digits as identify it") {
  const PlainEngine engine;
  CHECK(engine.text("String(2 ** -1017)") == "7.120236347223045e-307");
  CHECK(engine.text("String(7.120236347223045e-307)") == "7.120236347223045e-307");
  JSValue write = engine.eval("(x) => x.toExponential()");
  const auto shortest = [&](double number) {
    JSValue argument = JS_NewFloat64(engine.ctx, number);
    const std::string written = engine.text_of(JS_Call(engine.ctx, write, JS_UNDEFINED, 1, &argument));
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
    const auto digits = [](const std::string& text) { return text.substr(0, text.find('e')); };
    CHECK_MESSAGE(digits(written) == digits(std::string(buffer, end)), written);
    CHECK(std::strtod(written.c_str(), nullptr) == number);
  };
  for (int power = -1022; power < 1024; ++power) shortest(std::ldexp(1.0, power));
  const unsigned seed = 20261127;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (std::isnormal(number)) shortest(number);
  }
  JS_FreeValue(engine.ctx, write);
}

TEST_CASE("a name may occur in any of many alternatives") {
  const PlainEngine engine;
  const std::string make = "const many = (n) => new RegExp(['(?<a>X)', ...Array(n).fill('z'), '(?<a>Y)'].join('|'));";
  CHECK(engine.text(make + "many(255).exec('Y').groups.a") == "Y");
  CHECK(engine.text("many(2000).exec('X').groups.a") == "X");
  CHECK(engine.text("JSON.stringify(Object.keys(many(300).exec('z').groups))") == R"(["a"])");
  CHECK(engine.text("new RegExp('(?<a>x)|(?<b>y)|' + 'q|'.repeat(300) + '(?<a>z)').exec('z').groups.a") == "z");
  CHECK(engine.text("'2026-11'.replace(/(?<y>\\d+)-(?<m>\\d+)|(?<m>\\d+)\\/(?<y>\\d+)/, '$<m>.$<y>')") == "11.2026");
  CHECK(engine.text("new RegExp('(?<a>x)(?<a>y)')").find("duplicate group name") != std::string::npos);
  CHECK(engine.text("new RegExp('q|'.repeat(300) + '(?<a>x)(?<a>y)')").find("duplicate group name") !=
        std::string::npos);
}

TEST_CASE("the local times of a year are those of the zone") {
  for (const char* name : zones) {
    CAPTURE(name);
    const Zone zone(name);
    const PlainEngine engine;
    JSValue construct = engine.eval(
        "(local) => { const d = new Date(local); return new Date(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), "
        "d.getUTCHours(), d.getUTCMinutes()).getTime(); }");
    JSValue set = engine.eval(
        "(local) => { const d = new Date(local), x = new Date(2024, 0, 15); x.setFullYear(d.getUTCFullYear(), "
        "d.getUTCMonth(), d.getUTCDate()); x.setHours(d.getUTCHours(), d.getUTCMinutes()); return x.getTime(); }");
    JSValue parse = engine.eval("(local) => Date.parse(new Date(local).toISOString().slice(0, 16))");
    int wrong = 0;
    constexpr std::int64_t begin = 1704067200, year = 366 * 86400, half_hour = 1800;
    for (std::int64_t local = begin; local < begin + year; local += half_hour) {
      const auto expected = static_cast<double>(utc_of(local) * 1000);
      for (JSValue way : {construct, set, parse}) {
        JSValue argument = JS_NewFloat64(engine.ctx, static_cast<double>(local * 1000));
        JSValue result = JS_Call(engine.ctx, way, JS_UNDEFINED, 1, &argument);
        double found = 0;
        JS_ToFloat64(engine.ctx, &found, result);
        JS_FreeValue(engine.ctx, result);
        wrong += found != expected;
      }
    }
    CHECK(wrong == 0);
    for (JSValue way : {construct, set, parse}) JS_FreeValue(engine.ctx, way);
  }
}

TEST_CASE("a local time that the clocks skip or repeat has the offset from before the change") {
  const Zone zone("America/New_York");
  const PlainEngine engine;
  CHECK(engine.text("new Date(2024, 2, 10, 2, 30).toISOString()") == "2024-03-10T07:30:00.000Z");
  CHECK(engine.text("new Date(2024, 10, 3, 1, 30).toISOString()") == "2024-11-03T05:30:00.000Z");
  CHECK(engine.text("new Date('2024-03-10T05:30').toISOString()") == "2024-03-10T09:30:00.000Z");
  CHECK(engine.text("const d = new Date(2024, 2, 10); d.setHours(2); d.getHours()") == "3");
  CHECK(engine.text("new Date(2024, 2, 10, 25).toISOString()") == "2024-03-11T05:00:00.000Z");
  CHECK(engine.text("new Date(275760, 8, 13).getTime()") == "NaN");
  CHECK(engine.text("new Date(Infinity, 0).getTime()") == "NaN");
  CHECK(engine.text("new Date(1e300, 0, 1e300).getTime()") == "NaN");
}
