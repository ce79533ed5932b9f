#!/bin/sh
# The first argument is the test, the second a file at the root of the tree.
exec python3 "$1" "$2"
