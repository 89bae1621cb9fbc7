#!/bin/bash
# The frr driver against real FRR behind real OpenSSH: what it promises about
# every way a change can go.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

probe_program=$build/tests/driver_probe
fixtures=$root/tests/unit/domain/frr

lab_up 1 --daemons "zebra staticd bgpd ospfd ospf6d bfdd"
address=$("$lab" address "$lab_dir" r1)
sed 's/.*"password":"\([^"]*\)".*/\1/' "$lab_dir/credentials.json" \
    >"$scratch/password"
printf 'not-the-password' >"$scratch/wrong"
pin=$lab_dir/r1/host_ed25519.pub

# probe [options…] COMMAND…: sets status and output.
probe() {
	local -a options=()
	while [ "${1#--}" != "$1" ]; do
		case $1 in
		--refuse | --verbose) options+=("$1"); shift ;;
		--at-line) options+=("$1" "$2" "$3"); shift 3 ;;
		*) options+=("$1" "$2"); shift 2 ;;
		esac
	done
	output=$("$probe_program" --password-file "$scratch/password" \
	    --pin "$pin" "${options[@]}" "$address" lab "$@" 2>"$scratch/err")
	status=$?
	! grep -q Sanitizer "$scratch/err" || fail "$(cat "$scratch/err")"
}

value() {
	sed -n "s/^$1: //p" <<<"$output" | head -n 1
}

# The configuration without the lines that a start alone may change.
config() {
	router_config r1 | grep -v '^frr version'
}

expect_config() {
	[ "$(config)" = "$2" ] || {
		diff <(echo "$2") <(config)
		fail "$1"
	}
	passed=$((passed + 1))
}

write() {
	cat >"$scratch/$1"
}

# --- Reading ---------------------------------------------------------------

probe get
check_equal "a configuration is read" "$status" 0
check_equal "and it is the whole one" "$output" \
    "$(router_config r1 | sed '1,/^Current configuration:/d')"
probe facts
check_equal "the name is known" "$(value hostname)" r1
check_contains "interfaces are known" "$output" "interface: eth0 enabled up"
check_not "headings are no interfaces" grep -q VRF <<<"$output"
probe --key "$lab_dir/id_ed25519" facts
check_equal "a key signs in" "$status" 0

# --- Merge -----------------------------------------------------------------

before=$(config)
write merge.conf <<'END'
interface eth0
 description uplink to core? yes
 ip address 10.7.0.1/24
exit
router bgp 65001
 no bgp ebgp-requires-policy
 neighbor 10.7.0.2 remote-as 65002
 neighbor 10.7.0.2 password s3cret-word
 address-family ipv4 unicast
  network 192.168.0.0/16
  neighbor 10.7.0.2 route-map IN in
 exit-address-family
exit
ip prefix-list PL permit 10.0.0.0/8 le 24
route-map IN permit 10
 match ip address prefix-list PL
exit
END
probe plan merge "$scratch/merge.conf"
check_contains "the plan shows lines" "$output" "+  network 192.168.0.0/16"
expect_config "a plan writes nothing" "$before"
probe --refuse apply merge "$scratch/merge.conf"
check_equal "a refused effect is no success" "$status" 1
check_equal "and sent nothing" "$(value outcome)" untouched
expect_config "nor changed anything" "$before"

probe --snapshot "$scratch/snap0" --predicted "$scratch/pred0" \
    apply merge "$scratch/merge.conf"
check_equal "the merge succeeds: $output" "$status" 0
check_equal "it is verified over a new session" "$(value verified)" yes
check_contains "it is there" "$(config)" " description uplink to core? yes"
check_contains "FRR gave the list entry a number" "$(config)" \
    "ip prefix-list PL seq 5 permit 10.0.0.0/8 le 24"
probe classify "$scratch/snap0" "$scratch/pred0"
check_equal "the prediction was right" "$(value found)" new
merged=$(config)
probe apply merge "$scratch/merge.conf"
check_equal "the same once more succeeds" "$status" 0
check_equal "and does nothing" "$(value outcome)" untouched
check_equal "without asking" "$(value before-effect)" ""

