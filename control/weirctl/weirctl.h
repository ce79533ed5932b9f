// The command line of the control plane.

#ifndef WEIR_CONTROL_WEIRCTL_WEIRCTL_H_
#define WEIR_CONTROL_WEIRCTL_WEIRCTL_H_

#include <grpcpp/grpcpp.h>

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "weir/admin/v1/admin.grpc.pb.h"
#include "weir/control/weirctl/command_line.h"
#include "weir/control/weirctl/exit_status.h"
#include "weir/reactor/limit_specs.h"

namespace weir {

// Runs one command, which may read `in`. Results go to `out`, everything else to `err`.
int RunWeirctl(const std::vector<std::string>& arguments, std::istream& in, std::ostream& out,
               std::ostream& err);

// What a command works with. Nothing is owned.
struct Session {
  const CommandLine& line;
  admin::v1::Admin::StubInterface* stub;
  const std::shared_ptr<grpc::Channel>& channel;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

// One command each, as the table in commands.cc names them, in limits_command.cc and so on. Their
// words are those after the command's name.
int GetLimitsCommand(const Session& session, const std::vector<std::string>& names);
int SetLimitsCommand(const Session& session, const std::vector<std::string>& assignments);
int ManualCommand(const Session& session, const std::vector<std::string>& arguments);
int CompletionCommand(const Session& session, const std::vector<std::string>& words);
int UnsetLimitsCommand(const Session& session, const std::vector<std::string>& names);
int DiffLimitsCommand(const Session& session, const std::vector<std::string>& arguments);
int LimitsHistoryCommand(const Session& session, const std::vector<std::string>& arguments);
int RollBackLimitsCommand(const Session& session, const std::vector<std::string>& versions);
int ShadowLimitsCommand(const Session& session, const std::vector<std::string>& words);
int AuditCommand(const Session& session, const std::vector<std::string>& arguments);
int PresetsCommand(const Session& session, const std::vector<std::string>& arguments);
int TopCommand(const Session& session, const std::vector<std::string>& arguments);
int StatsCommand(const Session& session, const std::vector<std::string>& arguments);
int EventsCommand(const Session& session, const std::vector<std::string>& arguments);
int WatchCommand(const Session& session, const std::vector<std::string>& arguments);
int DoctorCommand(const Session& session, const std::vector<std::string>& words);
int InfoCommand(const Session& session, const std::vector<std::string>& arguments);
int RefusedCommand(const Session& session, const std::vector<std::string>& arguments);
int ContextsCommand(const Session& session, const std::vector<std::string>& arguments);
int HealthCommand(const Session& session, const std::vector<std::string>& services);
int DrainCommand(const Session& session, const std::vector<std::string>& arguments);
int ExplainCommand(const Session& session, const std::vector<std::string>& words);
int ErrorsCommand(const Session& session, const std::vector<std::string>& names);

// events_command.cc: shows events as they come.
int FollowEvents(const Session& session);

// session.cc: what the commands share.
// Whether results go to the process's terminal.
bool WritesToTerminal(const Session& session);
// Gives the call its deadline.
void SetDeadline(const Session& session, grpc::ClientContext* context);
// Says what went wrong and what to do, and gives the exit status.
int Report(const Session& session, const grpc::Status& status);
// A limit's value in a message.
std::uint64_t LimitValue(const admin::v1::Limits& limits, const LimitSpec& spec);
// The message as one line of JSON, with the names of the .proto file.
void PrintJson(const google::protobuf::Message& message, std::ostream& out);
// Rows of equal length in aligned columns; the first row is the heading.
void PrintTable(const std::vector<std::vector<std::string>>& rows, std::ostream& out);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_WEIRCTL_H_
