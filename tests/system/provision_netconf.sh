#!/bin/bash
# Provisioning a simulated Juniper over NETCONF through the portal, by each form
# that an intended configuration may have.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

sim_program=$build/tests/switchyard-sim
[ -x "$sim_program" ] || skip "the simulators are not built"

take_base
control=$scratch/control
"$sim_program" --platform junos --listen "$base.1" --port 2300 \
    --control "$control" >"$scratch/sim.log" 2>&1 &
sim_pid=$!
at_end "kill $sim_pid 2>/dev/null; wait $sim_pid 2>/dev/null"
sim() {
	"$sim_program" ctl "$control" "$@"
}
check "the simulator starts" wait_until 10 grep -qs ready "$scratch/sim.log"
sim key junos1 >"$scratch/key.pub"

portal_up
token admin
sim_credentials
api_json POST /api/v1/devices "{\"name\":\"j1\",\"area\":\"lab\",
    \"platform\":\"junos\",\"status\":\"active\",\"credentials\":\"sim\",
    \"primary_ip4\":\"$base.1:2300\"}"
check_equal "and a router" "$status" 201
switchyard hostkey add j1 "$scratch/key.pub" >/dev/null

running() {
	sim running junos1
}
intended() { # reads the text
	put_intended j1
}
provision() { # PARAMETERS
	api_json POST /api/v1/jobs/provision/runs \
	    "{\"parameters\":{\"device\":\"j1\",$1}}"
	check_equal "the run is accepted" "$status" 202
	run=$(json 'it["id"]')
	check "run $run ends" wait_until 60 run_ended "$run"
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}
PUSH='"dry_run":false'

printf 'set interfaces ge-0/0/1 description "to spine2"\n' | intended
provision '"dry_run":true'
check_equal "a dry run succeeds" "$state" succeeded
api GET "/api/v1/runs/$run/diff/j1"
check_contains "and tells the difference" "$body" '+    ge-0/0/1 {'
check_not "but changes nothing" grep -q spine2 <<<"$(running)"
provision "$PUSH"
check_equal "set commands are merged" "$state" succeeded
check_contains "and confirmed" "$result" "confirmed after re-reading"
check_contains "the router has them" "$(running)" 'description "to spine2"'
provision "$PUSH,\"replace_config\":true"
check_equal "they replace nothing" "$state" failed
check_contains "for a reason" "$result" "do not replace"

intended <<'XML'
<configuration><interfaces><interface><name>ge-0/0/2</name>
<description>by XML &amp; all</description></interface></interfaces>
</configuration>
XML
provision "$PUSH"
check_equal "XML is merged" "$state" succeeded
check_contains "as it was meant" "$(running)" 'description "by XML & all"'

running | sed 's/to spine2/to spine3/; /by XML/d' | intended
provision "$PUSH,\"replace_config\":true"
check_equal "a text replaces" "$state" succeeded
check_contains "what it changes" "$(running)" 'to spine3'
check_not "and what it lacks" grep -q 'by XML' <<<"$(running)"
sim advance 7200 >/dev/null
check_contains "for good" "$(running)" 'to spine3'

old=$(running)
printf 'set system host-name x\nrequest system reboot\n' | intended
provision "$PUSH"
check_equal "what acts is refused" "$state" failed
check_contains "by its line" "$result" "line 2"
check_equal "and changes nothing" "$(running)" "$old"
api GET /api/v1/devices/j1/backup
check_contains "the backup is the text" "$body" 'to spine3'
