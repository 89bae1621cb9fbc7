#!/bin/bash
# switchyard-web as a process: options, its socket, a second one, stopping while
# requests are under way, starting again after kill -9.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

web=$build/switchyard-web
portal=$scratch/portal
mkdir -p "$portal/log"
"$build/switchyard" --dir "$portal" init --seed "$root/git-store" >/dev/null ||
	fail "no store"

# says STATUS TEXT OPTIONS…: the program ends so and says so
says() {
	local status=0 text
	text=$("$web" "${@:3}" 2>&1 </dev/null) || status=$?
	check_equal "${*:3} ends with" "$status" "$1"
	check_contains "${*:3} says" "$text" "$2"
}
says 2 "--dir is missing"
says 2 "usage:" --nonsense
says 2 "--threads takes a number" --dir "$portal" --threads 0
says 2 "--origin takes scheme" --dir "$portal" --origin portal.example
says 2 "--origin takes scheme" --dir "$portal" --origin https://a.example/x
says 0 "switchyard-web 0" --version
says 1 "store.git" --dir "$scratch/nowhere"
says 1 "no listening socket" --dir "$portal"
says 1 "cannot read the directory" --dir "$portal" --templates "$scratch/none"
touch "$scratch/file"
says 1 "is no socket" --dir "$portal" --socket "$scratch/file"
chmod 0644 "$portal/session-key"
says 1 "may be read by others" --dir "$portal" --socket "$portal/web.sock"
chmod 0600 "$portal/session-key"

start_web() {
	"$web" --dir "$portal" --socket "$portal/web.sock" --threads 4 \
	    --origin http://portal.test 2>>"$portal/log/web.log" &
	pid=$!
	check "the socket is there" wait_until 20 test -S "$portal/web.sock"
}
at_end 'kill -9 $pid 2>/dev/null'
start_web
check_equal "the socket is for its group" \
    "$(stat -c %a "$portal/web.sock")" 660
says 1 "another switchyard-web serves" --dir "$portal" \
    --socket "$portal/web.sock"

# ask NAME=value… [-- HALF HALF]: one request past nginx
ask() {
	"$build/tests/fcgi_client" "$portal/web.sock" "$@"
}
healthy() {
	ask REQUEST_METHOD=GET REQUEST_URI=/healthz | grep -q '"status":"ok"'
}
check "it answers" healthy
check_contains "nobody sees a page" \
    "$(ask REQUEST_METHOD=GET REQUEST_URI=/devices)" "Status: 303"
check_contains "REMOTE_USER alone is nobody" \
    "$(ask REQUEST_METHOD=GET REQUEST_URI=/api/v1/devices \
	REMOTE_USER=admin)" "Status: 401"
check_contains "REMOTE_USER with its word is a user" \
    "$(ask REQUEST_METHOD=GET REQUEST_URI=/api/v1/devices \
	REMOTE_USER=admin PORTAL_AUTH=basic)" "Status: 200"

# A request is under way when the signal comes: it is answered all the same.
mkfifo "$scratch/go"
ask REQUEST_METHOD=POST REQUEST_URI=/login CONTENT_LENGTH=23 \
    CONTENT_TYPE=application/x-www-form-urlencoded REMOTE_ADDR=192.0.2.1 \
    -- 'username=a&' 'password=bcd' \
    <"$scratch/go" >"$scratch/answer" 2>"$scratch/half" &
client=$!
exec {go}>"$scratch/go"
check "half of the body is sent" wait_until 20 grep -q half "$scratch/half"
kill -TERM "$pid"
check "it takes no new connections" wait_until 20 \
    grep -q stopping "$portal/log/web.log"
check "and waits for the request" kill -0 "$pid"
echo >&"$go"
exec {go}>&-
wait "$client"
check_equal "the request got a whole answer" "$?" 0
check_contains "which is the right one" "$(cat "$scratch/answer")" \
    "Status: 403"
wait "$pid"
check_equal "SIGTERM is a clean end" "$?" 0
check_not "the socket is gone" test -e "$portal/web.sock"

start_web
kill -9 "$pid"
wait "$pid" 2>/dev/null
check "the socket of a killed one stays" test -S "$portal/web.sock"
start_web
check "a new one takes its place" wait_until 20 healthy
kill -INT "$pid"
wait "$pid"
check_equal "SIGINT is a clean end" "$?" 0
