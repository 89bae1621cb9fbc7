#!/bin/bash
# Provisioning a simulated NX-OS switch over NX-API: the certificate and, for
# files, the host key are approved one after the other; dry run, merge,
# replacement, a gateway that gives up during the commit, a switch without SSH.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

sim_program=$build/tests/switchyard-sim
[ -x "$sim_program" ] || skip "the simulators are not built"

take_base
control=$scratch/control
"$sim_program" --platform nxos --listen "$base.1" --port 2200 \
    --https-port 8443 --control "$control" >"$scratch/sim.log" 2>&1 &
sim_pid=$!
at_end "kill $sim_pid 2>/dev/null; wait $sim_pid 2>/dev/null"
sim() {
	"$sim_program" ctl "$control" "$@"
}
check "the simulator starts" wait_until 10 grep -q ready "$scratch/sim.log"

portal_up
token admin
sim_credentials
set_ssh_port() { # PORT
	api GET /api/v1/platforms/nxos
	api_json PUT /api/v1/platforms/nxos "{\"name\":\"nxos\",
	    \"driver\":\"nxos\",\"transport\":\"nxapi\",\"ssh_port\":$1}" \
	    -H "If-Match: $(header ETag)"
	check_equal "the platform says where SSH is" "$status" 200
}
set_ssh_port 2200
api_json POST /api/v1/devices "{\"name\":\"n1\",\"area\":\"lab\",
    \"platform\":\"nxos\",\"status\":\"active\",\"credentials\":\"sim\",
    \"primary_ip4\":\"$base.1:8443\"}"
check_equal "and a switch" "$status" 201

running() {
	sim running nxos1
}
intended() { # reads the text
	put_intended n1
}
start() { # JOB PARAMETERS
	api_json POST "/api/v1/jobs/$1/runs" \
	    "{\"parameters\":{\"device\":\"n1\"$2}}"
	check_equal "the run is accepted" "$status" 202
	run=$(json 'it["id"]')
}
ended() {
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}
do_run() { # JOB PARAMETERS
	start "$1" "$2"
	check "run $run ends" wait_until 60 run_ended "$run"
	ended
}
approve() { # what the last run was shown
	local fingerprint
	fingerprint=$(sed 's/.*\(SHA256:[A-Za-z0-9+\/]*\).*/\1/' <<<"$result")
	api_json POST /api/v1/devices/n1/hostkey \
	    "{\"fingerprint\":\"$fingerprint\"}"
	check_equal "a person approves it" "$status" 200
}
PUSH=',"dry_run":false'

# --- two keys ------------------------------------------------------------------

printf 'interface Ethernet1/3\n  description to spine2\n' | intended
do_run provision ',"dry_run":true'
check_equal "an unknown certificate ends the run" "$state" failed
check_contains "which says so" "$result" "certificate"
check_contains "no password was sent" "$(sim stats nxos1)" "refused=0"
approve
do_run backup ''
check_equal "reading needs no more: $result" "$state" succeeded
do_run provision ',"dry_run":true'
check_equal "a file needs SSH, whose key is not known" "$state" failed
check_contains "which the run says" "$result" "host key"
approve
old=$(running)
do_run provision ',"dry_run":true'
check_equal "a dry run succeeds: $result" "$state" succeeded
check_equal "and leaves the switch alone" "$(running)" "$old"
api GET "/api/v1/runs/$run/diff/n1"
check_contains "the difference is told" "$body" "+  description to spine2"

# --- changes -------------------------------------------------------------------

do_run provision "$PUSH"
check_equal "a merge succeeds: $result" "$state" succeeded
check_contains "confirmed after re-reading" "$result" "confirmed"
check_contains "the switch has the line" "$(running)" "description to spine2"
check_contains "it is saved" "$(sim startup nxos1)" "description to spine2"
sim advance 7200 >/dev/null
check_contains "and stays when the timer would have run out" "$(running)" \
    "description to spine2"
do_run provision "$PUSH"
check_contains "again: nothing to do" "$result" "already as intended"
running | sed 's/to spine2/to spine3/; /^ntp server/d' | intended
do_run provision "$PUSH,\"replace_config\":true"
check_equal "a replacement succeeds: $result" "$state" succeeded
check_contains "with the new line" "$(running)" "description to spine3"
check_not "and without what is not intended" \
    grep -q "ntp server" <<<"$(running)"

old=$(running)
printf 'interface Ethernet1/2\n  description x\n  bogus line\n' | intended
do_run provision "$PUSH"
case $state in
failed | rolled-back) ok=yes ;;
*) ok="$state: $result" ;;
esac
check_equal "an invalid line fails the run" "$ok" yes
check_contains "which names it" "$result" "bogus"
check_equal "and changes nothing" "$(running)" "$old"

# --- what tells nothing ----------------------------------------------------------

# The commit is one of the requests of a run: at each, the gateway gives up.
settled() {
	wait_until 5 run_ended "$run" && return
	sim advance 300 >/dev/null
	wait_until 60 run_ended "$run"
}
declare -A seen
# signing in, committing
for n in 1 12; do
	was=$(running | sed -n 's/^hostname //p')
	printf 'hostname sw%d\n' "$n" | intended
	sim mode nxos1 "api-gateway=$n" >/dev/null
	start provision "$PUSH"
	check "run $run, without an answer to request $n, ends" settled
	ended
	sim mode nxos1 off >/dev/null
	is=$(running | sed -n 's/^hostname //p')
	case $state in
	succeeded) check_equal "$n: new" "$is" "sw$n" ;;
	*) check_equal "$n, $state: old" "$is" "$was" ;;
	esac
	seen[$state]=$((${seen[$state]-0} + 1))
done
check "some ended before the commit" [ "${seen[failed]-0}" -gt 0 ]
check "and some while it was under way" \
    [ $((${seen[rolled-back]-0} + ${seen[succeeded]-0})) -gt 0 ]

# --- a switch whose SSH is elsewhere ----------------------------------------------

set_ssh_port 2299
old=$(running)
printf 'hostname sw99\n' | intended
do_run backup ''
check_equal "a backup goes over NX-API alone: $result" "$state" succeeded
do_run provision "$PUSH"
check_equal "a change does not" "$state" failed
check_contains "as the run says" "$result" "port 2299"
check_equal "and nothing changed" "$(running)" "$old"
