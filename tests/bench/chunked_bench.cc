#include "weir/tests/bench/chunked_bench.h"

#include <benchmark/benchmark.h>
#include <http_parser.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/body_decoder.h"

namespace weir {
namespace {

constexpr std::size_t kContentBytes = 65536;

std::string ChunkedBody(std::size_t chunk_bytes) {
  char size[20];
  std::snprintf(size, sizeof(size), "%zx\r\n", chunk_bytes);
  std::string body;
  for (std::size_t done = 0; done < kContentBytes; done += chunk_bytes) {
    body += size + std::string(chunk_bytes, 'x') + "\r\n";
  }
  return body + "0\r\n\r\n";
}

// Each decodes `body` into `content`, and returns the bytes of content; 0 if it was refused.

std::size_t DecodeByWeir(std::string_view input, char* content) {
  const ParserLimits limits;
  BodyDecoder decoder;
  decoder.Start({BodyKind::kChunked, 0});
  std::size_t size = 0;
  BodyStep step;
  do {
    step = decoder.Decode(input, limits);
    std::memcpy(content + size, step.data.data(), step.data.size());
    size += step.data.size();
    input.remove_prefix(step.consumed);
  } while (step.status == BodyStatus::kData);
  return step.status == BodyStatus::kComplete ? size : 0;
}

constexpr std::string_view kChunkedHead =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

struct Copied {
  char* content;
  std::size_t size;
  bool complete;
};

int CopyBody(http_parser* parser, const char* at, std::size_t size) {
  auto* const copied = static_cast<Copied*>(parser->data);
  std::memcpy(copied->content + copied->size, at, size);
  copied->size += size;
  return 0;
}

int NoteEnd(http_parser* parser) {
  static_cast<Copied*>(parser->data)->complete = true;
  return 0;
}

// From a parser that has read the head.
std::size_t DecodeByHttpParser(http_parser parser, std::string_view input, char* content) {
  http_parser_settings settings = {};
  settings.on_body = CopyBody;
  settings.on_message_complete = NoteEnd;
  Copied copied = {content, 0, false};
  parser.data = &copied;
  http_parser_execute(&parser, &settings, input.data(), input.size());
  return copied.complete ? copied.size : 0;
}

// Only copies the data from where it lies in the body: what no decoder can be faster than.
std::size_t CopyChunks(std::string_view input, std::size_t chunk_bytes, char* content) {
  const std::size_t line_bytes = input.find('\n') + 1;
  for (std::size_t size = 0; size < kContentBytes; size += chunk_bytes) {
    std::memcpy(content + size, input.data() + line_bytes, chunk_bytes);
    input.remove_prefix(line_bytes + chunk_bytes + 2);
  }
  return kContentBytes;
}

// It decodes in place, so the body is copied first.
std::size_t DecodeByPico(const PicoLibrary& pico, std::string_view input, char* content) {
  std::memcpy(content, input.data(), input.size());
  PicoChunkedDecoder decoder = {};
  decoder.consume_trailer = 1;
  std::size_t size = input.size();
  return pico.decode_chunked(&decoder, content, &size) >= 0 ? size : 0;
}

template <typename Decode>
void Register(const std::string& name, std::string body, Decode decode) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    std::vector<char> content(body.size());
    for (auto _ : state) {
      if (decode(std::string_view(body), content.data()) != kContentBytes) {
        state.SkipWithError("refused");
        break;
      }
      benchmark::DoNotOptimize(content.data());
      benchmark::ClobberMemory();
    }
  });
}

}  // namespace

void RegisterChunked(const PeerLibraries& peers) {
  http_parser after_head = {};
  http_parser_init(&after_head, HTTP_REQUEST);
  const http_parser_settings settings = {};
  http_parser_execute(&after_head, &settings, kChunkedHead.data(), kChunkedHead.size());
  for (const std::size_t chunk_bytes : {8, 256, 16384}) {
    const std::string column = "chunk" + std::to_string(chunk_bytes) + "/";
    const std::string body = ChunkedBody(chunk_bytes);
    Register(column + "weir", body, DecodeByWeir);
    Register(column + "http_parser", body, [=](std::string_view input, char* content) {
      return DecodeByHttpParser(after_head, input, content);
    });
    if (peers.pico_sse42.loaded()) {
      Register(column + "pico-sse42", body,
               [pico = peers.pico_sse42](std::string_view input, char* content) {
                 return DecodeByPico(pico, input, content);
               });
    }
    Register(column + "memcpy-chunks", body, [=](std::string_view input, char* content) {
      return CopyChunks(input, chunk_bytes, content);
    });
    Register(column + "memcpy", std::string(kContentBytes, 'x'),
             [](std::string_view input, char* content) {
               std::memcpy(content, input.data(), input.size());
               return input.size();
             });
  }
}

}  // namespace weir
