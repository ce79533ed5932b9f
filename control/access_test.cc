// Every method of every service asks for a role, and nobody has one by chance.
#include "weir/control/access.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "weir/admin/v1/admin.pb.h"

namespace weir {
namespace {

TEST(AccessTest, OnlyWhatReadsIsForReaders) {
  const auto* const service =
      admin::v1::UpdateLimitsRequest::descriptor()->file()->FindServiceByName("Admin");
  ASSERT_NE(service, nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    const std::string name = service->method(i)->name();
    const Role role = RoleNeeded("/weir.admin.v1.Admin/" + name);
    const bool reads = name.rfind("Get", 0) == 0 || name.rfind("List", 0) == 0 ||
                       name.rfind("Watch", 0) == 0 || name == "Diagnose";
    EXPECT_EQ(role == Role::kReader, reads) << name;
    EXPECT_NE(role, Role::kNone) << name;
  }
  EXPECT_EQ(RoleNeeded("/weir.admin.v1.Admin/UpdateLimits"), Role::kOperator);
  EXPECT_EQ(RoleNeeded("/weir.admin.v1.Admin/RollBackLimits"), Role::kOperator);
  EXPECT_EQ(RoleNeeded("/weir.admin.v1.Admin/Drain"), Role::kAdmin);
  EXPECT_EQ(RoleNeeded("/grpc.health.v1.Health/Check"), Role::kReader);
}

TEST(AccessTest, WhatIsNotKnownNeedsAnAdmin) {
  for (const char* path :
       {"", "/", "/x/Get", "GetLimits", "/weir.admin.v1.Admin/", "/weir.admin.v1.Admin/Undrain",
        "/weir.admin.v1.Administrator/GetLimits"}) {
    EXPECT_EQ(RoleNeeded(path), Role::kAdmin) << path;
  }
}

TEST(AccessTest, UsersHaveTheRoleThatIsGivenThem) {
  AccessPolicy policy;
  const uid_t other = ::geteuid() + 1;
  EXPECT_EQ(RoleOfUser(policy, 0), Role::kAdmin);
  EXPECT_EQ(RoleOfUser(policy, ::geteuid()), Role::kAdmin);
  EXPECT_EQ(RoleOfUser(policy, other), Role::kNone);
  policy.users[other] = Role::kReader;
  policy.users[::geteuid()] = Role::kNone;
  EXPECT_EQ(RoleOfUser(policy, other), Role::kReader);
  EXPECT_EQ(RoleOfUser(policy, ::geteuid()), Role::kNone);
}

TEST(AccessTest, RolesHaveNames) {
  EXPECT_EQ(Name(Role::kNone), "none");
  EXPECT_EQ(Name(Role::kAdmin), "admin");
}

}  // namespace
}  // namespace weir
