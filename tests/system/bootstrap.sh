#!/bin/bash
# ./bootstrap run and stop: what a newcomer types, with this build's programs.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

portal_up --routers 1
bootstrap() {
	"$root/bootstrap" "$@" 2>&1
}

# Everything of this run directory, found independently of bootstrap.
portal_processes() {
	local id
	id=sy$(printf %s "$lab_dir" | sha1sum | cut -c1-8)
	pgrep -fa "$portal|$id"
}

answers() {
	curl -sf -o /dev/null --max-time 5 "$url/healthz"
}

check "it answers" answers
check_contains "it says where" "$(cat "$scratch/up")" "$url/"
check_contains "and with which password" "$(cat "$scratch/up")" \
    "$(head -n 1 "$portal/admin-password")"
check_equal "the password is for its owner alone" \
    "$(stat -c %a "$portal/admin-password")" 600
check_not "the password is in no log" \
    grep -rqF "$(head -n 1 "$portal/admin-password")" "$portal/log"
check_equal "the lab's password is for its owner alone" \
    "$(stat -c %a "$portal/secrets/lab")" 600
check_contains "the router runs" "$("$lab" status "$lab_dir")" "r1 127.0."
check_contains "with its host keys on record" "$(git -C "$portal/store.git" \
    log --format=%s main)" 'hostkey r1'
check "the store is sound" git -C "$portal/store.git" fsck --strict

again=$(bootstrap run --dir "$portal" --programs "$build" --no-lab)
check_equal "a second start in the same directory is refused" $? 1
check_contains "with a sentence" "$again" 'already running'
other=$(bootstrap run --dir "$scratch/other" --programs "$build" --no-lab \
    --port "$port")
check_equal "a busy port is refused" $? 1
check_contains "with a sentence" "$other" "port $port on 127.0.0.1 is in use"
check_not "before anything is made" test -e "$scratch/other"

for name in web worker nginx; do
	kill -9 "$(cat "$portal/run/$name.pid")"
	check "it recovers from the end of $name" wait_until 10 answers
done

before=$(git -C "$portal/store.git" rev-parse main)
check "it stops" bootstrap stop --dir "$portal" >/dev/null
check_not "no process is left" portal_processes
check_not "it does not answer" answers
check "stopping twice does no harm" bootstrap stop --dir "$portal" >/dev/null

start_again() {
	bootstrap run --detach --dir "$portal" --programs "$build" \
	    --port "$port" --routers 1 --lab-base "$base" >"$scratch/up" ||
		fail "it does not start: $(cat "$scratch/up")"
}
check "it starts again" start_again
check "with the same store" git -C "$portal/store.git" merge-base \
    --is-ancestor "$before" main

# As after a crash of everything at once.
kill -9 "$(cat "$portal/run/bootstrap.pid")"
check "it starts over its own remains" start_again
check "it answers again" answers
kill -9 "$(cat "$portal/run/bootstrap.pid")"
check "stop cleans up after a crash" bootstrap stop --dir "$portal" >/dev/null
check_not "no process is left after it" portal_processes

bad_port=$(bootstrap run --port 80a)
check_contains "a port that is none is refused" "$bad_port" '1 to 65535'
bad_dir=$(bootstrap run --dir "$scratch/a b")
check_contains "so is a path nginx cannot hold" "$bad_dir" 'characters'
bad_option=$(bootstrap run --prot 1)
check_contains "so is an unknown option" "$bad_option" 'unknown'
