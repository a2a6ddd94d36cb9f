// SPDX-License-Identifier: MIT

#pragma once

// Pages of a heap that are made when they are first touched.
//
// A room uses less than a fifth of its template's lines: the rest are the parts of the language and of the Web's APIs
// that its script does not call. js/heap_layout.hpp puts what rooms do use on the same pages. The others are cold: the
// heap's Cold says which they are and who fills them (template_heap.cpp). They are inaccessible; at the first touch the
// handler of SIGSEGV (js/page_faults.hpp) has the page filled, and the instruction is repeated.
//
// The kernel makes pages inaccessible without splitting the mapping (MADV_GUARD_INSTALL, Linux 6.13): thousands of
// mappings would exceed vm.max_map_count. Older kernels lack it, and the sanitizers handle SIGSEGV themselves: there,
// no page is cold.

#include <entmoot/js/heap.hpp>
#include <entmoot/js/page_faults.hpp>

#include <cstddef>

namespace entmoot::js {

/// Whether a heap may have cold pages. Any thread.
[[nodiscard]] bool cold_pages_work() noexcept;

/// Makes the pages cold, whether they are committed or not. The heap's thread.
void make_cold(Heap& heap, std::size_t from, std::size_t to, const PageSource& source) noexcept;
/// The heap is about to be destroyed: its pages are ordinary again, uncommitted unless they were touched.
void forget_cold(Heap& heap) noexcept;
/// Makes one page of it accessible, and empty.
void make_accessible(Heap& heap, std::size_t offset) noexcept;

}  // namespace entmoot::js
