#include "weir/reactor/response_stream.h"

#include "weir/reactor/owned_response.h"
#include "weir/reactor/response_channel.h"
#include "weir/reactor/response_check.h"

namespace weir {
namespace {

// The connection of `handle`, if what is done now can't overtake what was posted before.
ExchangeEnd* Here(const ExchangeHandle& handle, const StreamState& state) {
  return state.posted.load() == 0 ? handle.channel()->Here(handle.ticket()) : nullptr;
}

// Does `function` in the reactor's thread: now if this is that.
template <typename Function>
void Do(const ExchangeHandle& handle, const std::shared_ptr<StreamState>& state,
        Function function) {
  if (ExchangeEnd* const end = Here(handle, *state)) return function(end);
  state->posted.fetch_add(1);
  handle.channel()->PostFunction(handle.ticket(),
                                 [state, function = std::move(function)](ExchangeEnd* end) mutable {
                                   state->posted.fetch_sub(1);
                                   if (end == nullptr) return state->gone.store(true);
                                   function(end);
                                 });
}

}  // namespace

ResponseStream& ResponseStream::operator=(ResponseStream&& other) noexcept {
  if (this != &other) {
    Cut();
    handle_ = std::move(other.handle_);
    state_ = std::move(other.state_);
    left_ = other.left_;
  }
  return *this;
}

ResponseStream::~ResponseStream() { Cut(); }

void ResponseStream::Cut() {
  if (!handle_.valid()) return;
  if (!state_->gone.load()) {
    Do(handle_, state_, [](ExchangeEnd* end) { end->EndStream(StreamEnd::kCut, {}); });
  }
  handle_.Reset();
}

WriteStatus ResponseStream::Write(std::string_view bytes) { return Take({bytes, nullptr, {}}); }

WriteStatus ResponseStream::Write(SharedBytes bytes) { return Take({{}, std::move(bytes), {}}); }

WriteStatus ResponseStream::Write(FileRegion region) {
  if (!IsWithinFile(region)) return WriteStatus::kInvalid;
  return Take({{}, nullptr, std::move(region)});
}

WriteStatus ResponseStream::Take(ContentPiece piece) {
  if (!handle_.valid()) return WriteStatus::kEnded;
  if (state_->gone.load()) return WriteStatus::kClientGone;
  const std::uint64_t size = piece.size();
  if (left_.has_value() && size > *left_) return WriteStatus::kInvalid;
  if (size == 0) return WriteStatus::kOk;
  const auto full = [this] { return state_->waiting() >= handle_.channel()->MaxWaitingBytes(); };
  ExchangeEnd* const here = Here(handle_, *state_);
  if (full() && here != nullptr) here->SendNow();
  if (state_->gone.load()) return WriteStatus::kClientGone;
  if (full()) {
    // The reactor looks at this after each change of what waits, so what it does between the two
    // looks here is not missed.
    state_->wants_writable.store(true);
    if (full()) return WriteStatus::kFull;
    state_->wants_writable.store(false);
  }
  if (here != nullptr) {
    here->WriteStream(piece);
  } else {
    state_->posted_bytes.fetch_add(size);
    Do(handle_, state_,
       [state = state_, size, owned = OwnedPiece(std::move(piece))](ExchangeEnd* end) {
         end->WriteStream(owned.View());
         state->posted_bytes.fetch_sub(size);
       });
  }
  if (left_.has_value()) *left_ -= size;
  return WriteStatus::kOk;
}

void ResponseStream::OnWritable(std::function<void()> callback) {
  if (!handle_.valid()) return;
  Do(handle_, state_, [callback = std::move(callback)](ExchangeEnd* end) mutable {
    end->SetWritable(std::move(callback));
  });
}

WriteStatus ResponseStream::End(const std::vector<ResponseField>& trailers) {
  if (!handle_.valid()) return WriteStatus::kEnded;
  if (left_.value_or(0) != 0 || !MayBeTrailers(trailers)) {
    Cut();
    return WriteStatus::kInvalid;
  }
  const bool gone = state_->gone.load();
  if (!gone) {
    if (ExchangeEnd* const end = Here(handle_, *state_)) {
      end->EndStream(StreamEnd::kWhole, trailers);
    } else {
      Do(handle_, state_, [owned = OwnedFields(trailers)](ExchangeEnd* end) {
        end->EndStream(StreamEnd::kWhole, owned.View());
      });
    }
  }
  handle_.Reset();
  return gone ? WriteStatus::kClientGone : WriteStatus::kOk;
}

std::uint64_t ResponseStream::waiting_bytes() const noexcept {
  return state_ == nullptr ? 0 : state_->waiting();
}

bool ResponseStream::client_connected() const noexcept {
  return handle_.valid() && !state_->gone.load();
}

}  // namespace weir
