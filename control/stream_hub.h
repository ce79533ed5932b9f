// All streams of the control plane: one pass samples for all that are due.

#ifndef WEIR_CONTROL_STREAM_HUB_H_
#define WEIR_CONTROL_STREAM_HUB_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "weir/control/refusals_feed.h"
#include "weir/reactor/loop/clock.h"

namespace weir {

// What a stream tells: the first three are sampled, the last is told as it happens.
enum class StreamKind : std::uint8_t { kStats, kAcceptQueues, kParseErrors, kEvents };
inline constexpr std::size_t kSampledKinds = 3;

// Where the streams' content comes from. Called from the hub's thread alone.
class StreamSource {
 public:
  // By StreamKind. Messages without the fields that differ from stream to stream, serialized; empty
  // unless wanted.
  using Wants = std::array<bool, kSampledKinds>;
  using Bodies = std::array<std::string, kSampledKinds>;
  // Events after one.
  struct Events {
    std::string message;       // serialized
    std::uint64_t newest = 0;  // the sequence of the last event in it, or `after`
    bool last = false;         // no more will come: the server has drained
  };

  virtual ~StreamSource() = default;
  // One sampling of the server, for all the kinds that are wanted.
  virtual Bodies Sample(const Wants& wants) = 0;
  // What a stream of kParseErrors gets behind the body: the refused requests of that sampling that
  // it does not know, as fields of the message. Moves `told` on. The hub's lock is held.
  virtual std::string RefusalsSince(RefusalsTold* told) = 0;
  virtual Events ReadEvents(std::uint64_t after) = 0;
  virtual std::uint64_t NewestEvent() = 0;
  virtual bool Draining() = 0;
  // How many streams there may be now.
  virtual std::uint64_t MaxStreams() = 0;
};

// The far end of one stream. The hub calls with its lock held: nothing may call the hub from
// within.
class StreamClient {
 public:
  virtual ~StreamClient() = default;
  // Sends it; StreamHub::WriteDone follows, at any time.
  virtual void Write(const grpc::ByteBuffer& message) = 0;
  // Ends the stream: nothing is written from then on.
  virtual void EndWith(const grpc::Status& status) = 0;
};

struct StreamRequest {
  StreamKind kind = StreamKind::kStats;
  std::int64_t interval_ms = 1000;  // of sampled kinds: as ClampInterval gives it
  std::uint64_t after = 0;          // of events: the sequence of the last one that is known
};

// What the hub did since the start.
struct StreamCounts {
  std::uint64_t open = 0;       // streams, now
  std::uint64_t refused = 0;    // streams, for their number
  std::uint64_t passes = 0;     // samplings of the server
  std::uint64_t messages = 0;   // written
  std::uint64_t coalesced = 0;  // samples that were passed over, since a write was under way
};

// A stream has at most one message under way, and none waits behind it: a sample that comes
// meanwhile is passed over and counted, and events are read from the log when the write is done. So
// a client that never reads costs one message. The samples of all streams fall on multiples of
// their interval, so that those that are due at once share a pass, and the bytes of their messages.
//
// Step is for one thread, the rest for any.
class StreamHub {
 public:
  static constexpr std::int64_t kMinIntervalMs = 100;
  static constexpr std::int64_t kMaxIntervalMs = 60'000;
  static constexpr std::int64_t kIntervalStepMs = 50;  // so that passes are 20 a second at most
  // Between two passes, however many streams come and go.
  static constexpr std::int64_t kMinGapNs = 20'000'000;

  // The nearest interval that is served.
  static std::int64_t ClampInterval(std::int64_t ms) noexcept;

  // `wake` has Step called soon. Nothing is owned.
  StreamHub(StreamSource* source, Clock* clock, std::function<void()> wake)
      : source_(source), clock_(clock), wake_(std::move(wake)) {}
  StreamHub(const StreamHub&) = delete;
  StreamHub& operator=(const StreamHub&) = delete;

  // Adds a stream, or finishes it at once: RESOURCE_EXHAUSTED where there are too many,
  // UNAVAILABLE after EndAll. `client` must live until Remove.
  void Add(StreamClient* client, const StreamRequest& request);
  void WriteDone(StreamClient* client, bool ok);
  // Ends the stream once no write of it is under way.
  void End(StreamClient* client, const grpc::Status& status);
  // Forgets it. REQUIRES: it is finished.
  void Remove(StreamClient* client);
  // Ends all streams, and every later one, with UNAVAILABLE.
  void EndAll();

  // Writes what is due. Returns after how many ms something is due again.
  std::uint64_t Step();

  StreamCounts counts() const;

 private:
  struct Stream {
    StreamRequest request;  // `after` moves on
    std::int64_t due_ns = 0;
    std::uint64_t sequence = 0;
    std::uint64_t coalesced = 0;
    RefusalsTold refusals;  // of kParseErrors
    bool writing = false;
    bool finished = false;
    bool counted = false;  // in StreamCounts::open
    std::optional<grpc::Status> ending;
  };
  using Streams = std::unordered_map<StreamClient*, Stream>;
  using Wants = StreamSource::Wants;

  // With mutex_ held.
  static void FinishIfIdle(StreamClient* client, Stream* stream);
  static bool IsDue(const Stream& stream, std::int64_t now_ns, bool draining);
  Wants TakeWants(std::int64_t now_ns, bool draining);
  void Write(StreamClient* client, Stream* stream, const grpc::ByteBuffer& message);
  std::uint64_t MsToNext(std::int64_t now_ns, bool draining) const;

  // Without it.
  void SampleAndWrite(std::int64_t now_ns, bool draining);
  void WriteEvents();

  StreamSource* const source_;
  Clock* const clock_;
  const std::function<void()> wake_;
  std::int64_t last_pass_ns_ = -kMinGapNs;  // the stepping thread's

  mutable std::mutex mutex_;
  bool ended_ = false;   // guarded by mutex_
  Streams streams_;      // guarded by mutex_
  StreamCounts counts_;  // guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_CONTROL_STREAM_HUB_H_
