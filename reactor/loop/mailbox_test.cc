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
  bool IsCurrent(ResponseTicket) const noexcept override { return false; }
  void AnswerCurrent(AnswerKind, const Response*) override { FAIL() << "nothing is current"; }
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
  mailbox_->WriterMade();
  std::thread([this] {
    const std::string body = "gone by then";
    Response response;
    response.status = 404;
    response.fields = {{"A", "b"}};
    response.body = body;
    EXPECT_TRUE(mailbox_->Answer({7, 9}, AnswerKind::kResponse, &response));
  }).join();
  EXPECT_TRUE(Woken());
  std::vector<Mailbox::Message> messages;
  mailbox_->Collect(&messages);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].ticket.slot, 7u);
  EXPECT_EQ(messages[0].ticket.generation, 9u);
  std::vector<ResponseField> fields;
  const Response view = messages[0].response->View(&fields);
  EXPECT_EQ(view.status, 404);
  EXPECT_EQ(view.body, "gone by then");
  ASSERT_EQ(view.fields.size(), 1u);
  EXPECT_EQ(view.fields[0].name, "A");
  mailbox_->Abandon();
}

TEST_F(MailboxTest, WakesOnceForManyAnswers) {
  for (std::uint32_t i = 0; i < 3; ++i) {
    mailbox_->WriterMade();
    mailbox_->Answer({i, 1}, AnswerKind::kUnsent, nullptr);
  }
  std::uint64_t count = 0;
  ASSERT_EQ(::read(fd_, &count, sizeof(count)), static_cast<ssize_t>(sizeof(count)));
  EXPECT_EQ(count, 1u);
  mailbox_->Abandon();
}

TEST_F(MailboxTest, TellsWhenTheConnectionHasGone) {
  mailbox_->WriterMade();
  EXPECT_TRUE(mailbox_->Connected({1, 1}));
  mailbox_->ConnectionGone({1, 1});
  EXPECT_FALSE(mailbox_->Connected({1, 1}));
  const Response response;
  EXPECT_FALSE(mailbox_->Answer({1, 1}, AnswerKind::kResponse, &response));
  std::vector<Mailbox::Message> messages;
  mailbox_->Collect(&messages);
  EXPECT_TRUE(messages.empty());
  mailbox_->Abandon();
}

TEST_F(MailboxTest, OutlivesTheReactorForItsWriters) {
  mailbox_->WriterMade();
  mailbox_->WriterMade();
  mailbox_->Abandon();
  EXPECT_FALSE(mailbox_->Connected({1, 1}));
  const Response response;
  EXPECT_FALSE(mailbox_->Answer({1, 1}, AnswerKind::kResponse, &response));
  // The last one deletes the mailbox: the leak checker sees to it.
  EXPECT_FALSE(mailbox_->Answer({2, 1}, AnswerKind::kUnsent, nullptr));
}

}  // namespace
}  // namespace weir
