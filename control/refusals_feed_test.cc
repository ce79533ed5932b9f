#include "weir/control/refusals_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/admin/v1/admin.pb.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

BadRequest Refused(std::uint32_t reactor, std::uint64_t sequence) {
  BadRequest request;
  request.reactor = reactor;
  request.sequence = sequence;
  request.kind = "host_missing";
  return request;
}

struct Told {
  std::vector<std::uint64_t> sequences;
  std::uint64_t dropped = 0;
};

Told Read(const RefusalsFeed& feed, RefusalsTold* told) {
  admin::v1::ParseErrors message;
  EXPECT_TRUE(message.ParseFromString(feed.Since(told)));
  Told result;
  for (const admin::v1::BadRequest& it : message.refused()) {
    EXPECT_EQ(it.kind(), "host_missing");
    result.sequences.push_back(it.sequence());
  }
  result.dropped = message.refused_dropped();
  return result;
}

TEST(RefusalsFeedTest, TellsEachStreamWhatItDoesNotKnow) {
  RefusalsFeed feed;
  RefusalsTold first;
  RefusalsTold second;
  EXPECT_THAT(Read(feed, &first).sequences, IsEmpty());
  feed.Take({Refused(0, 1), Refused(1, 1), Refused(0, 2)});
  EXPECT_THAT(Read(feed, &first).sequences, ElementsAre(1, 1, 2));
  EXPECT_THAT(Read(feed, &first).sequences, IsEmpty());
  feed.Take({Refused(0, 1), Refused(1, 1), Refused(0, 2), Refused(1, 2)});
  EXPECT_THAT(Read(feed, &first).sequences, ElementsAre(2));
  EXPECT_THAT(Read(feed, &second).sequences, ElementsAre(1, 1, 2, 2));
}

TEST(RefusalsFeedTest, CountsWhatWasOverwritten) {
  RefusalsFeed feed;
  RefusalsTold told;
  feed.Take({Refused(0, 5), Refused(0, 6)});
  EXPECT_EQ(Read(feed, &told).dropped, 0u) << "those before 5 were before the stream";
  feed.Take({Refused(0, 9), Refused(1, 3)});
  const Told later = Read(feed, &told);
  EXPECT_THAT(later.sequences, ElementsAre(9, 3));
  EXPECT_EQ(later.dropped, 2u + 2u);
  EXPECT_EQ(Read(feed, &told).dropped, 4u) << "it is cumulative";
}

TEST(RefusalsFeedTest, AMessageIsBoundedAndSaysWhatItLeavesOut) {
  std::vector<BadRequest> many;
  for (std::uint64_t i = 1; i <= RefusalsFeed::kMost + 3; ++i) many.push_back(Refused(0, i));
  RefusalsFeed feed;
  RefusalsTold told;
  Read(feed, &told);
  feed.Take(many);
  const Told read = Read(feed, &told);
  EXPECT_EQ(read.sequences.size(), RefusalsFeed::kMost);
  EXPECT_EQ(read.sequences.front(), 4u) << "the newest are told";
  EXPECT_EQ(read.dropped, 3u);
}

}  // namespace
}  // namespace weir
