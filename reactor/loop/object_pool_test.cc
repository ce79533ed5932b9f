#include "weir/reactor/loop/object_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace weir {
namespace {

int living = 0;

struct Thing {
  Thing() { ++living; }
  ~Thing() { --living; }
  void Recycle() { ++recycled; }
  int recycled = 0;
};

std::vector<std::unique_ptr<Thing>> TakeMany(ObjectPool<Thing>* pool, std::size_t count) {
  std::vector<std::unique_ptr<Thing>> things;
  for (std::size_t i = 0; i < count; ++i) things.push_back(pool->Take());
  return things;
}

void ReturnAll(ObjectPool<Thing>* pool, std::vector<std::unique_ptr<Thing>> things) {
  for (auto& thing : things) pool->Return(std::move(thing));
}

TEST(ObjectPoolTest, GivesBackTheLastOneRecycled) {
  ObjectPool<Thing> pool;
  auto things = TakeMany(&pool, 2);
  const Thing* const last = things.back().get();
  ReturnAll(&pool, std::move(things));
  const auto again = pool.Take();
  EXPECT_EQ(again.get(), last);
  EXPECT_EQ(again->recycled, 1);
  pool.Return(nullptr);
  EXPECT_EQ(pool.size(), 1u);
}

TEST(ObjectPoolTest, IsBounded) {
  ObjectPool<Thing> pool;
  ReturnAll(&pool, TakeMany(&pool, ObjectPool<Thing>::kMaxIdle + 10));
  EXPECT_EQ(pool.size(), ObjectPool<Thing>::kMaxIdle);
  EXPECT_EQ(living, static_cast<int>(ObjectPool<Thing>::kMaxIdle));
}

TEST(ObjectPoolTest, TrimKeepsWhatWasInUseSinceTheLast) {
  ObjectPool<Thing> pool;
  ReturnAll(&pool, TakeMany(&pool, 20));
  pool.Trim();
  EXPECT_EQ(pool.size(), 20u);  // all were in use
  ReturnAll(&pool, TakeMany(&pool, 3));
  pool.Trim();
  EXPECT_EQ(pool.size(), 3u);
  EXPECT_EQ(living, 3);
  pool.Trim();
  EXPECT_TRUE(pool.empty());
  EXPECT_EQ(living, 0);
}

}  // namespace
}  // namespace weir
