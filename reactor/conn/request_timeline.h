// How long a sampled request takes, stage by stage.

#ifndef WEIR_REACTOR_CONN_REQUEST_TIMELINE_H_
#define WEIR_REACTOR_CONN_REQUEST_TIMELINE_H_

#include <cstdint>

#include "weir/reactor/conn/connection_context.h"

namespace weir {

// One connection's. Every call is made for every request, but only a sampled request, one of
// timeline_sample_every, reads the clock. While the answer of a sampled one waits to be sent, the
// requests behind it are not sampled: answers that leave together are told once.
class RequestTimeline {
 public:
  // A connection was accepted; `now_ns` of CLOCK_MONOTONIC.
  void Open(std::int64_t now_ns) noexcept {
    opened_ns_ = now_ns;
    first_ = true;
    flushing_ = false;
    stage_ = Stage::kNone;
  }
  std::int64_t opened_ns() const noexcept { return opened_ns_; }
  // Bytes of a request are there. To be called as often as one likes until its answer.
  void OnBytes(ConnectionContext* ctx) {
    if (stage_ == Stage::kNone) Begin(ctx);
  }
  void OnHead(ConnectionContext* ctx) {
    if (stage_ == Stage::kHead) stage_ = Pass(ctx, Timing::kHead, Stage::kBody);
  }
  void OnBody(ConnectionContext* ctx) {
    if (stage_ == Stage::kBody) stage_ = Pass(ctx, Timing::kBody, Stage::kAnswer);
  }
  // The answer, or a refusal, was encoded.
  void OnAnswer() noexcept {
    flushing_ = flushing_ || stage_ == Stage::kAnswer;
    stage_ = Stage::kNone;
  }
  // The kernel has taken all that was encoded.
  void OnSent(ConnectionContext* ctx) {
    if (flushing_) End(ctx);
  }

 private:
  enum class Stage : std::uint8_t { kNone, kNotSampled, kHead, kBody, kAnswer };

  void Begin(ConnectionContext* ctx) {
    const bool sampled = ctx->timeline_turn.Take(ctx->limits.timeline_sample_every) && !flushing_;
    stage_ = sampled ? Stage::kHead : Stage::kNotSampled;
    if (sampled) {
      begun_ns_ = passed_ns_ = ctx->clock->MonotonicNs();
      if (first_) (*ctx->counters)[Timing::kFirstByte].Add(begun_ns_ - opened_ns_);
    }
    first_ = false;
  }
  Stage Pass(ConnectionContext* ctx, Timing stage, Stage next) {
    const std::int64_t now_ns = ctx->clock->MonotonicNs();
    (*ctx->counters)[stage].Add(now_ns - passed_ns_);
    passed_ns_ = now_ns;
    return next;
  }
  void End(ConnectionContext* ctx) {
    flushing_ = false;
    (void)Pass(ctx, Timing::kAnswer, Stage::kNone);
    (*ctx->counters)[Timing::kRequest].Add(passed_ns_ - begun_ns_);
  }

  std::int64_t opened_ns_ = 0;
  std::int64_t begun_ns_ = 0;
  std::int64_t passed_ns_ = 0;
  Stage stage_ = Stage::kNone;
  bool first_ = true;      // no request of this connection has begun
  bool flushing_ = false;  // a sampled answer waits to be sent
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_REQUEST_TIMELINE_H_
