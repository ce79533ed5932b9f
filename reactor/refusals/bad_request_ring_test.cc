// The ring keeps the last records, and bounds how many a second adds.
#include "weir/reactor/refusals/bad_request_ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace weir {
namespace {

TEST(BadRequestRingTest, KeepsTheLastInOrder) {
  BadRequestRing ring;
  EXPECT_TRUE(ring.Copy().empty());
  constexpr std::uint64_t kAdded = BadRequestRing::kCapacity * 2 + 3;
  for (std::uint64_t i = 1; i <= kAdded; ++i) {
    BadRequest request;
    request.offset = 1000 + i;
    ASSERT_TRUE(ring.Add(std::move(request)));
    const std::vector<BadRequest> kept = ring.Copy();
    ASSERT_EQ(kept.size(), std::min<std::uint64_t>(i, BadRequestRing::kCapacity));
    for (std::size_t k = 0; k < kept.size(); ++k) {
      ASSERT_EQ(kept[k].sequence, i - kept.size() + k + 1);
      ASSERT_EQ(kept[k].offset, 1000 + kept[k].sequence);
    }
  }
}

TEST(BadRequestRingTest, AdmitsSoManyASecond) {
  BadRequestRing ring;
  EXPECT_FALSE(ring.Admits(1000, 0));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ring.Admits(5000 + i, 3));
  EXPECT_FALSE(ring.Admits(5999, 3));
  EXPECT_TRUE(ring.Admits(5999, 4));
  EXPECT_TRUE(ring.Admits(6000, 3));
}

// Under ThreadSanitizer this shows a race if there is one.
TEST(BadRequestRingTest, NeverWaitsForAReader) {
  BadRequestRing ring;
  std::atomic<bool> ended{false};
  std::thread reader([&] {
    while (!ended.load()) (void)ring.Copy();
  });
  std::uint64_t added = 0;
  std::uint64_t left_out = 0;
  for (int i = 0; i < 2000; ++i) ++(ring.Add(BadRequest()) ? added : left_out);
  ended.store(true);
  reader.join();
  EXPECT_EQ(added + left_out, 2000u);
  const std::vector<BadRequest> kept = ring.Copy();
  ASSERT_EQ(kept.size(), std::min<std::uint64_t>(added, BadRequestRing::kCapacity));
  for (const BadRequest& last : kept) EXPECT_LE(last.sequence, added);
}

}  // namespace
}  // namespace weir
