#!/bin/bash
# The pages of servers in Debian's Chromium, over a real Ironic.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=tests/ironic/lib.sh
. "$root/tests/ironic/lib.sh"

at=$root/tests/browser
chromium=${CHROMIUM:-/usr/bin/chromium}
[ -x "$chromium" ] || skip "there is no $chromium"
command -v node >/dev/null || skip "there is no node"
[ -d "$at/node_modules/playwright-core" ] ||
	skip "the packages are missing: npm ci in tests/browser"

IRONIC_DELAY=3 ironic_up
for n in $(seq -w 1 14); do
	ironic node "rack1-u$n" "$([ $((10#$n % 2)) = 0 ] && echo storage ||
		echo compute)" &
done
ironic node agent agent \
    '{"deploy_interface":"direct","management_interface":"noop"}'
wait
portal_up
export PORTAL_URL=$url IRONIC_URL=$ironic_url SHOTS=$build/screenshots
PORTAL_PASSWORD=$(cat "$portal/admin-password")
TOKEN=$(switchyard token create --role admin --name servers)
export PORTAL_PASSWORD TOKEN
check "servers" node --test "$at/servers.test.js"
