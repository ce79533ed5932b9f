#include "weir/reactor/owned_response.h"

namespace weir {
namespace {

Response Scalars(const Response& response) {
  Response scalars;
  scalars.status = response.status;
  scalars.shared_body = response.shared_body;
  scalars.file = response.file;
  scalars.close = response.close;
  return scalars;
}

}  // namespace

OwnedFields::OwnedFields(const std::vector<ResponseField>& fields) {
  fields_.reserve(fields.size());
  for (const ResponseField& field : fields) fields_.emplace_back(field.name, field.value);
}

std::vector<ResponseField> OwnedFields::View() const {
  std::vector<ResponseField> views;
  views.reserve(fields_.size());
  for (const auto& [name, value] : fields_) views.push_back({name, value});
  return views;
}

OwnedResponse::OwnedResponse(const Response& response)
    : scalars_(Scalars(response)),
      content_type_(response.content_type),
      reason_(response.reason),
      body_(response.body),
      fields_(response.fields) {}

Response OwnedResponse::View() const {
  Response response = scalars_;
  response.content_type = content_type_;
  response.reason = reason_;
  response.body = body_;
  response.fields = fields_.View();
  return response;
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
