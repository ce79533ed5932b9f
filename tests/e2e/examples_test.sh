#!/bin/sh
# The Python test with the programs that it runs as arguments. Debian's modules belong to Debian's
# interpreter.
exec /usr/bin/python3 "$@"
