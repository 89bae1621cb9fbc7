# shellcheck shell=bash
# Helpers of system tests. Sourced by tests/system/*.sh, which CTest runs with
# SWITCHYARD_BUILD set to the build directory.
#
# A test is a list of `check DESCRIPTION COMMAND…`; the first that fails ends
# it with the run directory's last log lines. Whatever the helpers started is
# stopped when the test ends, however it ends.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${SWITCHYARD_BUILD:?the build directory}
lab=$root/tests/lab/lab.sh
export LC_ALL=C.UTF-8 PATH=$PATH:/usr/sbin:/sbin
# shellcheck source=tests/lab/process.sh
. "$root/tests/lab/process.sh"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/switchyard-test.XXXXXX")
passed=0
# Commands to run at the end, last first.
cleanups=()

at_end() {
	cleanups+=("$*")
}

finish() {
	local status=$? i
	trap - EXIT
	for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do
		eval "${cleanups[i]}"
	done
	rm -rf "$scratch"
	[ $status != 0 ] || echo "$passed checks passed"
	exit $status
}
trap finish EXIT
trap 'exit 143' INT TERM HUP

fail() {
	local log
	printf 'FAILED: %s\n' "$*"
	for log in "$scratch"/*/log/{worker,web,bootstrap}.log; do
		[ -s "$log" ] || continue
		printf -- '--- %s\n' "${log#"$scratch"/}"
		tail -n 20 "$log"
	done
	exit 1
}

skip() {
	[ -z "${CI-}" ] || fail "$* (in CI this may not be skipped)"
	echo "skipped: $*"
	exit 77
}

# check DESCRIPTION COMMAND…
check() {
	local what=$1
	shift
	"$@" || fail "$what"
	passed=$((passed + 1))
}

# check_not DESCRIPTION COMMAND…: the command must answer false.
check_not() {
	local what=$1
	shift
	! "$@" || fail "$what"
	passed=$((passed + 1))
}

# check_equal DESCRIPTION GOT WANTED
check_equal() {
	[ "$2" = "$3" ] || fail "$1: got \"$2\", wanted \"$3\""
	passed=$((passed + 1))
}

# check_contains DESCRIPTION TEXT PART
check_contains() {
	case $2 in
	*"$3"*) passed=$((passed + 1)) ;;
	*) fail "$1: \"$3\" is not in: $2" ;;
	esac
}

require_lab() {
	local reason
	[ "$(id -u)" = 0 ] || skip "routers need root"
	unshare --net --uts true 2>/dev/null ||
		skip "this system allows no network namespaces"
	reason=$(bash "$root/bootstrap" packages lab)
	[ -z "$reason" ] || skip "packages are missing: ${reason//$'\n'/ }"
}

# lab_up N [lab.sh options…]: a lab in $lab_dir on free addresses, taken down
# at the end.
lab_up() {
	require_lab
	lab_dir=$scratch/lab
	at_end "'$lab' down '$lab_dir'"
	"$lab" up "$lab_dir" "$1" --base auto "${@:2}" ||
		fail "the lab did not start"
}

# Reads a router's configuration behind the portal's back.
router_config() {
	"$lab" vtysh "$lab_dir" "$1" -c 'show running-config'
}

# The kernel gives out ports from 32768 up, so these are not taken by accident.
free_port() {
	local candidate
	for candidate in $(shuf -i 20000-29999 -n 50); do
		(exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null ||
			{ echo "$candidate"; return; }
	done
	fail "no free port"
}

# take_base: sets base to 127.0.X, which no other test uses while this one runs.
take_base() {
	local x
	mkdir -p /run/lock
	for x in $(shuf -i 20-250); do
		exec {base_lock}>"/run/lock/switchyard-base-$x"
		flock -n "$base_lock" || continue
		at_end "rm -f /run/lock/switchyard-base-$x"
		base=127.0.$x
		(exec 3<>"/dev/tcp/$base.1/2222") 2>/dev/null || return 0
	done
	fail "no free loopback addresses"
}

# portal_up [bootstrap options…]: the programs of this build, served from
# $portal on $url, stopped at the end. With --routers N there is a lab in
# $lab_dir, and the store's demo devices stand at its addresses.
portal_up() {
	local -a options=(--no-lab --seed "$scratch/seed")
	[ -d "$scratch/seed" ] || cp -R "$root/git-store" "$scratch/seed"
	# what runs by itself would run into what is tested
	[ ! -d "$scratch/seed/schedules" ] ||
		sed -i 's/"enabled": true/"enabled": false/' \
		    "$scratch"/seed/schedules/*
	case " $* " in
	*' --routers '*)
		require_lab
		take_base
		sed -i "s/\"127\.0\.1\./\"$base./" \
		    "$scratch"/seed/devices/*/*.json
		options=(--lab-base "$base" --seed "$scratch/seed" --no-sims)
		;;
	esac
	port=$(free_port)
	portal=$scratch/portal
	url=http://127.0.0.1:$port
	lab_dir=$portal/lab
	at_end portal_down
	"$root/bootstrap" run --detach --programs "$build" --dir "$portal" \
	    --port "$port" "${options[@]}" "$@" >"$scratch/up" 2>&1 ||
		fail "the portal did not start: $(cat "$scratch/up")"
}

