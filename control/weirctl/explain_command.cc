// weirctl explain: where a request breaks, by this program's own parser.
#include <fstream>
#include <istream>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "weir/control/weirctl/explanation_json.h"
#include "weir/control/weirctl/limit_assignment.h"
#include "weir/control/weirctl/weirctl.h"
#include "weir/parser/explain/explain.h"
#include "weir/parser/explain/render.h"
#include "weir/reactor/limit_presets.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

constexpr std::size_t kMaxInputBytes = std::size_t{16} * 1024 * 1024;

// What is to be explained, and by which limits.
struct Task {
  std::string file;  // empty: standard input
  Limits limits;
};

int FetchServersLimits(const Session& session, Limits* limits) {
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::LimitsState state;
  const grpc::Status status = session.stub->GetLimits(&context, {}, &state);
  if (!status.ok()) return Report(session, status);
  for (const LimitSpec& spec : LimitSpecs()) {
    limits->*spec.member = LimitValue(state.effective(), spec);
  }
  return kExitOk;
}

int ChooseLimits(const Session& session, Limits* limits) {
  const CommandLine& line = session.line;
  if (line.live && !line.preset.empty()) {
    session.err << "weirctl: --live and --preset exclude each other\n";
    return kExitUsage;
  }
  if (line.live) return FetchServersLimits(session, limits);
  if (line.preset.empty()) return kExitOk;
  const LimitPreset* preset = nullptr;
  const int exit = FindPreset(line.preset, session.err, &preset);
  if (exit == kExitOk) *limits = preset->limits;
  return exit;
}

// Adds one word: NAME=VALUE, or the file.
int AddWord(const Session& session, const std::string& word, Task* task) {
  if (word.find('=') != std::string::npos) {
    LimitAssignment assignment = {};
    const int exit = ReadAssignment(word, session.err, &assignment);
    if (exit == kExitOk) task->limits.*assignment.spec->member = assignment.value;
    return exit;
  }
  if (!task->file.empty()) {
    session.err << "weirctl: explain takes one file, not both " << task->file << " and " << word
                << "\n";
    return kExitUsage;
  }
  task->file = word;
  return kExitOk;
}

int ReadTask(const Session& session, const std::vector<std::string>& words, Task* task) {
  if (const int exit = ChooseLimits(session, &task->limits); exit != kExitOk) return exit;
  for (const std::string& word : words) {
    if (const int exit = AddWord(session, word, task); exit != kExitOk) return exit;
  }
  const absl::Status valid = CheckLimits(task->limits);
  if (valid.ok()) return kExitOk;
  session.err << "weirctl: " << valid.message() << "\n";
  return kExitRefused;
}

int ReadInput(const Session& session, std::istream& in, std::string* input) {
  input->resize(kMaxInputBytes + 1);
  in.read(&(*input)[0], static_cast<std::streamsize>(input->size()));
  input->resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) {
    session.err << "weirctl: the input can't be read\n";
    return kExitUsage;
  }
  if (input->size() <= kMaxInputBytes) return kExitOk;
  session.err << "weirctl: the input is larger than " << kMaxInputBytes
              << " bytes; give the start of it\n";
  return kExitUsage;
}

int ReadFileOrStdin(const Session& session, const std::string& file, std::string* input) {
  if (file.empty() || file == "-") return ReadInput(session, session.in, input);
  std::ifstream in(file, std::ios::binary);
  if (in && in.peek() != std::ifstream::traits_type::eof()) return ReadInput(session, in, input);
  if (in.eof()) return kExitOk;  // an empty file
  session.err << "weirctl: " << file << " can't be read\n";
  return kExitUsage;
}

int ExitStatusOf(ExplainOutcome outcome) {
  if (outcome == ExplainOutcome::kAccepted) return kExitOk;
  return outcome == ExplainOutcome::kRefused ? kExitRefused : kExitIncomplete;
}

}  // namespace

int ExplainCommand(const Session& session, const std::vector<std::string>& words) {
  Task task;
  if (const int exit = ReadTask(session, words, &task); exit != kExitOk) return exit;
  std::string input;
  if (const int exit = ReadFileOrStdin(session, task.file, &input); exit != kExitOk) return exit;
  const Explanation explanation = Explain(input, task.limits.parser());
  RenderOptions options;
  options.name = task.file.empty() || task.file == "-" ? "input" : std::string_view(task.file);
  options.show_values = session.line.show_values;
  if (session.line.json) {
    PrintJson(ToJson(explanation), session.out);
  } else {
    session.out << Render(explanation, input, options) << std::flush;
  }
  return ExitStatusOf(explanation.outcome);
}

}  // namespace weir
