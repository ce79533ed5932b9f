#include "weir/reactor/loop/mailbox.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace weir {
namespace {

class NoSink final : public ResponseSink {
 public:
  ExchangeEnd* Find(ResponseTicket) noexcept override { return nullptr; }
};

// Notes the answer that is delivered to it.
class AnswerTaker final : public ExchangeEnd {
 public:
  void Answer(AnswerKind, const Response* response) override {
    taken = std::to_string(response->status) + " " + std::string(response->fields.at(0).name) +
            "=" + std::string(response->fields.at(0).value) + " " + std::string(response->body);
  }
  void StartStream(const Response&, const StreamOptions&, std::shared_ptr<StreamState>) override {}
  void WriteStream(const ContentPiece&) override {}
  void SendNow() override {}
  void SetWritable(std::function<void()>) override {}
  void EndStream(StreamEnd, const std::vector<ResponseField>&) override {}
  void ReadBody(std::unique_ptr<BodyReader>, const BodyOptions&) override {}
  void CollectBody(ResponseWriter, std::function<void(const Request&, ResponseWriter)>) override {}
  void PauseBody(bool) override {}
  void HandOver(const Response&, std::string_view, NewOwner) override {}

  std::string taken;
};

class MailboxTest : public testing::Test {
 protected:
  MailboxTest()
      : fd_(::eventfd(0, EFD_NONBLOCK)), mailbox_(new Mailbox(Syscalls::System(), fd_, &sink_)) {}
  ~MailboxTest() override { ::close(fd_); }

  bool Woken() const {
    std::uint64_t count = 0;
    return ::read(fd_, &count, sizeof(count)) == sizeof(count);
  }

  NoSink sink_;
  const int fd_;
  Mailbox* const mailbox_;  // deletes itself
};

TEST_F(MailboxTest, DeliversAnswersOfOtherThreads) {
  mailbox_->Retain();
  std::thread([this] {
    const std::string body = "gone by then";
    Response response;
    response.status = 404;
    response.fields = {{"A", "b"}};
    response.body = body;
    EXPECT_TRUE(mailbox_->Answer({9, 7, false}, AnswerKind::kResponse, &response));
  }).join();
  EXPECT_TRUE(Woken());
  std::vector<Mailbox::Message> messages;
  mailbox_->Collect(&messages);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].ticket.slot, 7u);
  EXPECT_EQ(messages[0].ticket.generation, 9u);
  AnswerTaker taker;
  messages[0].delivery->Deliver(&taker);
  EXPECT_EQ(taker.taken, "404 A=b gone by then");
  mailbox_->Abandon();
}

TEST_F(MailboxTest, WakesOnceForManyAnswers) {
  for (std::uint32_t i = 0; i < 3; ++i) {
    mailbox_->Retain();
    mailbox_->Answer({1, i, false}, AnswerKind::kUnsent, nullptr);
  }
  std::uint64_t count = 0;
  ASSERT_EQ(::read(fd_, &count, sizeof(count)), static_cast<ssize_t>(sizeof(count)));
  EXPECT_EQ(count, 1u);
  mailbox_->Abandon();
}

TEST_F(MailboxTest, TellsWhenTheConnectionHasGone) {
  mailbox_->Retain();
  EXPECT_TRUE(mailbox_->Connected({1, 1, false}));
  mailbox_->ExchangeGone({1, 1, false});
  EXPECT_FALSE(mailbox_->Connected({1, 1, false}));
  const Response response;
  EXPECT_FALSE(mailbox_->Answer({1, 1, false}, AnswerKind::kResponse, &response));
  std::vector<Mailbox::Message> messages;
  mailbox_->Collect(&messages);
  EXPECT_TRUE(messages.empty());
  mailbox_->Abandon();
}

TEST_F(MailboxTest, OutlivesTheReactorForItsWriters) {
  mailbox_->Retain();
  mailbox_->Retain();
  mailbox_->Abandon();
  EXPECT_FALSE(mailbox_->Connected({1, 1, false}));
  const Response response;
  EXPECT_FALSE(mailbox_->Answer({1, 1, false}, AnswerKind::kResponse, &response));
  // The last one deletes the mailbox: the leak checker sees to it.
  EXPECT_FALSE(mailbox_->Answer({1, 2, false}, AnswerKind::kUnsent, nullptr));
}

}  // namespace
}  // namespace weir
