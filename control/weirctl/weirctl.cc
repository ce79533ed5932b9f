#include "weir/control/weirctl/weirctl.h"

#include <grpcpp/grpcpp.h>

#include <ostream>

#include "weir/control/weirctl/default_endpoint.h"
#include "weir/control/weirctl/unreachable.h"
#include "weir/reactor/version.h"

namespace weir {
namespace {

constexpr char kHelp[] =
    R"(weirctl - adjusts and watches a Weir server while it serves

  weirctl limits get [NAME ...]         the limits: requested, effective, default, range
  weirctl limits set NAME=VALUE ...     changes limits, all or none, from the next request on
  weirctl limits presets                values that act like the defaults of other servers
  weirctl stats                         queues, counters, parse errors and why connections ended
  weirctl watch                         the same as a stream, a line for each reactor
  weirctl explain [FILE] [NAME=VALUE ...] < FILE
                                        where a request breaks, by these limits; needs no server
  weirctl errors [KIND ...]             what each kind of parse error means; needs no server

Options:
  --target=ADDRESS     unix:/PATH or 127.0.0.1:PORT; else WEIR_TARGET, else
                       )";

constexpr char kHelpRest[] = R"(
  --json               one JSON object a line, with the names of weir/admin/v1/admin.proto
  --timeout=TIME       how long to wait for an answer (5s)
  --preset=NAME        limits set, explain: the limits of a preset, but for those that are named
  --live               explain: by the limits of the running server
  --show-values        explain: do not hide what Authorization and Cookie fields have
  --etag=ETAG          limits set: only if the limits are still those of this etag
  --validate-only      limits set: check, but change nothing
  --interval=TIME      watch: between samples, 100ms to 60s (1s)
  --count=N            watch: end after N samples
  --version, --help

Values take units: 16KiB, 1MiB for bytes; 500ms, 10s, 1m for times.
Exit status: 0 done; 1 the server refused or a value is invalid, and nothing has changed; 2 wrong
usage; 3 no server answered. explain: 0 accepted; 1 a request is refused; 4 the input ends within
one.
)";

int Usage(const Session& session) {
  session.err << "weirctl: ";
  for (const std::string& word : session.line.words) session.err << "\"" << word << "\" ";
  session.err << (session.line.words.empty() ? "no command was given" : "is no command")
              << "; commands are limits get, limits set, limits presets, stats, watch, explain, "
                 "errors; see "
                 "\"weirctl --help\"\n";
  return kExitUsage;
}

int RunCommand(const Session& session) {
  const std::vector<std::string>& words = session.line.words;
  if (words.empty()) return Usage(session);
  const std::vector<std::string> arguments(words.begin() + 1, words.end());
  if (words[0] == "explain") return ExplainCommand(session, arguments);
  if (words[0] == "errors") return ErrorsCommand(session, arguments);
  if (words.size() >= 2 && words[0] == "limits") {
    const std::vector<std::string> rest(words.begin() + 2, words.end());
    if (words[1] == "get") return GetLimitsCommand(session, rest);
    if (words[1] == "set") return SetLimitsCommand(session, rest);
    if (words[1] == "presets" && rest.empty()) return PresetsCommand(session);
  }
  if (words.size() == 1 && words[0] == "stats") return StatsCommand(session);
  if (words.size() == 1 && words[0] == "watch") return WatchCommand(session);
  return Usage(session);
}

}  // namespace

int RunWeirctl(const std::vector<std::string>& arguments, std::istream& in, std::ostream& out,
               std::ostream& err) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(arguments);
  if (!line.ok()) {
    err << "weirctl: " << line.status().message() << "\n";
    return kExitUsage;
  }
  if (line->version) {
    out << "weirctl " << kVersion << "\n";
    return kExitOk;
  }
  if (line->help || (line->words.size() == 1 && line->words[0] == "help")) {
    out << kHelp << DefaultEndpoint() << kHelpRest;
    return kExitOk;
  }
  if (const std::string wrong = CheckTarget(line->target); !wrong.empty()) {
    err << "weirctl: " << wrong << "\n";
    return kExitUsage;
  }
  grpc::ChannelArguments direct;
  direct.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // http_proxy is not meant for this host's servers
  const auto stub = admin::v1::Admin::NewStub(
      grpc::CreateCustomChannel(line->target, grpc::InsecureChannelCredentials(), direct));
  return RunCommand({*line, stub.get(), in, out, err});
}

}  // namespace weir
