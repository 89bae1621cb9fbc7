#!/bin/bash
# A lab of real FRR routers on this machine: router rI is FRR in a network
# namespace of its own, and OpenSSH on 127.0.X.I:2222 logs in to its vtysh.
#
# Nothing of a lab outlives `down`: namespaces are nameless and end with their
# last process, the login exists only inside the lab's own sshd, and every
# process is found again by the lab's id, which is derived from DIR, so that
# `up` and `down` also clean up after a lab that crashed.
set -u
umask 022
lab_home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lab/process.sh
. "$lab_home/process.sh"
# shellcheck source=tests/lab/router.sh
. "$lab_home/router.sh"
# shellcheck source=tests/lab/login.sh
. "$lab_home/login.sh"

SSH_PORT=2222
MAX_ROUTERS=200

usage() {
	cat <<'EOF'
usage: lab.sh up DIR N [--base 127.0.X|auto] [--user NAME] [--daemons "…"]
       lab.sh down DIR
       lab.sh status DIR                    one line a router
       lab.sh address DIR rI                127.0.X.I:2222
       lab.sh vtysh DIR rI -c COMMAND …     behind everybody's back
       lab.sh cut DIR rI                    kill the router's SSH sessions
       lab.sh rekey DIR rI                  give the router new host keys
       lab.sh stop-router DIR rI            power off: unsaved lines are lost
       lab.sh start-router DIR rI           power on with the saved lines
       lab.sh saved DIR rI                  the saved lines
       lab.sh reset-router DIR rI FILE      off, and on with these saved lines

DIR keeps what a lab needs again: credentials.json (user and password, 0600),
id_ed25519 (a key that logs in too), and for each router rI/host_*.pub and the
saved configuration rI/frr.conf. Exit codes: 1 failed, 2 usage, 3 this system
cannot hold a lab (the message says what is missing).
EOF
}

fail() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

cannot() {
	printf 'lab: %s\n' "$*" >&2
	exit 3
}

# Says in one sentence what this system lacks, before anything is started.
require_system() {
	local tool
	[ "$(id -u)" = 0 ] || cannot "routers need root: run this as root."
	for tool in ip unshare flock openssl ssh-keygen vtysh /usr/sbin/sshd; do
		command -v "$tool" >/dev/null ||
			cannot "$tool is not installed (packages:" \
			    "frr openssh-server openssl iproute2)."
	done
	[ -e "$FRR_LIB/zebra" ] ||
		cannot "$FRR_LIB/zebra is not there (package: frr)."
	login_wrapper_works ||
		cannot "libnss_wrapper is not installed (package:" \
		    "libnss-wrapper)."
	[ -e /proc/self/ns/net ] || cannot "/proc is not mounted:" \
		"mount -t proc proc /proc"
	{ : <>/dev/ptmx; } 2>/dev/null || cannot "there are no" \
		"pseudo-terminals: mount -t devpts devpts /dev/pts" \
		"-o mode=620,ptmxmode=666"
	unshare --net --uts true 2>/dev/null ||
		cannot "this system allows no network namespaces" \
		    "(unshare --net fails: it takes CAP_SYS_ADMIN)."
}

lab_open() {
	[ -d "$1" ] || fail "there is no lab in $1."
	dir=$(cd "$1" && pwd)
	# Two labs must never share a name, and a lab must find its own
	# processes again after a crash: hence an id from the path alone.
	id=sy$(printf %s "$dir" | sha1sum | cut -c1-8)
	base='' count=0 user=lab daemons='zebra staticd bgpd'
	if [ -f "$dir/lab.conf" ]; then
		# shellcheck disable=SC1091 # written by lab_save
		. "$dir/lab.conf"
	fi
}

lab_save() {
	printf '%s=%q\n' base "$base" count "$count" user "$user" \
	    daemons "$daemons" >"$dir/lab.conf"
}

# Sets for the router named $1: router (r1…), number, address.
router_select() {
	number=${1#r}
	case $1 in r[1-9]*) ;; *) fail "$1 is not a router (r1…r$count)." ;; esac
	case $number in *[!0-9]*) fail "$1 is not a router." ;; esac
	[ "$number" -le "$count" ] ||
		fail "$1 is not in this lab (r1…r$count)."
	router=$1
	address=$base.$number
}

base_is_free() {
	local i
	for i in $(seq "$count"); do
		address_answers "$1.$i" && return 1
	done
	return 0
}

