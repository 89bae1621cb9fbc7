#!/bin/bash
# ./bootstrap lab: simulated devices beside a running portal, with all that a
# run needs to reach them; and without a store, with a file to import.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

[ -x "$build/tests/switchyard-sim" ] || skip "the simulators are not built"
network=127.$(shuf -i 130-240 -n 1)
lab_of() { # DIR ARGUMENTS…
	local where=$1
	shift
	"$root/bootstrap" lab "$@" --dir "$where" >"$scratch/lab-said" 2>&1
}
lab_told() {
	lab_of "$@" || { cat "$scratch/lab-said"; return 1; }
}
portal_up
at_end "lab_of '$portal' stop"
check "10 devices start" \
    lab_told "$portal" 10 --base "$network" --programs "$build"
said=$(cat "$scratch/lab-said")
check_contains "and say where" "$said" "10 simulated devices stand at $network"
check_contains "and are in the store" "$said" "area simulated"
check_equal "their password is for its owner alone" \
    "$(stat -c %a "$portal/simlab/password" "$portal/secrets/simlab")" \
    $'600\n600'
check_not "a second lab is refused" lab_of "$portal" 1 --programs "$build"

token admin
api GET '/api/v1/devices?area=simulated'
check_equal "all have records" "$(json 'len(it["items"])')" 10
check_equal "of every platform" "$(json \
    'len(set(d["platform"] for d in it["items"]))')" 4
api_json POST /api/v1/jobs/backup/runs \
    '{"parameters":{"area":"simulated","retries":0}}'
run=$(json 'it["id"]')
check "a backup of all ends" wait_until 60 run_ended "$run"
check_contains "and has them all" "$(json 'it.get("result", "")')" \
    '10 of 10 done'

# the templates that a new store has are for these very devices
{
	echo name,intended_from
	api GET '/api/v1/devices?area=simulated'
	json '"\n".join(d["name"] + ",template" for d in it["items"])'
} >"$scratch/generated.csv"
"$build/switchyard" --dir "$portal" import devices "$scratch/generated.csv" \
    >"$scratch/said" || fail "import: $(cat "$scratch/said")"
for job in generate-intended bulk-provision; do
	api_json POST "/api/v1/jobs/$job/runs" \
	    '{"parameters":{"area":"simulated","dry_run":false}}'
	run=$(json 'it["id"]')
	check "$job of all ends" wait_until 60 run_ended "$run"
	check_equal "$job: $(json 'it.get("result", "")')" \
	    "$(json 'it["state"]')" succeeded
done

check "they stop" lab_of "$portal" stop
check_equal "and are gone" "$(pgrep -fc "$portal/simlab/state")" 0
check "fewer start again" \
    lab_told "$portal" 2 --platform eos --base "$network" --programs "$build"
check_contains "with their keys" "$(cat "$scratch/lab-said")" 'in the store'
check "and stop" lab_of "$portal" stop

at_end "lab_of '$scratch/alone' stop"
check "without a store there is a file" lab_told "$scratch/alone" 3 \
    --platform junos --base "$network" --programs "$build"
check_contains "that is named" "$(cat "$scratch/lab-said")" \
    "$scratch/alone/simlab/devices.csv"
check_equal "with a line for each" \
    "$(grep -c "^sim-junos-[123],.*,$network.0.[123]:2222," \
    "$scratch/alone/simlab/devices.csv")" 3
for wrong in 0 20000 many '5 --platform cisco' '5 --base 10.1' '5 --port'; do
	# shellcheck disable=SC2086 # words are meant
	check_not "lab $wrong is refused" lab_of "$scratch/alone" $wrong
done
