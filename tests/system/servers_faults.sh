#!/bin/bash
# Ironic behind a proxy that does harm: whatever is lost on the way, no server
# is deployed twice, none stays claimed for nothing, the client is told so, and
# the record ends as what happened.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/ironic/lib.sh
. "$root/tests/ironic/lib.sh"

# NAME FAULT REQUEST STATUS STATE: the fault meets this server's requests of
# that kind; the client gets the status; the server and the run end so.
cases='
put-reset      reset       PUT   502 available
put-stall      stall       PUT   502 available
put-500        500         PUT   502 available
put-503        503         PUT   502 available
put-late-reset late-reset  PUT   202 active
put-late-stall late-stall  PUT   202 active
put-late-500   late-500    PUT   202 active
put-slow       slow        PUT   202 active
put-garbage    garbage     PUT   202 active
put-truncated  truncated   PUT   202 active
put-huge       huge        PUT   202 active
claim-reset    reset       PATCH 502 available
claim-stall    stall       PATCH 502 available
claim-lost     late-reset  PATCH 202 active
claim-garbage  garbage     PATCH 202 active
claim-huge     huge        PATCH 202 active
read-reset     reset       GET   502 available
read-stall     stall       GET   502 available
read-500       500         GET   502 available
read-503       503         GET   502 available
read-garbage   garbage     GET   502 available
read-truncated truncated   GET   502 available
read-huge      huge        GET   502 available
'
ironic_up
names=$(awk 'NF { print $1 }' <<<"$cases")
for n in $names pool1 pool2 crash1 crash2; do
	class=${n%[12]}
	ironic node "$n" "$class" &
done
wait
mkdir "$scratch/proxy"
node "$root/tests/ironic/proxy.js" "$ironic_url" "$scratch/proxy" \
    >"$scratch/proxy/out" 2>&1 &
proxy=$!
at_end 'kill $proxy 2>/dev/null'
check "the proxy" wait_until 10 test -s "$scratch/proxy/url"
portal_up
token operator
use_ironic "$(cat "$scratch/proxy/url")" '"timeout":1'
api_json PUT /api/v1/images/i '{"url":"http://images.test/i","checksum":"0"}'
check_equal "an image" "$status" 201

declare -A uuid
while read -r id name; do
	uuid[$name]=$id
done < <(ironic call GET '/v1/nodes?fields=uuid,name' | python3 -c '
import json, sys
for n in json.load(sys.stdin)["nodes"]: print(n["uuid"], n["name"])')

while read -r name fault method _; do
	[ -n "$name" ] || continue
	case $method in
	PUT) echo "$fault ^PUT /v1/nodes/${uuid[$name]}/states/provision" ;;
	PATCH) echo "$fault ^PATCH /v1/nodes/${uuid[$name]} .*image_source" ;;
	GET) echo "$fault ^GET /v1/nodes/(${uuid[$name]}|$name)\\b" ;;
	esac
done <<<"$cases" >"$scratch/proxy/rules"

# --- all of them at once -----------------------------------------------------
ask() { # NAME
	curl -s -K "$scratch/curl" -m 60 -X POST -o "$scratch/answer.$1" \
	    -w '%{http_code}' -H 'Content-Type: application/json' \
	    -H "Idempotency-Key: $1" \
	    -d '{"server_id":"'"$1"'","image_id":"i"}' "$url/provision" \
	    >"$scratch/status.$1"
}
askers=()
for n in $names; do
	ask "$n" &
	askers+=($!)
done
wait "${askers[@]}"

deployments() { # NAME: how often Ironic was asked to deploy it
	grep -cE "^PUT /v1/nodes/${uuid[$1]}/states/provision" \
	    "$scratch/proxy/log"
}
# How often the portal has sent that, whatever became of it.
attempts() { # NAME
	grep -cE "^PUT /v1/nodes/${uuid[$1]}/states/provision" \
	    "$scratch/proxy/asked"
}
settled() {
	[ -z "$(ls "$portal/servers")" ]
}
while read -r name fault method want _; do
	[ -n "$name" ] || continue
	check_equal "$name: $(cat "$scratch/answer.$name")" \
	    "$(cat "$scratch/status.$name")" "$want"
	[ "$want" != 502 ] || check_contains "$name says" \
	    "$(cat "$scratch/answer.$name")" \
	    '"detail":"Failed to communicate with Ironic"'
