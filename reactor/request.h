// A complete request, as a handler sees it.

#ifndef WEIR_REACTOR_REQUEST_H_
#define WEIR_REACTOR_REQUEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/request_head.h"
#include "weir/reactor/socket_address.h"

namespace weir {

class RequestCopy;

// Views into a connection's buffers: valid until the handler returns. Copy() keeps one. Only the
// handler's thread may use it.
class Request {
 public:
  Request(const RequestHead* head, std::string_view body, const SocketAddress& peer,
          const SocketAddress& client) noexcept
      : head_(head), body_(body), peer_(peer), client_(client) {}

  Method method() const noexcept { return head_->method; }
  std::string_view method_text() const noexcept { return head_->method_text; }

  // The target as received: "/path?query".
  std::string_view target() const noexcept { return head_->target.text; }
  const RequestTarget& parsed_target() const noexcept { return head_->target; }

  // "HTTP/1.1" or "HTTP/1.0".
  std::string_view version() const noexcept {
    return head_->minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
  }

  // In order of arrival; look-up ignores case.
  const HeaderFields& fields() const noexcept { return head_->fields; }

  // The whole content, without chunked coding. Empty when there is none.
  std::string_view body() const noexcept { return body_; }

  // The other end of the connection, as accept4(2) told it.
  const SocketAddress& peer() const noexcept { return peer_; }

  // Whom the balancer relays, where it has said so by the PROXY protocol
  // (ListenerOptions::proxies); else peer(). Header fields such as X-Forwarded-For do not count:
  // anybody can write them.
  const SocketAddress& client() const noexcept { return client_; }

  const RequestHead& head() const noexcept { return *head_; }

  // A copy that owns its bytes and may go to any thread.
  RequestCopy Copy() const;

 private:
  const RequestHead* head_;
  std::string_view body_;
  SocketAddress peer_;
  SocketAddress client_;
};

// A request that owns its bytes. Movable and copyable; its views live as long as any copy of it.
class RequestCopy {
 public:
  const Request& request() const noexcept { return storage_->request; }
  const Request* operator->() const noexcept { return &storage_->request; }

 private:
  friend class Request;
  struct Storage {
    explicit Storage(const Request& original);
    std::string bytes;
    std::string body;
    std::vector<FieldRef> refs;
    RequestHead head;
    Request request;
  };
  std::shared_ptr<const Storage> storage_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_REQUEST_H_
