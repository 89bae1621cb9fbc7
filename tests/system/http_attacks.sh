#!/bin/bash
# Hostile and malformed requests through the real nginx: each gets its status,
# and nothing changes. What nginx refuses itself is here too, since the portal
# relies on it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

portal_up --no-lab
token admin
admin=$token
form=application/x-www-form-urlencoded

tip() {
	git -C "$portal/store.git" rev-parse main
}
before=$(tip)

# raw TEXT: bytes as they are (printf escapes), sets status to the answer's.
# nginx may answer and close before it has read them all.
raw() {
	# shellcheck disable=SC2059 # the escapes are the point
	printf "$1" >"$scratch/raw"
	status=$(
		trap '' PIPE
		exec 3<>"/dev/tcp/127.0.0.1/$port"
		cat "$scratch/raw" >&3 2>/dev/null
		IFS=' ' read -r -t 10 _ code _ <&3
		echo "$code"
	)
}
rest='Host: portal\r\nConnection: close\r\n'

# is STATUS DESCRIPTION: of the last request
is() {
	check_equal "$2" "$status" "$1"
}

# --- request targets and framing -------------------------------------------------
raw "GET http://evil.test/healthz HTTP/1.1\r\n$rest\r\n"
is 421 "an absolute target for another host"
raw "GET /healthz HTTP/1.1\r\nHost: portal\r\nX-A: a\001b\r\n$rest\r\n"
is 400 "a repeated Host"
raw "GET /healthz HTTP/1.1\r\nX-A: a\001b\r\n$rest\r\n"
is 400 "a control byte in a header"
raw "GET /devices/%%00 HTTP/1.1\r\n$rest\r\n"
is 400 "an encoded NUL"
raw "GET /..%%2f..%%2fetc/passwd HTTP/1.1\r\n$rest\r\n"
is 400 "an encoded slash among dots"
raw "GET /devices/%%ff HTTP/1.1\r\n$rest\r\n"
is 400 "a path that is no UTF-8"
raw "GET /devices?q=%%zz HTTP/1.1\r\n$rest\r\n"
is 400 "bad percent coding"
raw "GET /devices?q=a%%0d%%0aSet-Cookie:x HTTP/1.1\r\n$rest\r\n"
is 400 "line ends in a parameter"
raw "POST /login HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n$rest\r\n0\r\n\r\n"
is 400 "two framings"
raw "POST /login HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n$rest\r\nab"
is 400 "two lengths"
long=$(printf '%03000d' 0)
raw "GET /$long HTTP/1.1\r\n$rest\r\n"
is 414 "a path of 3,000 bytes"

# --- identity -------------------------------------------------------------------
token=
api GET /api/v1/devices
is 401 "nobody"
check_equal "says how to sign in" "$(header WWW-Authenticate)" Bearer
api GET /devices
is 303 "nobody on a page"
check_equal "leads to the form" "$(header Location)" "/login?next=%2Fdevices"
api GET /api/v1/devices -u evil:any
is 401 "Basic credentials that nobody checked"
api GET /api/v1/devices -H 'Remote-User: admin' -H 'Portal-Auth: basic' \
    -H 'X-Forwarded-User: admin' -H 'REMOTE_USER: admin'
is 401 "an identity in headers"
raw "GET /api/v1/devices HTTP/1.1\r\nAuthorization: Bearer $admin\r\nAuthorization: Bearer x\r\n$rest\r\n"
is 400 "two Authorization headers"
raw "GET /api/v1/devices HTTP/1.1\r\nCookie: a=b\r\nCookie: c=d\r\n$rest\r\n"
is 400 "two Cookie headers"
api GET /api/v1/devices -H "Authorization: Bearer ${admin%?}x"
is 401 "a wrong token"
api GET /api/v1/devices -H 'Cookie: __Host-switchyard=YWRtaW58MXw5OTk5OTk5OTk5OTk5fGE.AAAA'
is 401 "a forged session"
api GET /access/users/admin.json
is 404 "a file of the store"

# --- signing in, and what a browser's session may ---------------------------------
printf 'username=admin&password=' >"$scratch/form"
tr -d '\n' <"$portal/admin-password" >>"$scratch/form"
sign_in() {
	api POST /login -c "$scratch/jar" --data-binary "@$scratch/form" "$@"
}
sign_in -H 'Sec-Fetch-Site: cross-site'
is 403 "a foreign site signing someone in"
sign_in -H 'Origin: http://evil.test'
is 403 "a foreign origin signing someone in"
sign_in
is 303 "the right password"
check_contains "the cookie is for this host only" "$headers" \
    "Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax"

# The jar holds a Secure cookie, which curl sends to 127.0.0.1 all the same.
as_admin() {
	api "$@" -b "$scratch/jar"
}
as_admin GET /devices
is 200 "the session"
csrf=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' "$scratch/body" |
	head -n 1)
check "a page holds the form token" test ${#csrf} = 43
as_admin POST /logout -H "Content-Type: $form" --data-binary ''
is 403 "a form without its token"
as_admin POST /logout -d "csrf=${csrf%?}x"
is 403 "a form with another token"
as_admin POST /logout -d "csrf=$csrf" -H 'Sec-Fetch-Site: same-site'
is 403 "a form from a neighbouring site"
as_admin POST /logout -d "csrf=$csrf" -H 'Origin: null'
is 403 "a form from nowhere"
as_admin POST /api/v1/devices -d '{}'
is 415 "REST by a form"
as_admin POST /api/v1/devices -H 'Content-Type: text/plain' -d '{}'
is 415 "REST by a form in disguise"
as_admin POST /api/v1/devices -H 'Content-Type: application/json' \
    -H 'Sec-Fetch-Site: cross-site' -d '{}'
is 403 "REST from a foreign site"

# --- bodies ------------------------------------------------------------------------
token=$admin
head -c 1100000 /dev/zero | tr '\0' ' ' >"$scratch/big"
api POST /api/v1/devices -H 'Content-Type: application/json' \
    --data-binary "@$scratch/big"
is 413 "a body over its limit"
api POST /api/v1/devices -H 'Content-Type: application/json' \
    -H 'Transfer-Encoding: chunked' --data-binary "@$scratch/big"
is 413 "a chunked body over its limit"
api_json POST /api/v1/devices "$(printf '[%.0s' $(seq 3000))"
is 400 "JSON nested 3,000 deep"
api_json POST /api/v1/devices '{"name":"a","name":"b"}'
is 400 "JSON with one key twice"
api POST /api/v1/devices -H 'Content-Type: application/json' \
    --data-binary $'{"name":"\xff"}'
is 400 "JSON that is no UTF-8"
api TRACE /api/v1/devices
is 405 "TRACE"
api OPTIONS /api/v1/devices
is 405 "OPTIONS"
check_contains "says what is allowed" "$(header Allow)" GET

# --- every answer ------------------------------------------------------------------
for path in / /healthz /api/v1/devices /nowhere /static/nowhere; do
	api GET "$path"
	check_contains "$path has no sniffing" "$headers" nosniff
done
check_equal "nothing was written" "$(tip)" "$before"
check_not "no secret is in a log" grep -rqF -e "$admin" \
    -e "$(tr -d '\n' <"$portal/admin-password")" "$portal/log"
