// How long a sampled request takes, stage by stage.

#ifndef WEIR_REACTOR_CONN_REQUEST_TIMELINE_H_
#define WEIR_REACTOR_CONN_REQUEST_TIMELINE_H_

#include <algorithm>
#include <cstdint>

#include "weir/reactor/conn/connection_context.h"

namespace weir {

// One connection's. Every call is made for every request, but only a sampled request, one of
// timeline_sample_every, reads the clock. While the answer of a sampled one waits to be sent, the
// requests behind it are not sampled: answers that leave together are told once.
class RequestTimeline {
 public:
  // A connection was accepted.
  void Open(ConnectionContext* ctx) noexcept {
    opened_ns_ = ctx->now_ns;
    wants_stamp_ = ctx->arrival_turn.Take(ctx->limits.arrival_sample_every);
    first_ = true;
    flushing_ = false;
    stage_ = Stage::kNone;
  }
  std::int64_t opened_ns() const noexcept { return opened_ns_; }
  // Whether the first bytes, which have not come yet, are to be read with the kernel's stamp.
  bool wants_stamp() const noexcept { return wants_stamp_; }
  // They were; `stamp_ns` of CLOCK_REALTIME, 0 if the kernel had none.
  void OnStamp(ConnectionContext* ctx, std::int64_t stamp_ns) {
    wants_stamp_ = false;
    if (stamp_ns == 0) return;
    const std::int64_t age_ns = ctx->clock->WallNs() - stamp_ns;
    if (age_ns < 0) (*ctx->counters)[Counter::kArrivalsAhead].Add();
    (*ctx->counters)[Timing::kArrivalAge].Add(std::max<std::int64_t>(age_ns, 0));
  }
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
  bool wants_stamp_ = false;
  bool first_ = true;      // no request of this connection has begun
  bool flushing_ = false;  // a sampled answer waits to be sent
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_REQUEST_TIMELINE_H_
