#!/bin/bash
# One process of simulated devices under many clients that come and go: what
# one of them does must not end the session of another.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

take_base
printf admin >"$scratch/password"
"$build/tests/switchyard-sim" --platform eos --count 64 --listen "$base.1" \
    --port 2200 --workers 1 >"$scratch/sim.log" 2>&1 &
sim_pid=$!
at_end "kill $sim_pid 2>/dev/null; wait $sim_pid 2>/dev/null"
check "they start" wait_until 30 grep -q ready "$scratch/sim.log"
clients=()
for i in $(seq 0 15); do
	"$build/tests/ssh_sweep" driver "$base.$((i * 4 + 1))" 4 2200 admin \
	    "$scratch/password" >"$scratch/out.$i" 2>"$scratch/err.$i" &
	clients+=($!)
done
for i in "${!clients[@]}"; do
	wait "${clients[i]}" ||
		fail "client $i: $(cat "$scratch/err.$i")"
done
check_equal "every client has read its four" \
    "$(grep -l '^4 ' "$scratch"/out.* | wc -l)" 16
