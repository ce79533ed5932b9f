// Objects for --json that no message of the service has.

#ifndef WEIR_CONTROL_WEIRCTL_JSON_STRUCT_H_
#define WEIR_CONTROL_WEIRCTL_JSON_STRUCT_H_

#include <google/protobuf/struct.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

inline void SetText(google::protobuf::Struct* object, std::string_view name,
                    std::string_view value) {
  (*object->mutable_fields())[std::string(name)].set_string_value(std::string(value));
}

// Exact up to 2^53.
inline void SetNumber(google::protobuf::Struct* object, std::string_view name,
                      std::uint64_t value) {
  (*object->mutable_fields())[std::string(name)].set_number_value(static_cast<double>(value));
}

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_JSON_STRUCT_H_
