# shellcheck shell=bash
# Finding, awaiting and ending processes without pid files that may lie.
# Sourced by lab.sh and bootstrap. A process is ours only when its program and
# an argument match and it lives under the same root directory, so that a lab
# inside a chroot never touches one outside it.

# Only root can tell, and only root could harm another root's processes.
shares_root() {
	[ "$(id -u)" != 0 ] || [ "/proc/$1/root" -ef / ]
}

# processes_of PROGRAM_PATTERN ARGUMENT: pids, one a line. ARGUMENT is matched
# whole, or as a word of a title that sshd or nginx gave themselves.
processes_of() {
	local file pid exe
	for file in $(grep -lzxF -e "$2" /proc/[0-9]*/cmdline 2>/dev/null
	    grep -lzF -e " $2 " /proc/[0-9]*/cmdline 2>/dev/null); do
		pid=${file#/proc/}
		pid=${pid%/cmdline}
		# A process may hide its program from its own user
		# (PR_SET_DUMPABLE); then its own word must do.
		exe=$(readlink "/proc/$pid/exe" || head -zn 1 \
		    "/proc/$pid/cmdline" 2>/dev/null | tr -d '\0')
		# A program that was built again meanwhile is "… (deleted)".
		# shellcheck disable=SC2254 # a pattern is meant
		case ${exe% (deleted)} in $1) ;; *) continue ;; esac
		shares_root "$pid" && echo "$pid"
	done | sort -un
}

# descendants_of PID…: children, their children, and so on.
descendants_of() {
	[ $# -gt 0 ] || return 0
	ps -A -o pid=,ppid= | awk -v roots="$*" '
		BEGIN { n = split(roots, r); while (n) in_[r[n--]] = 1 }
		{ pid[NR] = $1; parent[NR] = $2 }
		END {
			do {
				grown = 0
				for (i = 1; i <= NR; i++)
					if ((parent[i] in in_) && !(pid[i] in in_)) {
						in_[pid[i]] = 1
						print pid[i]
						grown = 1
					}
			} while (grown)
		}'
}

# wait_until SECONDS COMMAND…: asks every 50 ms; false when the time is over.
wait_until() {
	local left=$(($1 * 20))
	shift
	until "$@"; do
		[ $((left -= 1)) -gt 0 ] || return 1
		sleep 0.05
	done
}

all_gone() {
	local pid
	for pid; do
		# A zombie has ended; only its parent has not noticed yet.
		grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$pid/status" \
		    2>/dev/null && return 1
	done
	return 0
}

# end_processes PID…: TERM, and KILL for what is left after five seconds.
end_processes() {
	[ $# -gt 0 ] || return 0
	kill "$@" 2>/dev/null
	wait_until 5 all_gone "$@" && return
	kill -9 "$@" 2>/dev/null
	wait_until 5 all_gone "$@"
}
