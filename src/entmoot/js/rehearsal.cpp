// SPDX-License-Identifier: MIT

#include <entmoot/js/rehearsal.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/core/fiber.hpp>
#include <entmoot/core/slicer.hpp>
#include <entmoot/core/stack_pool.hpp>
#include <entmoot/js/cold_pages.hpp>
#include <entmoot/js/heap_layout.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/js/module_graph.hpp>
#include <entmoot/js/scratch_engine.hpp>
#include <entmoot/js/stack.hpp>
#include <entmoot/js/template_builder.hpp>

#include <algorithm>
#include <span>

#include <sys/mman.h>

namespace entmoot::js {

namespace {

// Notes the pages that are touched.
class Watch final : public PageSource {
 public:
  explicit Watch(Heap& heap) : heap_(heap) { touched_.reserve(heap.footprint() / page_bytes); }
  /// From now on, each page is noted once more. The first page holds the heap's own fields, and is always in use.
  void begin() {
    const std::size_t end = (heap_.footprint() + page_bytes - 1) / page_bytes * page_bytes;
    touched_.clear();
    heap_.cold() = {.source = this, .from = page_bytes, .to = static_cast<std::uint32_t>(end)};
    protect(page_bytes, end - page_bytes, PROT_NONE);
  }
  std::vector<std::size_t> end() {
    protect(page_bytes, heap_.cold().to - page_bytes, PROT_READ | PROT_WRITE);
    heap_.cold() = {};
    return touched_;
  }

 private:
  void fill(Heap&, std::size_t offset) const noexcept override {
    protect(offset, page_bytes, PROT_READ | PROT_WRITE);
    touched_.push_back(offset / page_bytes);  // within the reserved capacity: each page faults once
  }
  void protect(std::size_t offset, std::size_t bytes, int access) const noexcept {
    ENTMOOT_CHECK(mprotect(reinterpret_cast<std::byte*>(&heap_) + offset, bytes, access) == 0, "mprotect(2) succeeds");
  }

  Heap& heap_;
  mutable std::vector<std::size_t> touched_;
};

// Takes everything that the script does, and does nothing.
class Audience final : public Host {
 public:
  explicit Audience(const Rehearsal& rehearsal) : rehearsal_(rehearsal) {}
  std::size_t answered = 0;

  Slicer& slicer() noexcept override { return slicer_; }
  void answer(std::uint64_t, Outcome outcome, Value, std::string_view) override { answered += outcome == Outcome::ok; }
  bool post(std::string_view, std::string_view) override { return true; }
  bool command(std::string_view, std::span<const Value>) override { return true; }
  bool call(std::uint64_t, std::string_view, std::string_view) override { return true; }
  Waited call_sync(std::string_view name, std::string_view) override {
    const auto found = rehearsal_.answers.find(name);
    result_ = found == rehearsal_.answers.end() ? "null" : found->second.view();
    return Waited::value;
  }
  Waited call_sync_result() override { return Waited::value; }
  std::string_view result() const noexcept override { return result_; }
  std::uint32_t start_timer(double, bool) override { return ++timers_; }
  void stop_timer(std::uint32_t) override {}
  void log(log::Level, std::string_view) override {}
  void report_error(Uncaught, std::string_view, std::string_view) override {}
  double random() noexcept override { return 0.5; }
  void random_bytes(std::span<std::uint8_t> bytes) noexcept override { std::ranges::fill(bytes, std::uint8_t{0}); }
  double uptime() noexcept override { return 1; }
  double wall_clock() noexcept override { return 1'704'067'200'000; }
  bool interrupt() noexcept override { return false; }

