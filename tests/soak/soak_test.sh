#!/bin/sh
# The soak, small: what "./dev soak" does with a million connections.
exec "$1" --connections=5000
