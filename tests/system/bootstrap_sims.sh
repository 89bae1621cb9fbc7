#!/bin/bash
# The simulated devices of ./bootstrap run: they are there, with their keys on
# record, and each can be provisioned; and they alone where there can be no
# routers.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

sim_program=$build/tests/switchyard-sim
[ -x "$sim_program" ] || skip "the simulators are not built"

take_base
cp -R "$root/git-store" "$scratch/seed"
# what the teardown templates take off again
while read -r name port; do
	printf '{"interfaces":[{"name":"%s","address":"10.8.8.0/31"}],%s%s}\n' \
	    "$port" '"static_routes":[{"prefix":"10.88.0.0/16",' \
	    '"next_hop":"10.8.8.1"}],"bgp":{"peers":[{"address":"10.8.8.1",
"asn":65100}]}' >"$scratch/seed/context/device/$name.json"
done <<-PORTS
	eos1 Ethernet3
	nxos1 Ethernet1/4
	ios1 GigabitEthernet3
	junos1 ge-0/0/1
PORTS
portal_up --sims --lab-base "$base"
up=$(cat "$scratch/up")
names=$(git -C "$portal/store.git" ls-tree --name-only main devices/lab/ |
    sed -n 's,devices/lab/\(.*1\)\.json,\1,p' | grep -v '^r1$')
check_contains "there is an Arista switch" "$names" eos1
check_contains "and a Juniper router" "$names" junos1
check_equal "their password is for its owner alone" \
    "$(stat -c %a "$portal/secrets/sims")" 600

token admin
run_job() { # JOB DEVICE [PARAMETERS]
	api_json POST "/api/v1/jobs/$1/runs" \
	    "{\"parameters\":{\"device\":\"$2\",\"dry_run\":false${3-}}}"
	check_equal "$1 of $2 is accepted" "$status" 202
	run=$(json 'it["id"]')
	check "$1 of $2 ends" wait_until 60 run_ended "$run"
	check_equal "$2: $(json 'it.get("result", "")')" \
	    "$(json 'it["state"]')" succeeded
}
patch() { # DEVICE JSON
	api GET "/api/v1/devices/$1"
	api_json PATCH "/api/v1/devices/$1" "$2" -H "If-Match: $(header ETag)"
	check_equal "$1 is changed" "$status" 200
}
for name in $names; do
	check_contains "$name is announced" "$up" "Simulated $name $base."
	run_job provision "$name"
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

# --- out of service, by the templates that the store starts with ---------------

torn_down() { # DEVICE
	local running
	patch "$1" '{"vars":{"asn":65007},"intended_from":"template"}'
	run_job generate-intended "$1"
	run_job provision "$1"
	running=$("$sim_program" ctl "$portal/run/sims.sock" running "$1")
	check_contains "$1 has a peer" "$running" 65100
	check_contains "$1 has a route" "$running" 10.88.0.0
	patch "$1" '{"status":"decommissioning"}'
	run_job teardown "$1" ',"archive":false'
	running=$("$sim_program" ctl "$portal/run/sims.sock" running "$1")
	check_not "$1 has lost peer, route and address" \
	    grep -qE '65100|10\.88\.0\.0|10\.8\.8\.' <<<"$running"
	check_contains "$1 says so" "$running" "out of service"
}
for name in eos1 nxos1 ios1 junos1; do
	torn_down "$name"
done

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
