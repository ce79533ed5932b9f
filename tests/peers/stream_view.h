// What a parser made of a connection's bytes, in a form in which parsers can be compared.

#ifndef WEIR_TESTS_PEERS_STREAM_VIEW_H_
#define WEIR_TESTS_PEERS_STREAM_VIEW_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

// A request whose head is complete. What a peer does not tell is not set, and not compared.
struct MessageView {
  std::string head;  // as received; only Weir's view has it
  std::string method;
  std::string target;
  int minor_version = 1;
  std::vector<std::pair<std::string, std::string>> fields;  // name and value, as received
  std::optional<std::string> framing;                       // "none", the length, or "chunked"
  std::string body;                                         // without framing, so far
  bool complete = false;                                    // the body has ended
  bool keep_alive = true;
  std::optional<std::size_t> end;  // of a complete one: offset in the stream of the byte after it
};

struct StreamView {
  std::vector<MessageView> messages;
  std::string refusal;  // why what follows the messages was refused; empty if it was not
};

// What Weir's parser makes of `bytes`. After a request that no other may follow it reads no more.
StreamView ReadWithWeir(std::string_view bytes);

}  // namespace weir

#endif  // WEIR_TESTS_PEERS_STREAM_VIEW_H_
