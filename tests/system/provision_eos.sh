#!/bin/bash
# Provisioning a simulated Arista switch: dry run, merge, replace, what it
# refuses, someone else's session, and connections cut at every step up to the
# commit. Whatever happens the switch ends old or new, and the run says which.
# With TRANSPORT=eapi over HTTPS (provision_eapi.sh), else over SSH.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

sim_program=$build/tests/switchyard-sim
[ -x "$sim_program" ] || skip "the simulators are not built"

transport=${TRANSPORT:-ssh}
sim_port=2200
# from the first command to some that come after the commit
steps=$(seq 4 22)
min_failed=5
if [ "$transport" = eapi ]; then
	sim_port=8443
	# signing in, committing, signing in again, confirming; a read whose
	# kept connection broke is asked again
	steps='1 10 11 16'
	min_failed=1
fi

take_base
control=$scratch/control
start_sim() {
	: >"$scratch/sim.log"
	"$sim_program" --platform eos --listen "$base.1" --port 2200 \
	    --https-port 8443 --control "$control" >"$scratch/sim.log" 2>&1 &
	sim_pid=$!
}
stop_sim() {
	kill $sim_pid 2>/dev/null
	wait $sim_pid 2>/dev/null
}
start_sim
at_end stop_sim
sim() {
	"$sim_program" ctl "$control" "$@"
}
check "the simulator starts" wait_until 10 grep -q ready "$scratch/sim.log"
sim key eos1 >"$scratch/key.pub"

portal_up
token admin
sim_credentials
api_json POST /api/v1/devices "{\"name\":\"e1\",\"area\":\"lab\",
    \"platform\":\"eos\",\"status\":\"active\",\"credentials\":\"sim\",
    \"primary_ip4\":\"$base.1:$sim_port\",\"transport\":\"$transport\"}"
check_equal "and a switch" "$status" 201

running() {
	sim running eos1
}
intended() { # reads the text
	put_intended e1
}
start() { # PARAMETERS
	api_json POST /api/v1/jobs/provision/runs \
	    "{\"parameters\":{\"device\":\"e1\",$1}}"
	check_equal "the run is accepted" "$status" 202
	run=$(json 'it["id"]')
}
ended() {
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}
provision() { # PARAMETERS
	start "$1"
	check "run $run ends" wait_until 60 run_ended "$run"
	ended
}
commits() {
	sim stats eos1 | sed 's/.*commits=\([0-9]*\).*/\1/'
}
PUSH='"dry_run":false'

# --- the key -------------------------------------------------------------------

if [ "$transport" = ssh ]; then
	switchyard hostkey add e1 "$scratch/key.pub" >/dev/null
else
	# a certificate is approved as a host key is
	printf 'hostname leaf9\n' | intended
	provision '"dry_run":true'
	check_equal "an unknown certificate ends the run" "$state" failed
	check_contains "which says so" "$result" "is not known yet"
	check_equal "no password was sent" "$(sim stats eos1 |
	    sed 's/.*refused=\([0-9]*\).*/\1/')" 0
	fingerprint=$(sed 's/.*\(SHA256:[A-Za-z0-9+\/]*\).*/\1/' <<<"$result")
	api_json POST /api/v1/devices/e1/hostkey \
	    "{\"fingerprint\":\"$fingerprint\"}"
	check_equal "a person approves it" "$status" 200
fi

# --- the ways that go well ----------------------------------------------------

old=$(running)
intended <<'CONFIG'
hostname leaf9
!
interface Ethernet1
   description to spine2
!
interface Ethernet3
   no switchport
   ip address 10.9.9.1/31
!
router bgp 65001
   router-id 192.0.2.1
   neighbor 10.0.0.0 remote-as 65100
!
banner motd
Authorised access only.
  All of it is recorded.
EOF
!
end
CONFIG
provision '"dry_run":true'
check_equal "a dry run succeeds" "$state" succeeded
check_equal "and leaves the switch alone" "$(running)" "$old"
check_equal "nothing was committed" "$(commits)" 0
api GET "/api/v1/runs/$run/diff/e1"
check_contains "the difference is told" "$body" "+   description to spine2"

provision "$PUSH"
check_equal "a merge succeeds" "$state" succeeded
check_contains "confirmed after re-reading" "$result" "confirmed"
check_contains "the switch has the line" "$(running)" "description to spine2"
check_contains "and the banner" "$(running)" "  All of it is recorded."
check_contains "and kept what was there" "$(running)" "ntp server 192.0.2.123"
check_contains "it is saved" "$(sim startup eos1)" "description to spine2"
sim advance 7200 >/dev/null
check_contains "and stays when the timer would have run out" "$(running)" \
    "description to spine2"
before=$(commits)
provision "$PUSH"
check_contains "again: nothing to do" "$result" "already as intended"
check_equal "and no commit is made" "$(commits)" "$before"