# --- What goes wrong -------------------------------------------------------

write bad.conf <<'END'
interface eth1
 description half done
exit
router bgp 65001
 neighbor 10.7.0.9 description no such neighbour
exit
ip route 10.66.0.0/16 Null0
END
probe apply merge "$scratch/bad.conf"
check_equal "an invalid line fails the change" "$status" 1
check_equal "and is undone" "$(value outcome)" rolled-back
check_contains "the line is named" "$(value failed-line)" "neighbor 10.7.0.9"
check_contains "with the router's words" "$(value said)" \
    "Specify remote-as"
expect_config "the router is as it was" "$merged"

write no-mark.conf <<'END'
ip route 10.66.0.0/16 Null0
router bgp 65099
 neighbor 10.7.0.3 remote-as 65003
exit
END
probe apply merge "$scratch/no-mark.conf"
check_equal "an error without % is undone" "$(value outcome)" rolled-back
check_contains "and told" "$(value said)" "BGP is already running"
expect_config "the router is as it was" "$merged"

write secret.conf <<'END'
router bgp 65001
 neighbor 10.7.0.77 password very-hidden-word
exit
END
probe --verbose apply merge "$scratch/secret.conf"
check_equal "a refused password line is undone" "$(value outcome)" rolled-back
check_not "the password is not shown" grep -rq very-hidden-word \
    <(echo "$output") "$scratch/err"

write silent.conf <<'END'
router bgp 65001
 address-family ipv4 unicast
  network 10.9.9.9/8
 exit-address-family
exit
END
probe --snapshot "$scratch/snap1" --predicted "$scratch/pred1" \
    apply merge "$scratch/silent.conf"
check_equal "a silent change shows" "$(value verified)" no
check_contains "with what was stored" "$output" "10.0.0.0/8"
probe classify "$scratch/snap1" "$scratch/pred1"
check_equal "it is neither old nor new" "$(value found)" partial
probe restore "$scratch/snap1"
check_equal "the snapshot is put back" "$(value outcome)" rolled-back
expect_config "and is there" "$merged"
probe restore "$scratch/snap1"
check_equal "putting back twice does nothing" "$(value outcome)" untouched

write command.conf <<'END'
do write memory
END
probe plan merge "$scratch/command.conf"
check_equal "a command is no configuration" "$(value error)" invalid
printf 'interface eth0\n description \033]0;x\007\n' | write escape.conf
probe plan merge "$scratch/escape.conf"
check_equal "control characters are refused" "$(value error)" invalid

# --- Sessions that are lost ------------------------------------------------

write many.conf < <(for i in $(seq 40); do
	echo "ip route 10.77.$i.0/24 Null0"
done)
probe --snapshot "$scratch/snap2" --predicted "$scratch/pred2" \
    --at-line 20 "'$lab' cut '$lab_dir' r1" apply merge "$scratch/many.conf"
check_equal "a session cut in mid-load is no success" "$status" 1
check_equal "its outcome is unknown" "$(value outcome)" unknown
check_equal "and said to be" "$(value error)" unknown-outcome
probe classify "$scratch/snap2" "$scratch/pred2"
check_equal "the router is in between" "$(value found)" partial
probe restore "$scratch/snap2"
check_equal "it is put back" "$(value outcome)" rolled-back
expect_config "and as it was" "$merged"

# At every line of a change: old, new or put back, never half.
write step.conf <<'END'
interface eth2
 description step
 ip address 10.8.0.1/24
exit
router bgp 65001
 neighbor 10.8.0.2 remote-as 65008
 address-family ipv4 unicast
  neighbor 10.8.0.2 prefix-list PL in
 exit-address-family
exit
ip route 10.88.0.0/16 Null0
END
probe plan merge "$scratch/step.conf"
lines=$(grep -c '^command: ' <<<"$output")
check "the change has sections and lines" [ "$lines" -ge 10 ]
for n in $(seq "$lines"); do
	probe --snapshot "$scratch/snap" --predicted "$scratch/pred" \
	    --at-line "$n" "'$lab' cut '$lab_dir' r1" \
	    apply merge "$scratch/step.conf"
	check_equal "cut at line $n: $output" "$(value outcome)" unknown
	probe restore "$scratch/snap"
	check_equal "put back from line $n" "$status" 0
	expect_config "line $n leaves nothing" "$merged"
