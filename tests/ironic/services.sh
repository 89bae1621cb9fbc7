# shellcheck shell=bash
# Starting and ending the OpenStack services of a directory. Sourced by the
# scripts beside it.
set -u
umask 022
services_home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lab/process.sh
. "$services_home/../lab/process.sh"
# Debian's own: another python3 that comes first in PATH lacks the packages.
PYTHON=/usr/bin/python3

fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# has_module NAME…: are the packages installed?
has_module() {
	local module
	for module; do
		"$PYTHON" -c "import importlib.util, sys
sys.exit(not importlib.util.find_spec('$module'))" || return 1
	done
}

# take_port: sets port to a free one. A port that is in use is not refused by
# OpenStack's servers (SO_REUSEPORT): they would share its requests.
take_port() {
	local candidate
	for candidate in $(shuf -i 15000-19999 -n 50); do
		(exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null && continue
		port=$candidate
		return
	done
	fail "no free port"
}

# start_service NAME COMMAND…: in a session of its own, logging to
# DIR/log/NAME.out, its pid in DIR/NAME.pid.
start_service() {
	local name=$1
	shift
	setsid -- "$@" >"$dir/log/$name.out" 2>&1 </dev/null &
	echo $! >"$dir/$name.pid.new" && mv -f "$dir/$name.pid.new" "$dir/$name.pid"
}

# Ends what was started in DIR. A pid file that is empty or old names nobody of
# ours: the process must still have DIR among its arguments.
stop_services() {
	local file pid
	local -a pids=()
	for file in "$dir"/*.pid; do
		[ -s "$file" ] || continue
		pid=$(cat "$file")
		[[ $pid =~ ^[0-9]+$ && $pid -gt 1 ]] || continue
		grep -qsF -- "$dir/" "/proc/$pid/cmdline" && pids+=("$pid")
		rm -f "$file"
	done
	end_processes "${pids[@]}"
}

has_ended() {
	all_gone "$(cat "$dir/$1.pid")"
}

answers() {
	[ "$(curl -s -m 2 -o /dev/null -w '%{http_code}' "$1")" != 000 ]
}

# await_service NAME COMMAND…: until the command answers true, or it has ended.
await_service() {
	local name=$1
	shift
	ready_or_ended() {
		has_ended "$name" || "$@"
	}
	wait_until 60 ready_or_ended "$@" && ! has_ended "$name" && return
	tail -n 8 "$dir"/log/* >&2
	stop_services
	fail "$name does not start; $dir/log has its story"
}
