#include "weir/tests/peers/difference.h"

namespace weir {
namespace {

class Comparison {
 public:
  Comparison(const StreamView& ours, const StreamView& theirs) : ours_(ours), theirs_(theirs) {}

  std::vector<Difference> Run() && {
    for (index_ = 0; index_ < ours_.messages.size(); ++index_) {
      if (!Message()) return std::move(differences_);
    }
    const bool waits =
        ours_.refusal.empty() && (index_ == 0 || (ours_.messages[index_ - 1].complete &&
                                                  ours_.messages[index_ - 1].keep_alive));
    if (waits && theirs_.messages.size() > index_) Add(DifferenceKind::kExtra);
    return std::move(differences_);
  }

 private:
  // Compares the requests at index_. False if nothing that follows can be compared.
  bool Message() {
    const bool refused = !theirs_.refusal.empty();
    if (index_ >= theirs_.messages.size()) {
      return Add(refused ? DifferenceKind::kRefusedHead : DifferenceKind::kMissing);
    }
    const MessageView& a = ours_.messages[index_];
    const MessageView& b = theirs_.messages[index_];
    if (a.method != b.method) Add(DifferenceKind::kMethod);
    if (a.target != b.target) Add(DifferenceKind::kTarget);
    if (a.minor_version != b.minor_version) Add(DifferenceKind::kVersion);
    if (a.fields != b.fields) Add(DifferenceKind::kFields);
    if (a.keep_alive != b.keep_alive) Add(DifferenceKind::kKeepAlive);
    const bool refused_body = refused && !b.complete && index_ + 1 == theirs_.messages.size();
    if (b.framing && a.framing != b.framing) {
      return Add(refused_body ? DifferenceKind::kRefusedBody : DifferenceKind::kFraming);
    }
    if (!a.complete && !ours_.refusal.empty()) return false;
    if (refused_body) return Add(DifferenceKind::kRefusedBody);
    if (a.complete != b.complete) return Add(DifferenceKind::kEnd);
    if (a.body != b.body) return Add(DifferenceKind::kBody);
    if (b.end && a.end != b.end) return Add(DifferenceKind::kEnd);
    return a.keep_alive == b.keep_alive;
  }

  bool Add(DifferenceKind kind) {
    differences_.push_back({kind, index_, &ours_, &theirs_});
    return false;
  }

  const StreamView& ours_;
  const StreamView& theirs_;
  std::size_t index_ = 0;
  std::vector<Difference> differences_;
};

const char* Name(DifferenceKind kind) {
  constexpr const char* kNames[] = {"method",       "target",       "version", "fields",
                                    "keep alive",   "framing",      "body",    "end",
                                    "refused head", "refused body", "missing", "extra"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string Describe(const StreamView& stream, std::size_t index) {
  std::string text = std::to_string(stream.messages.size()) + " requests";
  if (!stream.refusal.empty()) text += ", then " + stream.refusal;
  if (index >= stream.messages.size()) return text;
  const MessageView& message = stream.messages[index];
  text += "; " + message.method + " " + message.target + " 1." +
          std::to_string(message.minor_version) + " framing=" + message.framing.value_or("?") +
          (message.keep_alive ? " keep-alive" : " close") +
          (message.complete ? " complete" : " incomplete") + " body=[" + message.body + "]";
  for (const auto& [name, value] : message.fields) text += " " + name + "=[" + value + "]";
  return text;
}

}  // namespace

std::vector<Difference> Compare(const StreamView& ours, const StreamView& theirs) {
  return Comparison(ours, theirs).Run();
}

const DifferenceRule* Explain(const Difference& difference,
                              const std::vector<DifferenceRule>& rules) {
  for (const DifferenceRule& rule : rules) {
    if (rule.kind == difference.kind && rule.applies(difference)) return &rule;
  }
  return nullptr;
}

std::string Describe(const Difference& difference) {
  return std::string("difference in ") + Name(difference.kind) + " of request " +
         std::to_string(difference.index) +
         "\n  ours: " + Describe(*difference.ours, difference.index) +
         "\n  theirs: " + Describe(*difference.theirs, difference.index) + "\n";
}

}  // namespace weir
