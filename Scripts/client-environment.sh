#!/bin/sh
# Makes the Python environment of the tests in Tests/Clients under .build, or leaves it where it is as they want it.
set -eu
cd "$(dirname "$0")/.."
environment=.build/clients
wanted=Tests/Clients/requirements.txt
if cmp -s "$wanted" "$environment/installed.txt"; then exit; fi
echo 'making the Python environment of the tests from outside'
python3 -m venv --clear "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
cp "$wanted" "$environment/installed.txt"
