#!/bin/bash
# Provisioning real FRR routers over real OpenSSH: form, button, hook; what a
# dry run leaves alone, what a push changes, and every way in which it fails.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

portal_up --routers 2
token admin

put_intended() { # DEVICE FILE
	api PUT "/api/v1/devices/$1/intended" -H 'Content-Type: text/plain' \
	    --data-binary "@$2"
}

patch() { # KIND KEY JSON
	local etag
	api GET "/api/v1/$1/$2"
	etag=$(header ETag)
	api_json PATCH "/api/v1/$1/$2" "$3" -H "If-Match: $etag"
}

# A run's state, asked until it is final.
run_state() {
	api GET "/api/v1/runs/$1"
	json 'it["state"]'
}
wait_run() {
	check "run $1 ends" wait_until 60 run_ended "$1"
	api GET "/api/v1/runs/$1"
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}

# start DEVICE PARAMETERS…: by the API; sets run.
start() {
	local device=$1
	shift
	api_json POST /api/v1/jobs/provision/runs \
	    "{\"parameters\":{\"device\":\"$device\"$(printf ',%s' "$@")}}"
	check_equal "a run of $device is accepted" "$status" 202
	run=$(json 'it["id"]')
}
DRY='"dry_run":true'
PUSH='"dry_run":false'
REPLACE='"replace_config":true'

run_log() {
	api GET "/api/v1/runs/$1/log?since=0"
	json '"\n".join(line["text"] for line in it["lines"])'
}

test_hook() { # DEVICE COUNT
	[ "$(device_runs "$1" hook)" = "$2" ]
}

device_runs() { # DEVICE TRIGGER: how many
	api GET "/api/v1/runs?device=$1&trigger=$2"
	json 'len(it["items"])'
}

router_saved() { # what a router would start with
	cat /etc/frr/sy"$(printf %s "$lab_dir" | sha1sum | cut -c1-8)-$1"/frr.conf
}

# --- the devices of the demonstration, at this lab's addresses
for r in r1 r2; do
	patch devices $r "{\"primary_ip4\":\"$("$lab" address "$lab_dir" $r)\"}"
	check_equal "$r gets its address" "$status" 200
done
r1_at_start=$(router_config r1)

# --- dry run
start r1 "$DRY"
wait_run "$run"
check_equal "a dry run succeeds" "$state" succeeded
check_contains "and says what it would do" "$result" 'would be added'
check_contains "with the difference" "$body" 'router bgp 65001'
check_equal "the router is as it was" "$(router_config r1)" "$r1_at_start"

# --- the form, as a browser without JavaScript sends it
api GET '/jobs/provision/run?device=r1'
check_equal "the form opens" "$status" 200
check_contains "with the device filled in" "$body" 'r1'
check_contains "and the dry run ticked" "$body" 'checked'
api POST /jobs/provision/run --data-urlencode device=r1 \
    --data-urlencode commit_changes=on
