// Tells ThreadSanitizer about Debian's abseil. The library is built without it, so what absl::Mutex
// orders looks like a race: in this project's code, and all through gRPC, whose locks it is.
// These definitions come before the library's own, call them, and say what they ordered.
// In a build without ThreadSanitizer, and with any other release of abseil, this file is empty.
#include "absl/base/config.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEIR_TSAN
#endif
#endif
#if (defined(__SANITIZE_THREAD__) || defined(WEIR_TSAN)) && defined(ABSL_LTS_RELEASE_VERSION) && \
    ABSL_LTS_RELEASE_VERSION == 20220623

#include <dlfcn.h>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

extern "C" {

void __tsan_acquire(void* addr);
void __tsan_release(void* addr);

// Reads and writes that the system's libraries make through memcpy, free and so on are not looked
// at.
const char* __tsan_default_options() {
  return "ignore_noninstrumented_modules=1:second_deadlock_stack=1";
}

// What is left of gRPC's noise: code of its headers that only its lock-free completion queue
// orders. race_top matches the accessing function alone, so a race in this project's own code
// that a gRPC thread runs is still reported.
const char* __tsan_default_suppressions() {
  return "race_top:^grpc::\n"
         "race_top:^std::function<\n"
         "race_top:^std::_Function_base::\n"
         "race_top:^std::_Function_handler<*grpc::internal::\n"
         "race_top:std::swap<*std::_Any_data\n";
}

}  // extern "C"

namespace absl {
ABSL_NAMESPACE_BEGIN
namespace {

template <typename F>
F* Next(const char* name, F* /*type*/) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// The library's own function of this mangled name, with the type of the enclosing call.
#define REAL(name, type) static auto* const real = Next<type>("_ZN4absl7debian3" name, nullptr)

void Mutex::Lock() {
  REAL("5Mutex4LockEv", void(Mutex*));
  real(this);
  __tsan_acquire(this);
}
void Mutex::Unlock() {
  REAL("5Mutex6UnlockEv", void(Mutex*));
  __tsan_release(this);
  real(this);
}
bool Mutex::TryLock() {
  REAL("5Mutex7TryLockEv", bool(Mutex*));
  const bool got = real(this);
  if (got) __tsan_acquire(this);
  return got;
}
void Mutex::ReaderLock() {
  REAL("5Mutex10ReaderLockEv", void(Mutex*));
  real(this);
  __tsan_acquire(this);
}
void Mutex::ReaderUnlock() {
  REAL("5Mutex12ReaderUnlockEv", void(Mutex*));
  __tsan_release(this);
  real(this);
}
bool Mutex::ReaderTryLock() {
  REAL("5Mutex13ReaderTryLockEv", bool(Mutex*));
  const bool got = real(this);
  if (got) __tsan_acquire(this);
  return got;
}
void Mutex::Await(const Condition& cond) {
  REAL("5Mutex5AwaitERKNS0_9ConditionE", void(Mutex*, const Condition&));
  __tsan_release(this);
  real(this, cond);
  __tsan_acquire(this);
}
bool Mutex::AwaitWithTimeout(const Condition& cond, Duration timeout) {
  REAL("5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE",
       bool(Mutex*, const Condition&, Duration));
  __tsan_release(this);
  const bool met = real(this, cond, timeout);
  __tsan_acquire(this);
  return met;
}
bool Mutex::AwaitWithDeadline(const Condition& cond, Time deadline) {
  REAL("5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE",
       bool(Mutex*, const Condition&, Time));
  __tsan_release(this);
  const bool met = real(this, cond, deadline);
  __tsan_acquire(this);
  return met;
}
void Mutex::LockWhen(const Condition& cond) {
  REAL("5Mutex8LockWhenERKNS0_9ConditionE", void(Mutex*, const Condition&));
  real(this, cond);
  __tsan_acquire(this);
}
void Mutex::ReaderLockWhen(const Condition& cond) {
  REAL("5Mutex14ReaderLockWhenERKNS0_9ConditionE", void(Mutex*, const Condition&));
  real(this, cond);
  __tsan_acquire(this);
}
bool Mutex::LockWhenWithTimeout(const Condition& cond, Duration timeout) {
  REAL("5Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE",
       bool(Mutex*, const Condition&, Duration));
  const bool met = real(this, cond, timeout);
  __tsan_acquire(this);
  return met;
}
bool Mutex::LockWhenWithDeadline(const Condition& cond, Time deadline) {
  REAL("5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE",
       bool(Mutex*, const Condition&, Time));
  const bool met = real(this, cond, deadline);
  __tsan_acquire(this);
  return met;
}

void CondVar::Wait(Mutex* mu) {
  REAL("7CondVar4WaitEPNS0_5MutexE", void(CondVar*, Mutex*));
  __tsan_release(mu);
  real(this, mu);
  __tsan_acquire(mu);
}
bool CondVar::WaitWithTimeout(Mutex* mu, Duration timeout) {
  REAL("7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE", bool(CondVar*, Mutex*, Duration));
  __tsan_release(mu);
  const bool late = real(this, mu, timeout);
  __tsan_acquire(mu);
  return late;
}
bool CondVar::WaitWithDeadline(Mutex* mu, Time deadline) {
  REAL("7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE", bool(CondVar*, Mutex*, Time));
  __tsan_release(mu);
  const bool late = real(this, mu, deadline);
  __tsan_acquire(mu);
  return late;
}

ABSL_NAMESPACE_END
}  // namespace absl

#endif
