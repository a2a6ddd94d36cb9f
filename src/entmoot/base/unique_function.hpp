// SPDX-License-Identifier: MIT

#pragma once

// A move-only callable (C++23's std::move_only_function). Small callables are stored inline.

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace entmoot {

template <class Signature>
class UniqueFunction;

template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() noexcept = default;
  UniqueFunction(std::nullptr_t) noexcept {}

  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
      UniqueFunction(F&& f) {
    using Held = std::decay_t<F>;
    if constexpr (fits<Held>) {
      new (&space_) Held(std::forward<F>(f));
      table_ = &small_table<Held>;
    } else {
      new (&space_) Held*(new Held(std::forward<F>(f)));
      table_ = &big_table<Held>;
    }
  }

  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~UniqueFunction() { reset(); }

  explicit operator bool() const noexcept { return table_ != nullptr; }
  // NOLINTNEXTLINE(performance-unnecessary-value-param): Args are the signature's, references where it has them
  R operator()(Args... args) { return table_->call(&space_, std::forward<Args>(args)...); }

 private:
  static constexpr std::size_t space_bytes = 48;
  struct Table {
    R (*call)(void*, Args&&...);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };
  template <class Held>
  static constexpr bool fits = sizeof(Held) <= space_bytes &&
                               alignof(Held) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<Held>;

  template <class Held>
  static constexpr Table small_table = {
      [](void* at, Args&&... args) -> R { return (*static_cast<Held*>(at))(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept {
        new (to) Held(std::move(*static_cast<Held*>(from)));
        static_cast<Held*>(from)->~Held();
      },
      [](void* at) noexcept { static_cast<Held*>(at)->~Held(); }};
  template <class Held>
  static constexpr Table big_table = {
      [](void* at, Args&&... args) -> R { return (**static_cast<Held**>(at))(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept { new (to) Held*(*static_cast<Held**>(from)); },
      [](void* at) noexcept { delete *static_cast<Held**>(at); }};

  void take(UniqueFunction& other) noexcept {
    table_ = std::exchange(other.table_, nullptr);
    if (table_) table_->move(&other.space_, &space_);
  }
  void reset() noexcept {
    if (table_) std::exchange(table_, nullptr)->destroy(&space_);
  }

  alignas(std::max_align_t) std::byte space_[space_bytes];
  const Table* table_ = nullptr;
};

}  // namespace entmoot
