// The server that "./dev demo" runs: answers with what it understood, and can be tuned meanwhile.
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "weir/control/admin_server.h"
#include "weir/control/weirctl/default_endpoint.h"
#include "weir/reactor/limit_presets.h"
#include "weir/reactor/server.h"

ABSL_FLAG(std::vector<std::string>, address, {"127.0.0.1:8080"},
          "where to serve HTTP: numeric addresses and ports, unix:/PATH");
ABSL_FLAG(std::string, admin, weir::DefaultEndpoint(), "where to serve gRPC: unix:/PATH");
ABSL_FLAG(std::string, preset, "weir", "limits to begin with: weir, node or nginx");
ABSL_FLAG(std::vector<std::string>, proxies, {},
          "ranges of balancers that speak the PROXY protocol, such as 10.0.0.0/8");
ABSL_FLAG(int, reactors, 0, "reactors; 0: one for each CPU that this process may use");

namespace {

// A JSON string (RFC 8259 section 7). Bytes that are not ASCII are escaped one by one.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", byte);
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

void Describe(const weir::Request& request, weir::ResponseWriter response) {
  const std::string line = "{\"method\":" + Quoted(request.method_text()) +
                           ",\"target\":" + Quoted(request.target()) +
                           ",\"client\":" + Quoted(request.client().ToString()) +
                           ",\"version\":" + Quoted(request.version()) +
                           ",\"fields\":" + std::to_string(request.fields().size()) +
                           ",\"body_bytes\":" + std::to_string(request.body().size()) + "}\n";
  response.Send(200, "application/json", line);
}

void Introduce(const weir::Server& server, const weir::AdminServer& admin) {
  std::cout << "HTTP on http://" << server.address() << ", " << server.reactors()
            << " reactors; control plane on " << admin.address() << "\n";
  for (const weir::ListenerInfo& listener : server.listeners()) {
    if (listener.name != server.address()) std::cout << "HTTP on " << listener.name << ", too\n";
  }
  for (const std::string& warning : server.Stats().warnings) {
    std::cout << "warning: " << warning << "\n";
  }
  const std::string target =
      admin.address() == weir::DefaultEndpoint() ? "" : " --target=" + admin.address();
  std::cout << "Try, in another terminal:\n"
            << "  curl -v http://" << server.address() << "/\n"
            << "  bazel-bin/control/weirctl/weirctl" << target
            << " limits set max_head_bytes=4096\n"
            << "  bazel-bin/control/weirctl/weirctl" << target << " watch\n"
            << "Ctrl-C drains and ends.\n"
            << std::flush;
}

int Run() {
  weir::ServerOptions options;
  for (const std::string& address : absl::GetFlag(FLAGS_address)) {
    weir::ListenerOptions& listener = options.listeners.emplace_back();
    listener.address = address;
    listener.proxies = absl::GetFlag(FLAGS_proxies);
  }
  options.reactors = absl::GetFlag(FLAGS_reactors);
  const weir::LimitPreset* const preset = weir::FindLimitPreset(absl::GetFlag(FLAGS_preset));
  if (preset == nullptr) {
    std::cerr << "demo: --preset is one of " << weir::LimitPresetNames() << "\n";
    return 1;
  }
  options.limits = preset->limits;
  auto server = weir::Server::Start(options, Describe);
  if (!server.ok()) {
    std::cerr << "demo: " << server.status() << "\n";
    return 1;
  }
  auto admin = weir::AdminServer::Start(server->get(), {absl::GetFlag(FLAGS_admin), {}});
  if (!admin.ok()) {
    std::cerr << "demo: " << admin.status() << "\n";
    return 1;
  }
  Introduce(**server, **admin);
  const weir::DrainReport report = (*server)->Wait();
  std::cout << "Drained: " << report.connections_finished << " connections finished, "
            << report.connections_cut << " cut\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("answers every HTTP request with a line of JSON about it");
  absl::ParseCommandLine(argc, argv);
  return Run();
}
