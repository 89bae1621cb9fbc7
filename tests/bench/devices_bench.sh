#!/bin/bash
# `show running-config` of a thousand simulated Arista switches: the driver and
# a backup run against a bare libssh loop and netmiko, in CPU time a device; the
# throughput with slow devices; the memory of a slot.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${SWITCHYARD_BUILD:-$root/build/bench}
n=${BENCH_DEVICES:-1000}
rounds=${BENCH_ROUNDS:-3}
slots=${BENCH_SLOTS:-256}
latency=${BENCH_LATENCY_MS:-2000}
first=127.$((80 + RANDOM % 40)).0.1
sim=$build/tests/switchyard-sim
[ -x "$sim" ] || { echo "the simulators are not built" >&2; exit 2; }
work=$(mktemp -d)
end() {
	"$root/bootstrap" stop --dir "$work/portal" >/dev/null 2>&1 || true
	[ -z "${sim_pid-}" ] || kill "$sim_pid" 2>/dev/null || true
	rm -rf "$work"
}
trap end EXIT
ulimit -n 16384 2>/dev/null || true

printf admin >"$work/password"
"$sim" --platform eos --name sw --count "$n" --listen "$first" --port 2200 \
    --control "$work/control" >"$work/sim" 2>&1 &
sim_pid=$!
for _ in $(seq 600); do
	! grep -q ready "$work/sim" || break
	sleep 0.1
done
awk '/VmRSS/ { printf "simulator: %d devices, %.0f MiB\n", n, $2 / 1024 }' \
    n="$n" "/proc/$sim_pid/status"

# --- one after the other, in turn ------------------------------------------------

sweep() { # MODE COUNT: milliseconds of CPU a device
	"$build/tests/ssh_sweep" "$1" "$first" "$2" 2200 admin \
	    "$work/password" | cut -d' ' -f3
}
median() {
	sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
for _ in $(seq "$rounds"); do
	sweep bare "$n" >>"$work/bare"
	sweep driver "$n" >>"$work/driver"
done
bare=$(median <"$work/bare")
driver=$(median <"$work/driver")
netmiko=0
if /usr/bin/python3 -c 'import netmiko' 2>/dev/null; then
	netmiko=$(/usr/bin/python3 -B -W ignore "$root/tests/bench/netmiko_sweep.py" \
	    "$first" 20 2200 admin "$work/password" | cut -d' ' -f3)
fi
awk -v b="$bare" -v d="$driver" -v m="$netmiko" 'BEGIN {
	printf "CPU a device, one session: bare libssh %.2f ms, driver %.2f ms (%.2f times), netmiko %.1f ms (%.1f times the driver)\n",
	    b, d, d / b, m, m / d }'

# --- a run over all ------------------------------------------------------------------

seed=$work/seed
cp -R "$root/git-store" "$seed"
sed -i 's/"enabled": true/"enabled": false/' "$seed"/schedules/*
rm -f "$seed"/devices/lab/* "$seed"/intended/lab/* "$seed"/context/device/*
mkdir -p "$seed/hostkeys"
printf '{"name":"sims","provider":"file","reference":"sims"}\n' \
    >"$seed/secrets/sims.json"
"$sim" ctl "$work/control" key all >"$work/keys"
[ "$(wc -l <"$work/keys")" = "$n" ]
awk -v dir="$seed" -v first="$first" '{
	name = "sw" NR
	split(first, a, ".")
	at = a[4] + NR - 1
	file = dir "/devices/lab/" name ".json"
	printf "{\"area\":\"lab\",\"credentials\":\"sims\",\"name\":\"%s\",\"platform\":\"eos\",\"primary_ip4\":\"%d.%d.%d.%d:2200\",\"status\":\"active\"}\n",
	    name, a[1], a[2], a[3] + int(at / 256), at % 256 > file
	close(file)
	file = dir "/hostkeys/" name ".json"
	printf "{\"name\":\"%s\",\"keys\":[\"%s %s\"],\"approved_by\":\"bench\"}\n",
	    name, $1, $2 > file
	close(file)
}' "$work/keys"
# what the others read, and nothing besides
sed -i '/"backup_commands"/d' "$seed"/platforms/*.json
sed -i "s/\"slots\": *[0-9]*/\"slots\": $slots/" "$seed/settings.json"
port=$(shuf -i 20000-29000 -n 1)
"$root/bootstrap" run --detach --no-lab --programs "$build" --seed "$seed" \
    --dir "$work/portal" --port "$port" >"$work/up"
printf '{"username":"admin","password":"admin"}' >"$work/portal/secrets/sims"
chmod 600 "$work/portal/secrets/sims"
worker=$(cat "$work/portal/run/worker.pid")
hertz=$(getconf CLK_TCK)

slots_of() {
	pgrep -P "$worker"
}
# Of the master, its slots, and those that it has reaped.
worker_ms() {
	local pid
	{
		cut -d' ' -f14-17 "/proc/$worker/stat"
		for pid in $(slots_of); do
			cut -d' ' -f14-15 "/proc/$pid/stat" 2>/dev/null || true
		done
	} | awk -v hz="$hertz" '{ for (i = 1; i <= NF; i++) t += $i }
	    END { printf "%.0f\n", t * 1000 / hz }'
}
now_ms() {
	date +%s%3N
}
backup() { # PARAMETERS…: sets took (ms) and cpu (ms)
	local cpu0 t0
	cpu0=$(worker_ms)
	t0=$(now_ms)
	"$build/switchyard" --dir "$work/portal" run backup "$@" --follow \
	    >"$work/run" 2>&1 || { tail -n 3 "$work/run" >&2; exit 1; }
	took=$(($(now_ms) - t0))
	cpu=$(($(worker_ms) - cpu0))
}
backup --all
awk -v n="$n" -v t="$took" -v c="$cpu" -v b="$bare" 'BEGIN {
	printf "backup run of %d devices, all new: %.1f s, %.2f ms of CPU a device with its commit (%.2f times bare)\n",
	    n, t / 1000, c / n, c / n / b }'
backup --all
awk -v n="$n" -v t="$took" -v c="$cpu" -v b="$bare" 'BEGIN {
	printf "again, nothing changed: %.1f s, %.2f ms of CPU a device (%.2f times bare)\n",
	    t / 1000, c / n, c / n / b }'

# --- slow devices ---------------------------------------------------------------------

"$sim" ctl "$work/control" mode all "latency=$latency" >"$work/mode"
backup --device sw1
alone=$took
(
	sleep "$(awk -v a="$alone" 'BEGIN { print a / 1000 * 1.5 }')"
	for pid in $(slots_of); do
		awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" \
		    2>/dev/null || true
	done >"$work/pss"
) &
sampler=$!
backup --all
wait $sampler
awk -v n="$n" -v s="$slots" -v t="$took" -v a="$alone" 'BEGIN {
	ideal = n * a / s / 1000
	printf "%d ms a command, %d slots: %.1f s; ideal %.1f s (one device alone %.1f s): %.0f%%\n",
	    '"$latency"', s, t / 1000, ideal, a / 1000, 100 * ideal * 1000 / t }'
awk '{ t += $1 } END { if (NR) printf "memory of a slot under way: %.1f MiB (PSS, %d slots)\n", t / NR / 1024, NR }' \
    "$work/pss"
