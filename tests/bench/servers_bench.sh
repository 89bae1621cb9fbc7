#!/bin/bash
# GET /provision/{id} through the portal against a bare curl of the call that it
# makes to Ironic, in turn; then the list of a thousand servers, and their table.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${SWITCHYARD_BUILD:-$root/build/bench}
rounds=${BENCH_ROUNDS:-10}
nodes=${BENCH_NODES:-1000}
ironic=$root/tests/ironic/ironic.sh
work=$(mktemp -d)
end() {
	"$root/bootstrap" stop --dir "$work/portal" >/dev/null 2>&1 || true
	"$ironic" down "$work/ironic"
	rm -rf "$work"
}
trap end EXIT

url=$("$ironic" up "$work/ironic") || exit $?
"$ironic" node "$work/ironic" n1 bench
id=$("$ironic" call "$work/ironic" GET /v1/nodes/n1 |
	sed 's/.*"uuid": "\([^"]*\)".*/\1/;q')
port=$(shuf -i 20000-29000 -n 1)
"$root/bootstrap" run --detach --no-lab --programs "$build" \
    --dir "$work/portal" --port "$port" --ironic-url "$url" >"$work/up"
switchyard=$build/switchyard
{
	printf 'header = "Authorization: Bearer '
	"$switchyard" --dir "$work/portal" token create --name bench \
	    --role viewer | tr -d '\n'
	printf '"\n'
} >"$work/token"
fields=$(tr -d '\\\n\t ' <"$root/src/infra/ironic/node_internal.h" |
	sed 's/.*defineIRONIC_LIST_FIELDS\(.*\)#defineIRONIC_NODE_FIELDS.*/\1/
	    s/"//g')
version='X-OpenStack-Ironic-API-Version: 1.82'

median() {
	sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] * 1000 }'
}
# times FILE N CURL…: appends the seconds that each of N requests took, over
# one connection
times() {
	local to=$1 n=$2
	shift 2
	curl -sf -o /dev/null -w '%{time_total}\n' "${@:2}" "$1#[1-$n]" >>"$to"
}
compare() { # WHAT N IRONIC_PATH PORTAL_PATH
	local i a b
	: >"$work/bare"
	: >"$work/ours"
	for i in $(seq "$rounds"); do
		times "$work/bare" "$2" "$url$3" -H "$version"
		times "$work/ours" "$2" "http://127.0.0.1:$port$4" \
		    -K "$work/token"
	done
	a=$(median <"$work/bare")
	b=$(median <"$work/ours")
	awk -v what="$1" -v a="$a" -v b="$b" 'BEGIN {
		printf "%s: bare curl %.2f ms, portal %.2f ms, ratio %.2f\n",
		    what, a, b, b / a }'
}

compare "GET /provision/{id}" 20 \
    "/v1/nodes/$id?fields=$fields,traits,allocation_uuid" "/provision/$id"
for i in $(seq 2 "$nodes"); do
	printf 'next\nurl = "%s/v1/nodes"\noutput = "/dev/null"\n' "$url"
	printf 'header = "%s"\nheader = "Content-Type: application/json"\n' \
	    "$version"
	printf 'data = "{\\"name\\":\\"n%d\\",\\"driver\\":\\"fake-hardware\\",' "$i"
	printf '\\"resource_class\\":\\"bench\\"}"\n'
done >"$work/create"
curl -sf -K "$work/create"
rounds=3
compare "list of $nodes servers" 2 \
    "/v1/nodes?sort_key=name&fields=$fields&limit=$nodes" \
    "/api/v1/servers?limit=$nodes"

# what people see: the first look asks Ironic, those of the next seconds do not
for path in / '/?sort=-name&size=250' '/?q=n77&class=bench' .csv; do
	: >"$work/ours"
	sleep 5
	times "$work/first" 1 "http://127.0.0.1:$port/servers${path#/}" \
	    -K "$work/token"
	times "$work/ours" 20 "http://127.0.0.1:$port/servers${path#/}" \
	    -K "$work/token"
	printf '/servers%s: first %.0f ms, then %.1f ms\n' "${path#/}" \
	    "$(median <"$work/first")" "$(median <"$work/ours")"
	rm "$work/first"
done
