#!/bin/sh
# Runs the tests of Tests/Clients on the built program, in a Python environment of their own under .build.
set -eu
cd "$(dirname "$0")/.."
environment=.build/clients
wanted=Tests/Clients/requirements.txt
if ! cmp -s "$wanted" "$environment/installed.txt"; then
  echo 'making the Python environment of the tests from outside'
  python3 -m venv --clear "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$environment/installed.txt"
fi
exec "$environment/bin/python" -m pytest -q -p no:cacheprovider Tests/Clients "$@"
