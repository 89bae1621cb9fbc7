#!/bin/bash
# The job backup with further commands, as the starting store has them: a real
# FRR router and a simulated device of every platform, EOS over SSH and eAPI.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

[ -x "$build/tests/switchyard-sim" ] || skip "the simulators are not built"
portal_up --routers 1 --sims
token admin
names=$(git -C "$portal/store.git" ls-tree --name-only main devices/lab/ |
    sed -n 's,devices/lab/\(.*1\)\.json,\1,p')
check_contains "there are simulated devices" "$names" eos1

backup() { # PARAMETERS
	api_json POST /api/v1/jobs/backup/runs "{\"parameters\":{$1}}"
	[ "$status" = 202 ] || return
	run=$(json 'it["id"]')
	check "run $run ends" wait_until 60 run_ended "$run"
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}
commits() { # RUN
	git -C "$portal/store.git" log --format=%B main |
	    grep -c "^Run-Id: $1\$"
}
platform() { # NAME PATCH
	api GET "/api/v1/platforms/$1"
	api_json PATCH "/api/v1/platforms/$1" "$2" \
	    -H "If-Match: $(header etag)"
}
list=$(sed 's/.*/"&"/' <<<"$names" | paste -sd,)
ALL="\"devices\":[$list],\"retries\":0"

backup "$ALL"
check_equal "every platform is asked: $result" "$state" succeeded
for name in $names; do
	api GET "/api/v1/devices/$name/outputs"
	check_equal "$name told something" "$status" 200
	check_contains "$name told its version" "$body" \
	    '### version: show version'
	check "$name told it in words" \
	    [ "$(grep -cv '^### \|^$' <<<"$body")" -gt 0 ]
done
api GET /api/v1/devices/eos1/outputs
check_contains "the inventory, too" "$body" '### inventory: show inventory'
check_contains "what changes by itself is masked" "$body" 'Free memory: * kB'
check "or left out" [ "$(grep -c '^Uptime:' <<<"$body")" = 0 ]

backup "$ALL"
check_equal "again: $result" "$state" succeeded
check_equal "nothing is new" "$(commits "$run")" 0

# only what reads comes into a record, and goes to a device
for command in 'reload' 'show version | redirect flash:x' 'write erase' \
    'show version ; reload' 'configure terminal'; do
	platform eos "{\"backup_commands\":\"x: $command\"}"
	check_equal "\"$command\" is refused" "$status" 422
done
platform eos '{"backup_commands":"x: show nothing-of-the-kind"}'
check_equal "a command that reads is taken" "$status" 200
backup '"device":"eos1"'
check_equal "one that is not known fails: $result" "$state" failed
check_contains "and says which" "$result" 'asked besides: x'
api GET "/api/v1/runs/$run/log"
check_contains "with the device's words" "$body" 'Invalid input'
api GET /api/v1/devices/eos1/outputs
check_contains "what was kept stays" "$body" '### version: show version'
platform eos '{"backup_commands":"clock: show running-config section hostname\n  end not this"}'
backup '"device":"eos1"'
check_equal "another end fails" "$state" failed
check "and is kept aside" [ -s "$portal/quarantine/eos1.clock.txt" ]
platform eos '{"backup_commands":null}'
backup '"device":"eos1"'
check_equal "nothing is asked" "$state" succeeded
api GET /api/v1/devices/eos1/outputs
check_equal "and nothing is left" "$status" 404

api GET '/api/v1/search?q=show+version&in=outputs'
check "outputs are searched" [ "$(json 'len(it["items"])')" -ge 2 ]
finish
