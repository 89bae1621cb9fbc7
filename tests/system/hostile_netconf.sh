#!/bin/bash
# The NETCONF client against a server that means harm: bounded memory, an end
# at the deadline, a clear answer, no sanitizer report.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

probe_program=$build/tests/driver_probe
[ -x /usr/sbin/sshd ] || skip "sshd is not installed"
max_peak_kib=65536
# A tree of small pieces takes twice its size between AddressSanitizer's red
# zones; and what it keeps of freed memory is no measure of ours.
! ldd "$probe_program" | grep -q libasan || max_peak_kib=131072
export ASAN_OPTIONS=quarantine_size_mb=1

for name in host_key key; do
	ssh-keygen -q -t ed25519 -N '' -f "$scratch/$name"
done
take_base
port=2831
[ "$(id -u)" != 0 ] || mkdir -p -m 755 /run/sshd
cat >"$scratch/sshd_config" <<EOF
ListenAddress $base.1:$port
HostKey $scratch/host_key
PidFile none
AuthorizedKeysFile $scratch/key.pub
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
Subsystem netconf $build/tests/hostile_netconf $scratch/mode
EOF
/usr/sbin/sshd -D -f "$scratch/sshd_config" -E "$scratch/sshd.log" &
sshd=$!
at_end "kill $sshd 2>/dev/null; wait $sshd 2>/dev/null"
answers() {
	(exec 3<>"/dev/tcp/$base.1/$port") 2>/dev/null
}
check "sshd starts" wait_until 10 answers

# against MODE: sets status, output, seconds and peak.
against() {
	echo "$1" >"$scratch/mode"
	SECONDS=0
	output=$("$probe_program" --driver netconf --key "$scratch/key" \
	    --pin "$scratch/host_key.pub" --deadline 5000 "$base.1:$port" \
	    "$(id -un)" get 2>"$scratch/err")
	status=$?
	seconds=$SECONDS
	check_not "$1: no sanitizer report" grep -q Sanitizer "$scratch/err"
	peak=$(sed -n 's/^peak: \([0-9]*\) KiB/\1/p' "$scratch/err")
	check "$1: $peak KiB are not too much" \
	    [ "${peak:-999999}" -lt $max_peak_kib ]
	check "$1: $seconds s are not too long" [ "$seconds" -lt 9 ]
	echo "$1: $peak KiB, $seconds s, exit code $status"
}

value() {
	sed -n "s/^$1: //p" <<<"$output" | head -n 1
}

against honest
check_contains "an honest server is read" "$output" "<h>a</h>"
against hello-many
check_contains "one with many capabilities has no candidate" \
    "$(value refusal)" protocol
against reply-full
check_equal "as much as is allowed is read" "$status" 0

# MODE ERROR PART_OF_MESSAGE
while read -r mode error part; do
	against "$mode"
	check_equal "$mode: fails" "$status" 1
	check_equal "$mode: as what it is" "$(value error)" "$error"
	check_contains "$mode: and says so" "$(value message)" "$part"
	check_not "$mode: with nothing in it that acts on a terminal" \
	    grep -q $'[\x01-\x08\x0b-\x1f]' <<<"$output"
done <<'EOF'
hello-nothing timeout did not answer in time
hello-drip timeout did not answer in time
hello-flood limit more than 1024 KiB
hello-junk remote does not speak it
hello-bomb remote does not speak it
hello-blanks remote no NETCONF message
reply-flood limit more than 8192 KiB
reply-huge-chunk limit more than 8192 KiB
reply-bad-chunk remote no NETCONF message
reply-deep limit more than 150000 elements
reply-many limit more than 150000 elements
reply-bomb corrupt not well-formed
reply-wrong-id remote another request
reply-notifications timeout did not answer in time
reply-cut remote ended the session
reply-drip timeout did not answer in time
reply-nothing timeout did not answer in time
reply-no-text corrupt not well-formed
reply-truncated corrupt not well-formed
reply-error remote refused to show
EOF
