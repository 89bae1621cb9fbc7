#!/bin/bash
# The guide of an empty store, followed with and without a script: a portal
# that knows nothing, and two real routers that nobody has told it of.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

at=$root/tests/browser
chromium=${CHROMIUM:-/usr/bin/chromium}
[ -x "$chromium" ] || skip "there is no $chromium"
command -v node >/dev/null || skip "there is no node"
[ -d "$at/node_modules/playwright-core" ] ||
	skip "the packages are missing: npm ci in tests/browser"

lab_up 2
# In one store after the other: each is empty at its beginning.
for script in yes no; do
	rm -rf "$scratch/seed"
	mkdir -p "$scratch/seed"
	echo '{}' >"$scratch/seed/settings.json"
	lab_routers=$lab_dir
	portal_up
	install -m 600 "$lab_routers/credentials.json" "$portal/secrets/router"
	export PORTAL_URL=$url SHOTS=$build/screenshots SCRIPT=$script
	PORTAL_LAB=$("$lab" status "$lab_routers" | sed -n 's/^r1 \(.*\)\.1:.*/\1/p')
	PORTAL_PASSWORD=$(cat "$portal/admin-password")
	export PORTAL_LAB PORTAL_PASSWORD
	check "first steps, script: $script" \
	    node --test "$at/firstrun.test.js"
	portal_down
	rm -rf "$portal"
	lab_dir=$lab_routers
done
