#include "weir/control/weirctl/channel.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "weir/control/weirctl/text_file.h"

namespace weir {
namespace {

absl::Status ReadFile(const char* option, const std::string& path, std::string* text) {
  if (path.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(option, " is missing: TLS takes --tls-ca, --tls-certificate and --tls-key"));
  }
  if (ReadTextFile(path, text)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(option, "=", path, ": ", std::strerror(errno)));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const CommandLine& line) {
  if (line.tls_ca.empty() && line.tls_certificate.empty() && line.tls_key.empty()) {
    return grpc::InsecureChannelCredentials();
  }
  grpc::SslCredentialsOptions options;
  absl::Status status = ReadFile("--tls-ca", line.tls_ca, &options.pem_root_certs);
  status.Update(ReadFile("--tls-certificate", line.tls_certificate, &options.pem_cert_chain));
  status.Update(ReadFile("--tls-key", line.tls_key, &options.pem_private_key));
  if (!status.ok()) return status;
  return grpc::SslCredentials(options);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const CommandLine& line) {
  const auto credentials = CredentialsOf(line);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments direct;
  direct.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // http_proxy is not meant for this host's servers
  return grpc::CreateCustomChannel(line.target, *credentials, direct);
}

}  // namespace weir
