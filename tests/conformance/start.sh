# shellcheck shell=bash
# Devices for the conformance suite. Sourced by run.sh; each function sets
# control, address, port and count, writes $scratch/password, and stops
# what it started at the end.

# start_simulator PLATFORM NAME [switchyard-sim options…]
start_simulator() {
	local program=$build/tests/switchyard-sim pid
	[ -x "$program" ] || skip "the simulators are not built"
	take_base
	control=$scratch/control address=$base.1 port=3200 count=400
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
start_asking() { # PLATFORM: which asks for an enable password
	enable=$scratch/enable
	printf 'enable-secret' >"$enable"
	start_simulator "$1" "$1" --enable-file "$enable"
}

start_eos() {
	start_asking eos
}

start_ios() {
	start_asking ios
}

start_eapi() {
	start_simulator eos eapi --https-port 4200
}

start_nxapi() {
	start_simulator nxos nxapi --https-port 4200
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

# netconfd behind OpenSSH, with a relay in between that cuts connections and a
# clock that can be moved (tests/netconf).
# shellcheck disable=SC2034
start_netconf() {
	local server=$scratch/server user=netconf-test program hash pid
	[ "$(id -u)" = 0 ] || skip "sshd needs root"
	for program in netconfd netconf-subsystem sshd; do
		[ -x /usr/sbin/$program ] || skip "$program is not installed"
	done
	[ -z "$(LD_PRELOAD=libnss_wrapper.so true 2>&1)" ] ||
		skip "libnss_wrapper is not installed"

	take_base
	install -d -m 755 "$server" /run/sshd
	# sshd's sessions run as nobody, and have to get at the relay
	chmod 755 "$scratch"
	install -m 755 "$build/tests/netconf_relay" "$server/relay"
	install -m 644 "$build/tests/libnetconf_clock.so" "$server/clock.so"
	truncate -s 4096 "$server/state"
	chmod 666 "$server/state"
	(umask 077 && openssl rand -hex 12 | tr -d '\n' >"$scratch/password")
	hash=$(openssl passwd -6 -stdin <"$scratch/password")
	(
		getent passwd root sshd | sed "s,:/root:,:$server/home:,"
		printf '%s:x:65534:65534::/:/bin/sh\n' $user
	) >"$server/passwd"
	getent group >"$server/group"
	(umask 077 && printf '%s:%s:19000:0:99999:7:::\n' $user "$hash" \
	    >"$server/shadow")
	cat >"$server/sshd_config" <<EOF
ListenAddress $base.1:2830
HostKey $server/host_key
PidFile none
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication yes
KbdInteractiveAuthentication no
MaxStartups 1000
Subsystem netconf $server/relay $server/state /usr/sbin/netconf-subsystem --ncxserver-sockname=2830@$server/ncx.sock
EOF
	/usr/bin/python3 -B "$root/tests/netconf/control.py" "$server" \
	    $user "$base.1" 2830 "$scratch/control" >"$scratch/control.log" 2>&1 &
	pid=$!
	at_end "kill $pid 2>/dev/null; wait $pid 2>/dev/null"
	# shellcheck disable=SC2016 # finish() knows the status
	at_end '[ $status = 0 ] || tail -n 8 "$scratch"/*.log \
	    "$scratch"/server/*.log'
	control=$scratch/control address=$base.1 port=2830 count=1000
	check "the server starts" \
	    wait_until 30 grep -qs ready "$scratch/control.log"
}