portal_down() {
	[ ! -d "$portal" ] ||
		"$root/bootstrap" stop --dir "$portal" >/dev/null
}

switchyard() {
	"$build/switchyard" --dir "$portal" "$@"
}

# token ROLE: a new Bearer token in $token, used by api from then on.
token() {
	token=$(switchyard token create --role "$1" --name "test-$1-$RANDOM")
	[ -n "$token" ] || fail "no token for $1"
}

# api METHOD PATH [curl options…]: sets status, body and headers. The token
# goes in by a file, so that no process list shows it.
api() {
	local method=$1 path=$2
	shift 2
	: >"$scratch/curl"
	[ -z "${token-}" ] || printf 'header = "Authorization: Bearer %s"\n' \
	    "$token" >"$scratch/curl"
	status=$(curl -s -K "$scratch/curl" -X "$method" --max-time 60 \
	    -D "$scratch/headers" -o "$scratch/body" -w '%{http_code}' \
	    "$@" "$url$path")
	body=$(tr -d '\0' <"$scratch/body" 2>/dev/null)
	headers=$(tr -d '\r' <"$scratch/headers" 2>/dev/null)
}

# api_json METHOD PATH JSON [curl options…]
api_json() {
	local method=$1 path=$2 json=$3
	shift 3
	api "$method" "$path" -H 'Content-Type: application/json' \
	    --data-binary "$json" "$@"
}

# header NAME: its value in the last answer.
header() {
	sed -n "s/^$1: //Ip" <<<"$headers" | tail -n 1
}

# json FILTER: of the last answer's body, as a Python expression on `it`.
json() {
	python3 -c 'import json, sys
it = json.load(sys.stdin)
value = eval(sys.argv[1])
print(value if isinstance(value, str) else json.dumps(value))' \
	    "$1" <<<"$body"
}

# --- runs and simulated devices ------------------------------------------------

# run_ended RUN: its document is in $body. What is unknown is still settled.
run_ended() {
	api GET "/api/v1/runs/$1"
	case $(json 'it["state"]') in
	queued | claimed | running | unknown) return 1 ;;
	esac
}

# run_recorded RUN: and it is on record.
run_recorded() {
	run_ended "$1" && [ ! -e "$portal/live/$1" ]
}

# put_intended DEVICE: what is intended for it, from standard input.
put_intended() {
	cat >"$scratch/intended"
	api PUT "/api/v1/devices/$1/intended" -H 'Content-Type: text/plain' \
	    --data-binary "@$scratch/intended"
}

# sim_credentials: those of the simulated devices, as the record "sim".
sim_credentials() {
	printf '{"username":"admin","password":"admin"}' >"$portal/secrets/sim"
	chmod 600 "$portal/secrets/sim"
	api_json POST /api/v1/secrets \
	    '{"name":"sim","provider":"file","reference":"sim"}'
	check_equal "there are credentials" "$status" 201
}
