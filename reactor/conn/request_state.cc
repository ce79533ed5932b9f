#include "weir/reactor/conn/request_state.h"

#include <algorithm>
#include <cstring>

#include "weir/reactor/relocate_head.h"

namespace weir {

void RequestState::GrowFields(std::uint32_t fields) {
  std::unique_ptr<FieldRef[]> larger(new FieldRef[fields]);  // not zeroed: most are never used
  std::copy_n(fields_.get(), parser.field_count(), larger.get());
  fields_ = std::move(larger);
  fields_capacity_ = fields;
  parser.set_fields(fields_.get(), fields_capacity_);
}

void RequestState::TakeFrom(RequestState* other) {
  buffer.Clear();
  buffer.Append(other->buffer.view());
  ReserveFields(std::max(other->parser.field_count(), fields_capacity_));
  std::copy_n(other->fields_.get(), other->parser.field_count(), fields_.get());
  parser = other->parser;
  parser.set_fields(fields_.get(), fields_capacity_);
  decoder = other->decoder;
  phase = other->phase;
  pace = other->pace;
  head_bytes_ = other->head_bytes_;
  decoded_ = other->decoded_;
  streaming_ = other->streaming_;
  if (phase == Phase::kBody && !streaming_) {
    RelocateHeadFrom(other->head_base_);
  }
  other->Reset();
}

ParseStatus RequestState::ParseHead(const ParserLimits& limits) noexcept {
  const ParseStatus status = parser.Parse(buffer.view(), limits);
  if (status == ParseStatus::kComplete) {
    head_base_ = buffer.begin();
    head_bytes_ = decoded_ = parser.head_bytes();
    phase = Phase::kBody;
    pace = ContentPace{buffer.size() - head_bytes_, 0, 0, 0};
    decoder.Start(parser.head().framing);
  }
  return status;
}

BodyStatus RequestState::DecodeBody(const ParserLimits& limits) noexcept {
  while (true) {
    const std::size_t content_end = head_bytes_ + static_cast<std::size_t>(decoder.content_bytes());
    const BodyStep step = decoder.Decode(buffer.view().substr(decoded_), limits);
    char* const to = buffer.begin() + content_end;
    if (!step.data.empty() && step.data.data() != to) {
      std::memmove(to, step.data.data(), step.data.size());
    }
    decoded_ += step.consumed;
    if (step.status == BodyStatus::kData) continue;
    if (step.status == BodyStatus::kMore) {
      // All is decoded: what comes next goes right behind the content.
      decoded_ = content_end + step.data.size();
      buffer.Truncate(decoded_);
    }
    return step.status;
  }
}

void RequestState::StartStreaming(TrailerUse trailers) noexcept {
  decoder.Start(parser.head().framing, trailers);
  buffer.Consume(head_bytes_);
  head_bytes_ = decoded_ = 0;
  streaming_ = true;
}

BodyStep RequestState::NextContent(const ParserLimits& limits) noexcept {
  const BodyStep step = decoder.Decode(buffer.view(), limits);
  buffer.Consume(step.consumed);
  return step;
}

void RequestState::RelocateHeadFrom(const char* base) noexcept {
  head_base_ = buffer.begin();
  parser.set_head(RelocateHead(parser.head(), base, head_base_, fields_.get()));
}

void RequestState::Recycle() noexcept {
  Reset();
  buffer.Shrink(kKeptBytes);
  if (fields_capacity_ <= kKeptFields) return;
  fields_ = nullptr;
  fields_capacity_ = 0;
  parser.set_fields(nullptr, 0);
}

void RequestState::Reset() noexcept {
  buffer.Clear();
  phase = Phase::kHead;
  streaming_ = false;
  parser.Reset();
}

}  // namespace weir
