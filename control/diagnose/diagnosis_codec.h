// Findings and the facts behind them, as messages of admin.proto.

#ifndef WEIR_CONTROL_DIAGNOSE_DIAGNOSIS_CODEC_H_
#define WEIR_CONTROL_DIAGNOSE_DIAGNOSIS_CODEC_H_

#include "weir/admin/v1/admin.pb.h"
#include "weir/control/diagnose/finding.h"
#include "weir/reactor/kernel/host_facts.h"

namespace weir {

// Adds the findings that the message does not have yet, in order.
void ToProto(const Findings& findings, admin::v1::Diagnosis* message);

void ToProto(const HostFacts& facts, admin::v1::HostFacts* message);

}  // namespace weir

#endif  // WEIR_CONTROL_DIAGNOSE_DIAGNOSIS_CODEC_H_
