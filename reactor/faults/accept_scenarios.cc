#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/faults/scenarios.h"
#include "weir/reactor/listen/shared_socket.h"
#include "weir/reactor/response_stream.h"
#include "weir/reactor/testing/temp_folder.h"

namespace weir::test {
namespace {

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

void ComeAndGo(FaultyRun* run, int count) {
  std::vector<TestClient> clients = run->reactor().ConnectMany(count, kGet);
  run->Run();
  run->AdvanceMs(100);
  for (TestClient& client : clients) {
    client.Close();
    run->Run();
  }
  run->Finish();
}

void Overloaded(FaultyRun* run, OverloadAction action) {
  Limits limits;
  limits.max_connections = 1;
  limits.overload_action = static_cast<std::uint64_t>(action);
  run->Start(Hello, limits);
  ComeAndGo(run, 3);
}

void OverloadAnswered(FaultyRun* run) { Overloaded(run, OverloadAction::kRespond503); }
void OverloadReset(FaultyRun* run) { Overloaded(run, OverloadAction::kReset); }
void OverloadQueued(FaultyRun* run) { Overloaded(run, OverloadAction::kQueue); }

void AddressFull(FaultyRun* run) {
  Limits limits;
  limits.max_connections_per_address = 1;
  run->Start(Hello, limits);
  ComeAndGo(run, 3);
}

void AcceptRate(FaultyRun* run) {
  Limits limits;
  limits.max_accepts_per_second = 40;
  run->Start(Hello, limits);
  ComeAndGo(run, 3);
}

void Shedding(FaultyRun* run) {
  Limits limits;
  limits.shed_queue_delay_ms = 5;
  limits.shed_interval_ms = 10;
  TestReactor& reactor = run->Start(Hello, limits);
  reactor.syscalls().AnswerQueueWaitMs(50);
  for (int i = 0; i < 3; ++i) {
    std::vector<TestClient> clients = reactor.ConnectMany(2, kGet);
    run->AdvanceMs(20);
  }
  reactor.syscalls().AnswerQueueWaitMs(0);
  run->AdvanceMs(20);
  run->Finish();
}

void Proxied(FaultyRun* run) {
  Limits limits;
  limits.proxy_protocol = 1;
  SharedListeners shared;
  shared.proxies = {"127.0.0.1"};
  TestReactor& reactor = run->Start(Hello, limits, shared);
  const std::string header = "PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n";
  run->SetNextClient(header + kGet);
  for (const std::string& sent :
       {header + kGet, header.substr(0, 9), std::string("PROXY no\r\n")}) {
    TestClient client = reactor.ConnectTcp();
    client.Send(sent);
    run->Run();
  }
  run->Finish();
}

void ProxyUntrusted(FaultyRun* run) {
  Limits limits;
  limits.proxy_protocol = 1;
  SharedListeners shared;
  shared.proxies = {"192.0.2.7"};
  run->Start(Hello, limits, shared);
  run->SetNextClient("");
  ComeAndGo(run, 2);
}

void NewBacklog(FaultyRun* run) {
  TestReactor& reactor = run->Start(Hello);
  reactor.SetLimits([](Limits* limits) { limits->listen_backlog = 77; });
  run->Run();
  ComeAndGo(run, 1);
}

void ArrivalsSampled(FaultyRun* run) {
  TestReactor& reactor = run->Start(Hello);
  reactor.SetLimits([](Limits* limits) { limits->arrival_sample_every = 1; });
  run->Run();
  ComeAndGo(run, 2);
}

void Drain(FaultyRun* run) {
  std::vector<ResponseWriter> writers;
  TestReactor& reactor = run->Start([&writers](const Request& request, ResponseWriter response) {
    if (request.target() != "/later") return Hello(request, std::move(response));
    writers.push_back(std::move(response));
  });
  run->SetNextClient("");
  TestClient busy = reactor.ConnectTcp();
  busy.Send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  run->Run();
  const std::vector<TestClient> queued = reactor.ConnectMany(3, kGet);
  reactor.reactor().RequestDrain(10'000);
  run->Run();
  run->AdvanceMs(100);
  run->AdvanceMs(10'000);
  run->Finish();
  EXPECT_TRUE(reactor.reactor().finished());
}

// Behind answers that could not say that they are the last.
void DrainBehindStreams(FaultyRun* run) {
  std::vector<ResponseStream> streams;
  TestReactor& reactor = run->Start([&streams](const Request& request, ResponseWriter response) {
    if (request.target() != "/stream") return Hello(request, std::move(response));
    streams.push_back(response.Start(Response()));
  });
  run->SetNextClient("");
  std::vector<TestClient> clients;
  for (const std::string& behind : {std::string(), std::string(kGet)}) {
    clients.push_back(reactor.ConnectTcp());
    clients.back().Send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n" + behind);
  }
  run->Run();
  reactor.reactor().RequestDrain(10'000);
  run->Run();
  for (ResponseStream& stream : streams) stream.End();
  run->Run();
  run->AdvanceMs(10'000);
  run->Finish();
  EXPECT_TRUE(reactor.reactor().finished());
}

// Of a Unix socket.
void OfUnixSocket(FaultyRun* run, bool drain) {
  const TempFolder folder;
  const std::string path = folder.File("http.sock");
  SharedListeners shared;
  shared.unix_socket = *SharedSocket::Open(Syscalls::System(), path, 0600);
  TestReactor& reactor = run->Start(Hello, Limits(), shared);
  ASSERT_TRUE(shared.unix_socket->Publish().ok());
  std::vector<TestClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(TestClient::ConnectUnix(path));
    clients.back().Send(kGet);
  }
  if (drain) {
    run->SetNextClient("");
    reactor.reactor().RequestDrain(10'000);
    run->Run();
    run->AdvanceMs(10'000);
  }
  run->Run();
  run->AdvanceMs(100);
  clients.clear();
  run->Finish();
}

void UnixSocket(FaultyRun* run) { OfUnixSocket(run, false); }
void UnixSocketDrain(FaultyRun* run) { OfUnixSocket(run, true); }

}  // namespace

std::vector<Scenario> AcceptScenarios() {
  return {{"OverloadAnswered", OverloadAnswered},
          {"OverloadReset", OverloadReset},
          {"OverloadQueued", OverloadQueued},
          {"AddressFull", AddressFull},
          {"AcceptRate", AcceptRate},
          {"Shedding", Shedding},
          {"Proxied", Proxied},
          {"ProxyUntrusted", ProxyUntrusted},
          {"NewBacklog", NewBacklog},
          {"ArrivalsSampled", ArrivalsSampled},
          {"Drain", Drain},
          {"DrainBehindStreams", DrainBehindStreams},
          {"UnixSocket", UnixSocket},
          {"UnixSocketDrain", UnixSocketDrain}};
}

}  // namespace weir::test
