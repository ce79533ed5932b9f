#!/bin/sh
# The first file must name a dependency path, the others must be empty.
[ -s "$1" ] || {
  echo "the query finds no path where there is one"
  exit 1
}
shift
for violation; do
  if [ -s "$violation" ]; then
    echo "$violation: these depend on each other and must not:"
    cat "$violation"
    exit 1
  fi
done
echo "checked $# rules"
