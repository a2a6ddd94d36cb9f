// SPDX-License-Identifier: MIT

#pragma once

// How a callback that runs later finds out whether its object still exists:
//
//   shard.after(1s, [self = self_.ref()] {
//     if (Room* room = self.get()) room->look();
//   });
//   …
//   WeakThis<Room> self_{this};  // last member: callbacks find nothing before the other members go
//
// The object and whoever calls get() are on one thread; a Ref may be copied and destroyed on any.

#include <memory>
#include <utility>

namespace entmoot {

template <class T>
class WeakThis {
 public:
  class Ref {
   public:
    /// nullptr once the object is gone.
    [[nodiscard]] T* get() const noexcept { return *target_; }

   private:
    friend class WeakThis;
    explicit Ref(std::shared_ptr<T*> target) noexcept : target_(std::move(target)) {}
    std::shared_ptr<T*> target_;
  };

  explicit WeakThis(T* self) : target_(std::make_shared<T*>(self)) {}
  ~WeakThis() { invalidate(); }
  WeakThis(const WeakThis&) = delete;
  WeakThis& operator=(const WeakThis&) = delete;

  [[nodiscard]] Ref ref() const noexcept { return Ref(target_); }
  /// From now on every Ref gives nullptr: for an object that ends before it is destroyed.
  void invalidate() noexcept { *target_ = nullptr; }

 private:
  std::shared_ptr<T*> target_;
};

}  // namespace entmoot