done <<<"$cases"
api GET "/provision/read-500"
check_equal "a status that cannot be read" "$status $(json 'it["detail"]')" \
    "502 Failed to communicate with Ironic"
echo 'huge ^GET /v1/nodes\?' >>"$scratch/proxy/rules"
api GET /api/v1/servers
check_equal "a list of 50 MB" "$status" 502
: >"$scratch/proxy/rules"
check "everything is settled" wait_until 20 settled
while read -r name fault method _ state; do
	[ -n "$name" ] || continue
	check "$name ends $state" wait_until 5 server_is "$name" "$state"
	check_equal "$name: asked to deploy" "$(deployments "$name")" \
	    "$([ "$state" = active ] && echo 1 || echo 0)"
	check_equal "$name: sent once, whatever became of it" \
	    "$(attempts "$name")" \
	    "$([ "$state" = active ] || [ "$method" = PUT ] && echo 1 || echo 0)"
	check_equal "$name: in use" "$(json 'it["instance_id"] is not None')" \
	    "$([ "$state" = active ] && echo true || echo false)"
done <<<"$cases"
check_equal "what ended well" "$(git -C "$portal/store.git" log \
    --format='%(trailers:key=Result,valueonly)' runs | grep -c succeeded)" \
    "$(grep -c ' 202 active' <<<"$cases")"

# Whoever was told 502 asks again with the same key, and gets a server once.
ask put-stall
check_equal "the same key again" "$(cat "$scratch/status.put-stall")" 202
ask put-stall
check_equal "and again" "$(cat "$scratch/status.put-stall")" 202
check_equal "one deployment" "$(deployments put-stall)" 1
ask put-late-reset
check_equal "a key that had its answer" \
    "$(cat "$scratch/status.put-late-reset")" 202
check_equal "still one deployment" "$(deployments put-late-reset)" 1

# --- allocations -----------------------------------------------------------------
echo 'reset ^POST /v1/allocations' >"$scratch/proxy/rules"
provision '{"resource_class":"pool","image_id":"i"}'
check_equal "an allocation that Ironic never hears of" "$status" 502
echo 'late-reset ^POST /v1/allocations' >"$scratch/proxy/rules"
provision '{"resource_class":"pool","image_id":"i"}'
check_equal "one whose answer is lost" "$status" 202
: >"$scratch/proxy/rules"
check "settled" wait_until 20 settled
check_equal "one allocation" "$(ironic call GET \
    '/v1/allocations?fields=state' | grep -o '"state"' | wc -l)" 1

# --- the portal dies in between ------------------------------------------------------
kill_web() {
	local old
	old=$(cat "$portal/run/web.pid")
	[[ $old =~ ^[0-9]+$ && $old -gt 1 ]] || fail "no pid"
	kill -9 "$old"
	wait_until 20 answers_again
}
answers_again() {
	api GET /healthz
	[ "$status" = 200 ]
}
has_asked() {
	grep -q "$1" "$scratch/proxy/log"
}
echo "late-stall ^PUT /v1/nodes/${uuid[crash1]}/states/provision" \
    >"$scratch/proxy/rules"
ask crash1 &
asker=$!
check "it is asked for" wait_until 20 has_asked \
    "^PUT /v1/nodes/${uuid[crash1]}/states/provision"
check "a new web program answers" kill_web
wait "$asker"
check "settled" wait_until 20 settled
ask crash1
check_equal "the same key tells of the first" "$(cat "$scratch/status.crash1")" \
    202
check_equal "one deployment" "$(deployments crash1)" 1

echo "late-stall ^PATCH /v1/nodes/${uuid[crash2]} .*image_source" \
    >"$scratch/proxy/rules"
ask crash2 &
asker=$!
check "it is claimed" wait_until 20 has_asked \
    "^PATCH /v1/nodes/${uuid[crash2]}"
check "a new web program answers" kill_web
wait "$asker"
check "settled" wait_until 20 settled
check "nothing was deployed" server_is crash2 available
check_equal "and nothing is claimed" "$(json 'it["instance_id"]')" null
check_contains "the record tells of it" "$(git -C "$portal/store.git" log \
    --format=%B runs)" "The portal was stopped while it asked Ironic"

# --- nobody there -----------------------------------------------------------------------
kill "$proxy"
provision '{"server_id":"crash2","image_id":"i"}'
check_equal "Ironic is gone" "$status $(json 'it["detail"]')" \
    "502 Failed to communicate with Ironic"
check "the store is whole" git -C "$portal/store.git" fsck --strict
