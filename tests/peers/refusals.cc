#include "weir/tests/peers/refusals.h"

#include <algorithm>

namespace weir {
namespace {

std::string Repeat(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

std::vector<Refusal> InRequestLine() {
  return {
      {"request_line_whitespace",
       "Two spaces may hide a target from one reader; RFC 9112 section 3 has one.",
       "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
      {"target_invalid_char", "A URI has no byte from 0x80; RFC 9112 section 3.2.",
       "GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", true, false},
      {"target_fragment",
       "RFC 9112 section 3.2: a target has no fragment, and no one knows where to cut it.",
       "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
      {"target_form", "RFC 9112 section 3.2.4: an asterisk is for OPTIONS.",
       "GET * HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
      {"target_authority_invalid", "RFC 9110 section 9.3.6: CONNECT names a port.",
       "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
      {"target_authority_invalid", "RFC 9110 section 4.2.1: a host is not empty.",
       "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
      {"target_authority_invalid",
       "RFC 9110 section 4.2.4: user information misleads about the host.",
       "GET http://b@a/ HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
      {"target_too_long",
       "Their bound is of the head as a whole; RFC 9112 section 3 has a status of its own for "
       "this.",
       "GET /" + std::string(8200, 'p') + " HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
      {"version_missing",
       "HTTP/0.9, which RFC 9112 section 2.3 knows no more: what follows cannot be framed.",
       "GET /\r\n\r\n", true, true},
      {"version_malformed", "RFC 9112 section 2.3: the name of the protocol is in capital letters.",
       "GET / Http/1.1\r\nHost: a\r\n\r\n", true, false},
      {"version_malformed", "A name of another protocol; RFC 9112 section 2.3.",
       "DESCRIBE / RTSP/1.0\r\nHost: a\r\n\r\n", false, true},
      {"version_unsupported",
       "RFC 9110 section 15.6.6: there is no HTTP/1.2, so nobody knows its framing.",
       "GET / HTTP/1.2\r\nHost: a\r\n\r\n", true, false},
      {"version_unsupported", "RFC 9112 section 2.3: HTTP/2 is not read as text.",
       "GET / HTTP/2.0\r\nHost: a\r\n\r\n", true, true},
      {"version_unsupported", "RFC 9112 section 2.3, as HTTP/0.9 above.",
       "GET / HTTP/0.9\r\nHost: a\r\n\r\n", true, true},
      {"leading_crlf",
       "RFC 9112 section 2.2 has one empty line skipped, for old clients; a LF is none.",
       "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
      {"bare_lf",
       "RFC 9112 section 2.2 lets a reader take it; then two readers may end a line apart.",
       "GET / HTTP/1.1\nHost: a\r\n\r\n", true, false},
      {"bare_lf", "As above, at the end of a head.", "GET / HTTP/1.1\r\nHost: a\r\n\n", true,
       false},
      {"bare_lf", "As above, of HTTP/0.9, which RFC 9112 section 2.3 knows no more.", "GET /\n\r\n",
       true, true},
      {"bare_cr",
       "RFC 9112 section 2.2: invalid, and read as a line's end by some (CVE-2025-23167).",
       "GET / HTTP/1.1\r\nHost: a\r\n\r\rX", true, false},
      {"bare_cr", "As above, before a request.", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
  };
}

std::vector<Refusal> InFields() {
  return {
      {"space_before_colon",
       "RFC 9112 section 5.1: must be refused, since readers take the name apart (CVE-2019-16276).",
       "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", true, false},
      {"obs_fold", "RFC 9112 section 5.2: to be refused, or readers may see two lines.",
       "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", true, false},
      {"field_value_invalid", "RFC 9110 section 5.5: controls end a value for some readers.",
       "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", true, false},
      {"field_too_long", "Their bound is of the head as a whole; RFC 6585 section 5.",
       "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(8200, 'v') + "\r\n\r\n", true, true},
      {"head_too_large", "Its bound is larger; RFC 6585 section 5.",
       "GET / HTTP/1.1\r\nHost: a\r\n" + Repeat("X: " + std::string(4000, 'v') + "\r\n", 5) +
           "\r\n",
       true, false},
      {"too_many_fields", "Their bound is larger, or is none; RFC 6585 section 5.",
       "GET / HTTP/1.1\r\nHost: a\r\n" + Repeat("X: y\r\n", 101) + "\r\n", true, true},
      {"host_missing", "RFC 9112 section 3.2: must be refused.", "GET / HTTP/1.1\r\n\r\n", true,
       false},
      {"host_missing", "As above, where the target has the host.", "CONNECT a:1 HTTP/1.1\r\n\r\n",
       true, true},
      {"host_duplicate", "RFC 9112 section 3.2: must be refused, or readers may choose apart.",
       "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", true, true},
      {"host_invalid", "RFC 9112 section 3.2: must be refused.",
       "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", true, true},
      {"host_mismatch",
       "RFC 9112 section 3.2.2 has Host ignored; a reader that does not is misled.",
       "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", true, true},
      {"expectation_unsupported", "RFC 9110 section 10.1.1 has 417 for it.",
       "GET / HTTP/1.1\r\nHost: a\r\nExpect: a\r\n\r\n", true, true},
  };
}

std::vector<Refusal> InFraming() {
  return {
      {"content_length_overflow",
       "RFC 9110 section 8.6: whoever stores it in 63 bits reads another length.",
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", true, true},
      {"transfer_encoding_in_http10",
       "RFC 9112 section 6.1: the framing is faulty, as no HTTP/1.0 reader knows it.",
       "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true, true},
      {"transfer_encoding_invalid", "RFC 9112 section 6.1: a list has an element at least.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \r\n\r\n", false, true},
      {"transfer_encoding_invalid",
       "RFC 9112 section 7: nobody registered a coding whose parameter is quoted.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip;q=\"a\", chunked\r\n\r\n0\r\n\r\n",
       true, true},
      {"chunked_repeated", "RFC 9112 section 7.1: must not be applied twice.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n",
       true, false},
      {"chunked_not_final",
       "RFC 9112 section 6.3: chunked before another coding is not the framing.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip, chunked\r\n\r\n0\r\n\r\n",
       true, false},
      {"transfer_coding_unsupported",
       "RFC 9112 section 6.1 has 501 for it: the content would be given as it came.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", true,
       true},
      {"body_too_large", "They have no bound of their own; RFC 9110 section 15.5.14.",
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", true, true},
  };
}

std::vector<Refusal> InChunks() {
  return {
      {"chunk_extension_invalid",
       "RFC 9112 section 7.1.1: an extension has a name; obscure ones mislead readers "
       "(CVE-2025-55315).",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;\r\n\r\n", true, false},
      {"chunk_extension_invalid", "As above, of a LF.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;a=\"\nb\"\r\n\r\n", true,
       false},
      {"chunk_extension_too_long",
       "Its bound is larger, or is none; RFC 9112 section 7.1.1 asks for one.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;" +
           std::string(2000, 'a') + "\r\n\r\n",
       true, true},
      {"chunk_data_no_crlf", "RFC 9112 section 7.1: a CR alone does not end the line of a size.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\rX\r\n", true, false},
      {"chunk_overhead",
       "It does not count; RFC 9112 section 7.1 lets chunks be small, and CVE-2023-39326 was that.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
           Repeat("1\r\nx\r\n", 25000) + "0\r\n\r\n",
       true, true},
  };
}

std::vector<Refusal> InTrailers() {
  return {
      {"trailer_space_before_colon", "RFC 9112 section 5.1, as for a field.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX : y\r\n\r\n", true,
       false},
      {"trailer_obs_fold", "RFC 9112 section 5.2, as for a field.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n z\r\n\r\n",
       true, false},
      {"trailer_value_invalid", "RFC 9110 section 5.5, as for a field.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: \x01\r\n\r\n", true,
       false},
      {"trailer_too_long", "Their bound is of all trailers; RFC 6585 section 5.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " +
           std::string(8200, 'v') + "\r\n\r\n",
       true, true},
      {"trailers_too_large", "Its bound is larger; RFC 6585 section 5.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" +
           Repeat("X: " + std::string(4000, 'v') + "\r\n", 5) + "\r\n",
       true, false},
      {"too_many_trailers", "It does not count them; RFC 6585 section 5.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" +
           Repeat("X: y\r\n", 101) + "\r\n",
       true, true},
      {"trailer_forbidden",
       "RFC 9110 section 6.5.1: framing and routing are never changed afterwards.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n", true,
       true},
      {"trailer_forbidden", "As above, of a length.",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: "
       "1\r\n\r\n",
       true, false},
  };
}

}  // namespace

const std::vector<Refusal>& Refusals() {
  static const std::vector<Refusal> refusals = [] {
    std::vector<Refusal> all;
    for (const auto& topic : {InRequestLine(), InFields(), InFraming(), InChunks(), InTrailers()}) {
      all.insert(all.end(), topic.begin(), topic.end());
    }
    return all;
  }();
  return refusals;
}

bool IsListed(std::string_view error, Peer peer) {
  const std::vector<Refusal>& refusals = Refusals();
  return std::any_of(refusals.begin(), refusals.end(), [&](const Refusal& refusal) {
    return refusal.error == error && refusal.TakenBy(peer);
  });
}

bool TakesWhatWeirRefuses(const StreamView& ours, const StreamView& theirs) {
  if (ours.refusal.empty()) return false;
  const bool in_body = !ours.messages.empty() && !ours.messages.back().complete;
  const std::size_t index = ours.messages.size() - (in_body ? 1 : 0);
  if (index >= theirs.messages.size()) return false;
  if (theirs.messages[index].complete) return true;
  return !in_body && theirs.refusal.empty();
}

}  // namespace weir
