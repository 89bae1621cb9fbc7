#!/bin/bash
# Proves on a bare system that ./bootstrap installs all it needs: a minimal
# Debian 12 in a folder, a clean clone in it, and the command run there.
# Manual (it downloads a whole system) and not part of CTest.
#
#   tests/system/bare.sh [--keep] [--dir DIR] [COMMAND…]
#
# COMMAND is run in the clone; without it: packages, build, lab, run, stop.
# `tests/system/bare.sh ./bootstrap test` runs everything. The mirror, the
# proxies and the certificates are this machine's own. Needs root, debootstrap.
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
bare='' keep=no
suite=bookworm

usage() {
	sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	--keep) keep=yes; shift ;;
	--dir) bare=${2:?}; shift 2 ;;
	-*) usage ;;
	*) break ;;
	esac
done
[ "$(id -u)" = 0 ] || { echo "bare.sh needs root." >&2; exit 1; }
command -v debootstrap >/dev/null ||
	{ echo "bare.sh needs the package debootstrap." >&2; exit 1; }
[ -n "$bare" ] || bare=$(mktemp -d /tmp/switchyard-bare.XXXXXX)
# It becomes a root directory, which every account has to pass through.
mkdir -p "$bare"
chmod 755 "$bare"

# shellcheck disable=SC2016 # apt fills these in
# Debian's repositories as this machine reaches them, as lines of sources.list.
sources() {
	apt-get indextargets --format \
	    '$(ORIGIN) $(REPO_URI) $(CODENAME) $(COMPONENT)' \
	    'Created-By: Packages' |
		awk -v suite="$suite" '$1 == "Debian" && index($3, suite) == 1 {
			print "deb", $2, $3, $4 }' | sort -u
}

unmount_all() {
	local at
	for at in dev/shm dev/pts sys proc; do
		if mountpoint -q "$bare/$at"; then
			umount "$bare/$at"
		fi
	done
}

clean_up() {
	unmount_all
	if [ $keep = yes ]; then
		echo "bare.sh: the system stays in $bare"
	else
		rm -rf --one-file-system "$bare"
	fi
}
trap clean_up EXIT
trap 'exit 143' INT TERM

make_system() {
	local mirror
	mirror=$(sources | awk -v suite="$suite" '$3 == suite { print $2; exit }')
	[ -n "$mirror" ] || {
		echo "bare.sh: apt here has no Debian $suite" \
		    "(apt-get update first?)." >&2
		exit 1
	}
	debootstrap --variant=minbase "$suite" "$bare" "$mirror" \
	    >"$bare.log" 2>&1 || { tail -n 5 "$bare.log" >&2; exit 1; }
	rm -f "$bare.log"
}

# What this machine needs to reach its mirror, the system inside needs too.
copy_network() {
	sources >"$bare/etc/apt/sources.list"
	apt-config dump | grep -E '^Acquire::(https?|Check-)' |
		grep -v '""' >"$bare/etc/apt/apt.conf.d/00host" || :
	cp -L /etc/resolv.conf /etc/hosts "$bare/etc/"
	if [ -d /etc/apt/auth.conf.d ]; then
		cp -a /etc/apt/auth.conf.d/. "$bare/etc/apt/auth.conf.d/"
	fi
	cp -L /etc/ssl/certs/ca-certificates.crt \
	    "$bare/etc/host-certificates.pem"
}

mount_all() {
	mount -t proc proc "$bare/proc"
	mount -t sysfs sysfs "$bare/sys"
	mount -t devpts devpts "$bare/dev/pts" -o mode=620,ptmxmode=666
	mkdir -p "$bare/dev/shm"
	mount -t tmpfs tmpfs "$bare/dev/shm"
}

inside() {
	env -i HOME=/root TERM="${TERM-dumb}" LANG=C.UTF-8 CI=true \
	    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	    ${http_proxy:+http_proxy="$http_proxy"} \
	    ${https_proxy:+https_proxy="$https_proxy"} \
	    NODE_EXTRA_CA_CERTS=/etc/host-certificates.pem \
	    chroot "$bare" sh -c "cd /root/switchyard && $*"
}

default_proof() {
	inside ./bootstrap run --detach --port 18080 --lab-base auto
	inside curl -sf -o /dev/null http://127.0.0.1:18080/login
	inside ./bootstrap stop
	inside ./bootstrap run --detach --port 18080 --lab-base auto
	inside ./bootstrap stop
	echo "bare.sh: passed"
}

[ -e "$bare/etc/debian_version" ] || make_system
copy_network
mount_all
rm -rf "$bare/root/switchyard"
git clone -q --no-hardlinks "$repo" "$bare/root/switchyard"
if [ $# -gt 0 ]; then
	inside "$@"
else
	default_proof
fi
