// Copies of what handles are given, for the way to another thread.

#ifndef WEIR_REACTOR_OWNED_RESPONSE_H_
#define WEIR_REACTOR_OWNED_RESPONSE_H_

#include <cstddef>
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
  OwnedFields() = default;
  explicit OwnedFields(const std::vector<ResponseField>& fields) { Assign(fields); }
  // Takes other fields, into the memory that it has.
  void Assign(const std::vector<ResponseField>& fields);
  // Views into this object.
  std::vector<ResponseField> View() const;
  void View(std::vector<ResponseField>* views) const;
  // Bytes that it keeps allocated, about.
  std::size_t capacity() const noexcept;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
  std::size_t count_ = 0;  // of fields_, whose others wait to be used again
};

// An answer that owns its bytes.
class OwnedResponse {
 public:
  OwnedResponse() = default;
  explicit OwnedResponse(const Response& response) { Assign(response); }
  // Takes another answer, into the memory that it has.
  void Assign(const Response& response);
  // Views into this object.
  Response View() const;
  void View(Response* view) const;
  // Lets go of what it shares with others.
  void DropContent() noexcept;
  // Gives its memory back if there is more of it than answers nearly always need.
  void Recycle() noexcept;

 private:
  static constexpr std::size_t kKeptBytes = 16 * 1024;

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
