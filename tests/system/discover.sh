#!/bin/bash
# The job discover: a dry run shows, a run writes records, and
# only where the status rules allow it; on a real FRR router and a simulated
# device of every platform.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

[ -x "$build/tests/switchyard-sim" ] || skip "the simulators are not built"
portal_up --routers 1 --sims
token admin
names=$(git -C "$portal/store.git" ls-tree --name-only main devices/lab/ |
    sed -n 's,devices/lab/\(.*1\)\.json,\1,p')
check_contains "there are simulated devices" "$names" eos1

tip() {
	git -C "$portal/store.git" rev-parse main
}
discover() { # PARAMETERS
	api_json POST /api/v1/jobs/discover/runs "{\"parameters\":{$1}}"
	[ "$status" = 202 ] || return
	run=$(json 'it["id"]')
	check "run $run ends" wait_until 60 run_ended "$run"
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}
list=$(sed 's/.*/"&"/' <<<"$names" | paste -sd,)
ALL="\"devices\":[$list],\"retries\":0"

before=$(tip)
discover "$ALL"
check_equal "a dry run succeeds: $result" "$state" succeeded
check_contains "and says so" "$result" "would change"
check_equal "and writes nothing" "$(tip)" "$before"
api GET "/api/v1/runs/$run/diff/eos1"
check_contains "the difference is told" "$body" '+    "os_version": "4.30'

discover "$ALL,\"dry_run\":false"
check_equal "a run succeeds: $result" "$state" succeeded
# those that are ready together are committed together
commits=$(git -C "$portal/store.git" rev-list --count "$before..main")
check "in commits of records alone" [ "$commits" -ge 1 ]
check_equal "one file a device" "$(git -C "$portal/store.git" diff \
    --name-only "$before" main | grep -vc '^devices/')" 0
check_contains "that says what it was" "$(git -C "$portal/store.git" log -1 \
    --format=%B main)" "Job: discover"
for name in $names; do
	api GET "/api/v1/devices/$name"
	check_equal "$name has its host name" \
	    "$(json 'it["facts"]["hostname"]')" "$name"
	check "$name has its version" \
	    [ -n "$(json 'it["facts"].get("os_version", "")')" ]
	check "$name has its interfaces" \
	    [ "$(json 'len(it["facts"].get("interfaces", []))')" -gt 0 ]
done
api GET /api/v1/devices/eos1
check "the switch has a serial number" [ -n "$(json 'it.get("serial", "")')" ]
check_contains "and a model" "$(json 'it["facts"]["model"]')" vEOS
check_contains "and a start" "$(json 'it["facts"]["booted_at"]')" Z

before=$(tip)
discover "$ALL,\"dry_run\":false"
check_equal "again: nothing is different" "$(tip)" "$before"

# --- the status rules ----------------------------------------------------------

set_status() {
	api GET /api/v1/devices/eos1
	api_json PUT /api/v1/devices/eos1 "$(json "{**{k: v for k, v in it.items()
	    if k not in ('serial', 'facts', 'version', 'key')},
	    'status': '$1'}")" -H "If-Match: $(header ETag)"
	check_equal "its status becomes $1" "$status" 200
}
set_status planned
before=$(tip)
discover '"device":"eos1","dry_run":false'
check_equal "a planned device is not discovered" "$status" 409
check_contains "with the reason" "$body" "staged and active"
discover '"device":"eos1"'
check_equal "but asked" "$state" succeeded
check_equal "and its record stays" "$(tip)" "$before"
set_status staged
discover '"device":"eos1","dry_run":false'
check_equal "a staged one is discovered: $result" "$state" succeeded
api GET /api/v1/devices/eos1
check_contains "its record has facts again" "$(json 'it["facts"]["model"]')" \
    vEOS
