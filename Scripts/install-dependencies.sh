#!/bin/sh
# Installs the packages that qatlab is built with and trained on, where they are missing.
#
# It uses apt-get, as root or through sudo, and asks nothing. Where everything is there it does nothing and
# says nothing. Swift itself is looked for and never installed.
set -eu

fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# Package, what shows that it is there (a header, a file or a module of Python), and what it is for.
requirements() {
  cat <<'LIST'
libedit-dev|histedit.h|the prompt: line editing
libdnnl-dev|dnnl.h|oneDNN: convolutions, dense layers and pooling
libsqlite3-dev|sqlite3.h|the session's store
libjpeg-dev|jpeglib.h|reading JPEG files
libpng-dev|png.h|reading and writing PNG files
zlib1g-dev|zlib.h|reading compressed data files
libzmq3-dev|zmq.h|the Jupyter kernel: messages
python3-venv|python3 ensurepip|the tests from outside: terminals and readers of notebooks
dataset-fashion-mnist|/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz|the images of the demo and the tests (30 MB)
LIST
}

# Headers are looked for as the build does, so that libraries from any source count.
is_there() {
  case $1 in
    /*) test -r "$1" ;;
    python3\ *) python3 -c "import ${1#* }" >/dev/null 2>&1 ;;
    *) printf '#include <%s>\n' "$1" | "$compiler" -E -x c - >/dev/null 2>&1 ;;
  esac
}

missing() {
  requirements | while IFS='|' read -r package evidence purpose; do
    is_there "$evidence" || printf '  %-22s %s\n' "$package" "$purpose"
  done
}

apt() {
  # shellcheck disable=SC2086
  $elevate env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

command -v swift >/dev/null 2>&1 ||
  fail 'Swift is not installed, or "swift" is not on the PATH' \
    'qatlab needs Swift 6.2 or later: https://www.swift.org/install/linux/'
compiler=$(command -v clang || command -v cc) ||
  fail 'no C compiler was found: neither "clang" nor "cc" is on the PATH' \
    "Swift's toolchain has clang beside swift: $(command -v swift)"

wanted=$(missing)
[ -n "$wanted" ] || exit 0
packages=$(printf '%s\n' "$wanted" | awk '{ print $1 }')

printf 'missing, of what qatlab needs:\n%s\n' "$wanted"
command -v apt-get >/dev/null 2>&1 ||
  fail 'there is no apt-get here to install them with' \
    'install what your system has in their place and try again; Fashion-MNIST is four files,' \
    'train- and t10k-images-idx3-ubyte.gz and -labels-idx1-ubyte.gz, in /usr/share/datasets/fashion-mnist'
# shellcheck disable=SC2086
command="apt-get install $(echo $packages)"
if [ "$(id -u)" -eq 0 ]; then
  elevate=
elif ! command -v sudo >/dev/null 2>&1; then
  fail 'installing them takes root, and there is no sudo' "run as root: $command"
elif [ -t 0 ]; then
  elevate=sudo
elif sudo -n true 2>/dev/null; then
  elevate='sudo -n'
else
  fail 'installing them takes root, and sudo would ask for a password that nobody can type here' \
    "run as root: $command"
fi

echo 'installing them with apt-get'
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Without package lists, or with old ones, the first attempt finds nothing.
# shellcheck disable=SC2086
if ! apt install --no-install-recommends $packages >"$log" 2>&1; then
  { apt update && apt install --no-install-recommends $packages; } >"$log" 2>&1 || {
    cat "$log" >&2
    fail 'apt-get could not install them; its output is above'
  }
fi
left=$(missing)
[ -z "$left" ] || fail 'apt-get ended well, but these are still not found:' "$left"
echo 'installed'
