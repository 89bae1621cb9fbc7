#!/bin/bash
# The browser tests: a portal of this build with two real routers, and
# Debian's Chromium in front of it. Screenshots go to BUILD/screenshots.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

at=$root/tests/browser
chromium=${CHROMIUM:-/usr/bin/chromium}
[ -x "$chromium" ] || skip "there is no $chromium"
command -v node >/dev/null || skip "there is no node"
[ -d "$at/node_modules/playwright-core" ] ||
	skip "the packages are missing: npm ci in tests/browser"

portal_up --routers 2
export PORTAL_URL=$url PORTAL_LAB=$base SHOTS=$build/screenshots
PORTAL_PASSWORD=$(cat "$portal/admin-password")
export PORTAL_PASSWORD

for suite in "${@:-flow pages script tables}"; do
	for name in $suite; do
		check "$name" node --test "$at/$name.test.js"
	done
done
