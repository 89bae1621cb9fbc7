#!/bin/bash
# run.sh BACKEND SUITE…: the conformance suite against simulated devices.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

sim_program=$build/tests/switchyard-sim
[ -x "$sim_program" ] || skip "the simulators are not built"
backend=$1
shift

take_base
count=200
printf admin >"$scratch/password"
enable=-
options=()
if [ "$backend" = ios ]; then
	enable=$scratch/enable
	printf 'enable-secret' >"$enable"
	options=(--enable-file "$enable")
fi
"$sim_program" --platform "$backend" --listen "$base.1" --port 3200 \
    --one-address --count "$count" "${options[@]}" \
    --password-file "$scratch/password" --control "$scratch/control" \
    >"$scratch/sim.log" 2>&1 &
sim_pid=$!
at_end "kill $sim_pid 2>/dev/null; wait $sim_pid 2>/dev/null"
check "the simulator starts" wait_until 30 grep -q ready "$scratch/sim.log"
"$build/tests/conformance" "$backend" "$scratch/control" "$base.1" 3200 \
    "$count" "$scratch/password" "$enable" "$@"
status=$?
check_not "no sanitizer report in the simulator" \
    grep -q Sanitizer "$scratch/sim.log"
check_equal "all hold" "$status" 0
