#!/bin/bash
# Runs over many devices, worker and store as they ship, over devices that are
# directories (tests/sim/fake_driver.h): a backup sweep, the same with nothing
# changed, comparing, and the page of a run that is under way.
#
#   SWITCHYARD_BUILD=build/bench fleet_bench.sh [DEVICES]      (10000)
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${SWITCHYARD_BUILD:-$root/build/bench}
devices=${1:-10000}
base=/tmp
[ ! -w /dev/shm ] || base=/dev/shm
scratch=$(mktemp -d "$base/fleet-bench-XXXXXX")
pids=()
finish() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$scratch"
}
trap finish EXIT

wait_for() { # until the command succeeds, at most 60 s
	local end=$((SECONDS + 60))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || { echo "bench: $* never succeeded" >&2; exit 1; }
		sleep 0.02
	done
}

free_port() {
	local port
	for port in $(shuf -i 20000-29000 -n 50); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
}

seconds() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b - a) / 1e9 }'
}

# --- devices --------------------------------------------------------------------

mkdir -p "$scratch/seed"/{areas,platforms,secrets,hooks} "$scratch/fake"
echo '{"name":"frr","driver":"frr"}' >"$scratch/seed/platforms/frr.json"
echo '{"name":"lab","provider":"file","reference":"lab","username":"admin"}' \
    >"$scratch/seed/secrets/lab.json"
echo '{"slots":16,"default_credentials":"lab"}' >"$scratch/seed/settings.json"
# 8 KB each, in areas of 250; the first thousand have a tag
awk -v seed="$scratch/seed" -v fake="$scratch/fake" -v n="$devices" 'BEGIN {
	for (i = 1; i <= n; i++) {
		area = sprintf("site%03d", int((i - 1) / 250))
		if ((i - 1) % 250 == 0) {
			system("mkdir -p " seed "/devices/" area " " seed "/intended/" area)
			file = seed "/areas/" area ".json"
			printf "{\"name\":\"%s\"}\n", area > file
			close(file)
		}
		name = sprintf("sw%06d", i)
		file = seed "/devices/" area "/" name ".json"
		printf "{\"name\":\"%s\",\"area\":\"%s\",\"platform\":\"frr\"," \
		    "\"status\":\"active\",\"primary_ip4\":\"127.0.0.1:%d\"," \
		    "\"tags\":[\"%s\"]}\n", name, area, 10000 + i,
		    i <= 1000 ? "first" : "rest" > file
		close(file)
		text = "hostname " name "\n"
		for (p = 0; p < 150; p++)
			text = text sprintf("interface eth%d description port %d of %s address 10.%d.%d.1\n", p, p, name, p, i % 256)
		file = seed "/intended/" area "/" name ".cfg"
		printf "%s%s", text, i % 50 ? "" : "ntp server 192.0.2.1\n" > file
		close(file)
		dir = fake "/" (10000 + i)
		system("mkdir " dir)
		file = dir "/running"
		printf "%s", text > file
		close(file)
	}
}'
"$build/switchyard" --dir "$scratch/run" init --seed "$scratch/seed" >/dev/null
rm -rf "$scratch/seed"
mkdir -p "$scratch/run/secrets" "$scratch/run/log" "$scratch/run/run"
echo password >"$scratch/run/secrets/lab"
chmod 600 "$scratch/run/secrets/lab"
SWITCHYARD_FAKE=$scratch/fake "$build/tests/switchyard-worker-fake" \
    --dir "$scratch/run" 2>"$scratch/log" &
pids+=($!)
wait_for test -e "$scratch/run/run/worker.ready"

sy() {
	"$build/switchyard" --dir "$scratch/run" "$@"
}

# run WHAT JOB OPTIONS…: how long, how it ended, commits on main
run() {
	local start before what=$1
	shift
	before=$(git -C "$scratch/run/store.git" rev-list --count main)
	start=$(date +%s%N)
	sy run "$@" --follow >"$scratch/out" || true
	echo "$what: $(seconds "$start" "$(date +%s%N)") s, $(($(git -C \
	    "$scratch/run/store.git" rev-list --count main) - before)) commits"
	tail -n 1 "$scratch/log" | sed 's/.*: /    /'
}
echo "== backups: 16 sessions, devices that answer at once"
run "1,000 devices, first" backup --tag first
run "1,000 devices, again, nothing changed" backup --tag first
run "$devices devices" backup --all
echo "== comparing"
run "$devices devices, every 50th differs" compare --all

# --- the page of a run under way ---------------------------------------------------

echo "== the page of a run over $devices devices, under way"
for i in "$scratch"/fake/*; do
	echo "latency 20" >"$i/control"
done
token=$(sy token create --name bench --role operator)
port=$(free_port)
"$build/switchyard-web" --dir "$scratch/run" --socket "$scratch/run/web.sock" \
    --templates "$root/templates" --static "$root/static" --threads 16 \
    --origin http://127.0.0.1 2>"$scratch/run/log/web.log" &
pids+=($!)
sed -e "s#@USER_DIRECTIVE@#$([ "$(id -u)" != 0 ] || echo 'user root;')#" \
    -e 's#@WORKERS@#1#' -e "s#@FASTCGI_PARAMS@#$root/nginx/fastcgi_params#" \
    -e "s#@STATIC@#$root/static#" -e "s#@DIR@#$scratch/run#g" \
    -e "s#@PORT@#$port#" -e 's#access_log [^;]*;#access_log off;#' \
    "$root/nginx/switchyard.conf.in" >"$scratch/run/run/nginx.conf"
nginx -p "$scratch/run" -c "$scratch/run/run/nginx.conf" \
    -e "$scratch/run/log/nginx.log" -g 'daemon off;' &
pids+=($!)
url=http://127.0.0.1:$port
wait_for curl -fs -H "Authorization: Bearer $token" "$url/api/v1/jobs"
id=$(curl -fs -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    -d '{"parameters":{"all":true}}' "$url/api/v1/jobs/backup/runs" |
	python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
sleep 3 # rows have ended by then
for path in "/runs/$id" "/runs/$id/log?since=100000" "/api/v1/runs/$id" \
    "/api/v1/runs/$id/devices?show=failed" /runs; do
	wrk -t1 -c4 -d4s --latency -H "Authorization: Bearer $token" \
	    "$url$path" >"$scratch/wrk"
	awk -v path="${path//$id/<id>}" '$1 == "50%" { p50 = $2 } $1 == "99%" { p99 = $2 }
	    /^Requests\/sec/ { rate = $2 }
	    END { printf "%-36s %6.0f a second, median %s, p99 %s\n", path, rate, p50, p99 }' \
	    "$scratch/wrk"
done
curl -fs -H "Authorization: Bearer $token" "$url/api/v1/runs/$id" | python3 -c '
import json, sys
p = json.load(sys.stdin)["progress"]
print("    %d of %d done meanwhile, %.0f a minute" % (p["done"], p["total"], p["per_minute"]))'
start=$(date +%s%N)
curl -fs -X POST -H "Authorization: Bearer $token" \
    -H 'Content-Type: application/json' -d '{}' "$url/api/v1/runs/$id/cancel" >/dev/null
ended() {
	curl -fs -H "Authorization: Bearer $token" "$url/api/v1/runs/$id" |
		grep -q '"state":"cancelled"'
}
wait_for ended
echo "cancelled after $(seconds "$start" "$(date +%s%N)") s"
