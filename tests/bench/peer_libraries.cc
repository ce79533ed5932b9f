#include "weir/tests/bench/peer_libraries.h"

#include <dlfcn.h>

#include <cstdio>

namespace weir {
namespace {

template <typename Function>
void Find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));
  if (*function == nullptr) std::fprintf(stderr, "not measured: %s\n", dlerror());
}

void* Open(const std::string& path) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) std::fprintf(stderr, "not measured: %s\n", dlerror());
  return library;
}

PicoLibrary LoadPico(const std::string& path) {
  PicoLibrary pico;
  void* const library = Open(path);
  if (library == nullptr) return pico;
  Find(library, "phr_parse_request", &pico.parse_request);
  Find(library, "phr_decode_chunked", &pico.decode_chunked);
  return pico;
}

}  // namespace

PeerLibraries LoadPeerLibraries(const std::string& folder) {
  PeerLibraries peers;
  peers.pico_sse42 = LoadPico(folder + "/pico_sse42.so");
  peers.pico_scalar = LoadPico(folder + "/pico_scalar.so");
  void* const httparse = Open(folder + "/httparse.so");
  if (httparse != nullptr) Find(httparse, "weir_bench_httparse", &peers.httparse);
  return peers;
}

}  // namespace weir
