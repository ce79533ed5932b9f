#include "weir/control/weirctl/several_targets.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <future>
#include <ostream>
#include <sstream>
#include <string>

#include "weir/control/weirctl/exit_status.h"

namespace weir {
namespace {

struct Outcome {
  int status = kExitOk;
  std::string out;
  std::string err;
};

std::string Quoted(const std::string& text) {
  google::protobuf::StringValue value;
  value.set_value(text);
  std::string json;
  // Fails only for messages with Any.
  (void)google::protobuf::util::MessageToJsonString(value, &json);
  return json;
}

void PrintText(const std::string& target, const Outcome& outcome, std::ostream& out,
               std::ostream& err) {
  out << "== " << target << "\n" << outcome.out << std::flush;
  if (!outcome.err.empty()) err << "== " << target << "\n" << outcome.err << std::flush;
}

void PrintJsonObject(const std::string& target, const Outcome& outcome, std::ostream& out) {
  out << "{\"target\":" << Quoted(target) << ",\"status\":" << outcome.status << ",\"results\":[";
  std::istringstream lines(outcome.out);
  const char* separator = "";
  for (std::string line; std::getline(lines, line); separator = ",") out << separator << line;
  out << "],\"errors\":" << Quoted(outcome.err) << "}" << std::endl;
}

}  // namespace

int RunOnEach(const std::vector<CommandLine>& lines, const RunLine& run, std::ostream& out,
              std::ostream& err) {
  std::vector<std::future<Outcome>> runs;
  runs.reserve(lines.size());
  for (const CommandLine& line : lines) {
    runs.push_back(std::async(std::launch::async, [&line, &run] {
      std::ostringstream own_out;
      std::ostringstream own_err;
      const int status = run(line, own_out, own_err);
      return Outcome{status, own_out.str(), own_err.str()};
    }));
  }
  int highest = kExitOk;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Outcome outcome = runs[i].get();
    highest = std::max(highest, outcome.status);
    if (lines[i].json) {
      PrintJsonObject(lines[i].target, outcome, out);
    } else {
      PrintText(lines[i].target, outcome, out, err);
    }
  }
  return highest;
}

}  // namespace weir
