#!/bin/bash
# All benchmarks, side by side in one run: run.sh [web|tables|store|history|jinja|generate|servers|reachability|fleet|devices|runs]…
# Absolute figures depend on the machine; compare the ratios.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -gt 0 ] || set -- store history runs web tables jinja generate servers reachability fleet devices
for part; do
	case $part in
	web) echo "=== web"; "$here/web.sh" 10000 100000 ;;
	*)
		[ -x "$here/${part}_bench.sh" ] || { echo "run.sh: there is no benchmark $part" >&2; exit 2; }
		echo "=== $part"; "$here/${part}_bench.sh" ;;
	esac
done
