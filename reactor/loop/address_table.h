// How many connections each client address has open, over all reactors of a server.

#ifndef WEIR_REACTOR_LOOP_ADDRESS_TABLE_H_
#define WEIR_REACTOR_LOOP_ADDRESS_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "weir/reactor/socket_address.h"

namespace weir {

// Whom connections are counted for: an IPv4 address, or a prefix of an IPv6 address, since one
// client has many of those.
struct AddressKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const AddressKey& a, const AddressKey& b) noexcept {
    return a.high == b.high && a.low == b.low;
  }
};

// IPv4 as ::ffff:a.b.c.d, whichever way it came. None for a peer that has no address, such as one
// of a Unix socket. `ipv6_prefix_bits` is 1 to 128.
std::optional<AddressKey> KeyOf(const SocketAddress& peer, unsigned ipv6_prefix_bits) noexcept;

// Has an entry for each address with a connection that is counted, and no other: it is bounded by
// their number. Takes the lock of one of kShards shards for a moment, when a connection opens or
// ends and never for a request. Any thread.
class AddressTable {
 public:
  // Which entry a connection counts for, until Release.
  using Handle = std::uint32_t;

  AddressTable();
  AddressTable(const AddressTable&) = delete;
  AddressTable& operator=(const AddressTable&) = delete;

  // Counts one more, unless there are `max` already. May throw std::bad_alloc: then nothing has
  // changed.
  std::optional<Handle> Acquire(const AddressKey& key, std::uint64_t max);
  // Counts one less. REQUIRES: Acquire gave the handle, and it was not released since.
  void Release(Handle handle) noexcept;

  // Entries in use now.
  std::size_t size() const;

 private:
  static constexpr unsigned kShardBits = 6;
  static constexpr std::size_t kShards = std::size_t{1} << kShardBits;
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Entry {
    AddressKey key;
    std::uint32_t connections = 0;
    std::uint32_t next = kNone;  // in its chain, or of the free ones
  };

  // Chains of entries by hash. Entries keep their index while they are in use.
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::vector<Entry> entries;
    std::vector<std::uint32_t> chains;  // the first entry of each; a power of two of them
    std::uint32_t free = kNone;
    std::uint32_t used = 0;
  };

  std::uint64_t HashOf(const AddressKey& key) const noexcept;
  std::uint32_t* ChainOf(Shard* shard, const AddressKey& key) noexcept;
  std::uint32_t Add(Shard* shard, const AddressKey& key);
  void Grow(Shard* shard);

  std::array<std::uint64_t, 2> secret_;  // so that clients can't choose addresses of one chain
  std::array<Shard, kShards> shards_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_ADDRESS_TABLE_H_
