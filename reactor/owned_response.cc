#include "weir/reactor/owned_response.h"

namespace weir {
void OwnedFields::Assign(const std::vector<ResponseField>& fields) {
  count_ = fields.size();
  if (fields_.size() < count_) fields_.resize(count_);
  for (std::size_t i = 0; i < count_; ++i) {
    fields_[i].first = fields[i].name;
    fields_[i].second = fields[i].value;
  }
}

void OwnedFields::View(std::vector<ResponseField>* views) const {
  views->clear();
  for (std::size_t i = 0; i < count_; ++i) {
    views->push_back({fields_[i].first, fields_[i].second});
  }
}

std::vector<ResponseField> OwnedFields::View() const {
  std::vector<ResponseField> views;
  View(&views);
  return views;
}

std::size_t OwnedFields::capacity() const noexcept {
  std::size_t bytes = fields_.capacity() * sizeof(fields_[0]);
  for (const auto& [name, value] : fields_) bytes += name.capacity() + value.capacity();
  return bytes;
}

void OwnedResponse::Assign(const Response& response) {
  scalars_.status = response.status;
  scalars_.shared_body = response.shared_body;
  scalars_.file = response.file;
  scalars_.close = response.close;
  content_type_ = response.content_type;
  reason_ = response.reason;
  body_ = response.body;
  fields_.Assign(response.fields);
}

void OwnedResponse::View(Response* view) const {
  view->status = scalars_.status;
  view->shared_body = scalars_.shared_body;
  view->file = scalars_.file;
  view->close = scalars_.close;
  view->content_type = content_type_;
  view->reason = reason_;
  view->body = body_;
  fields_.View(&view->fields);
}

Response OwnedResponse::View() const {
  Response view;
  View(&view);
  return view;
}

void OwnedResponse::DropContent() noexcept {
  scalars_.shared_body = nullptr;
  scalars_.file = {};
}

void OwnedResponse::Recycle() noexcept {
  DropContent();
  const std::size_t kept =
      body_.capacity() + fields_.capacity() + content_type_.capacity() + reason_.capacity();
  if (kept > kKeptBytes) *this = OwnedResponse();
}

OwnedStreamOptions::OwnedStreamOptions(const StreamOptions& options)
    : content_length_(options.content_length),
      trailer_names_(options.trailer_names.begin(), options.trailer_names.end()) {}

StreamOptions OwnedStreamOptions::View() const {
  StreamOptions options;
  options.content_length = content_length_;
  options.trailer_names.assign(trailer_names_.begin(), trailer_names_.end());
  return options;
}

}  // namespace weir
