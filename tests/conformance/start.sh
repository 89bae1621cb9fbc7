# shellcheck shell=bash
# Devices for the conformance suite. Sourced by run.sh; each function sets
# control, address, port and count, writes $scratch/password, and stops
# what it started at the end.

# start_simulator PLATFORM NAME [switchyard-sim options…]
start_simulator() {
	local program=$build/tests/switchyard-sim pid
	[ -x "$program" ] || skip "the simulators are not built"
	take_base
	control=$scratch/control address=$base.1 port=3200 count=240
	printf admin >"$scratch/password"
	"$program" --platform "$1" --name "$2" --listen "$address" \
	    --port "$port" --one-address --count "$count" "${@:3}" \
	    --password-file "$scratch/password" --control "$control" \
	    >"$scratch/sim.log" 2>&1 &
	pid=$!
	at_end "kill $pid 2>/dev/null; wait $pid 2>/dev/null"
	check "the simulator starts" \
	    wait_until 30 grep -q ready "$scratch/sim.log"
}

# shellcheck disable=SC2034 # run.sh uses them
start_ios() {
	enable=$scratch/enable
	printf 'enable-secret' >"$enable"
	start_simulator ios ios --enable-file "$enable"
}

# shellcheck disable=SC2034
start_frr() {
	lab_up 1 --daemons "zebra staticd bgpd"
	control="bash $root/tests/conformance/lab_frr.sh $lab $lab_dir"
	address=$("$lab" address "$lab_dir" r1)
	port=${address#*:} address=${address%:*} count=1
	sed 's/.*"password":"\([^"]*\)".*/\1/' "$lab_dir/credentials.json" \
	    >"$scratch/password"
	printf %s "$(cat "$scratch/password")" >"$scratch/password"
}
