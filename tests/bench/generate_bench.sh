#!/bin/bash
# 10,000 access switches of 50 interfaces, each with a context file and two
# neighbours, generated and committed by the job generate-intended, worker and
# store as they ship, on one core.
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
mkdir -p "$scratch/seed/templates/frr/roles/access-switch" \
    "$scratch/seed/context/device"
# What a network has: ports by role, a ring of uplinks and a few ports of its
# own by device.
awk -v dir="$scratch/seed/context" -v n="$devices" 'BEGIN {
	file = dir "/role/access-switch.json"
	printf "{\"ports\": [" > file
	for (p = 1; p <= 48; p++)
		printf "%s{\"name\": \"eth%d\", \"vlan\": %d, \"enabled\": %s}",
		    (p == 1 ? "" : ", "), p, 100 + p % 7,
		    (p % 12 ? "true" : "false") > file
	print "]}" > file
	for (i = 1; i <= n; i++) {
		file = sprintf("%s/device/sw%06d.json", dir, i)
		printf "{\"links\": [{\"device\": \"sw%06d\", \"interface\": " \
		    "\"eth49\", \"peer_interface\": \"eth50\"}], \"names\": " \
		    "{\"eth1\": \"printer %d\", \"eth2\": \"camera %d\"}}\n",
		    i % n + 1, i, i > file
		close(file)
	}
}'
cat >"$scratch/seed/templates/frr/roles/access-switch/main.j2" <<'T'
hostname {{ device.name }}
!
{% for s in context.ntp.servers %}
ntp server {{ s }}
{% endfor %}
{% include 'ports.j2' %}
{% for n in neighbors() %}
interface {{ n.interface }}
 description to {{ n.device }} {{ n.peer_interface }}
 switchport mode trunk
exit
!
{% endfor %}
router bgp {{ device.vars.asn }}
 bgp router-id {{ device.address }}
exit
!
T
cat >"$scratch/seed/templates/frr/ports.j2" <<'T'
{% macro port(p, name) %}
interface {{ p.name }}
 description {{ device.area }} {{ name|upper|replace(' ', '-') }}
 switchport access vlan {{ p.vlan }}
{% if not p.enabled %}
 shutdown
{% endif %}
exit
!
{% endmacro %}
{% for p in context.ports %}
{{ port(p, context.names[p.name]|default('free')) }}
{%- endfor %}
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
