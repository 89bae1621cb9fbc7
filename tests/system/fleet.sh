#!/bin/bash
# Jobs over many devices with real FRR routers: backups, comparing, provisioning
# in waves, and taking a router out of service.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

portal_up --routers 2
token admin
store() {
	git -C "$portal/store.git" "$@"
}

patch() { # PATH JSON
	local etag
	api GET "$1"
	etag=$(header ETag)
	api_json PATCH "$1" "$2" -H "If-Match: $etag"
	check_equal "$1 is changed" "$status" 200
}


# run_job JOB PARAMETERS: sets run, state and result.
run_job() {
	api_json POST "/api/v1/jobs/$1/runs" "{\"parameters\":{$2}}"
	check_equal "a run of $1 is accepted" "$status" 202
	run=$(json 'it["id"]')
	check "run $run ends" wait_until 90 run_recorded "$run"
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}

commits() { # RUN
	store log --format=%B main | grep -c "^Run-Id: $1\$"
}

# --- backups -------------------------------------------------------------------

run_job backup '"all":true'
check_equal "all routers are backed up" "$state" succeeded
check_contains "both" "$result" "2 of 2 done, 2 changed"
check_equal "in one commit" "$(commits "$run")" 1
check_contains "a backup is whole" "$(store show main:backup/lab/r2.cfg)" \
    "hostname r2"
run_job backup '"role":"router"'
check_equal "once more" "$state" succeeded
check_equal "nothing new, no commit" "$(commits "$run")" 0
api GET "/api/v1/runs/$run"
check_equal "its progress is told" "$(json 'it["progress"]["done"]')" 2

# --- comparing, and provisioning in waves ---------------------------------------

for r in r1 r2; do
	{
		api GET "/api/v1/devices/$r/intended" && printf '%s\n' "$body"
		printf 'ip prefix-list FLEET seq 5 permit 192.0.2.0/24\n'
	} >"$scratch/$r.cfg"
	api PUT "/api/v1/devices/$r/intended" -H 'Content-Type: text/plain' \
	    --data-binary "@$scratch/$r.cfg"
	check_equal "$r has new intentions" "${status%?}" 20
done
run_job compare '"all":true'
check_contains "comparing tells" "$result" "2 differ"
run_job bulk-provision '"all":true'
check_contains "a dry run changes nothing" "$result" "2 would change"
run_job bulk-provision '"all":true,"dry_run":false'
check_equal "both are provisioned" "$state" succeeded
check_contains "and changed" "$result" "2 of 2 done, 2 changed"
api GET "/api/v1/runs/$run/log?since=0"
check_contains "one first" "$(json '" ".join(l["text"] for l in it["lines"])')" \
    "up to 1 of 2 devices"
check_contains "r2 has it" "$(store show main:backup/lab/r2.cfg)" \
    "ip prefix-list FLEET"
run_job compare '"all":true'
check_contains "after a merge all that is intended is there" "$result" \
    "2 in sync, 0 differ"
check_contains "what else is there is told" "$(json \
    'next(d["result"] for d in it["devices"] if d["name"] == "r1")')" \
    "which nobody intended"
run_job compare '"all":true,"exact":true'
check_contains "and counts where exactness is asked for" "$result" "2 differ"
run_job bulk-provision '"devices":["r1","r2"],"dry_run":false'
check_contains "once more, nothing changes" "$result" "2 of 2 done"
check_not "no device was changed" grep -q changed <<<"$result"

# --- out of service -----------------------------------------------------------------

patch /api/v1/devices/r2 '{"status":"decommissioning"}'
api_json POST /api/v1/jobs/backup/runs '{"parameters":{"device":"r2"}}'
check_equal "nothing else may touch it" "$status" 409
run_job teardown '"device":"r2"'
check_contains "a dry run shows it" "$result" "would be"
run_job teardown '"device":"r2","dry_run":false'
check_equal "r2 is torn down" "$state" succeeded
api GET /api/v1/devices/r2
check_equal "its record is gone" "$status" 404
check_contains "to the archive" \
    "$(store show main:archive/devices/lab/r2.json)" decommissioning
# by the template that the store starts with
archived=$(store show main:archive/backup/lab/r2.cfg)
for gone in "router bgp" LOOPBACKS 203.0.113.0 198.51.100.2 192.0.2.2/32; do
	check_not "$gone is off" grep -qF "$gone" <<<"$archived"
done
check_contains "what nobody named stays" "$archived" FLEET
check "the store is in order" switchyard check
