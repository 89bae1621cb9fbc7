#!/bin/bash
# ./bootstrap run --with-ironic and --ironic-url: servers in the demo, the same
# Ironic after a restart, and nothing left running.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
/usr/bin/python3 -c 'import ironic' 2>/dev/null ||
	skip "python3-ironic is not installed"

said=$("$root/bootstrap" run --with-ironic --ironic-url http://a.test \
    --programs "$build" --dir "$scratch/x" 2>&1)
check_contains "one or the other" "$said" "exclude each other"

portal_up --with-ironic
token viewer
api GET '/api/v1/servers?limit=100'
check_equal "a dozen servers" "$(json 'len(it["items"])')" 12
check_equal "all to be had" "$(json \
    '{s["provision_state"] for s in it["items"]} == {"available"}')" true
ironic=$(cat "$portal/ironic/url")
check_contains "it is announced" "$(cat "$scratch/up")" "Ironic    $ironic"
tip=$(git -C "$portal/store.git" rev-parse main)
portal_down
check_not "it is stopped" curl -sf -m 2 -o "$scratch/left" "$ironic"

"$root/bootstrap" run --detach --programs "$build" --dir "$portal" \
    --port "$port" --no-lab --with-ironic >"$scratch/up" 2>&1 ||
	fail "no second start: $(cat "$scratch/up")"
api GET '/api/v1/servers?limit=100'
check_equal "the same ones" "$(json 'len(it["items"])')" 12
check_contains "at the same address" "$(cat "$scratch/up")" "$ironic"
portal_down

"$root/bootstrap" run --detach --programs "$build" --dir "$portal" \
    --port "$port" --no-lab --ironic-url http://127.0.0.1:1 \
    >"$scratch/up" 2>&1 || fail "no third start: $(cat "$scratch/up")"
check_contains "another one" "$(switchyard ironic)" '"url": "http://127.0.0.1:1"'
api GET /api/v1/servers
check_equal "where nobody is" "$status" 502
check_contains "the change is in the store's log" "$(git -C \
    "$portal/store.git" log --format=%s "$tip..main")" "Update ironic"
said=$(switchyard ironic nope=1 2>&1)
check_contains "no such field" "$said" 'no field "nope"'
said=$(switchyard ironic timeout=0 2>&1)
check_contains "out of its bounds" "$said" timeout
