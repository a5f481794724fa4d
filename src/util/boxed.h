// A value on the heap, for variants: one large alternative would make all others as large.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

namespace debug_process {

// Never empty, never changed; copies share it.
template <typename T>
class Boxed {
 public:
  // As good as a T, in both directions.
  Boxed(T value) : value_(std::make_shared<const T>(std::move(value))) {}  // NOLINT(*-explicit-*)
  operator const T&() const { return *value_; }                            // NOLINT(*-explicit-*)

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

  friend bool operator==(const Boxed& a, const Boxed& b) {
    return a.value_ == b.value_ || *a.value_ == *b.value_;
  }

 private:
  std::shared_ptr<const T> value_;
};

}  // namespace debug_process
