// The fields of a head (or trailer section): a compact table and look-up by name.

#ifndef WEIR_PARSER_HEADER_FIELDS_H_
#define WEIR_PARSER_HEADER_FIELDS_H_

#include <cstdint>
#include <string_view>

#include "weir/parser/field_id.h"

namespace weir {

// One field line, as offsets into the buffer that was parsed: 16 bytes, relocatable with the
// buffer. The value is trimmed of SP and HTAB on both sides (RFC 9112 section 5.1).
struct FieldRef {
  std::uint32_t name_offset;
  std::uint32_t name_length;
  std::uint32_t value_offset;
  std::uint32_t value_length;
};
static_assert(sizeof(FieldRef) == 16, "a field takes 16 bytes");

struct Field {
  std::string_view name;   // as received
  std::string_view value;  // opaque bytes: HTAB, 0x20-0x7e, 0x80-0xff
};

// A view of a field table, in order of arrival. Neither the table nor the buffer is owned: both
// must outlive it. Any thread may read it while they stand.
class HeaderFields {
 public:
  HeaderFields() = default;
  HeaderFields(const char* base, const FieldRef* refs, std::uint32_t size) noexcept
      : base_(base), refs_(refs), size_(size) {}

  std::uint32_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  // REQUIRES: index < size().
  Field operator[](std::uint32_t index) const noexcept {
    const FieldRef& ref = refs_[index];
    return {{base_ + ref.name_offset, ref.name_length},
            {base_ + ref.value_offset, ref.value_length}};
  }

  // The index of the first field at or after `from` with that name (ASCII case-insensitive, RFC
  // 9110 section 5.1), or size() if there is none.
  std::uint32_t Find(std::string_view name, std::uint32_t from = 0) const noexcept;

  // The value of the first field with that name; empty if there is none (Find tells them apart).
  std::string_view Get(std::string_view name) const noexcept;

  // The id of a field; kOther if it is no well-known one. REQUIRES: index < size().
  FieldId id(std::uint32_t index) const noexcept { return IdentifyField((*this)[index].name); }

  // As above, of a well-known field. Of kOther there is none: look others up by name.
  std::uint32_t Find(FieldId id, std::uint32_t from = 0) const noexcept {
    return Find(FieldName(id), from);
  }
  std::string_view Get(FieldId id) const noexcept { return Get(FieldName(id)); }

  class Iterator {
   public:
    Iterator(const HeaderFields* fields, std::uint32_t index) noexcept
        : fields_(fields), index_(index) {}
    Field operator*() const noexcept { return (*fields_)[index_]; }
    Iterator& operator++() noexcept {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const noexcept { return index_ != other.index_; }

   private:
    const HeaderFields* fields_;
    std::uint32_t index_;
  };
  Iterator begin() const noexcept { return Iterator(this, 0); }
  Iterator end() const noexcept { return Iterator(this, size_); }

 private:
  const char* base_ = nullptr;
  const FieldRef* refs_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace weir

#endif  // WEIR_PARSER_HEADER_FIELDS_H_