check_equal "the form starts a run" "$status" 303
run=$(header Location)
run=${run##*/}
wait_run "$run"
check_equal "which succeeds" "$state" succeeded
check_equal "by the form" "$(json 'it["trigger"]')" form
check_contains "the router has the new lines" "$(router_config r1)" \
    'neighbor 198.51.100.2 remote-as 65002'
check_contains "and keeps what was not mentioned" "$(router_config r1)" \
    'service integrated-vtysh-config'
check_contains "it was saved" "$(router_saved r1)" \
    'router bgp 65001'

# --- the button
api GET /devices/r1
check_contains "the device page has the button" "$body" 'Provision device'
api POST /jobs/provision/run --data-urlencode device=r1 \
    --data-urlencode button=provision --data-urlencode commit_changes=on
run=$(header Location)
run=${run##*/}
wait_run "$run"
check_equal "the button starts a run" "$(json 'it["trigger"]')" button
check_contains "what is so already is left alone" "$result" \
    'already as intended'

# --- replace
"$lab" vtysh "$lab_dir" r1 -c 'configure terminal' \
    -c 'ip route 192.168.77.0/24 Null0' >/dev/null
start r1 "$DRY" "$REPLACE"
wait_run "$run"
check_contains "a dry replace shows what would go" "$body" \
    '-ip route 192.168.77.0/24 Null0'
check_contains "and leaves it" "$(router_config r1)" 192.168.77.0/24
start r1 "$PUSH" "$REPLACE"
wait_run "$run"
check_equal "replace succeeds: $result" "$state" succeeded
check_not "the extra line is gone" grep -q 192.168.77 <<<"$(router_config r1)"
check_contains "the rest stays" "$(router_config r1)" 'router bgp 65001'

# --- the hook
patch hooks default '{"enabled":true}'
check_equal "the hook is switched on" "$status" 200
patch devices r2 '{"description":"not relevant"}'
patch devices r2 '{"role":"access-switch"}'
check "the hook starts a run" wait_until 20 test_hook r2 1
api GET '/api/v1/runs?device=r2&trigger=hook'
run=$(json 'it["items"][0]["id"]')
wait_run "$run"
check_equal "it succeeds: $result" "$state" succeeded
log=$(run_log "$run")
check_contains "its log begins with the hook" "$log" 'hook default triggered'
check_contains "tells what was checked" "$log" 'hook default validated'
check_contains "and what was called" "$log" \
    'provision called: device=r2 dry_run=true replace_config=false'
check_contains "and the result" "$log" 'nothing was changed'
check_not "the router is as it was" grep -q 65002 <<<"$(router_config r2)"
patch hooks default '{"dry_run":false}'
patch devices r2 '{"role":"router"}'
check "a second change starts a second run" wait_until 20 test_hook r2 2
api GET '/api/v1/runs?device=r2&trigger=hook'
wait_run "$(json 'it["items"][0]["id"]')"
check_equal "it pushes: $result" "$state" succeeded
check_contains "the router has it" "$(router_config r2)" 'router bgp 65002'
check_equal "runs trigger no runs" "$(device_runs r2 hook)" 2
patch hooks default '{"enabled":false}'

# --- what is refused
patch devices r2 '{"status":"planned"}'
api_json POST /api/v1/jobs/provision/runs \
    '{"parameters":{"device":"r2","dry_run":false}}'
check_equal "a planned device is not pushed to" "$status" 409
check_contains "with the reason" "$body" 'planned'
start r2 "$DRY"
wait_run "$run"
check_equal "but its difference is shown" "$state" succeeded
patch devices r2 '{"status":"active"}'

# --- failures: the router ends as it was, and the run says why
before=$(router_config r1)
try_bad() { # DESCRIPTION LINES EXPECTED
	cp "$scratch/good" "$scratch/bad"
	printf '%s\n' "$2" >>"$scratch/bad"
	put_intended r1 "$scratch/bad"
	start r1 "$PUSH"
	wait_run "$run"
	check_not "$1 does not succeed" test "$state" = succeeded
	check_contains "$1 is told" "$result" "$3"
	check_equal "$1 leaves the router as it was" "$(router_config r1)" \
	    "$before"
}
api GET /api/v1/devices/r1/intended
printf '%s\n' "$body" >"$scratch/good"
try_bad "an unknown command" $'interface eth1\n description new\nexit\nfrobnicate 7' \
    frobnicate
try_bad "an error without a percent sign" \
    $'interface eth1\n description new\nexit\nrouter bgp 65099' 65099
try_bad "a line that the router stores otherwise" \
    'ip route 10.9.9.9/8 Null0' '10.9.9.9/8'
put_intended r1 "$scratch/good"

password=$(cat "$portal/secrets/lab")
printf '{"username":"lab","password":"wrong-canary-1"}' >"$portal/secrets/lab"
start r1 "$PUSH"
wait_run "$run"
check_equal "a wrong password ends the run" "$state" failed
check_contains "and is told" "$result" password
check_not "the password is nowhere" grep -rqF wrong-canary-1 "$portal/log" \
    "$portal/store.git" "$portal/live"
printf %s "$password" >"$portal/secrets/lab"

"$lab" rekey "$lab_dir" r2 >/dev/null
start r2 "$PUSH"
wait_run "$run"
check_equal "a changed host key ends the run" "$state" failed
check_contains "loudly" "$result" 'SHA256:'
api GET /devices/r2
check_contains "the device page offers the new key" "$body" 'SHA256:'
fingerprint=$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["fingerprint"])' \
    "$portal/pending-hostkeys/r2.json")
api POST /devices/r2/hostkey --data-urlencode "fingerprint=$fingerprint" \
    --data-urlencode decision=approve
check_equal "an operator approves it" "$status" 303
start r2 "$DRY"
wait_run "$run"
check_equal "and it is trusted: $result" "$state" succeeded

"$lab" stop-router "$lab_dir" r2 >/dev/null
start r2 "$DRY"
wait_run "$run"
check_equal "an unreachable router ends the run" "$state" failed
check_contains "and is told" "$result" 'Nothing was changed'
"$lab" start-router "$lab_dir" r2 >/dev/null

# --- cut in mid-load
{
	cat "$scratch/good"
	for i in $(seq 500); do
		echo "ip prefix-list BIG seq $i permit 10.$((i / 256)).$((i % 256)).0/24"
	done
} >"$scratch/big"
put_intended r1 "$scratch/big"
router_lines() {
	router_config r1 | grep -c 'prefix-list BIG'
}
loading() {
	[ "$(router_lines)" -gt 20 ]
}
start r1 "$PUSH"
check "the load begins" wait_until 20 loading
"$lab" cut "$lab_dir" r1 >/dev/null
wait_run "$run"
check_not "a session that is cut does not succeed" test "$state" = succeeded
check_equal "it is put back: $result" "$state" rolled-back
check_equal "the router is as it was" "$(router_config r1)" "$before"

# --- the worker killed in mid-load
start r1 "$PUSH"
check "the load begins again" wait_until 20 loading
kill -9 "$(cat "$portal/run/worker.pid")"
wait_run "$run"
check_equal "a run whose worker was killed is settled by reading: $result" \
    "$state" rolled-back
check_equal "the router is as it was" "$(router_config r1)" "$before"
check_contains "the log tells it" "$(run_log "$run")" \
    'the worker ended while the device was being changed'

# --- and then it works
start r1 "$PUSH"
wait_run "$run"
check_equal "the same push succeeds: $result" "$state" succeeded
check_equal "all lines are there" "$(router_lines)" 500

# --- the audit trail
bad=$(git -C "$portal/store.git" log runs --format='%an|%(trailers:key=Run-Id,valueonly,separator=)|%(trailers:key=Job,valueonly,separator=)|%(trailers:key=Trigger,valueonly,separator=)|%(trailers:key=Device,valueonly,separator=)|%(trailers:key=Result,valueonly,separator=)' |
    grep -v 'Begin' | sed '$d' | grep -E '\|\||\|$|^\|')
check_equal "every commit of runs says who, what, why and how it ended" "$bad" ''
check "the store is sound" git -C "$portal/store.git" fsck --strict \
    --no-dangling
check "and so are its records" switchyard check
