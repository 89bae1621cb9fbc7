#!/bin/bash
# Assistants: the official clients against the portal, over HTTP and over stdio;
# a router and a server provisioned by one; what is refused at the door.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/ironic/lib.sh
. "$root/tests/ironic/lib.sh"

at=$root/tests/mcp
command -v node >/dev/null || skip "there is no node"
[ -d "$at/node_modules/@modelcontextprotocol/client" ] ||
	skip "the packages are missing: npm ci in tests/mcp"
ironic_up
ironic node m1 small
ironic node m2 small
portal_up --routers 1
use_ironic "$ironic_url"
token admin
api_json PUT /api/v1/images/debian \
    '{"url":"http://images.test/debian.qcow2","checksum":"'"$(printf 'a%.0s' {1..64})"'"}'
check_equal "an image" "$status" 201
mkdir -m 700 "$scratch/tokens"
for role in viewer operator; do
	switchyard token create --name "$role" --role "$role" \
	    >"$scratch/tokens/$role"
done

# clients SUITE [NAME=VALUE…]: its tests, all of which must pass.
clients() {
	local suite=$1
	shift
	env PORTAL_URL="$url" PORTAL_DIR="$portal" TOKENS="$scratch/tokens" \
	    SWITCHYARD="$build/switchyard" "$@" \
	    node --test "$at/$suite.test.js" >"$scratch/$suite.out" 2>&1 ||
		fail "$suite: $(grep -A20 '^not ok' "$scratch/$suite.out" |
		    head -60)"
	passed=$((passed + 1))
}

clients clients
before=$(router_config r1)
check_not "the router lacks it" grep -q 'router bgp' <<<"$before"
clients device ROUTER=r1 WAY='older client, HTTP'
check_contains "the router has it" "$(router_config r1)" 'router bgp 65001'
clients server SERVER=m1 IMAGE=debian WAY='newer client, HTTP'
clients server SERVER=m2 IMAGE=debian WAY='newer client, stdio'

# --- one trail: what an assistant did stands beside what others did ------------
log=$(git -C "$portal/store.git" log --format=%B%n runs)
check_contains "the trigger is on record" "$log" 'Trigger: mcp'
check_contains "with the token" "$log" 'Actor: token:operator'
api GET '/api/v1/runs?trigger=mcp&limit=100'
check_equal "switches and servers alike" "$(json \
    '{r["job"] for r in it["items"]} >= {"provision", "server-provision"}')" \
    true

# --- the door, through nginx -----------------------------------------------------
token=$(cat "$scratch/tokens/viewer")
ping='{"jsonrpc":"2.0","id":1,"method":"ping"}'
mcp() { # JSON [curl options…]
	api_json POST /mcp "$@"
}
code() { # what the error's code is
	json 'it["error"]["code"]'
}
mcp "$ping"
check_equal "a ping" "$status $(json 'it["result"]')" "200 {}"
mcp "$ping" -H 'Origin: http://evil.example'
check_equal "a foreign origin" "$status" 403
mcp "$ping" -H "Origin: $url"
check_equal "our own" "$status" 200
mcp "$ping" -H 'Accept: text/html'
check_equal "an answer that it cannot take" "$status" 406
api POST /mcp -H 'Content-Type: text/plain' --data-binary "$ping"
check_equal "another type" "$status" 415
for method in GET DELETE; do
	api $method /mcp
	check_equal "$method" "$status $(header Allow)" "405 POST"
done
mcp "$ping" -H 'MCP-Protocol-Version: 2024-01-01'
check_equal "a version that is not spoken" "$status $(code)" "400 -32022"
mcp "$ping" -H 'MCP-Protocol-Version: 2025-11-25' \
    -H 'MCP-Protocol-Version: 2025-06-18'
check_equal "two versions" "$status" 400
meta='"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}'
mcp '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_device","arguments":{"device":"r1"},'"$meta"'}}' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' \
    -H 'Mcp-Name: list_devices'
check_equal "a name that disagrees" "$status $(code)" "400 -32020"
mcp "[$ping,$ping]" -H 'MCP-Protocol-Version: 2025-11-25'
check_equal "a batch where there are none" "$status $(code)" "400 -32600"
mcp "[$ping,$ping]" -H 'MCP-Protocol-Version: 2025-03-26'
check_equal "a batch where there are" "$status $(json 'len(it)')" "200 2"
mcp '{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"ping"}'
check_equal "an id beyond 64 bits" "$status $(code)" "400 -32700"
printf '{"jsonrpc":"2.0","id":"%s","method":"ping"}' \
    "$(head -c 100000 /dev/zero | tr '\0' x)" >"$scratch/long"
mcp "@$scratch/long"
check_equal "an id of 100,000 letters" "$status $(code)" "400 -32600"
head -c 100000 /dev/zero | tr '\0' '[' >"$scratch/deep"
mcp "@$scratch/deep"
check_equal "100,000 brackets" "$status $(code)" "400 -32700"
{
	printf '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"q":'
	head -c 2000 /dev/zero | tr '\0' '['
	head -c 2000 /dev/zero | tr '\0' ']'
	printf '}}}'
} >"$scratch/deep"
mcp "@$scratch/deep"
check "2,000 brackets where a text belongs: $status" [ "$status" -lt 500 ]
head -c 1100000 /dev/zero | tr '\0' ' ' >"$scratch/large"
mcp "@$scratch/large"
check_equal "more than a mebibyte" "$status" 413
token=sy_viewer_$(printf 'x%.0s' {1..43})
mcp "$ping"
check_equal "a wrong token" "$status" 401
check_contains "is challenged" "$(header WWW-Authenticate)" Bearer
token=''
mcp "$ping"
check_equal "none" "$status" 401
mcp "$ping" -u admin:"$(cat "$portal/admin-password")"
check_equal "a password" "$status" 401
token=$(cat "$scratch/tokens/viewer")
mcp "$ping"
check_equal "it still answers" "$status" 200

# --- stdio ------------------------------------------------------------------------
stdio() { # what comes back for these lines
	"$build/switchyard" --dir "$portal" mcp "$@" 2>"$scratch/stdio.err"
}
check_equal "without a token, a viewer" "$(printf '%s\n' \
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"provision_device","arguments":{"device":"r1"}}}' |
    stdio | grep -c 'role operator')" 1
check_equal "a role can be given" "$(printf '%s\n' \
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"provision_device","arguments":{"device":"r1"}}}' |
    stdio --role operator | grep -c '"trigger":"mcp"')" 1
check_equal "a line that is too long, then a good one" \
    "$({ tr '\n' ' ' <"$scratch/large"; echo; echo "$ping"; } | stdio |
    grep -c -e '-32600' -e '"result":{}')" 2
echo sy_none >"$scratch/tokens/wrong"
check_not "a wrong token ends it" stdio --token-file "$scratch/tokens/wrong"
check_contains "with the reason" "$(cat "$scratch/stdio.err")" "not valid"
check "the store is whole" git -C "$portal/store.git" fsck --strict
