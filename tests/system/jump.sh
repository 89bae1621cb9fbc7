#!/bin/bash
# Devices behind a jump host: a real router reached through the real OpenSSH of
# another, whose key has to be known, too.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

probe_program=$build/tests/driver_probe

lab_up 2 --daemons "zebra staticd"
jump=$("$lab" address "$lab_dir" r1)
device=$("$lab" address "$lab_dir" r2)
sed 's/.*"password":"\([^"]*\)".*/\1/' "$lab_dir/credentials.json" \
    >"$scratch/password"

# probe [options…] COMMAND…: on r2 by r1; sets status and output.
probe() {
	local -a options=()
	while [ "${1#--}" != "$1" ]; do
		case $1 in
		--jump) options+=("$1" "$2" "$3" "$4"); shift 4 ;;
		--at-line) options+=("$1" "$2" "$3"); shift 3 ;;
		*) options+=("$1" "$2"); shift 2 ;;
		esac
	done
	output=$("$probe_program" --password-file "$scratch/password" \
	    --pin "$lab_dir/r2/host_ed25519.pub" "${options[@]}" "$device" lab \
	    "$@" 2>"$scratch/err")
	status=$?
	! grep -q Sanitizer "$scratch/err" || fail "$(cat "$scratch/err")"
}

value() {
	sed -n "s/^$1: //p" <<<"$output" | head -n 1
}

by_r1=(--jump "$jump" lab "$lab_dir/r1/host_ed25519.pub")

# --- it is the device behind, and all of it comes through --------------------

probe "${by_r1[@]}" get
check_equal "a configuration is read" "$status" 0
check_equal "and it is the one of the device behind" "$output" \
    "$(router_config r2 | sed '1,/^Current configuration:/d')"
cat >"$scratch/few.conf" <<'END'
interface eth0
 description behind
exit
ip route 10.1.0.0/24 Null0
END
probe "${by_r1[@]}" apply merge "$scratch/few.conf"
check_equal "a change goes through: $(value message)" "$(value outcome)" applied
check_equal "and is verified" "$(value verified)" yes
seq -f 'ip route 10.9.%g.0/24 Null0' 250 >"$scratch/many.conf"
"$lab" vtysh "$lab_dir" r2 -f "$scratch/many.conf" >/dev/null
probe "${by_r1[@]}" get
check_equal "a long configuration comes through" \
    "$(grep -c '^ip route' <<<"$output")" 251

# --- what is refused ---------------------------------------------------------

probe --jump "$jump" lab "$lab_dir/r2/host_ed25519.pub" facts
check_equal "another key of the jump host ends it" "$status" 1
check_contains "and is said to be the jump host's" "$(value message)" \
    "jump host"
check_contains "loudly" "$(value message)" "HAS CHANGED"
check_equal "it is not offered as the device's key" "$(value key)" ""
probe --jump "$jump" nobody "$lab_dir/r1/host_ed25519.pub" facts
check_equal "a user that the jump host refuses ends it" "$(value error)" denied
check_contains "and it is said where" "$(value message)" "jump host"
"$lab" stop-router "$lab_dir" r2
probe "${by_r1[@]}" facts
check_equal "a device that is off is unreachable" "$(value refusal)" unreachable
check_contains "from the jump host" "$(value message)" \
    "cannot be reached from the jump host"
"$lab" start-router "$lab_dir" r2

# --- the jump host dies in mid-load ------------------------------------------

seq -f 'ip route 11.0.%g.0/24 Null0' 30 >"$scratch/more.conf"
probe "${by_r1[@]}" --snapshot "$scratch/snap" --at-line 20 \
    "'$lab' cut '$lab_dir' r1" apply merge "$scratch/more.conf"
check_equal "its outcome is unknown" "$(value outcome)" unknown
check_contains "and it is said which hop was lost: $output" "$output" \
    "the connection to the jump host was lost"
probe "${by_r1[@]}" restore "$scratch/snap"
check_equal "and it is put back over a new one: $output" "$(value outcome)" \
    rolled-back
"$lab" stop-router "$lab_dir" r1
probe "${by_r1[@]}" facts
check_equal "without the jump host there is no way" "$(value refusal)" \
    unreachable
