// What the messages of the admin service say of snapshots of the limits.

#ifndef WEIR_CONTROL_LIMITS_STATE_H_
#define WEIR_CONTROL_LIMITS_STATE_H_

#include <cstdint>

#include "weir/admin/v1/admin.pb.h"
#include "weir/reactor/limits_store.h"
#include "weir/reactor/server.h"

namespace weir {

// Adds what each layer sets, for the server and for each listener, and what its listeners come to.
// `effective` is what `snapshot.limits` act as, `stats` are the server's of now. Any thread, as all
// functions here.
void FillLayers(const Server& server, const LimitsSnapshot& snapshot, const Limits& effective,
                const ServerStats& stats, admin::v1::LimitsState* state);

// Adds a warning for each shadow that can count nothing beside what is in force.
void AddShadowWarnings(const LimitsSnapshot& snapshot, const Limits& effective,
                       admin::v1::LimitsState* state);

// Adds what the two set otherwise, layer by layer.
void AddChanges(const LimitLayers& before, const LimitLayers& after,
                admin::v1::LimitsRevision* revision);

}  // namespace weir

#endif  // WEIR_CONTROL_LIMITS_STATE_H_
