#!/bin/sh
# Lists of 100,000 runs, and the rows of one over 10,000 devices.
#
#   SWITCHYARD_BUILD=build/bench runs_bench.sh [RUNS [ROWS]]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${SWITCHYARD_BUILD:-$root/build/bench}
dir=$(mktemp -d "${TMPDIR:-/tmp}/runs-bench-XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$build/switchyard" --dir "$dir/portal" init >/dev/null
echo "== ${1:-100000} runs, one of them over ${2:-10000} devices"
"$build/tests/runs_bench" "$dir/portal" "${1:-100000}" "${2:-10000}"
echo "load of the machine: $(cut -d ' ' -f 1 /proc/loadavg)"
