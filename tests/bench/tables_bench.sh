#!/bin/bash
# Tables and search as a browser meets them, over nginx: 10,000 devices with
# configurations of 1,000 lines; the median of a few requests each.
#
# What the configurations have in common decides what an expression costs:
#   numbered   the same lines, with each device's own numbers in them
#   alike      the same text but for the device's name
#   distinct   random letters: no line is like any other
#
#   SWITCHYARD_BUILD=build/bench tables_bench.sh [DEVICES [LINES [TEXTS]]]
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${SWITCHYARD_BUILD:-$root/build/bench}
devices=${1:-10000}
lines=${2:-1000}
texts=${3:-numbered}
rounds=${BENCH_ROUNDS:-21}
work=$(mktemp -d "${TMPDIR:-/tmp}/tables-bench-XXXXXX")
end() {
	"$root/bootstrap" stop --dir "$work/portal" >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap end EXIT

"$root/tests/bench/seed.sh" "$work/seed" "$devices"
source=/dev/null
[ "$texts" != distinct ] || source=/dev/urandom
# base64 ends with a broken pipe once there are enough lines
base64 -w 16 $source 2>/dev/null | awk -v dir="$work/seed/intended" \
    -v n="$devices" -v lines="$lines" -v texts="$texts" '
	function block(p, name, i) {
		if (texts == "alike")
			i = 0
		printf "interface eth%d\n description port %d of %s\n" \
		    " ip address 10.%d.%d.%d/30\nexit\n!\n", p, p,
		    texts == "alike" ? "a switch" : name, p,
		    i / 256 % 256, i % 256 > file
	}
	BEGIN {
		for (i = 1; i <= n; i++) {
			name = sprintf("sw%06d", i)
			file = sprintf("%s/site%03d/%s.cfg", dir, int((i - 1) / 500), name)
			printf "hostname %s\n!\n", name > file
			for (p = 0; p < (lines - 2) / 5; p++) {
				if (texts != "distinct") {
					block(p, name, i)
					continue
				}
				for (k = 0; k < 5 && (getline line) > 0; k++)
					print line > file
			}
			close(file)
		}
	}' || [ "$texts" = distinct ]
bytes=$(du -sb "$work/seed/intended" | cut -f 1)
port=$(shuf -i 20000-29000 -n 1)
"$root/bootstrap" run --detach --no-lab --programs "$build" --seed "$work/seed" \
    --dir "$work/portal" --port "$port" >"$work/up"
rm -rf "$work/seed"
{
	printf 'header = "Authorization: Bearer '
	"$build/switchyard" --dir "$work/portal" token create --name bench \
	    --role viewer | tr -d '\n'
	printf '"\n'
} >"$work/token"

web_pid() { cat "$work/portal/run/web.pid"; }
# of the web program, in milliseconds; the clock of the kernel ticks each 10
processor() { awk '{ print ($14 + $15) * 10 }' "/proc/$(web_pid)/stat"; }

# ask WHAT PATH: the median and the longest of some requests, and the processor
# time of each, which other work on the machine does not change
ask() {
	local spent
	spent=$(processor)
	curl -sf -K "$work/token" -o "$work/page" -w '%{time_total}\n' \
	    "http://127.0.0.1:$port$2#[1-$rounds]" | sort -g >"$work/times"
	awk -v what="$1" -v spent="$spent" -v now="$(processor)" '
		{ v[NR] = $1 * 1000 }
		END { printf "%-46s %7.1f ms, longest %.1f ms, processor %.1f ms\n",
		    what, v[int((NR + 1) / 2)], v[NR], (now - spent) / NR }' "$work/times"
}
echo "== $devices devices with $lines lines each ($texts, $((bytes / 1000000)) MB), over nginx"
ask "devices, first page" "/devices"
ask "devices, filtered, by serial number downwards" \
    "/devices?status=active&role=access-switch&sort=-serial"
ask "devices, searched, last page of 250" \
    "/devices?q=site&size=250&sort=area&page=999"
ask "devices as CSV, all" "/devices.csv"
first() { # WHAT: one search
	curl -sf -K "$work/token" -o /dev/null -w "$1 %{time_total} s\n" \
	    "http://127.0.0.1:$port/search?q=nothing-like-it"
}
first 'search: the first, the index made from nothing'
awk '{ printf "%-46s %7.2f s\n", "processor time of web until then", ($14 + $15) / 100 }' \
    "/proc/$(web_pid)/stat"
ls -l "$work/portal/store.git/switchyard-search" |
	awk '{ printf "%-46s %7.0f MB\n", "the index on the disk", $5 / 1000000 }'
ask "search: one device" "/search?q=port+7+of+sw$(printf %06d $((devices / 2)))"
ask "search: in every device" "/search?q=interface+eth1"
ask "search: nowhere" "/search?q=ethernet"
ask "search: expression, some devices" \
    "/search?mode=regex&q=%5E+ip+address+10%5C.150%5C.7%5C.%5B12%5D3%2F"
ask "search: expression without fixed letters" \
    "/search?mode=regex&q=%5Cd%7B9%7D"
ask "search: and its digits are not all alike" \
    "/search?mode=regex&q=%5B89%5D%5C.%5B67%5D%5C.9%5C.9%2F"
ask "search: a word that no line has, or another" \
    "/search?mode=regex&q=%28qq%7Czz%29%5Bxy%5D%7B3%7D"
awk '/^Rss|^Anon/ { print "memory of web: " $0 }' \
    "/proc/$(web_pid)/smaps_rollup" 2>/dev/null || true
"$root/bootstrap" stop --dir "$work/portal" >/dev/null
"$root/bootstrap" run --detach --no-lab --programs "$build" \
    --dir "$work/portal" --port "$port" >"$work/up"
first 'search: the first after a start'
echo "== expressions on 170 MB of texts with nothing in common: processor time of the automaton on all bytes, and of a search"
"$build/tests/search_bench"
echo "load of the machine: $(cut -d ' ' -f 1 /proc/loadavg)"
