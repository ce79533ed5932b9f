#include "weir/control/weirctl/options.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

absl::Status Wrong(std::string_view option, const std::string& value, std::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(option), "=", value, " is not ", std::string(expected)));
}

template <bool CommandLine::*kFlag>
absl::Status SetFlag(const std::string&, CommandLine* line) {
  line->*kFlag = true;
  return absl::OkStatus();
}

template <std::string CommandLine::*kText>
absl::Status SetText(const std::string& value, CommandLine* line) {
  line->*kText = value;
  return absl::OkStatus();
}

absl::Status SetTarget(const std::string& value, CommandLine* line) {
  line->target = value;
  line->target_given = true;
  return absl::OkStatus();
}

absl::Status SetMs(std::string_view option, const std::string& value, std::uint64_t* ms) {
  const auto parsed = ParseMs(value);
  if (!parsed || *parsed == 0) return Wrong(option, value, "a time such as 500ms, 10s or 1m");
  *ms = *parsed;
  return absl::OkStatus();
}

absl::Status SetTimeout(const std::string& value, CommandLine* line) {
  return SetMs("--timeout", value, &line->timeout_ms);
}

absl::Status SetInterval(const std::string& value, CommandLine* line) {
  return SetMs("--interval", value, &line->interval_ms);
}

// 0 is a deadline too: it cuts everything at once.
absl::Status SetDrainDeadline(const std::string& value, CommandLine* line) {
  line->deadline_ms = ParseMs(value);
  return line->deadline_ms ? absl::OkStatus()
                           : Wrong("--deadline", value, "a time such as 0, 500ms, 10s or 1m");
}

absl::Status SetTtl(const std::string& value, CommandLine* line) {
  return SetMs("--ttl", value, &line->ttl_ms);
}

absl::Status SetCount(const std::string& value, CommandLine* line) {
  const auto count = ParseNumber(value);
  if (!count) return Wrong("--count", value, "a number");
  line->count = *count;
  return absl::OkStatus();
}

absl::Status SetAfter(const std::string& value, CommandLine* line) {
  const auto sequence = ParseNumber(value);
  if (!sequence) return Wrong("--after", value, "the number of an event, such as 17");
  line->after = *sequence;
  return absl::OkStatus();
}

constexpr OptionSpec kOptions[] = {
    {"--target", "ADDRESS",
     "unix:/PATH or 127.0.0.1:PORT, or several by commas; else WEIR_TARGET, else the default",
     SetTarget},
    {"--context", "NAME", "the target and TLS files that \"weirctl contexts\" has under NAME",
     SetText<&CommandLine::context>},
    {"--tls-ca", "FILE", "TLS: who signs the server's certificate, in PEM form",
     SetText<&CommandLine::tls_ca>},
    {"--tls-certificate", "FILE", "TLS: who this is; the chain, in PEM form",
     SetText<&CommandLine::tls_certificate>},
    {"--tls-key", "FILE", "TLS: the private key of --tls-certificate",
     SetText<&CommandLine::tls_key>},
    {"--json", "", "one JSON object a line, with the names of weir/admin/v1/admin.proto",
     SetFlag<&CommandLine::json>},
    {"--timeout", "TIME", "how long to wait for an answer (5s)", SetTimeout},
    {"--preset", "NAME",
     "limits set, explain: the limits of a preset, but for those that are named",
     SetText<&CommandLine::preset>},
    {"--listener", "NAME",
     "limits get, set, unset, diff, history: of that listener, in place of the whole server",
     SetText<&CommandLine::listener>},
    {"--live", "", "explain: by the limits of the running server", SetFlag<&CommandLine::live>},
    {"--show-values", "", "explain: do not hide what Authorization and Cookie fields have",
     SetFlag<&CommandLine::show_values>},
    {"--etag", "ETAG", "changes of limits: only if the limits are still those of this etag",
     SetText<&CommandLine::etag>},
    {"--validate-only", "", "changes of limits: check, but change nothing",
     SetFlag<&CommandLine::validate_only>},
    {"--ttl", "TIME", "limits set: how long the values hold before they revert", SetTtl},
    {"--persist", "",
     "limits set, unset, rollback: keep the change for the next start of the service",
     SetFlag<&CommandLine::persist>},
    {"--reason", "TEXT", "changes of limits: why, for the history and the audit log",
     SetText<&CommandLine::reason>},
    {"--request-id", "ID", "changes of limits: the same call may be repeated without effect",
     SetText<&CommandLine::request_id>},
    {"--watch", "", "doctor: again and again, until SIGINT", SetFlag<&CommandLine::watch>},
    {"--deadline", "TIME",
     "drain: how long requests under way may take (the limit drain_timeout_ms)", SetDrainDeadline},
    {"--wait", "", "drain: until it has ended, with the server or without it",
     SetFlag<&CommandLine::wait>},
    {"--interval", "TIME",
     "watch, top, doctor --watch, drain --wait: between samples, 100ms to 60s (1s)", SetInterval},
    {"--after", "N", "events: only those behind number N", SetAfter},
    {"--follow", "", "events: then those that come, until SIGINT", SetFlag<&CommandLine::follow>},
    {"--count", "N", "watch, top, doctor --watch, events --follow: end after N samples or events",
     SetCount},
    {"--version", "", "says which version of weirctl this is", SetFlag<&CommandLine::version>},
    {"--help", "", "says what there is", SetFlag<&CommandLine::help>},
};

}  // namespace

const OptionSpec* OptionSpecs::begin() const noexcept { return std::begin(kOptions); }

const OptionSpec* OptionSpecs::end() const noexcept { return std::end(kOptions); }

const OptionSpec* FindOption(std::string_view name) noexcept {
  if (name == "-h") name = "--help";
  const auto* const found =
      std::find_if(std::begin(kOptions), std::end(kOptions),
                   [name](const OptionSpec& option) { return option.name == name; });
  return found == std::end(kOptions) ? nullptr : found;
}

}  // namespace weir
