// How large the parts of a head are, as the limits count them.

#ifndef WEIR_REACTOR_CONN_HEAD_SIZES_H_
#define WEIR_REACTOR_CONN_HEAD_SIZES_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "weir/parser/request_head.h"
#include "weir/reactor/loop/counters.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// By Size. Any thread.
using HeadSizes = std::array<std::uint64_t, kSizeCount>;

// Of a head whose bytes are `text`, which the views of `head` point into.
HeadSizes MeasureHead(const RequestHead& head, std::string_view text) noexcept;

// Judges the head by the limits that have a shadow.
void JudgeSizes(const HeadSizes& sizes, ShadowMeter* shadows) noexcept;

// Adds one sample of each; of the cookies only if there are any.
void CountSizes(const HeadSizes& sizes, ReactorCounters* counters) noexcept;

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_HEAD_SIZES_H_
