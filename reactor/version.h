// Weir's version.

#ifndef WEIR_REACTOR_VERSION_H_
#define WEIR_REACTOR_VERSION_H_

namespace weir {

// Semantic versioning, as in CHANGELOG.md and MODULE.bazel.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace weir

#endif  // WEIR_REACTOR_VERSION_H_
