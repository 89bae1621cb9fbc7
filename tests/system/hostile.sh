#!/bin/bash
# The SSH client against a server that means harm: bounded memory, an end at
# the deadline, a clear answer, no sanitizer report.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

probe_program=$build/tests/driver_probe
server_program=$build/tests/hostile_ssh
max_peak_kib=65536
# What AddressSanitizer keeps of freed memory is no measure of ours.
export ASAN_OPTIONS=quarantine_size_mb=1

printf pw >"$scratch/password"
ssh-keygen -q -t ed25519 -N '' -f "$scratch/key"
printf 'ip route 10.1.0.0/16 Null0\nip route 10.2.0.0/16 Null0\n' \
    >"$scratch/routes"

server=
stop_server() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	server=
}
at_end stop_server

# against MODE COMMAND…: sets status, output and seconds.
against() {
	local mode=$1 port peak
	shift
	: >"$scratch/port"
	"$server_program" "$mode" "$scratch/key" >"$scratch/port" \
	    2>"$scratch/server" &
	server=$!
	wait_until 5 grep -q . "$scratch/port" || fail "$mode did not start"
	port=$(cat "$scratch/port")
	SECONDS=0
	output=$("$probe_program" --password-file "$scratch/password" \
	    --pin "$scratch/key.pub" --deadline 6000 "127.0.0.1:$port" lab \
	    "$@" 2>"$scratch/err")
	status=$?
	seconds=$SECONDS
	stop_server
	! grep -q Sanitizer "$scratch/err" ||
		fail "$mode: $(cat "$scratch/err")"
	peak=$(sed -n 's/^peak: \([0-9]*\) KiB/\1/p' "$scratch/err")
	[ "$peak" -lt "$max_peak_kib" ] || fail "$mode took $peak KiB"
	[ "$seconds" -lt 9 ] || fail "$mode took $seconds s"
	echo "$mode: $peak KiB, $seconds s, exit code $status"
}

value() {
	sed -n "s/^$1: //p" <<<"$output" | head -n 1
}

against honest get
check_equal "an honest server is read" "$(tail -n 1 <<<"$output")" end
against keyboard get
check_equal "a password is given by keyboard-interactive, too" "$status" 0

for mode in greet-fake-prompt greet-escapes honest-pages say-and-go; do
	against $mode get
	check_equal "$mode does no harm: $output" "$(tail -n 1 <<<"$output")" end
done
against escapes get
check_contains "escapes and NUL are taken out" "$output" \
    "ip route 11.0.0.0/8 Null0"
check_not "none is left" grep -q $'\x1b' <<<"$output"
against prompt-in-config get
check_equal "a prompt within a configuration does not end it" \
    "$(tail -n 1 <<<"$output")" end

for mode in flood-config flood-lines greet-flood; do
	against $mode get
	check_equal "$mode meets a bound: $output" "$(value error)" limit
done
for mode in greet-drip drip-config greet-more flood-escape endless-pages \
    flood-backspace; do
	against $mode get
	case $(value error) in
	timeout | limit | corrupt) ;;
	*) fail "$mode: $output" ;;
	esac
done
for mode in greet-hang-up hang-up-config never-steady; do
	against $mode get
	case $(value error) in
	remote | timeout) ;;
	*) fail "$mode: $output" ;;
	esac
done
for mode in bad-utf8 cut-config; do
	against $mode get
	check_equal "$mode is not kept" "$(value error)" corrupt
done
against other-platform get
check_equal "another platform is told" "$(value refusal)" not-platform

against locked apply merge "$scratch/routes"
check_equal "a lock is a conflict" "$(value error)" conflict
check_equal "and nothing was sent" "$(value outcome)" untouched
for mode in mute-in-load hang-up-in-load; do
	against $mode apply merge "$scratch/routes"
	check_equal "$mode leaves an unknown outcome: $output" \
	    "$(value outcome)" unknown
	check_equal "and says so" "$(value error)" unknown-outcome
done

against not-ssh get
check_equal "another protocol is told" "$(value refusal)" protocol
check_contains "in words" "$(value message)" "not with SSH"
against silent get
check_equal "silence is a timeout" "$(value error)" timeout
check_contains "and told from a router that is off" "$(value message)" \
    "did not speak SSH"
