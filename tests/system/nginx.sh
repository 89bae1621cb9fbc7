#!/bin/bash
# nginx's configuration: what reaches the portal, what is refused before it.
# A program that echoes its FastCGI parameters stands in for the portal.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=bootstrap.d/serve.sh
. "$root/bootstrap.d/serve.sh"

dir=$scratch/portal
port=$(free_port)
url=http://127.0.0.1:$port
static=$scratch/static
mkdir -p "$dir/run" "$dir/log" "$static"
echo 'p { margin: 0 }' >"$static/page.css"
nginx_write_config
"$build/tests/fcgi_echo" "$dir/web.sock" &
at_end "kill $!"
check "the configuration is valid" "$nginx" -t -q -p "$dir" \
    -c "$dir/run/nginx.conf" -e "$dir/log/nginx.log"
"$nginx" -p "$dir" -c "$dir/run/nginx.conf" -e "$dir/log/nginx.log"
# shellcheck disable=SC2016 # read at the end
at_end 'kill -QUIT "$(cat "$dir/run/nginx.pid")"'
check "nginx answers" wait_until 10 curl -sf -o "$scratch/first" "$url/"

# raw TEXT: sends the bytes as they are, and prints the answer. In one write:
# nginx hangs up on a bad line, and what came later would reset the connection.
raw() {
	printf '%b' "$1" >"$scratch/raw"
	exec 5<>"/dev/tcp/127.0.0.1/$port"
	cat "$scratch/raw" >&5
	timeout 5 cat <&5
	exec 5>&-
}

api GET '/devices/r1?x=1' -u evil:any -H 'Proxy: http://evil' \
    -H 'Remote-User: evil' -H 'Portal-Auth: mtls'
check_contains "a user nobody checked is blank" "$body" $'\nREMOTE_USER=\n'
check_contains "and so is the way" "$body" $'\nPORTAL_AUTH=\n'
check_contains "though it was claimed" "$body" $'\nHTTP_AUTHORIZATION=Basic'
check_not "no proxy from a header" grep -q '^HTTP_PROXY=.' <<<"$body"
check_contains "the query arrives" "$body" $'\nQUERY_STRING=x=1\n'
check_contains "the address arrives" "$body" $'\nREQUEST_URI=/devices/r1?x=1\n'
check_contains "the host has no port" "$body" $'\nHTTP_HOST=127.0.0.1\n'
check_not "plain http is not https" grep -q '^HTTPS=' <<<"$body"
check_equal "nginx hides its version" "$(header Server)" nginx

head -c 1000000 /dev/zero >"$scratch/megabyte"
api POST / -H 'Transfer-Encoding: chunked' --data-binary "@$scratch/megabyte"
check_contains "a chunked body has a length" "$body" CONTENT_LENGTH=1000000
check_contains "and arrives whole" "$body" BODY_READ=1000000
head -c 8388609 /dev/zero >"$scratch/large"
api POST / --data-binary "@$scratch/large"
check_equal "a body over 8 MiB is refused" "$status" 413

# Each request that nginx must stop, and the status it must stop it with.
end='Connection: close\r\n\r\n'
while IFS='|' read -r what request wanted; do
	check_contains "$what" "$(raw "$request$end")" "HTTP/1.1 $wanted"
done <<'EOF'
two hosts|GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n|421
no host|GET / HTTP/1.1\r\n|400
two lengths|POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 1\r\n|400
length and chunked|POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n|400
a zero byte|GET /%00 HTTP/1.1\r\nHost: a\r\n|400
out of the tree|GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: a\r\n|400
out of static|GET /static/../../etc/passwd HTTP/1.1\r\nHost: a\r\n|400
writing to static|PUT /static/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n|403
one host, twice|GET http://A.example:80/ HTTP/1.1\r\nHost: a.example\r\n|200
EOF

api GET /static/page.css
check_equal "static files are served" "$status" 200
check_contains "with their type" "$(header Content-Type)" text/css
check_equal "and asked for again" "$(header Cache-Control)" no-cache
api GET /static/page.css -H "If-None-Match: $(header ETag)"
check_equal "unchanged ones are not sent" "$status" 304
api GET '/static/page.css?v=1'
check_contains "versioned ones stay" "$(header Cache-Control)" immutable
api GET /static/none.css
check_equal "one that is not there" "$status" 404
api GET /static/
check_equal "folders are not listed" "$status" 403
# The files nginx has open, but for those it was started with.
opened() {
	readlink -f /proc/"$(cat "$dir/run/nginx.pid")"/fd/* |
		grep -vxF -f <(readlink -f /proc/$$/fd/*) |
		grep '^/' | grep -v -e '^/dev/' -e '^/proc/'
}
check_equal "it writes nothing outside its directory" \
    "$(opened | grep -v "^$dir/")" ''
check_contains "but its logs" "$(opened)" "$dir/log/access.log"
