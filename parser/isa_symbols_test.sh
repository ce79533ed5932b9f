#!/bin/sh
# The archives of the instruction sets define no weak (inline) function: the linker keeps one copy for
# the whole program, and could keep the one that an older CPU can't run.
set -eu
[ $# -gt 0 ]
for archive; do
  if nm -C --defined-only "$archive" | grep -E '^[0-9a-f]+ [WiV] '; then
    echo "$archive defines these, and the linker may use them on any CPU"
    exit 1
  fi
done
echo "checked $# archives"
