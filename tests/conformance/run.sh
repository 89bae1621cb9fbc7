#!/bin/bash
# run.sh BACKEND SUITE…: the conformance suite against simulated devices, or
# against a real server that start_BACKEND brings up.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=tests/conformance/start.sh
. "$(dirname "$0")/start.sh"

backend=$1
shift
enable=-
if declare -F "start_$backend" >/dev/null; then
	"start_$backend"
else
	start_simulator "$backend" "$backend"
fi
"$build/tests/conformance" "$backend" "$control" "$address" "$port" "$count" \
    "$scratch/password" "$enable" "$@"
check_equal "all hold" $? 0
[ ! -f "$scratch/sim.log" ] ||
	check_not "no sanitizer report in the simulator" \
	    grep -q Sanitizer "$scratch/sim.log"
