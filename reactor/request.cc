#include "weir/reactor/request.h"

#include "weir/reactor/relocate_head.h"

namespace weir {
namespace {

// From the first byte that any view of `head` points to, to the last.
std::string_view HeadBytes(const RequestHead& head) noexcept {
  const char* const first = head.method_text.data();
  const char* last = head.target.text.data() + head.target.text.size();
  for (const Field field : head.fields) last = field.value.data() + field.value.size();
  return {first, static_cast<std::size_t>(last - first)};
}

std::vector<FieldRef> FieldRefs(const HeaderFields& fields, const char* base) {
  const auto offset = [base](std::string_view view) {
    return static_cast<std::uint32_t>(view.data() - base);
  };
  std::vector<FieldRef> refs;
  refs.reserve(fields.size());
  for (const Field field : fields) {
    refs.push_back({offset(field.name), static_cast<std::uint32_t>(field.name.size()),
                    offset(field.value), static_cast<std::uint32_t>(field.value.size())});
  }
  return refs;
}

}  // namespace

RequestCopy::Storage::Storage(const Request& original)
    : bytes(HeadBytes(original.head())),
      body(original.body()),
      refs(FieldRefs(original.fields(), original.method_text().data())),
      head(RelocateHead(original.head(), original.method_text().data(), bytes.data(), refs.data())),
      request(&head, body, original.peer(), original.client()) {}

RequestCopy Request::Copy() const {
  RequestCopy copy;
  copy.storage_ = std::make_shared<const RequestCopy::Storage>(*this);
  return copy;
}

}  // namespace weir
