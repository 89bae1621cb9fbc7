#!/bin/bash
# A device whose record, or whose platform's, names a jump host is reached
# through it, with the jump host's own credentials and key.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

portal_up --routers 2
token admin

patch() { # KIND KEY JSON
	local etag
	api GET "/api/v1/$1/$2"
	etag=$(header ETag)
	api_json PATCH "/api/v1/$1/$2" "$3" -H "If-Match: $etag"
	check_equal "$1 $2 takes $3: $body" "$status" 200
}


# provision DEVICE true|false: a dry run or not; sets state and result.
provision() {
	local run
	api_json POST /api/v1/jobs/provision/runs \
	    "{\"parameters\":{\"device\":\"$1\",\"dry_run\":$2}}"
	check_equal "a run of $1 is accepted" "$status" 202
	run=$(json 'it["id"]')
	check "run $run ends" wait_until 60 run_ended "$run"
	api GET "/api/v1/runs/$run/log"
	log=$(json '"\n".join(line["text"] for line in it["lines"])')
	api GET "/api/v1/runs/$run"
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}

for r in r1 r2; do
	patch devices $r "{\"primary_ip4\":\"$("$lab" address "$lab_dir" $r)\"}"
done

patch devices r2 '{"jump":"r1"}'
provision r2 false
check_equal "a change goes through: $result" "$state" succeeded
check_contains "the log names the jump host" "$log" \
    "signed in to the jump host r1"
check_contains "on the way to the device" "$log" "through the jump host r1"
check_contains "to the device behind" "$(router_config r2)" \
    'router bgp 65002'
"$lab" stop-router "$lab_dir" r1
provision r2 true
check_equal "without the jump host there is no way" "$state" failed
check_contains "and it is said which one" "$result" \
    "the jump host r1 cannot be passed:"
check_contains "and why" "$result" "refused the connection"
"$lab" start-router "$lab_dir" r1

patch devices r2 '{"jump":null}'
patch platforms frr '{"jump":"r1"}'
provision r2 true
check_equal "a platform may name it: $result" "$state" succeeded
provision r1 true
check_equal "a jump host is reached directly: $result" "$state" succeeded
"$lab" stop-router "$lab_dir" r1
provision r2 true
check_contains "the platform's counts" "$result" "the jump host r1"
"$lab" start-router "$lab_dir" r1
"$lab" stop-router "$lab_dir" r2
provision r2 true
check_equal "without the device there is no way either" "$state" failed
check_contains "and it is said that it is the device" "$result" \
    "cannot be reached from the jump host r1"
