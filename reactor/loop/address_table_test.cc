// Connections counted by client address.
#include "weir/reactor/loop/address_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace weir {
namespace {

AddressKey Key(const std::string& address, unsigned ipv6_prefix_bits = 64) {
  const auto parsed = SocketAddress::Parse(address);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return *KeyOf(*parsed, ipv6_prefix_bits);
}

TEST(AddressKeyTest, AnIpv4AddressIsOneClient) {
  EXPECT_TRUE(Key("192.0.2.1:1") == Key("192.0.2.1:2"));
  EXPECT_FALSE(Key("192.0.2.1:1") == Key("192.0.2.2:1"));
  EXPECT_TRUE(Key("192.0.2.1:1") == Key("[::ffff:192.0.2.1]:1"));
  EXPECT_FALSE(Key("[::ffff:192.0.2.1]:1") == Key("[::ffff:192.0.2.2]:1"));
}

TEST(AddressKeyTest, AnIpv6NetworkIsOneClient) {
  EXPECT_TRUE(Key("[2001:db8:0:1::1]:1") == Key("[2001:db8:0:1:ffff::2]:1"));
  EXPECT_FALSE(Key("[2001:db8:0:1::1]:1") == Key("[2001:db8:0:2::1]:1"));
}

// Two addresses that differ in bit i alone are one client if the prefix ends before it.
TEST(AddressKeyTest, EveryPrefixEndsWhereItSays) {
  for (unsigned bit = 0; bit < 128; ++bit) {
    sockaddr_storage storage{};
    auto* const ipv6 = reinterpret_cast<sockaddr_in6*>(&storage);
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_addr.s6_addr[0] = 0x20;
    const SocketAddress one = SocketAddress::From(storage);
    ipv6->sin6_addr.s6_addr[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
    const SocketAddress other = SocketAddress::From(storage);
    for (unsigned prefix = 1; prefix <= 128; ++prefix) {
      EXPECT_EQ(*KeyOf(one, prefix) == *KeyOf(other, prefix), prefix <= bit)
          << bit << " " << prefix;
    }
  }
}

TEST(AddressKeyTest, WhoHasNoAddressHasNoKey) { EXPECT_FALSE(KeyOf(SocketAddress(), 64)); }

class AddressTableTest : public testing::Test {
 protected:
  AddressTable table_;
};

TEST_F(AddressTableTest, CountsUpToTheLimitAndDownAgain) {
  const AddressKey key = Key("192.0.2.1:1");
  const auto first = table_.Acquire(key, 2);
  const auto second = table_.Acquire(key, 2);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(table_.Acquire(key, 2));
  EXPECT_FALSE(table_.Acquire(key, 1)) << "a limit that was lowered";
  EXPECT_TRUE(table_.Acquire(Key("192.0.2.2:1"), 1));
  table_.Release(*first);
  EXPECT_TRUE(table_.Acquire(key, 2));
  EXPECT_EQ(table_.size(), 2u);
}

TEST_F(AddressTableTest, HasNoEntryForWhoHasGone) {
  EXPECT_FALSE(table_.Acquire(Key("192.0.2.1:1"), 0));
  EXPECT_EQ(table_.size(), 0u);
  std::vector<AddressTable::Handle> handles;
  for (int i = 0; i < 10000; ++i) {
    handles.push_back(*table_.Acquire({0, static_cast<std::uint64_t>(i)}, 1));
  }
  EXPECT_EQ(table_.size(), 10000u);
  for (const auto handle : handles) table_.Release(handle);
  EXPECT_EQ(table_.size(), 0u);
}

// Against a model, with addresses that come and go.
TEST_F(AddressTableTest, IsRightWhateverTheOrder) {
  constexpr int kAddresses = 500;
  constexpr std::uint64_t kMost = 3;
  std::mt19937 random(1);
  std::vector<std::vector<AddressTable::Handle>> open(kAddresses);
  for (int step = 0; step < 100000; ++step) {
    const auto i = random() % kAddresses;
    std::vector<AddressTable::Handle>& mine = open[i];
    if (random() % 2 == 0) {
      const auto handle = table_.Acquire({i, i * 7}, kMost);
      ASSERT_EQ(handle.has_value(), mine.size() < kMost) << step;
      if (handle) mine.push_back(*handle);
    } else if (!mine.empty()) {
      table_.Release(mine.back());
      mine.pop_back();
    }
  }
  std::size_t present = 0;
  for (const auto& mine : open) present += mine.empty() ? 0 : 1;
  EXPECT_EQ(table_.size(), present);
}

TEST_F(AddressTableTest, ManyThreadsNeverPassTheLimit) {
  constexpr std::uint64_t kMost = 4;
  std::atomic<std::uint64_t> open{0};
  std::atomic<std::uint64_t> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        const auto handle = table_.Acquire({1, 2}, kMost);
        if (!handle) continue;
        const std::uint64_t now = open.fetch_add(1) + 1;
        std::uint64_t seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        open.fetch_sub(1);
        table_.Release(*handle);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most.load(), kMost);
  EXPECT_EQ(table_.size(), 0u);
}

}  // namespace
}  // namespace weir
