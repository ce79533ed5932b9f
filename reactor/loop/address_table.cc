#include "weir/reactor/loop/address_table.h"

#include <netinet/in.h>
#include <sys/random.h>

#include <cstring>

namespace weir {
namespace {

constexpr std::uint64_t kIpv4Mapped = 0x0000ffff00000000;  // RFC 4291 section 2.5.5.2

std::uint64_t LoadBigEndian(const unsigned char* bytes) noexcept {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

std::uint64_t TopBits(unsigned bits) noexcept {
  return bits == 0 ? 0 : ~std::uint64_t{0} << (64 - bits);
}

// Each bit of the product of two 64-bit numbers depends on all bits of both below it; the halves
// folded together depend on all.
std::uint64_t Fold(std::uint64_t a, std::uint64_t b) noexcept {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::optional<AddressKey> KeyOf(const SocketAddress& peer, unsigned ipv6_prefix_bits) noexcept {
  if (peer.family() == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, peer.get(), sizeof(ipv4));
    return AddressKey{0, kIpv4Mapped | ntohl(ipv4.sin_addr.s_addr)};
  }
  if (peer.family() != AF_INET6) return {};
  sockaddr_in6 ipv6{};
  std::memcpy(&ipv6, peer.get(), sizeof(ipv6));
  AddressKey key{LoadBigEndian(ipv6.sin6_addr.s6_addr), LoadBigEndian(ipv6.sin6_addr.s6_addr + 8)};
  if (key.high == 0 && key.low >> 32 == kIpv4Mapped >> 32) return key;
  key.high &= TopBits(ipv6_prefix_bits < 64 ? ipv6_prefix_bits : 64);
  key.low &= TopBits(ipv6_prefix_bits < 64 ? 0 : ipv6_prefix_bits - 64);
  return key;
}

AddressTable::AddressTable() {
  secret_ = {0x9e3779b97f4a7c15, 0xd1b54a32d192ed03};                  // if there is no entropy yet
  (void)!::getrandom(secret_.data(), sizeof(secret_), GRND_NONBLOCK);  // whole (getrandom(2))
}

std::uint64_t AddressTable::HashOf(const AddressKey& key) const noexcept {
  return Fold(Fold(key.high ^ secret_[0], key.low ^ secret_[1]) ^ secret_[0], secret_[1]);
}

std::uint32_t* AddressTable::ChainOf(Shard* shard, const AddressKey& key) noexcept {
  return &shard->chains[(HashOf(key) >> kShardBits) & (shard->chains.size() - 1)];
}

std::optional<AddressTable::Handle> AddressTable::Acquire(const AddressKey& key,
                                                          std::uint64_t max) {
  const auto number = static_cast<std::uint32_t>(HashOf(key) & (kShards - 1));
  Shard& shard = shards_[number];
  const std::lock_guard<std::mutex> lock(shard.mutex);
  std::uint32_t found = kNone;
  if (!shard.chains.empty()) {
    found = *ChainOf(&shard, key);
    while (found != kNone && !(shard.entries[found].key == key)) found = shard.entries[found].next;
  }
  const std::uint64_t present = found == kNone ? 0 : shard.entries[found].connections;
  if (present >= max) return {};
  if (found == kNone) found = Add(&shard, key);
  ++shard.entries[found].connections;
  return found << kShardBits | number;
}

std::uint32_t AddressTable::Add(Shard* shard, const AddressKey& key) {
  if (shard->used == shard->chains.size()) Grow(shard);
  const std::uint32_t index = shard->free;
  Entry& entry = shard->entries[index];
  shard->free = entry.next;
  ++shard->used;
  std::uint32_t* const chain = ChainOf(shard, key);
  entry = {key, 0, *chain};
  *chain = index;
  return index;
}

// All entries are in use: twice as many, and as many chains.
void AddressTable::Grow(Shard* shard) {
  const std::size_t before = shard->entries.size();
  const std::size_t after = before == 0 ? 16 : before * 2;
  std::vector<std::uint32_t> chains(after, kNone);
  shard->entries.resize(after);
  shard->chains.swap(chains);
  for (std::uint32_t i = 0; i < after; ++i) {
    Entry& entry = shard->entries[i];
    std::uint32_t* const list = i < before ? ChainOf(shard, entry.key) : &shard->free;
    entry.next = *list;
    *list = i;
  }
}

void AddressTable::Release(Handle handle) noexcept {
  Shard& shard = shards_[handle & (kShards - 1)];
  const std::uint32_t index = handle >> kShardBits;
  const std::lock_guard<std::mutex> lock(shard.mutex);
  Entry& entry = shard.entries[index];
  if (--entry.connections > 0) return;
  std::uint32_t* link = ChainOf(&shard, entry.key);
  while (*link != index) link = &shard.entries[*link].next;
  *link = entry.next;
  entry.next = shard.free;
  shard.free = index;
  --shard.used;
}

std::size_t AddressTable::size() const {
  std::size_t used = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard<std::mutex> lock(shard.mutex);
    used += shard.used;
  }
  return used;
}

}  // namespace weir
