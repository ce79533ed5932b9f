#include "weir/tests/peers/node_view.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace weir {
namespace {

constexpr const char* kProgram = "tests/peers/node_server.js";

// Gives the exit status, or -1.
int Run(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(&word[0]);
  arguments.push_back(nullptr);
  pid_t pid = 0;
  if (::posix_spawnp(&pid, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) {
    return -1;
  }
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

std::string Unhex(const std::string& text) {
  std::string bytes;
  if (text == "-") return bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::strtoul(text.substr(i, 2).c_str(), nullptr, 16));
  }
  return bytes;
}

void WriteStreams(const std::vector<std::string>& streams, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  for (const std::string& stream : streams) {
    const auto size = static_cast<std::uint32_t>(stream.size());
    for (int shift = 0; shift < 32; shift += 8) out.put(static_cast<char>(size >> shift));
    out << stream;
  }
}

// Adds one line of results; node_server.js has their form.
void AddLine(const std::string& line, std::vector<StreamView>* views) {
  std::istringstream words(line);
  std::string kind;
  std::string first;
  std::string second;
  words >> kind >> first >> second;
  if (kind == "connection") {
    views->emplace_back();
    return;
  }
  StreamView& view = views->back();
  if (kind == "request") {
    view.messages.emplace_back();
    MessageView& message = view.messages.back();
    message.method = Unhex(first);
    message.target = Unhex(second);
    words >> message.minor_version >> message.keep_alive;
  } else if (kind == "field") {
    view.messages.back().fields.emplace_back(Unhex(first), Unhex(second));
  } else if (kind == "body") {
    view.messages[std::stoul(first)].body += Unhex(second);
  } else if (kind == "end") {
    view.messages[std::stoul(first)].complete = true;
  } else if (first != "HPE_INVALID_EOF_STATE") {  // that only says that the bytes have ended
    view.refusal = first;
  }
}

}  // namespace

bool HasNode() { return Run({"node", "--version"}) == 0; }

std::vector<StreamView> ReadWithNode(const std::vector<std::string>& streams, std::string* error) {
  const char* const folder = std::getenv("TEST_TMPDIR");
  const std::string path = std::string(folder == nullptr ? "/tmp" : folder) + "/node_streams";
  WriteStreams(streams, path);
  std::vector<StreamView> views;
  const int status = Run({"node", kProgram, path, path + ".results"});
  if (status != 0) {
    *error = "node ended with " + std::to_string(status);
    return views;
  }
  std::ifstream in(path + ".results");
  for (std::string line; std::getline(in, line);) AddLine(line, &views);
  if (views.size() == streams.size()) return views;
  *error = "node has " + std::to_string(views.size()) + " results for " +
           std::to_string(streams.size()) + " streams";
  return {};
}

}  // namespace weir
