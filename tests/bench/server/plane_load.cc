// Loads a control plane: changes every limit in turn at a fixed rate, whether or not the answers
// come, or follows the statistics in many streams. Prints "running" once the first answers are
// there, goes on until its input ends, and prints what came of it.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "weir/admin/v1/admin.grpc.pb.h"
#include "weir/reactor/limit_specs.h"
#include "weir/tests/bench/server/percentile.h"

ABSL_FLAG(std::string, admin, "", "target of the control plane");
ABSL_FLAG(int, changes_per_second, 0, "of a limit");
ABSL_FLAG(int, streams, 0, "of statistics");
ABSL_FLAG(int, interval_ms, 100, "of each stream");

namespace {

using Clock = std::chrono::steady_clock;
using Stub = weir::admin::v1::Admin::Stub;

constexpr std::size_t kMostUnderWay = 100;

// The other value of a limit, beside its default: one that refuses nothing. Where 0 stands for no
// limit, 1 would refuse nearly everything.
std::uint64_t OtherValue(const weir::LimitSpec& spec) {
  if (spec.default_value == 0) return spec.max;
  return spec.default_value < spec.max ? spec.default_value + 1 : spec.default_value - 1;
}

class Changes {
 public:
  explicit Changes(Stub* stub) : stub_(stub) {}

  void Go(absl::Notification* stop) {
    const std::chrono::nanoseconds gap(1'000'000'000 / absl::GetFlag(FLAGS_changes_per_second));
    Change();
    WaitForAnswers();
    std::cout << "running" << std::endl;
    begin_ = Clock::now();
    for (Clock::time_point due = begin_;; due += gap) {
      const auto left = absl::FromChrono(due - Clock::now());
      if (left > absl::ZeroDuration() && stop->WaitForNotificationWithTimeout(left)) break;
      if (stop->HasBeenNotified()) break;
      Change();
    }
    end_ = Clock::now();
    WaitForAnswers();
  }

  void Report() {
    const auto held = lock();
    const std::chrono::duration<double> seconds = end_ - begin_;
    std::cout << "{\"changes_per_s\":" << static_cast<double>(ms_.size()) / seconds.count()
              << ",\"failed\":" << failed_ + under_way_ << ",\"not_applied\":" << not_applied_
              << ",\"passed_over\":" << passed_over_ << ",\"p50_ms\":" << weir::Percentile(&ms_, .5)
              << ",\"p99_ms\":" << weir::Percentile(&ms_, .99)
              << ",\"max_ms\":" << weir::Percentile(&ms_, 1) << "}" << std::endl;
  }

 private:
  struct Call {
    grpc::ClientContext context;
    weir::admin::v1::UpdateLimitsRequest request;
    weir::admin::v1::LimitsState state;
    Clock::time_point begin;
  };

  std::unique_lock<std::mutex> lock() { return std::unique_lock<std::mutex>(mutex_); }

  void WaitForAnswers() {
    auto held = lock();
    all_done_.wait_for(held, std::chrono::seconds(5), [this] { return under_way_ == 0; });
  }

  // Each limit once, then each back to its default.
  void Change() {
    {
      const auto held = lock();
      if (under_way_ == kMostUnderWay) {
        ++passed_over_;
        return;
      }
      ++under_way_;
    }
    const weir::LimitSpecs specs;
    const auto count = static_cast<std::size_t>(std::distance(specs.begin(), specs.end()));
    const weir::LimitSpec& spec = specs.begin()[next_ % count];
    const bool back = next_++ / count % 2 != 0;
    auto call = std::make_shared<Call>();
    weir::admin::v1::Limits* const limits = call->request.mutable_limits();
    limits->GetReflection()->SetUInt64(
        limits, limits->GetDescriptor()->FindFieldByName(std::string(spec.name)),
        back ? spec.default_value : OtherValue(spec));
    call->begin = Clock::now();
    stub_->async()->UpdateLimits(&call->context, &call->request, &call->state,
                                 [this, call](const grpc::Status& status) { Done(*call, status); });
  }

  void Done(const Call& call, const grpc::Status& status) {
    const std::chrono::duration<double, std::milli> took = Clock::now() - call.begin;
    const auto held = lock();
    ms_.push_back(took.count());
    failed_ += status.ok() ? 0 : 1;
    not_applied_ += status.ok() && !call.state.applied_by_all() ? 1 : 0;
    if (--under_way_ == 0) all_done_.notify_all();
  }

  Stub* const stub_;
  std::size_t next_ = 0;
  Clock::time_point begin_;
  Clock::time_point end_;
  std::mutex mutex_;
  std::condition_variable all_done_;
  std::size_t under_way_ = 0;
  std::size_t failed_ = 0;
  std::size_t not_applied_ = 0;
  std::size_t passed_over_ = 0;  // for want of answers
  std::vector<double> ms_;
};

class Subscriber final : public grpc::ClientReadReactor<weir::admin::v1::Stats> {
 public:
  explicit Subscriber(Stub* stub) {
    weir::admin::v1::WatchStatsRequest request;
    request.mutable_interval()->set_nanos(absl::GetFlag(FLAGS_interval_ms) * 1'000'000);
    stub->async()->WatchStats(&context_, &request, this);
    StartRead(&stats_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (++messages_ == 1) first_.Notify();
    coalesced_ = stats_.coalesced();
    StartRead(&stats_);
  }
  void OnDone(const grpc::Status&) override { done_.Notify(); }

  bool WaitForFirst() { return first_.WaitForNotificationWithTimeout(absl::Seconds(5)); }
  // How many messages there were. Ends the stream.
  std::uint64_t End() {
    context_.TryCancel();
    done_.WaitForNotification();
    return messages_;
  }
  std::uint64_t coalesced() const { return coalesced_; }

 private:
  grpc::ClientContext context_;
  weir::admin::v1::Stats stats_;
  std::uint64_t messages_ = 0;
  std::uint64_t coalesced_ = 0;
  absl::Notification first_;
  absl::Notification done_;
};

void FollowStreams(Stub* stub, absl::Notification* stop) {
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  for (int i = 0; i < absl::GetFlag(FLAGS_streams); ++i) {
    subscribers.push_back(std::make_unique<Subscriber>(stub));
  }
  std::size_t failed = 0;
  for (const auto& it : subscribers) failed += it->WaitForFirst() ? 0 : 1;
  std::cout << "running" << std::endl;
  const Clock::time_point begin = Clock::now();
  stop->WaitForNotification();
  const std::chrono::duration<double> seconds = Clock::now() - begin;
  std::uint64_t messages = 0;
  std::uint64_t coalesced = 0;
  for (const auto& it : subscribers) {
    messages += it->End();
    coalesced += it->coalesced();
  }
  std::cout << "{\"messages_per_s\":" << static_cast<double>(messages) / seconds.count()
            << ",\"failed\":" << failed << ",\"passed_over\":" << coalesced << "}" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const std::unique_ptr<Stub> stub = weir::admin::v1::Admin::NewStub(
      grpc::CreateChannel(absl::GetFlag(FLAGS_admin), grpc::InsecureChannelCredentials()));
  absl::Notification stop;
  std::thread input([&stop] {
    for (std::string line; std::getline(std::cin, line);) {
    }
    stop.Notify();
  });
  if (absl::GetFlag(FLAGS_streams) > 0) {
    FollowStreams(stub.get(), &stop);
  } else {
    Changes changes(stub.get());
    changes.Go(&stop);
    changes.Report();
  }
  input.join();
}
