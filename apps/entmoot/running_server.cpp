// SPDX-License-Identifier: MIT

#include "running_server.hpp"

#include "complain.hpp"
#include "data_commands.hpp"
#include "server/control.hpp"
#include "terminal_text.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

// Keeps the table within a screen's width; `inspect` and --json print the whole text.
constexpr std::size_t topic_characters_max = 48;
constexpr std::size_t trouble_characters_max = 80;

void print_rooms(const Json& rooms) {
  const auto colours = Colours::of(STDOUT_FILENO);
  const auto text = [](const Json& room, const char* name, std::size_t characters_max) {
    return terminal_line(std::string_view(room.at(name).as_string()), characters_max);
  };
  std::size_t widest = 5;
  for (const Json& room : rooms.as_array()) {
    widest = std::max(widest, characters_in(text(room, "topic", topic_characters_max)));
  }
  fmt::print("{}\n", colours.bold(fmt::format("{:{}}  {:11}  {:>7}  {:>9}  {:>8}  {:>9}  {:>7}  {:>6}  {:>7}  trouble",
                                              "room", widest, "state", "clients", "heap", "host", "CPU", "mailbox",
                                              "errors", "crashes")));
  for (const Json& room : rooms.as_array()) {
    const auto number = [&](const char* name) { return room.at(name).to_number<std::int64_t>(); };
    const std::string_view state = room.at("state").as_string();
    fmt::print("{:{}}  {}  {:>7}  {:>9}  {:>8}  {:>6} ms  {:>7}  {:>6}  {:>7}  {}\n",
               text(room, "topic", topic_characters_max), widest,
               state == "running" ? fmt::format("{:11}", state) : colours.yellow(fmt::format("{:11}", state)),
               number("clients"), size_text(number("heap")), size_text(number("host")), number("cpu"),
               number("mailbox"), number("failed") + number("uncaught"), number("failures"),
               text(room, "trouble", trouble_characters_max));
  }
  if (rooms.as_array().empty()) fmt::print("{}\n", colours.dim("no room is running"));
}

constexpr std::string_view console_help = R"(rooms                       list the running rooms
inspect <topic>             show all details of a room
eval <topic> <expression>   evaluate an expression in the scope of the room's file
send <topic> <json>         send a message to the room's handleInfo
kill <topic>                end a room; its clients rejoin a new one
use <topic>                 evaluate the following lines in that room, until a line `.`
reload                      load the app from disk and reload its rooms
quit                        close the console
)";

/// Removes the first word from `line` and returns it.
std::string first_word(std::string& line) {
  const auto begin = std::min(line.find_first_not_of(' '), line.size());
  const auto end = std::min(line.find(' ', begin), line.size());
  std::string word = line.substr(begin, end - begin);
  line.erase(0, std::min(line.find_first_not_of(' ', end), line.size()));
  return word;
}

void print_answer(const Result<Json>& answer) {
  if (!answer) return fmt::print("{}\n", Colours::of(STDOUT_FILENO).red(terminal_text(answer.error().reason)));
  if (answer->is_null()) return fmt::print("done\n");
  fmt::print("{}\n", terminal_text(answer->is_string() ? std::string(answer->as_string()) : to_json(*answer)));
}

/// The result of the evaluation, or the error that it threw.
Result<Json> evaluate(const std::filesystem::path& dir, const std::string& topic, const std::string& expression) {
  return ask_server(dir, {{"command", "eval"}, {"topic", topic}, {"expression", expression}});
}

void inspect(const std::filesystem::path& dir, const std::string& topic) {
  const auto rooms = ask_server(dir, {{"command", "rooms"}});
  if (!rooms) return print_answer(rooms);
  for (const Json& room : rooms->as_array()) {
    if (std::string_view(room.at("topic").as_string()) != topic) continue;
    for (const auto& [name, value] : room.as_object()) {
      fmt::print("{:9} {}\n", std::string_view(name),
                 terminal_text(value.is_string() ? std::string(value.as_string()) : to_json(value)));
    }
    return;
  }
  print_answer(fail(ErrorCode::not_found, fmt::format("no room \"{}\" is running", topic)));
}

