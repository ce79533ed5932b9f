// Conformance cases as text. A file holds cases like this one, with empty lines between them and
// comments after '#' at the start of a line:
//
//   case a space before the colon
//   rfc 9112 5.1
//   limit max_fields=3
//   > GET / HTTP/1.1\r\n
//   > Host\@ : a\r\n
//   < error space_before_colon 400 @
//
// '>' lines are the input, joined: \r \n \t \\ \xHH are bytes, \{20*ab} is "ab" twenty times, and
// \@ stands for no byte but marks the offset that '@' means below. '<' lines are the events to
// come (see stream_events.h).

#ifndef WEIR_TESTS_CONFORMANCE_CASE_FILE_H_
#define WEIR_TESTS_CONFORMANCE_CASE_FILE_H_

#include <string>
#include <vector>

#include "weir/parser/parser_limits.h"

namespace weir {

struct ConformanceCase {
  std::string where;  // file:line
  std::string title;
  std::string rfc;
  ParserLimits limits;
  std::string input;
  std::vector<std::string> events;
};

// Reads the cases of one file. What is wrong with it is added to `errors`.
std::vector<ConformanceCase> ReadCases(const std::string& path, std::vector<std::string>* errors);

// Reads all "*.txt" files of a folder.
std::vector<ConformanceCase> ReadAllCases(const std::string& folder,
                                          std::vector<std::string>* errors);

}  // namespace weir

#endif  // WEIR_TESTS_CONFORMANCE_CASE_FILE_H_