pick_base() {
	if [ "$base" != auto ]; then
		base_is_free "$base" || fail "port $SSH_PORT is in use on" \
			"$base.1…$count by something else."
		return
	fi
	# A lab keeps its addresses, for devices are recorded with them.
	for base in $former_base $(shuf -i 20-250 | sed 's/^/127.0./'); do
		base_is_free "$base" && return
	done
	fail "no free loopback addresses from 127.0.20.1 to 127.0.250.$count."
}

parse_up() {
	former_base=$base
	count=$1
	shift
	base=127.0.1
	while [ $# -gt 0 ]; do
		[ $# -ge 2 ] || fail "$1 needs a value."
		case $1 in
		--base) base=$2 ;;
		--user) user=$2 ;;
		--daemons) daemons=$2 ;;
		*) fail "unknown option $1." ;;
		esac
		shift 2
	done
	[[ $count =~ ^[1-9][0-9]{0,2}$ && $count -le $MAX_ROUTERS ]] ||
		fail "the number of routers is 1 to $MAX_ROUTERS."
	[[ $base =~ ^(auto|127\.0\.[0-9]{1,3})$ ]] ||
		fail "--base takes 127.0.X or auto."
	[[ $user =~ ^[a-z][a-z0-9-]{0,30}$ ]] ||
		fail "--user takes lower-case letters, digits and hyphens."
}

power_on() {
	router_start && login_start
}

power_off() {
	login_stop
	router_stop
}

lab_down() {
	local i
	for i in $(routers_left_behind); do
		router=r$i
		power_off
		router_remove
	done
}

cmd_up() {
	lab_open "$1"
	[[ $dir =~ ^[A-Za-z0-9/._+-]+$ ]] || fail "the path $dir has" \
		"characters that sshd's configuration cannot hold."
	count=0
	lab_down
	shift
	parse_up "$@"
	pick_base
	lab_save
	login_make_credentials
	local i
	for i in $(seq "$count"); do
		router_select "r$i"
		power_on && continue
		lab_down
		fail "$router did not start; see $dir/$router/."
	done
}

cmd_status() {
	local i state
	for i in $(seq "$count"); do
		router_select "r$i"
		state=down
		router_processes | grep -q . && state=isolated
		[ "$state" = isolated ] && address_answers "$address" &&
			state=up
		printf '%s %s:%s %s\n' "$router" "$address" "$SSH_PORT" "$state"
	done
}

cmd_router() {
	local verb=$1
	router_select "$2"
	shift 2
	case $verb in
	address) printf '%s:%s\n' "$address" "$SSH_PORT" ;;
	vtysh) exec vtysh -N "$id-$router" "$@" ;;
	cut) login_cut ;;
	rekey) login_rekey ;;
	stop-router) power_off ;;
	start-router) power_on || fail "$router did not start." ;;
	saved) cat "/etc/frr/$id-$router/frr.conf" ;;
	reset-router)
		power_off
		cp "$1" "/etc/frr/$id-$router/frr.conf" && power_on ||
			fail "$router did not start."
		;;
	esac
}

# Two commands on one lab never overlap, and no two labs choose their addresses
# at once. -o keeps the locks out of the daemons.
lock_and_rerun() {
	local where=$2
	local -a locks=(flock -o "$where/lock")
	if [ "$1" = up ]; then
		mkdir -p "$where" || exit 1
		mkdir -p /run/lock
		locks+=(flock -o /run/lock/switchyard-lab)
	fi
	[ -d "$where" ] || fail "there is no lab in $where."
	LAB_LOCKED=1 exec "${locks[@]}" "$lab_home/lab.sh" "$@"
}

main() {
	case ${1-} in
	help | --help | -h) usage; return ;;
	esac
	[ $# -ge 2 ] || { usage >&2; exit 2; }
	local verb=$1 wants=2
	case $verb in
	down | status) ;;
	up | address | cut | rekey | stop-router | start-router | saved) wants=3 ;;
	vtysh | reset-router) wants=4 ;;
	*) usage >&2; exit 2 ;;
	esac
	[ $# -ge $wants ] || { usage >&2; exit 2; }
	[ "$verb" = up ] && require_system
	case $verb in
	status | address | vtysh | saved) ;;
	*) [ "${LAB_LOCKED-}" ] || lock_and_rerun "$@" ;;
	esac
	unset LAB_LOCKED
	[ "$verb" = up ] && { shift; cmd_up "$@"; return; }
	lab_open "$2"
	case $verb in
	down) lab_down ;;
	status) cmd_status ;;
	*) shift 2; cmd_router "$verb" "$@" ;;
	esac
}

main "$@"
