#!/bin/sh
# The Python test with the programs that it runs as arguments.
exec python3 "$@"
