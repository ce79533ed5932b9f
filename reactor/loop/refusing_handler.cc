#include "weir/reactor/loop/refusing_handler.h"

#include <string>
#include <utility>

namespace weir {

AnyHandler RefusingHandler(const AnyHandler& instead_of, std::uint64_t retry_after_seconds,
                           CounterCell* count) {
  const auto refuse = [count,
                       seconds = std::to_string(retry_after_seconds)](ResponseWriter response) {
    count->Add();
    Response answer;
    answer.status = 503;
    answer.content_type = "text/plain";
    answer.fields.push_back({"Retry-After", seconds});
    answer.body = "shed: retry later.\n";
    response.Send(answer);
  };
  if (instead_of.stream()) {
    return StreamHandler([refuse](const Request&, RequestBody, ResponseWriter response) {
      refuse(std::move(response));
    });
  }
  return Handler(
      [refuse](const Request&, ResponseWriter response) { refuse(std::move(response)); });
}

}  // namespace weir
