#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/reactor/faults/scenarios.h"
#include "weir/reactor/open_file.h"
#include "weir/reactor/response_stream.h"

namespace weir::test {
namespace {

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
// More than the kernel takes for a client that takes nothing.
constexpr std::size_t kMuch = 400'000;

void Hello(const Request&, ResponseWriter response) { response.Send(200, "", "hello"); }

const SharedBytes& MuchContent() {
  static const SharedBytes content = std::make_shared<const std::string>(kMuch, 'c');
  return content;
}

std::shared_ptr<const OpenFile> MuchFile() {
  char path[] = "/tmp/weir_fault_XXXXXX";
  const int fd = ::mkstemp(path);
  (void)!::write(fd, MuchContent()->data(), kMuch);
  ::close(fd);
  auto file = *OpenFile::Open(path);
  ::unlink(path);
  return file;
}

void SendInParts(FaultyRun* run, TestClient* client, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    client->Send(part);
    run->Run();
    client->Receive();
  }
}

void KeepAlive(FaultyRun* run) {
  TestClient client = run->Start(Hello).ConnectTcp();
  const std::string get = kGet;
  SendInParts(run, &client,
              {get, get + get, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc", "def",
               "GET / HTTP/1.0\r\n\r\n"});
  client.Close();
  run->Finish();
}

void Deferred(FaultyRun* run) {
  std::vector<ResponseWriter> writers;
  bool late = true;
  TestReactor& reactor = run->Start([&](const Request& request, ResponseWriter response) {
    if (!late || request.target() != "/later") return Hello(request, std::move(response));
    writers.push_back(std::move(response));
  });
  TestClient client = reactor.ConnectTcp();
  SendInParts(run, &client, {"GET /later HTTP/1.1\r\nHost: h\r\n\r\n"});
  late = false;
  for (ResponseWriter& writer : writers) writer.Send(200, "", "late");
  run->Run();
  client.Close();
  run->Finish();
}

class Taker final : public BodyReader {
 public:
  explicit Taker(ResponseWriter response) : response_(std::move(response)) {}
  BodyFlow OnData(std::string_view) override { return BodyFlow::kContinue; }
  void OnEnd(const HeaderFields&) override { response_.Send(200, "", "taken"); }
  void OnError(BodyError) override {}

 private:
  ResponseWriter response_;
};

void StreamedContent(FaultyRun* run) {
  TestReactor& reactor = run->Start([](const Request&, RequestBody body, ResponseWriter response) {
    body.Read(std::make_unique<Taker>(std::move(response)));
  });
  TestClient client = reactor.ConnectTcp();
  SendInParts(
      run, &client,
      {"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n", "abc",
       "def", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
       "0\r\n\r\n"});
  client.Close();
  run->Finish();
}

// A client that takes nothing, then all.
void TakeSlowly(FaultyRun* run, TestReactor* reactor) {
  TestClient client = reactor->Connect();
  SendInParts(run, &client, {});
  client.Send("GET /much HTTP/1.1\r\nHost: h\r\n\r\n");
  run->Run();
  run->AdvanceMs(5000);
  for (int i = 0; i < 6; ++i) {
    client.Receive();
    run->Run();
  }
  client.Close();
  run->Finish();
}

void StreamedAnswer(FaultyRun* run) {
  TakeSlowly(run, &run->Start([](const Request& request, ResponseWriter response) {
    if (request.target() != "/much") return Hello(request, std::move(response));
    ResponseStream stream = response.Start(Response());
    stream.Write("first");
    stream.Write(MuchContent());
    stream.Write("last");
    stream.End();
  }));
}

void FileAnswer(FaultyRun* run) {
  const auto file = MuchFile();
  TakeSlowly(run, &run->Start([&file](const Request& request, ResponseWriter writer) {
    if (request.target() != "/much") return Hello(request, std::move(writer));
    Response response;
    response.file = {file, 0, kMuch};
    writer.Send(response);
  }));
}

void ClientThatTakesNothing(FaultyRun* run) {
  TestReactor& reactor = run->Start([](const Request& request, ResponseWriter writer) {
    if (request.target() != "/much") return Hello(request, std::move(writer));
    Response response;
    response.shared_body = MuchContent();
    writer.Send(response);
  });
  TestClient client = reactor.Connect();
  client.Send("GET /much HTTP/1.1\r\nHost: h\r\n\r\n");
  run->Run();
  run->AdvanceMs(100'000);
  client.Close();
  run->Finish();
}

void HandOver(FaultyRun* run) {
  HandedOver owned;
  TestReactor& reactor = run->Start([&owned](const Request& request, ResponseWriter response) {
    if (request.target() != "/switch") return Hello(request, std::move(response));
    response.Upgrade("echo", {}, [&owned](HandedOver it) { owned = std::move(it); });
  });
  TestClient client = reactor.ConnectTcp();
  SendInParts(run, &client,
              {"GET /switch HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"});
  owned = HandedOver();
  client.Close();
  run->Finish();
}

void RefusedUpload(FaultyRun* run) {
  TestClient client = run->Start(Hello).ConnectTcp();
  SendInParts(run, &client, {"POST / HTTP/1.1\r\nbad\r\n\r\n", "more", "and more"});
  client.Close();
  run->Run();
  TestClient stays = run->reactor().ConnectTcp();
  SendInParts(run, &stays, {"bad\r\n\r\n"});
  run->AdvanceMs(10'000);
  stays.Close();
  run->Finish();
}

// Its end can only be told by a reset.
void CutAnswer(FaultyRun* run) {
  TestReactor& reactor = run->Start([](const Request& request, ResponseWriter response) {
    if (request.target() != "/cut") return Hello(request, std::move(response));
    ResponseStream stream = response.Start(Response());
    stream.Write("half");
  });
  TestClient client = reactor.ConnectTcp();
  SendInParts(run, &client, {"GET /cut HTTP/1.0\r\n\r\n"});
  client.Close();
  run->Finish();
}

void Reset(FaultyRun* run) {
  TestReactor& reactor = run->Start(Hello);
  TestClient client = reactor.ConnectTcp();
  SendInParts(run, &client, {kGet, "GET / HT"});
  client.Reset();
  TestClient at_once = reactor.ConnectTcp();
  at_once.Reset();
  TestClient half = reactor.ConnectTcp();
  half.Send(kGet);
  half.CloseWrite();
  run->Run();
  half.Close();
  run->Finish();
}

}  // namespace

std::vector<Scenario> ConnectionScenarios() {
  return {{"KeepAlive", KeepAlive},
          {"Deferred", Deferred},
          {"StreamedContent", StreamedContent},
          {"StreamedAnswer", StreamedAnswer},
          {"FileAnswer", FileAnswer},
          {"ClientThatTakesNothing", ClientThatTakesNothing},
          {"HandOver", HandOver},
          {"RefusedUpload", RefusedUpload},
          {"CutAnswer", CutAnswer},
          {"Reset", Reset}};
}

}  // namespace weir::test
