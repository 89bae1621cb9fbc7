#!/bin/bash
# 10,000 access switches of 50 interfaces generated and committed by the job
# generate-intended, worker and store as they ship, on one core.
#
#   SWITCHYARD_BUILD=build/bench generate_bench.sh [DEVICES]
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${SWITCHYARD_BUILD:-$here/../../build/bench}
devices=${1:-10000}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/generate-bench-XXXXXX")
worker=
finish() {
	[ -z "$worker" ] || kill "$worker" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$scratch"
}
trap finish EXIT

"$here/seed.sh" "$scratch/seed" "$devices"
rm -rf "$scratch/seed/intended"
mkdir -p "$scratch/seed/templates/frr/roles/access-switch"
cat >"$scratch/seed/templates/frr/roles/access-switch/main.j2" <<'T'
hostname {{ device.name }}
!
{% for s in context.ntp.servers %}
ntp server {{ s }}
{% endfor %}
{% for n in range(1, 51) %}
interface eth{{ n }}
 description {{ device.area }} {{ device.name }} port {{ n }}
{% if n % 10 == 0 %}
 ip address 10.{{ n }}.{{ device.vars.asn % 250 }}.1/30
{% else %}
 switchport access vlan {{ 100 + n % 7 }}
{% endif %}
{% if 'bench' in device.tags and n > 48 %}
 description uplink {{ n - 48 }} of {{ device.serial }}
{% endif %}
exit
!
{% endfor %}
router bgp {{ device.vars.asn }}
 bgp router-id {{ device.address }}
exit
!
T
"$build/switchyard" --dir "$scratch/run" init --seed "$scratch/seed" >/dev/null
pin=
command -v taskset >/dev/null && pin='taskset -c 0'
$pin "$build/switchyard-worker" --dir "$scratch/run" 2>"$scratch/log" &
worker=$!
until [ -e "$scratch/run/run/worker.ready" ]; do sleep 0.05; done

sy() {
	"$build/switchyard" --dir "$scratch/run" "$@"
}
seconds() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b - a) / 1e9 }'
}
# generate WHAT OPTIONS…
generate() {
	local start what=$1
	shift
	start=$(date +%s%N)
	sy run generate-intended --role access-switch "$@" --follow \
	    >"$scratch/out"
	echo "$what: $(seconds "$start" "$(date +%s%N)") s"
	tail -n 1 "$scratch/log" | sed 's/.*: //; s/^/    /'
}
echo "== $devices switches of 50 interfaces, templates to commit"
generate "dry run, nothing there yet"
generate "generated and committed" --no-dry-run
generate "again, nothing changed" --no-dry-run
size=$(git -C "$scratch/run/store.git" cat-file -s \
    main:intended/site000/sw000001.cfg)
echo "    $size bytes each"
