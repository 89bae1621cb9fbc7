#!/bin/bash
# The simulated devices of ./bootstrap run: they are there, with their keys on
# record, and each can be provisioned; and they alone where there can be no
# routers.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

sim_program=$build/tests/switchyard-sim
[ -x "$sim_program" ] || skip "the simulators are not built"

take_base
portal_up --sims --lab-base "$base"
up=$(cat "$scratch/up")
names=$(git -C "$portal/store.git" ls-tree --name-only main devices/lab/ |
    sed -n 's,devices/lab/\(.*1\)\.json,\1,p' | grep -v '^r1$')
check_contains "there is an Arista switch" "$names" eos1
check_contains "and a Juniper router" "$names" junos1
check_equal "their password is for its owner alone" \
    "$(stat -c %a "$portal/secrets/sims")" 600

token admin
provision() { # DEVICE
	api_json POST /api/v1/jobs/provision/runs \
	    "{\"parameters\":{\"device\":\"$1\",\"dry_run\":false}}"
	check_equal "the run on $1 is accepted" "$status" 202
	run=$(json 'it["id"]')
	check "the run on $1 ends" wait_until 60 run_ended "$run"
	check_equal "$1: $(json 'it.get("result", "")')" \
	    "$(json 'it["state"]')" succeeded
}
for name in $names; do
	check_contains "$name is announced" "$up" "Simulated $name $base."
	provision "$name"
done
check_contains "the switch has its lines" \
    "$("$sim_program" ctl "$portal/run/sims.sock" running eos1)" \
    "ntp server 192.0.2.124"

# --- again: what was saved and the keys are kept -----------------------------

key=$("$sim_program" ctl "$portal/run/sims.sock" key eos1)
check "it stops" "$root/bootstrap" stop --dir "$portal" >/dev/null
check_not "no simulated device is left" test -S "$portal/run/sims.sock"
"$root/bootstrap" run --detach --programs "$build" --dir "$portal" \
    --port "$port" --no-lab --sims --lab-base auto >"$scratch/up" 2>&1 ||
	fail "it does not start again: $(cat "$scratch/up")"
check_contains "auto finds the addresses of before" "$(cat "$scratch/up")" \
    "Simulated eos1 $base."
check_equal "the keys are the same" \
    "$("$sim_program" ctl "$portal/run/sims.sock" key eos1)" "$key"
check_contains "what was saved is there" \
    "$("$sim_program" ctl "$portal/run/sims.sock" running eos1)" \
    "ntp server 192.0.2.124"
kill -9 "$(cat "$portal/run/sims.pid")"
is_back() {
	"$sim_program" ctl "$portal/run/sims.sock" devices >"$scratch/devices" \
	    2>&1
}
check "they come back by themselves" wait_until 20 is_back

# --- where there can be no routers ---------------------------------------------

"$root/bootstrap" stop --dir "$portal" >/dev/null
mkdir "$scratch/bin"
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/unshare"
chmod +x "$scratch/bin/unshare"
PATH=$scratch/bin:$PATH "$root/bootstrap" run --detach --programs "$build" \
    --dir "$portal" --port "$port" --lab-base "$base" \
    >"$scratch/up" 2>&1 || fail "it does not start: $(cat "$scratch/up")"
check_contains "without namespaces there are no routers, and a sentence says so" \
    "$(cat "$scratch/up")" "No routers: "
check_contains "the simulated devices are there" "$(cat "$scratch/up")" \
    "Simulated eos1"
