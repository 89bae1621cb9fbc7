# shellcheck shell=bash
# Debian packages: what is missing, and installing it without starting any
# service. Sourced by bootstrap; uses its variables root, here.

# packages_missing NEED…: names, one a line, as packages.list asks for them.
packages_missing() {
	local need package unless
	while read -r need package unless; do
		case " $* " in *" $need "*) ;; *) continue ;; esac
		if [ -n "$unless" ] && command -v "$unless" >/dev/null; then
			continue
		fi
		package_installed "$package" || echo "$package"
	done < <(sed 's/#.*//; /^[[:space:]]*$/d' "$here/packages.list")
}

package_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = \
	    installed ]
}

# Debian starts a service as soon as its package is installed. This portal runs
# nginx, sshd and FRR itself, with its own files, so for the time of the
# installation a policy forbids starting them, and afterwards those that were
# new are kept from starting with the next boot.
POLICY=/usr/sbin/policy-rc.d
POLICY_MARK='# by switchyard bootstrap'

policy_forbid_services() {
	# An administrator's own policy stands.
	if [ -e "$POLICY" ] && ! grep -q "^$POLICY_MARK" "$POLICY"; then
		return 0
	fi
	printf '#!/bin/sh\n%s, while it installs packages\nexit 101\n' \
	    "$POLICY_MARK" >"$POLICY"
	chmod 755 "$POLICY"
}

policy_allow_services() {
	if grep -qs "^$POLICY_MARK" "$POLICY"; then
		rm -f "$POLICY"
	fi
}

services_stay_off() {
	local package
	for package; do
		case $package in
		frr | nginx) update-rc.d "$package" disable ;;
		openssh-server) update-rc.d ssh disable ;;
		esac
	done >/dev/null 2>&1
	return 0
}

apt_run() {
	DEBIAN_FRONTEND=noninteractive apt-get -qq \
	    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" \
	    >>"$root/build/apt.log" 2>&1 </dev/null && return
	tail -n 15 "$root/build/apt.log" >&2
	return 1
}

packages_ensure() {
	local -a missing
	local failed=0
	command -v apt-get >/dev/null || die "this set-up uses Debian's" \
		"packages, and this system has no apt-get;" \
		"bootstrap.d/packages.list names what is needed."
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ]; then
		die "packages are missing; as root, run:
  apt-get install --no-install-recommends ${missing[*]}"
	fi
	say "installing ${#missing[@]} packages: ${missing[*]}"
	mkdir -p "$root/build"
	: >"$root/build/apt.log"
	trap policy_allow_services EXIT
	policy_forbid_services
	apt_run update && apt_run install --no-install-recommends \
	    -y "${missing[@]}" || failed=1
	policy_allow_services
	trap - EXIT
	services_stay_off "${missing[@]}"
	[ $failed = 0 ] || die "the packages could not be installed;" \
		"build/apt.log has the whole story."
}

# The packages of tests in Node.js, as their lock files pin them.
node_modules_ensure() {
	local at
	for at in "$root/tests/browser" "$root/tests/mcp"; do
		[ -f "$at/package.json" ] || continue
		[ "$at/node_modules/.package-lock.json" -nt \
		    "$at/package-lock.json" ] && continue
		say "installing the packages of ${at#"$root"/}"
		(cd "$at" && npm ci --no-audit --no-fund --loglevel=error) ||
			die "npm ci failed in ${at#"$root"/}."
	done
}