 private:
  const Rehearsal& rehearsal_;
  SteadyClock clock_;
  Slicer slicer_{clock_, {.force = false}};
  std::string_view result_;
  std::uint32_t timers_ = 0;
};

// Runs entries to their end on a fiber, as JsServer does.
class Stage {
 public:
  Stage(Runtime& runtime, Audience& host) : runtime_(runtime), host_(host) {}
  void run(const Entry& entry) {
    entry_ = entry;
    fiber_.start(
        stacks_,
        [](void* self) {
          auto& stage = *static_cast<Stage*>(self);
          (void)stage.runtime_.run(stage.entry_, 1000);
        },
        this);
    while (host_.slicer().run(fiber_)) {
    }
  }
  void run(const std::vector<Rehearsal::Step>& steps) {
    for (const auto& step : steps) {
      run({.kind = step.kind, .id = ++calls_, .text = step.name, .json = step.json, .receiver = step.receiver});
    }
  }

 private:
  Runtime& runtime_;
  Audience& host_;
  StackPool stacks_{fiber_stack_bytes};
  Fiber fiber_;
  Entry entry_;
  std::uint64_t calls_ = 0;
};

std::shared_ptr<const ModuleGraph> compiled(const EmbeddedFile& program) {
  const ScratchEngine engine;
  const auto module = engine.compile(std::string(program.bytes), std::string(program.name), JS_EVAL_TYPE_MODULE);
  ENTMOOT_CHECK(module.has_value(), "the program of a rehearsal compiles");
  auto bytes = engine.bytecode(*module);
  ENTMOOT_CHECK(bytes.has_value(), "the program of a rehearsal compiles");
  std::vector<ModuleGraph::Module> modules{
      {.name = std::string(program.name), .bytecode = std::make_shared<const std::string>(std::move(*bytes))}};
  return std::make_shared<const ModuleGraph>(std::move(modules), std::vector<std::string>());
}

}  // namespace

std::shared_ptr<const Heat> rehearse(const std::vector<std::shared_ptr<const BuiltinScript>>& scripts,
                                     const Rehearsal& rehearsal) {
  if (!page_faults_are_handled() || !entmoot_has_arenas()) return nullptr;
  const auto graph = compiled(rehearsal.program);
  RegionArena arena({}, RegionArena::Place::anywhere);
  const TemplateBuilder built(arena, *graph, {.scripts = scripts});
  ENTMOOT_CHECK(!built.error(), "the template of a rehearsal is built");
  std::vector<std::uint32_t> places;
  const Region region = arena.take();
  HeapLayout(built.heap(), built.image(), built.blocks()).spread(region, places);

  auto heat = std::make_shared<Heat>();
  {
    Audience audience(rehearsal);
    Runtime runtime(arena, region, audience);
    Watch watch(runtime.heap());
    Stage stage(runtime, audience);
    // A page is one block, or a part of one.
    std::vector<std::int64_t> block_of_page(runtime.heap().footprint() / page_bytes + 1, -1);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::size_t last = (places[i] + built.blocks()[i].bytes - 1) / page_bytes;
      for (std::size_t page = places[i] / page_bytes; page <= last; ++page) {
        block_of_page[page] = static_cast<std::int64_t>(i);
      }
    }
    std::vector<bool> noted(places.size());
    const auto note = [&](const std::vector<std::size_t>& pages, std::vector<std::uint32_t>& blocks) {
      for (const std::size_t page : pages) {
        const std::int64_t block = page < block_of_page.size() ? block_of_page[page] : -1;
        if (block < 0 || noted[static_cast<std::size_t>(block)]) continue;
        noted[static_cast<std::size_t>(block)] = true;
        blocks.push_back(built.blocks()[static_cast<std::size_t>(block)].offset);
      }
    };
    watch.begin();
    stage.run(Entry{});
    stage.run(rehearsal.start);
    stage.run(rehearsal.often);
    const auto at_start = watch.end();
    watch.begin();
    stage.run(rehearsal.often);
    note(watch.end(), heat->often);
    note(at_start, heat->start);
    watch.begin();
    stage.run(rehearsal.sometimes);
    note(watch.end(), heat->sometimes);
    heat->answered = audience.answered;
  }
  return heat;
}

}  // namespace entmoot::js
