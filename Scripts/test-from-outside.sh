#!/bin/sh
# Runs the tests of Tests/Clients on the built program, files side by side, in a Python environment of their own.
set -eu
cd "$(dirname "$0")/.."
Scripts/client-environment.sh
exec .build/clients/bin/python -m pytest -q -p no:cacheprovider -n 2 --dist loadfile Tests/Clients "$@"
