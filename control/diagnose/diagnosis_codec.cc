#include "weir/control/diagnose/diagnosis_codec.h"

#include <algorithm>

namespace weir {
namespace {

admin::v1::Finding::Severity ToProto(Severity severity) {
  if (severity == Severity::kError) return admin::v1::Finding::ERROR;
  return severity == Severity::kWarning ? admin::v1::Finding::WARNING : admin::v1::Finding::NOTE;
}

bool Has(const admin::v1::Diagnosis& diagnosis, const Finding& finding) {
  return std::any_of(diagnosis.findings().begin(), diagnosis.findings().end(),
                     [&finding](const admin::v1::Finding& other) {
                       return other.rule() == finding.rule && other.subject() == finding.subject &&
                              other.evidence() == finding.evidence;
                     });
}

}  // namespace

void ToProto(const Findings& findings, admin::v1::Diagnosis* message) {
  for (const Finding& finding : findings) {
    if (Has(*message, finding)) continue;
    admin::v1::Finding* const added = message->add_findings();
    added->set_severity(ToProto(finding.severity));
    added->set_rule(finding.rule);
    added->set_subject(finding.subject);
    added->set_message(finding.message);
    added->set_evidence(finding.evidence);
    added->set_fix(finding.fix);
  }
}

void ToProto(const HostFacts& facts, admin::v1::HostFacts* message) {
  if (facts.somaxconn) message->set_somaxconn(*facts.somaxconn);
  if (facts.tcp_max_syn_backlog) message->set_tcp_max_syn_backlog(*facts.tcp_max_syn_backlog);
  if (facts.tcp_syncookies) message->set_tcp_syncookies(*facts.tcp_syncookies);
  if (facts.tcp_abort_on_overflow) {
    message->set_tcp_abort_on_overflow(*facts.tcp_abort_on_overflow);
  }
  if (facts.tcp_migrate_req) message->set_tcp_migrate_req(*facts.tcp_migrate_req);
  if (facts.port_low) message->set_port_low(*facts.port_low);
  if (facts.port_high) message->set_port_high(*facts.port_high);
  if (facts.descriptors) message->set_descriptors(*facts.descriptors);
  if (facts.descriptors_max) message->set_descriptors_max(*facts.descriptors_max);
  if (facts.files_open) message->set_files_open(*facts.files_open);
  if (facts.files_max) message->set_files_max(*facts.files_max);
  message->set_cpus_affinity(static_cast<std::uint32_t>(facts.cpus_affinity));
  message->set_cpus_quota(static_cast<std::uint32_t>(facts.cpus_quota));
}

}  // namespace weir
