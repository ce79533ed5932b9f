#include "weir/control/weirctl/unreachable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

// In the test's directory, so that the socket's path is short: it has 107 bytes at most.
class UnreachableTest : public testing::Test {
 protected:
  UnreachableTest() { EXPECT_EQ(::chdir(testing::TempDir().c_str()), 0); }
  ~UnreachableTest() override { ::unlink(path().c_str()); }

  std::string path() const { return "s"; }

  // A socket that is bound, and listens if `listens`.
  int Bind(bool listens) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path().c_str());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_TRUE(!listens || ::listen(fd, 1) == 0);
    return fd;
  }
};

TEST_F(UnreachableTest, NoSocket) {
  EXPECT_THAT(WhyUnreachable("unix:" + path()),
              AllOf(HasSubstr("no socket at " + path()), HasSubstr("start the server"),
                    HasSubstr("WEIR_TARGET")));
}

TEST_F(UnreachableTest, ASocketThatNobodyListensOn) {
  const int fd = Bind(false);
  EXPECT_THAT(WhyUnreachable("unix:" + path()), HasSubstr("the server has ended"));
  ::close(fd);
}

TEST_F(UnreachableTest, AFile) {
  std::ofstream(path()) << "text";
  EXPECT_THAT(WhyUnreachable("unix:" + path()), HasSubstr("is not a socket"));
}

TEST_F(UnreachableTest, ASocketThatListens) {
  const int fd = Bind(true);
  EXPECT_THAT(WhyUnreachable("unix:" + path()), HasSubstr("it drains"));
  ::close(fd);
}

TEST_F(UnreachableTest, AnotherUsersSocket) {
  const int fd = Bind(true);
  EXPECT_THAT(ExplainSocket(path(), EACCES),
              AllOf(HasSubstr("permission denied"),
                    HasSubstr("user " + std::to_string(::getuid()) + ", runs as")));
  ::close(fd);
  EXPECT_THAT(ExplainSocket("/no/such", EACCES), HasSubstr("the server runs as"));
}

TEST_F(UnreachableTest, OtherErrorsAreNamed) {
  EXPECT_THAT(ExplainSocket(path(), EMFILE), HasSubstr(std::strerror(EMFILE)));
  EXPECT_THAT(WhyUnreachable("127.0.0.1:1"), HasSubstr("no server answers at 127.0.0.1:1"));
}

TEST(CheckTargetTest, SaysWhatToWriteInstead) {
  for (const char* good : {"unix:/a", "unix:///a", "unix:a", "127.0.0.1:80", "[::1]:80"}) {
    EXPECT_THAT(CheckTarget(good), IsEmpty()) << good;
  }
  EXPECT_THAT(CheckTarget("/tmp/a"), HasSubstr("--target=unix:/tmp/a"));
  EXPECT_THAT(CheckTarget("nonsense"), HasSubstr("127.0.0.1:PORT"));
  EXPECT_THAT(CheckTarget(""), HasSubstr("unix:/PATH"));
  EXPECT_THAT(CheckTarget("unix:"), HasSubstr("names no socket"));
  EXPECT_THAT(CheckTarget("unix:/" + std::string(106, 'x')), IsEmpty());
  EXPECT_THAT(CheckTarget("unix:/" + std::string(107, 'x')), HasSubstr("108 bytes, at most 107"));
}

TEST(SocketPathTest, OfAUnixTargetOnly) {
  EXPECT_EQ(SocketPath("unix:/a"), "/a");
  EXPECT_EQ(SocketPath("unix:///a"), "/a");
  EXPECT_EQ(SocketPath("unix:a"), "a");
  EXPECT_EQ(SocketPath("127.0.0.1:80"), std::nullopt);
}

}  // namespace
}  // namespace weir
