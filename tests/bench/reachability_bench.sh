#!/bin/bash
# A sweep of 10,000 loopback addresses, worker and store as they ship, on one
# core: ICMP and SNMP of a real snmpd, and with SNMP gone.
#
#   SWITCHYARD_BUILD=build/bench reachability_bench.sh [DEVICES]
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${SWITCHYARD_BUILD:-$here/../../build/bench}
devices=${1:-10000}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/reachability-bench-XXXXXX")
worker=
snmpd=
finish() {
	[ -z "$worker" ] || kill "$worker" 2>/dev/null || true
	[ -z "$snmpd" ] || kill "$snmpd" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$scratch"
}
trap finish EXIT
command -v snmpd >/dev/null || { echo "snmpd is not installed"; exit 0; }

port=$((20000 + RANDOM % 9000))
"$here/seed.sh" "$scratch/seed" "$devices"
rm -rf "$scratch/seed"/{intended,schedules,hooks}
sed -i 's/"primary_ip4": "10\./"primary_ip4": "127./' \
    "$scratch"/seed/devices/*/*.json
cat >"$scratch/seed/platforms/frr.json" <<END
{"name": "frr", "driver": "frr", "probes": ["icmp", "snmp"],
 "snmp_credentials": "snmp", "snmp_port": $port}
END
echo '{"name":"snmp","provider":"file","reference":"snmp"}' \
    >"$scratch/seed/secrets/snmp.json"
mkdir "$scratch/snmp"
printf 'agentaddress udp:0.0.0.0:%d\nrocommunity public\n' "$port" \
    >"$scratch/snmp/snmpd.conf"
SNMP_PERSISTENT_DIR=$scratch/snmp snmpd -f -LF 0-3 "$scratch/snmp/log" -C \
    -c "$scratch/snmp/snmpd.conf" &
snmpd=$!

"$build/switchyard" --dir "$scratch/run" init --seed "$scratch/seed" >/dev/null
(umask 077; mkdir -p "$scratch/run/secrets"
    printf public >"$scratch/run/secrets/snmp")
pin=
command -v taskset >/dev/null && pin='taskset -c 0'
$pin "$build/switchyard-worker" --dir "$scratch/run" 2>"$scratch/log" &
worker=$!
until [ -e "$scratch/run/run/worker.ready" ]; do sleep 0.05; done

# sweep WHAT OPTIONS…
sweep() {
	local start what=$1
	shift
	start=$(date +%s%N)
	"$build/switchyard" --dir "$scratch/run" run reachability --all \
	    --timeout 2 --follow "$@" >"$scratch/out"
	awk -v a="$start" -v b="$(date +%s%N)" -v w="$what" \
	    'BEGIN { printf "%s: %.2f s\n", w, (b - a) / 1e9 }'
	tail -n 1 "$scratch/log" | sed 's/.*: //; s/^/    /'
}
echo "== $devices loopback addresses by ICMP and SNMP, one core"
sweep "all answer"
sweep "again"
kill "$snmpd"
wait "$snmpd" 2>/dev/null || true
snmpd=
sweep "SNMP refuses, ICMP answers"
ls -l "$scratch/run/reach/book" | awk '{ print "    book: " $5 " bytes" }'
