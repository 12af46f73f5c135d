#!/bin/sh
# Measures qatlab and PyTorch side by side and writes the table of ratios to Benchmarks/results.md.
# PyTorch comes from PyPI into a virtual environment of its own (about 6 GB); QATLAB_TORCH names another Python.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
cd "$root"
swift build -c release
python=${QATLAB_TORCH:-$here/.venv/bin/python}
if [ ! -x "$python" ]; then
  echo "bench: making $here/.venv with PyTorch"
  python3 -m venv "$here/.venv"
  "$here/.venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
"$python" "$here/compare.py" --qatlab "$root/.build/release/qatlab" "$@"
# The same program beside onnxruntime and OpenVINO, in the environment of the tests from outside.
Scripts/client-environment.sh
exec .build/clients/bin/python "$here/exported.py"
