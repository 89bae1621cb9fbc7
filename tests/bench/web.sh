#!/bin/bash
# The device page with N devices against a hello-world libfcgi program that
# sends the same number of bytes, behind the same nginx, in turn; then memory
# and start-up.  web.sh [N…]   (default 10000 100000)
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${SWITCHYARD_BUILD:-$root/build/bench}
bin=$build
[ -x "$bin/switchyard-web" ] || bin=$build/src
hello=$build/tests/hello_fcgi
rounds=${BENCH_ROUNDS:-5}
seconds=${BENCH_SECONDS:-4}
work=$(mktemp -d)
pids=()
end() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$work"
	return 0
}
trap end EXIT

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

median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

bench_one() {
	local n=$1 dir=$work/$1 port page start token web_pid worker_pid
	"$root/tests/bench/seed.sh" "$work/seed$n" "$n"
	mkdir -p "$dir"
	"$bin/switchyard" --dir "$dir" init --seed "$work/seed$n" >/dev/null
	rm -rf "$work/seed$n"
	token=$("$bin/switchyard" --dir "$dir" token create --name bench --role viewer)
	mkdir -p "$dir/log" "$dir/run"
	# packed, as maintenance leaves a store
	git -C "$dir/store.git" repack -adq

	start=$(date +%s.%N)
	"$bin/switchyard-web" --dir "$dir" --socket "$dir/web.sock" \
	    --templates "$root/templates" --static "$root/static" --threads 16 \
	    --origin http://127.0.0.1 2>"$dir/log/web.log" &
	web_pid=$!; pids+=("$web_pid")
	wait_for test -S "$dir/web.sock"
	awk -v a="$start" -v b="$(date +%s.%N)" -v n="$n" \
	    'BEGIN { printf "start-up with %d devices: %.3f s\n", n, b - a }'
	"$bin/switchyard-worker" --dir "$dir" 2>"$dir/log/worker.log" &
	worker_pid=$!; pids+=("$worker_pid")
	wait_for test -f "$dir/run/worker.ready"

	port=$(free_port)
	sed -e "s#@USER_DIRECTIVE@#$([ "$(id -u)" != 0 ] || echo 'user root;')#" \
	    -e 's#@WORKERS@#1#' -e "s#@FASTCGI_PARAMS@#$root/nginx/fastcgi_params#" \
	    -e "s#@STATIC@#$root/static#" -e "s#@DIR@#$dir#g" -e "s#@PORT@#$port#" \
	    -e 's#access_log [^;]*;#access_log off;#' \
	    "$root/nginx/switchyard.conf.in" >"$dir/run/nginx.conf"
	nginx -p "$dir" -c "$dir/run/nginx.conf" -e "$dir/log/nginx.log" -g 'daemon off;' &
	pids+=("$!")
	page=http://127.0.0.1:$port/devices/sw$(printf %06d $((n / 2)))
	wait_for curl -fs -H "Authorization: Bearer $token" "$page"
	curl -fs -H "Authorization: Bearer $token" "$page" >"$dir/page.html"
	echo "device page: $(wc -c <"$dir/page.html") bytes"

	"$hello" "$dir/hello.sock" "$dir/page.html" 16 &
	pids+=("$!")
	wait_for test -S "$dir/hello.sock"
	local hello_port; hello_port=$(free_port)
	mkdir -p "$dir/h/log" "$dir/h/run"
	sed -e "s#web.sock#hello.sock#; s#:$port;#:$hello_port;#; s#$dir/run/#$dir/h/run/#g; s#$dir/log/#$dir/h/log/#g" \
	    "$dir/run/nginx.conf" >"$dir/h/run/nginx.conf"
	nginx -p "$dir/h" -c "$dir/h/run/nginx.conf" -e "$dir/h/log/nginx.log" -g 'daemon off;' &
	pids+=("$!")
	wait_for curl -fs "http://127.0.0.1:$hello_port/devices/x"

	: >"$work/ours"; : >"$work/theirs"; : >"$work/ratio"; : >"$work/p99"
	for _ in $(seq "$rounds"); do
		local a b
		wrk -t1 -c16 -d"${seconds}s" --latency -H "Authorization: Bearer $token" "$page" >"$work/a"
		wrk -t1 -c16 -d"${seconds}s" --latency "http://127.0.0.1:$hello_port/devices/x" >"$work/b"
		grep -q 'Non-2xx' "$work/a" "$work/b" && { echo "bench: errors"; cat "$work/a"; exit 1; }
		a=$(awk '/^Requests\/sec/ { print $2 }' "$work/a")
		b=$(awk '/^Requests\/sec/ { print $2 }' "$work/b")
		echo "$a" >>"$work/ours"; echo "$b" >>"$work/theirs"
		awk '$1 == "99%" { print $2 }' "$work/a" >>"$work/p99"
		awk -v a="$a" -v b="$b" 'BEGIN { print a / b }' >>"$work/ratio"
	done
	printf 'device page: %.0f requests/s, p99 %s; hello world: %.0f requests/s; ratio (median of %d pairs) %.2f\n' \
	    "$(median <"$work/ours")" "$(median <"$work/p99")" "$(median <"$work/theirs")" \
	    "$rounds" "$(median <"$work/ratio")"
	# the file-backed pages of shared libraries count for each
	printf 'memory with %d devices: web %d kB + worker %d kB resident\n' "$n" \
	    "$(rss_kb "$web_pid")" "$(rss_kb "$worker_pid")"
	kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null || true
	pids=()
}

for n in "${@:-10000}"; do
	echo "--- $n devices"
	bench_one "$n"
done
