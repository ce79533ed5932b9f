#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <chrono>
#include <ostream>

#include "weir/control/weirctl/weirctl.h"

namespace weir {

void SetDeadline(const Session& session, grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::milliseconds(session.line.timeout_ms));
}

int Report(const Session& session, const grpc::Status& status) {
  if (status.ok()) return kExitOk;
  session.err << "weirctl: " << status.error_message() << "\n";
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      session.err << "No server answers at " << session.line.target
                  << ". Is it running, is this its --admin endpoint (--target, WEIR_TARGET), and "
                     "are you the user that it runs as? It may also have just ended.\n";
      return kExitUnreachable;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      session.err << "No answer within " << session.line.timeout_ms << " ms from "
                  << session.line.target << ". Give it longer with --timeout.\n";
      return kExitUnreachable;
    case grpc::StatusCode::UNIMPLEMENTED:
      session.err << session.line.target
                  << " is a gRPC server, but has no weir.admin.v1.Admin of "
                     "this version.\n";
      return kExitUnreachable;
    default:
      return kExitRefused;
  }
}

void PrintJson(const google::protobuf::Message& message, std::ostream& out) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  // Fails only for messages with Any, of which there are none.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  out << json << std::endl;
}

void PrintTable(const std::vector<std::vector<std::string>>& rows, std::ostream& out) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    out << line << "\n";
  }
  out << std::flush;
}

}  // namespace weir
