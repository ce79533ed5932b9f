#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "weir/control/weirctl/unreachable.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {

bool WritesToTerminal(const Session& session) {
  return &session.out == &std::cout && ::isatty(STDOUT_FILENO) != 0;
}

void SetDeadline(const Session& session, grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::milliseconds(session.line.timeout_ms));
}

int Report(const Session& session, const grpc::Status& status) {
  const std::string& target = session.line.target;
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return kExitOk;
    case grpc::StatusCode::UNAVAILABLE:
      session.err << "weirctl: " << WhyUnreachable(target) << "\n(" << status.error_message()
                  << ")\n";
      return kExitUnreachable;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      session.err << "weirctl: no answer from " << target << " within " << session.line.timeout_ms
                  << " ms: the server hangs or is very busy; wait longer with --timeout\n";
      return kExitUnreachable;
    case grpc::StatusCode::UNIMPLEMENTED:
      session.err << "weirctl: " << target
                  << " serves gRPC, but no weir.admin.v1.Admin of this version: register "
                     "weir::AdminService there, or give another --target\n";
      return kExitUnreachable;
    default:
      session.err << "weirctl: " << status.error_message() << "\n";
      return kExitRefused;
  }
}

std::uint64_t LimitValue(const admin::v1::Limits& limits, const LimitSpec& spec) {
  const auto* const field = limits.GetDescriptor()->FindFieldByName(std::string(spec.name));
  return limits.GetReflection()->GetUInt64(limits, field);
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
