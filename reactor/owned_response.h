// Copies of what handles are given, for the way to another thread.

#ifndef WEIR_REACTOR_OWNED_RESPONSE_H_
#define WEIR_REACTOR_OWNED_RESPONSE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/exchange_handle.h"
#include "weir/reactor/response.h"
#include "weir/reactor/response_stream.h"

namespace weir {

// Fields that own their bytes.
class OwnedFields {
 public:
  explicit OwnedFields(const std::vector<ResponseField>& fields);
  // Views into this object.
  std::vector<ResponseField> View() const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// An answer that owns its bytes.
class OwnedResponse {
 public:
  explicit OwnedResponse(const Response& response);
  // Views into this object.
  Response View() const;

 private:
  Response scalars_;  // with empty views
  std::string content_type_;
  std::string reason_;
  std::string body_;
  OwnedFields fields_;
};

class OwnedStreamOptions {
 public:
  explicit OwnedStreamOptions(const StreamOptions& options);
  // Views into this object.
  StreamOptions View() const;

 private:
  std::optional<std::uint64_t> content_length_;
  std::vector<std::string> trailer_names_;
};

class OwnedPiece {
 public:
  explicit OwnedPiece(ContentPiece piece)
      : bytes_(piece.bytes), shared_(std::move(piece.shared)), file_(std::move(piece.file)) {}
  // Views into this object.
  ContentPiece View() const { return {bytes_, shared_, file_}; }

 private:
  std::string bytes_;
  SharedBytes shared_;
  FileRegion file_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_OWNED_RESPONSE_H_
