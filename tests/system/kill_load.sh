#!/bin/bash
# kill -9 of web and worker, 200 times at random, under load: no acknowledged
# write is lost, none is made twice, every run ends, the store is sound.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
command -v node >/dev/null || skip "node is not installed"

# every life is short here; the supervisor must not give up
export SHORT_LIVES=1000000
portal_up
token operator
printf '%s' "$token" >"$scratch/token"
for r in r3 r4; do
	api_json POST /api/v1/devices "{\"name\":\"$r\",\"area\":\"lab\",
	    \"status\":\"planned\",\"platform\":\"frr\"}"
	check_equal "$r is created" "$status" 201
done

seed=${SEED:-$RANDOM}
node "$root/tests/system/kill_load.js" "$portal" "$url" "$scratch/token" \
    "${KILLS:-200}" "$seed" >"$scratch/result" 2>&1 ||
	fail "seed $seed: $(cat "$scratch/result")"
cat "$scratch/result"
# runs that were queued, but whose answer died with the web program, go on
# (a killed writer may leave a temporary file, which is no run)
queue_is_empty() {
	! ls "$portal"/spool/{queued,claimed,cancelled} | grep -q '\.json$'
}
wait_until 120 queue_is_empty ||
	fail "runs are left: $(ls "$portal"/spool/{queued,claimed,cancelled})"
check "the store is sound" git -C "$portal/store.git" fsck --strict \
    --no-dangling
check "and so are its records" switchyard check