running | sed 's/to spine2/to spine3/; /^ntp server/d' | intended
provision "$PUSH,\"replace_config\":true"
check_equal "a replace succeeds" "$state" succeeded
check_contains "with the new line" "$(running)" "description to spine3"
check_not "and without what is not intended" \
    grep -q "ntp server" <<<"$(running)"

# --- what is refused -----------------------------------------------------------

old=$(running)
printf 'interface Ethernet2\n   description x\n   bogus line\n' | intended
provision "$PUSH"
check_equal "an invalid line fails the run" "$state" failed
check_contains "which names it" "$result" "bogus line"
check_equal "and changes nothing" "$(running)" "$old"
for line in commit 'configure session x' abort 'reload now' 'wri mem'; do
	printf 'hostname a\n%s\nhostname b\n' "$line" | intended
	provision "$PUSH"
	check_equal "\"$line\" is refused" "$state" failed
	check_equal "and changes nothing" "$(running)" "$old"
done

printf '#!/bin/sh\necho admin\n' >"$scratch/askpass"
chmod +x "$scratch/askpass"
mkfifo "$scratch/typed"
SSH_ASKPASS=$scratch/askpass SSH_ASKPASS_REQUIRE=force setsid \
    ssh -F /dev/null -tt -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o PreferredAuthentications=password \
    -o LogLevel=ERROR -p 2200 "admin@$base.1" \
    <"$scratch/typed" >"$scratch/someone" 2>&1 &
someone=$!
exec 7>"$scratch/typed"
at_end "exec 7>&-"
check "someone signs in" wait_until 10 grep -q '>' "$scratch/someone"
printf 'enable\rconfigure session maintenance\rhostname other\rend\r' >&7
has_session() {
	sim candidate eos1 maintenance | grep -q 'hostname other'
}
check "and opens a session" wait_until 10 has_session
printf 'hostname leaf10\n' | intended
provision "$PUSH"
check_equal "someone else's session is not stepped on" "$state" failed
check_contains "and is named" "$result" "maintenance of admin"
check_equal "nothing changed" "$(running)" "$old"
printf 'configure session maintenance abort\rexit\rexit\r' >&7
exec 7>&-
wait $someone 2>/dev/null

# --- cut at every step ----------------------------------------------------------

# The timer of the switch may have to run out before it can be told.
settled() {
	wait_until 5 run_ended "$run" && return
	sim advance 300 >/dev/null
	wait_until 60 run_ended "$run"
}
name=0
declare -A seen
for mode in drop-after-request drop-before-response; do
	for n in $steps; do
		was=$(running | sed -n 's/^hostname //p')
		name=$((name + 1))
		printf 'hostname cut%d\n' $name | intended
		sim mode eos1 "$mode=$n" >/dev/null
		start "$PUSH"
		check "run $run, cut at $mode=$n, ends" settled
		ended
		sim mode eos1 off >/dev/null
		is=$(running | sed -n 's/^hostname //p')
		case $state in
		succeeded) check_equal "$mode=$n: new" "$is" "cut$name" ;;
		*) check_equal "$mode=$n, $state: old" "$is" "$was" ;;
		esac
		seen[$state]=$((${seen[$state]-0} + 1))
	done
done
check "some were cut before the commit" \
    [ "${seen[failed]-0}" -ge $min_failed ]
check "and some while it was under way" [ "${seen[rolled-back]-0}" -gt 0 ]
check "and some not at all" [ "${seen[succeeded]-0}" -gt 0 ]

# --- another certificate ---------------------------------------------------------

[ "$transport" = eapi ] || exit 0
stop_sim
start_sim # with a new one
check "the simulator starts again" \
    wait_until 10 grep -q ready "$scratch/sim.log"
old=$(running)
printf 'hostname leaf99\n' | intended
provision "$PUSH"
check_equal "a changed certificate ends the run" "$state" failed
check_contains "loudly" "$result" "HAS CHANGED"
check_contains "no password was sent" "$(sim stats eos1)" "refused=0"
check_equal "nothing changed" "$(running)" "$old"

sim ca >"$scratch/ca.pem"
api GET /api/v1/platforms/eos
etag=$(header ETag)
api_json PUT /api/v1/platforms/eos "{\"name\":\"eos\",\"driver\":\"eos\",
    \"ca_file\":\"$scratch/ca.pem\"}" -H "If-Match: $etag"
check_equal "the platform names an authority" "$status" 200
provision "$PUSH"
check_equal "which vouches for it: $result" "$state" succeeded
printf 'hostname leaf98\n' | intended
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout /dev/null -subj /CN=other -out "$scratch/ca.pem" 2>/dev/null
provision "$PUSH"
check_equal "another authority does not" "$state" failed
check_contains "and the run says so" "$result" "does not lead to the authority"
check_contains "no password was sent" "$(sim stats eos1)" "refused=0"
