// What was typed, split into options and words.

#ifndef WEIR_CONTROL_WEIRCTL_COMMAND_LINE_H_
#define WEIR_CONTROL_WEIRCTL_COMMAND_LINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace weir {

// Options may stand anywhere; "--" ends them.
struct CommandLine {
  std::string target;           // --target, WEIR_TARGET, or the default endpoint; several by commas
  bool target_given = false;    // whether by --target
  std::string context;          // --context
  bool json = false;            // --json
  bool help = false;            // --help
  bool version = false;         // --version
  bool validate_only = false;   // --validate-only
  bool live = false;            // --live
  bool show_values = false;     // --show-values
  std::string etag;             // --etag
  std::string preset;           // --preset
  std::string listener;         // --listener; "": the whole server
  std::string tls_ca;           // --tls-ca
  std::string tls_certificate;  // --tls-certificate
  std::string tls_key;          // --tls-key
  bool persist = false;         // --persist
  std::uint64_t ttl_ms = 0;     // --ttl; 0: for good
  std::string reason;           // --reason
  std::string request_id;       // --request-id
  std::uint64_t timeout_ms = 5000;           // --timeout
  std::uint64_t interval_ms = 1000;          // --interval
  std::uint64_t count = 0;                   // --count; 0: no end
  bool watch = false;                        // --watch
  bool wait = false;                         // --wait
  bool follow = false;                       // --follow
  std::uint64_t after = 0;                   // --after; 0: all
  std::optional<std::uint64_t> deadline_ms;  // --deadline; none: the server's own
  std::vector<std::string> words;            // the command and its arguments
};

// INVALID_ARGUMENT says which option is unknown, or what its value should be.
absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments);

// "250", "10s", "1m", "250ms": milliseconds. None for anything else.
std::optional<std::uint64_t> ParseMs(const std::string& text);

// "4096", "16KiB", "1MiB", "1GiB": bytes. None for anything else.
std::optional<std::uint64_t> ParseBytes(const std::string& text);

// "123". None for anything else, also for what does not fit.
std::optional<std::uint64_t> ParseNumber(const std::string& text);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_COMMAND_LINE_H_
