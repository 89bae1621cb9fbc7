#!/bin/bash
# The history index against Git itself, on a store of 10,000 devices and
# 100,000 commits: a page of a device's history, with what git log takes when it
# has changed-path Bloom filters; the index from nothing, and one commit more;
# then the pages of the web program.
#
#   SWITCHYARD_BUILD=build/bench history_bench.sh [DEVICES [COMMITS]]
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${SWITCHYARD_BUILD:-$root/build/bench}
bench=$build/tests/history_bench
bin=$build
[ -x "$bin/switchyard-web" ] || bin=$build/src
devices=${1:-10000}
commits=${2:-100000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/history-bench-XXXXXX")
pids=()
end() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$dir"
	return 0
}
trap end EXIT
export GIT_CONFIG_GLOBAL=/dev/null
store=$dir/store.git
name=sw00077
area=$(printf 'site%03d' $((77 / 250)))

# best of some runs of a command, in milliseconds
best_ms() {
	local best= t i
	for i in 1 2 3 4 5; do
		t=$(date +%s%N)
		"$@" >/dev/null
		t=$((($(date +%s%N) - t) / 1000))
		[ -n "$best" ] && [ "$best" -le "$t" ] || best=$t
	done
	awk -v us="$best" 'BEGIN { printf "%.1f ms", us / 1000 }'
}

echo "== $devices devices, $commits commits"
"$bin/switchyard" --dir "$dir" init --seed "$root/git-store" >/dev/null
"$bench" stream "$devices" "$commits" |
	git -C "$store" fast-import --quiet --done --force
# the device is where its moves have left it
path=$(git -C "$store" ls-tree -r --name-only main backup | grep "/$name.cfg")
area=${path#backup/}; area=${area%%/*}
git -C "$store" commit-graph write --reachable --changed-paths --no-progress

echo "== the index"
"$bench" build "$store"
du -sk "$store/switchyard-history" | awk '{ printf "%.1f MB\n", $1 / 1024 }'
"$bench" extend "$store"
git -C "$store" commit-graph write --reachable --changed-paths --no-progress

echo "== the last 50 commits of one file"
echo "git log -50, with Bloom filters: $(best_ms git -C "$store" log -50 main -- "$path")"
# a CGI program: nginx would start it for each page as it is started here
cgit=/usr/lib/cgit/cgit.cgi
if [ -x $cgit ]; then
	printf '%s\n' cache-size=0 max-commit-count=50 \
	    "repo.url=store" "repo.path=$store" repo.defbranch=main >"$dir/cgitrc"
	cgit_log() {
		env -i CGIT_CONFIG="$dir/cgitrc" REQUEST_METHOD=GET \
		    PATH_INFO="/store/log/$path" QUERY_STRING=h=main $cgit >"$dir/cgit.html"
	}
	cgit_log
	echo "cgit's log page, $(grep -c "/store/commit/[^']*id=" "$dir/cgit.html") commits: $(best_ms cgit_log)"
else
	echo "cgit's log page: not measured, there is no $cgit"
fi
"$bench" page "$store" "devices/$area/$name.json" "intended/$area/$name.cfg" "$path"
"$bench" audit "$store"
echo "git log -50 --author=nobody: $(best_ms git -C "$store" log -50 --author=nobody main)"
echo "git blame of the file: $(best_ms git -C "$store" blame main -- "$path")"

echo "== pages of the web program behind nginx: one client, then 32"
mkdir -p "$dir/log" "$dir/run"
token=$("$bin/switchyard" --dir "$dir" token create --name bench --role viewer)
"$bin/switchyard-web" --dir "$dir" --socket "$dir/web.sock" --threads 16 \
    --templates "$root/templates" --static "$root/static" \
    --origin http://127.0.0.1 2>"$dir/log/web.log" &
pids+=("$!")
for port in $(shuf -i 20000-29000 -n 50); do
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
done
sed -e "s#@USER_DIRECTIVE@#$([ "$(id -u)" != 0 ] || echo 'user root;')#" \
    -e 's#@WORKERS@#1#' -e "s#@FASTCGI_PARAMS@#$root/nginx/fastcgi_params#" \
    -e "s#@STATIC@#$root/static#" -e "s#@DIR@#$dir#g" -e "s#@PORT@#$port#" \
    -e 's#access_log [^;]*;#access_log off;#' \
    "$root/nginx/switchyard.conf.in" >"$dir/run/nginx.conf"
nginx -p "$dir" -c "$dir/run/nginx.conf" -e "$dir/log/nginx.log" -g 'daemon off;' &
pids+=("$!")
site=http://127.0.0.1:$port
give_up=$((SECONDS + 60))
until curl -fso "$dir/page" -H "Authorization: Bearer $token" "$site/audit"; do
	[ $SECONDS -lt $give_up ] || { echo "history_bench: the portal does not answer" >&2; exit 1; }
	sleep 0.05
done

measure() { # CLIENTS URL: median and 99th percentile, in milliseconds
	wrk -t1 -c"$1" -d2s --latency -H "Authorization: Bearer $token" "$2" >"$dir/wrk"
	! grep -q Non-2xx "$dir/wrk" || { echo "history_bench: errors at $2" >&2; exit 1; }
	awk 'function ms(t) { return t * (t ~ /us$/ ? 0.001 : t ~ /ms$/ ? 1 : 1000) }
		$1 == "50%" { a = ms($2) } $1 == "99%" { printf "%8.2f %8.2f", a, ms($2) }' "$dir/wrk"
}
# of the web program, in milliseconds; the clock of the kernel ticks each 10
processor() { awk '{ print ($14 + $15) * 10 }' "/proc/${pids[0]}/stat"; }
requests() { awk '$2 == "requests" { print $1 }' "$dir/wrk"; }

old=$(git -C "$store" log -2 --format=%H main -- "$path" | tail -1)
nav=$(grep -o '<li><a href="/[a-z]*"' "$root/templates/layout.html" | cut -d '"' -f 2)
printf '%-44s %8s %8s %8s %8s %8s %8s\n' "page (milliseconds)" \
    first cpu median p99 "32:" p99
for page in $nav "/devices?status=active&role=access-switch&sort=-serial" \
    "/devices?q=site&size=250&page=999" "/search?q=port+7+of+$name" \
    "/search?mode=regex&q=%5Cd%7B9%7D" "/devices/$name" "/devices/$name/config" \
    "/devices/$name/history" "/devices/$name/history?of=backup" \
    "/devices/$name/blame/backup" "/devices/$name/compare?a=$old&of=backup" \
    "/audit?person=nobody" "/audit?device=$name" "/help/search"; do
	first=$(curl -fso /dev/null -w '%{time_total}' \
	    -H "Authorization: Bearer $token" "$site$page")
	spent=$(processor)
	one=$(measure 1 "$site$page")
	spent=$(awk -v a="$spent" -v b="$(processor)" -v n="$(requests)" \
	    'BEGIN { print (b - a) / n }')
	printf '%-44s %8.1f %8.3f %s %s\n' "$(cut -c 1-44 <<<"${page/$old/COMMIT}")" \
	    "$(awk -v t="$first" 'BEGIN { print t * 1000 }')" "$spent" "$one" \
	    "$(measure 32 "$site$page")"
done
echo "load of the machine: $(cut -d ' ' -f 1 /proc/loadavg)"
awk '/^VmRSS/ { printf "memory of the web program: %.0f MB\n", $2 / 1024 }' \
    "/proc/${pids[0]}/status"