/// "<label>: a, b\n"; nothing for an empty list.
std::string list_line(std::string_view label, const Json& names) {
  std::string line;
  for (const Json& name : names.as_array()) {
    line += line.empty() ? fmt::format("{}: ", label) : ", ";
    line += terminal_text(std::string_view(name.as_string()));
  }
  return line.empty() ? line : line + '\n';
}

}  // namespace

std::string reload_text(const Json& report) {
  std::string text = list_line("reloaded rooms", report.at("rooms"));
  if (report.at("files").as_bool()) text += "reloaded files: public/\n";
  text += list_line("changed settings in effect now", report.at("settings"));
  text += list_line("changed settings that take effect after a restart", report.at("afterRestart"));
  return text.empty() ? "nothing has changed\n" : text;
}

ExitCode show_rooms(const command::Rooms& command) {
  if (command.stored) return show_stored_rooms(command);
  const auto rooms = ask_server(command.dir, {{"command", "rooms"}});
  if (!rooms) return complain(rooms.error().reason);
  if (command.json) {
    fmt::print("{}\n", to_json(*rooms));
  } else if (command.names) {
    for (const Json& room : rooms->as_array()) fmt::print("{}\n", std::string_view(room.at("topic").as_string()));
  } else {
    print_rooms(*rooms);
  }
  return ExitCode::ok;
}

ExitCode evaluate_in_room(const command::Eval& command) {
  const auto answer = evaluate(command.dir, command.topic, command.expression);
  if (!answer) return complain(answer.error().reason);
  fmt::print("{}\n", terminal_text(answer->as_string()));
  return ExitCode::ok;
}

ExitCode reload_server(const command::Reload& command) {
  const auto answer = ask_server(command.dir, {{"command", "reload"}});
  if (!answer) return complain(answer.error().reason);
  fmt::print("{}", reload_text(*answer));
  return ExitCode::ok;
}

ExitCode print_metrics(const command::Metrics& command) {
  const auto answer = ask_server(command.dir, {{"command", "metrics"}});
  if (!answer) return complain(answer.error().reason);
  fmt::print("{}", std::string_view(answer->as_string()));
  return ExitCode::ok;
}

ExitCode open_console(const command::Console& command) {
  if (const auto there = ask_server(command.dir, {{"command", "rooms"}}); !there) return complain(there.error().reason);
  const bool is_terminal = ::isatty(STDIN_FILENO) == 1;
  const auto colours = Colours::of(STDOUT_FILENO);
  std::string used;
  std::string line;
  if (is_terminal) fmt::print("{}\n", colours.dim("type `help` for commands"));
  for (;;) {
    if (is_terminal) fmt::print("{} ", colours.green(used.empty() ? "entmoot>" : used + ">"));
    std::fflush(stdout);
    if (!std::getline(std::cin, line)) break;
    if (line.find_first_not_of(' ') == std::string::npos) continue;
    if (!used.empty()) {
      if (line == ".") {
        used.clear();
      } else {
        print_answer(evaluate(command.dir, used, line));
      }
      continue;
    }
    std::string rest = line;
    const std::string word = first_word(rest);
    if (word == "quit" || word == "exit") break;
    if (word == "help") {
      fmt::print("{}", console_help);
    } else if (word == "rooms") {
      const auto rooms = ask_server(command.dir, {{"command", "rooms"}});
      rooms ? print_rooms(*rooms) : print_answer(rooms);
    } else if (word == "inspect") {
      inspect(command.dir, first_word(rest));
    } else if (word == "eval") {
      const std::string topic = first_word(rest);
      print_answer(evaluate(command.dir, topic, rest));
    } else if (word == "send") {
      const std::string topic = first_word(rest);
      const auto message = parse_json(rest, json_depth_max);
      print_answer(message ? ask_server(command.dir, {{"command", "send"}, {"topic", topic}, {"message", *message}})
                           : message);
    } else if (word == "kill") {
      print_answer(ask_server(command.dir, {{"command", "kill"}, {"topic", first_word(rest)}}));
    } else if (word == "use") {
      used = first_word(rest);
    } else if (word == "reload") {
      const auto report = ask_server(command.dir, {{"command", "reload"}});
      report ? fmt::print("{}", reload_text(*report)) : print_answer(report);
    } else {
      fmt::print("unknown command \"{}\"; type `help` for commands\n", word);
    }
  }
  if (is_terminal) fmt::print("\n");
  return ExitCode::ok;
}

}  // namespace entmoot_app
