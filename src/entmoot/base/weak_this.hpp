// SPDX-License-Identifier: MIT

#pragma once

// Lets a callback that runs later check whether its object still exists:
//
//   shard.after(1s, [self = self_.ref()] {
//     if (Room* room = self.get()) room->look();
//   });
//   …
//   WeakThis<Room> self_{this};  // last member: invalidated before the other members are destroyed
//
// get() is called on the object's thread; a Ref may be copied and destroyed on any thread.

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
  /// Every Ref returns nullptr from now on; for an object that ends before it is destroyed.
  void invalidate() noexcept { *target_ = nullptr; }

 private:
  std::shared_ptr<T*> target_;
};

}  // namespace entmoot