done

# --- Replace, there and back -----------------------------------------------

# vtysh forgets a host name with its process: a new session has the old one.
for name in edge broad broad-changed; do
	sed 's/^hostname .*/hostname r1/' "$fixtures/$name.conf" \
	    >"$scratch/$name.conf"
done
probe --snapshot "$scratch/snap3" apply replace "$scratch/edge.conf"
check_equal "a replace succeeds: $output" "$status" 0
check_equal "and is verified: $output" "$(value verified)" yes
check_not "the old lines are gone" grep -q 10.7.0.2 <<<"$(config)"
probe apply replace "$scratch/broad.conf"
check_equal "a replace by much succeeds: $output" "$status" 0
probe apply replace "$scratch/broad.conf"
check_equal "the same once more does nothing" "$(value outcome)" untouched
# Eighty values change in place, without a removal where FRR takes one.
probe apply replace "$scratch/broad-changed.conf"
check_equal "values change in place: $output" "$(value verified)" yes
probe apply replace "$scratch/broad.conf"
check_equal "and back" "$(value verified)" yes
echo "hostname r1" >"$scratch/empty.conf"
probe --snapshot "$scratch/snap4" apply replace "$scratch/empty.conf"
check_equal "everything goes: $output" "$(value verified)" yes
check_equal "and nothing is left" "$(config | sort -u |
    grep -v -e '^!' -e '^$' -e '^frr ' -e '^hostname r1$' -e '^Current' \
    -e '^Building' -e '^service integrated-vtysh-config$')" end
probe restore "$scratch/snap4"
check_equal "and everything comes back: $output" "$(value outcome)" rolled-back
probe apply replace "$scratch/broad.conf"
check_equal "as it was" "$(value outcome)" untouched
probe apply replace "$scratch/snap3"
check_equal "back to the first: $output" "$status" 0
expect_config "it is the first" "$merged"

# --- Saved, and there after a restart --------------------------------------

"$lab" stop-router "$lab_dir" r1
probe get
check_equal "a router that is off is unreachable" "$(value refusal)" \
    unreachable
check_contains "and that is said" "$(value message)" "Nothing was changed"
"$lab" start-router "$lab_dir" r1
expect_config "what was saved survives" "$merged"

# --- Who is there, and who may ---------------------------------------------

output=$("$probe_program" --password-file "$scratch/wrong" --pin "$pin" \
    "$address" lab get 2>"$scratch/err")
check_equal "a wrong password is told" "$(value refusal)" credentials
output=$("$probe_program" --password-file "$scratch/password" \
    "$address" lab get 2>"$scratch/err")
check_equal "an unknown key is told" "$(value refusal)" key-unknown
check_equal "with the key to approve" "$(value key)" \
    "$(cut -d' ' -f1,2 "$pin")"
check_equal "and its fingerprint" "$(value fingerprint)" \
    "$(ssh-keygen -lf "$pin" | cut -d' ' -f2)"
for type in rsa ecdsa; do
	output=$("$probe_program" --password-file "$scratch/password" \
	    --pin "$lab_dir/r1/host_$type.pub" "$address" lab facts \
	    2>"$scratch/err")
	check_equal "a pinned $type key will do" "$(value hostname)" r1
done
cp "$pin" "$scratch/old.pub"
"$lab" rekey "$lab_dir" r1
pin=$scratch/old.pub
probe get
check_equal "a changed key is refused" "$(value refusal)" key-changed
check_contains "loudly, with the pinned one" "$(value message)" \
    "$(ssh-keygen -lf "$pin" | cut -d' ' -f2)"
check_contains "and the presented one" "$(value message)" \
    "$(ssh-keygen -lf "$lab_dir/r1/host_ed25519.pub" | cut -d' ' -f2)"
