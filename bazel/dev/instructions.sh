#!/usr/bin/env bash
# How many instructions the parser needs for each of the benchmark's inputs on each kernel up to AVX2,
# counted by callgrind: the same on every run, however busy the machine. Fails where a count is over
# 2 % from the committed one. With --update it writes them instead: commit that with the change.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
committed=tests/bench/instruction_counts.txt

bazel build --config=opt --noshow_progress //tests/bench:count_instructions
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
valgrind -q --tool=callgrind --toggle-collect=weir_counted_read --dump-after=weir_counted_read \
  --callgrind-out-file="$work/out" bazel-bin/tests/bench/count_instructions \
  >"$work/names" 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}
for ((i = 1; i <= $(wc -l <"$work/names"); ++i)); do
  sed -n 's/^totals: //p' "$work/out.$i"
done | paste -d ' ' "$work/names" - >"$work/counts"

if [[ ${1:-} == --update ]]; then
  {
    echo "# kernel, input, instructions; ./dev instructions --update writes this file."
    cat "$work/counts"
  } >"$committed"
  exit
fi
# A kernel that this machine lacks is not counted here, but all that are must be among the committed.
awk -v compiler="$(c++ --version | head -n 1)" '
  NR == FNR { if ($1 != "#") committed[$1 " " $2] = $3; next }
  {
    was = committed[$1 " " $2]
    change = was > 0 ? 100 * ($3 - was) / was : 100
    bad = change > 2 || change < -2
    failures += bad
    printf "%s %-7s %s: %6d instructions, %6d committed (%+.1f %%)\n", bad ? "FAIL" : "ok  ", $1, $2, $3, was, change
  }
  END {
    if (FNR < 14) { print "fewer than two kernels were counted"; exit 1 }
    if (failures == 0) exit 0
    print failures " counts differ by over 2 %. If that is meant: ./dev instructions --update, and commit the file."
    print "The committed ones are of gcc 12; this is " compiler "."
    exit 1
  }' "$committed" "$work/counts"
