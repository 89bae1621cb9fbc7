#!/bin/bash
# nginx/sso-example.conf: each way of signing in tells the portal exactly one
# user and one way, and nobody gets past it. A program that echoes its FastCGI
# parameters stands in for the portal, a second server for the sign-in service.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

command -v openssl >/dev/null || skip "openssl is not installed"
nginx=$(command -v nginx) || skip "nginx is not installed"
port=$(free_port)
dir=$scratch/sso
mkdir -p "$dir/tls"

# certificate FILE SUBJECT [openssl options…]
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -days 2 -keyout "$dir/tls/$1.key" -out "$dir/tls/$1.pem" \
	    -subj "$2" "${@:3}" 2>/dev/null
}
certificate portal /CN=portal.example.net
certificate operators-ca /CN=operators
for user in alice 'Mallory,CN=root'; do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$dir/tls/${user%%,*}.key" -subj "/CN=$user" 2>/dev/null |
		openssl x509 -req -days 2 -CA "$dir/tls/operators-ca.pem" \
		    -CAkey "$dir/tls/operators-ca.key" \
		    -out "$dir/tls/${user%%,*}.pem" 2>/dev/null
done
printf 'bob:%s\n' "$(openssl passwd -apr1 secret)" >"$dir/users.htpasswd"

cp "$root/nginx/fastcgi_params" "$dir/"
sed -e "s|/etc/switchyard|$dir|; s|/srv/switchyard|$dir|" \
    -e "s|listen 443 ssl|listen 127.0.0.1:$port ssl|" \
    -e "s|http://127.0.0.1:4180|http://unix:$dir/signin.sock:|" \
    "$root/nginx/sso-example.conf" >"$dir/sso.conf"
user=''
[ "$(id -u)" != 0 ] || user='user root;'
cat >"$dir/nginx.conf" <<EOF
$user
pid "$dir/nginx.pid";
error_log "$dir/nginx.log";
events { }
http {
	access_log off;
	client_body_temp_path "$dir/body";
	fastcgi_temp_path "$dir/fastcgi";
	proxy_temp_path "$dir/proxy";
	uwsgi_temp_path "$dir/uwsgi";
	scgi_temp_path "$dir/scgi";
	include "$dir/sso.conf";
	server {
		listen "unix:$dir/signin.sock";
		location = /signin/check {
			if (\$cookie_session != good) { return 401; }
			add_header X-Auth-Request-User carol;
			return 204;
		}
		location /signin/start { return 200 "please sign in\n"; }
	}
}
EOF
"$build/tests/fcgi_echo" "$dir/web.sock" &
at_end "kill $!"
check "the example is valid" "$nginx" -t -q -p "$dir" -c "$dir/nginx.conf" \
    -e "$dir/nginx.log"
"$nginx" -p "$dir" -c "$dir/nginx.conf" -e "$dir/nginx.log"
# shellcheck disable=SC2016 # read at the end
at_end 'kill -QUIT "$(cat "$dir/nginx.pid")"'

# ask HOST PATH [curl options…]: sets status and body.
ask() {
	url=https://$1:$port
	api GET "$2" --connect-to "$1:$port:127.0.0.1:$port" \
	    --cacert "$dir/tls/portal.pem" -k "${@:3}"
}

# identity: every REMOTE_USER and PORTAL_AUTH that arrived, in one line.
identity() {
	grep -E '^(REMOTE_USER|PORTAL_AUTH)=' <<<"$body" | paste -sd' '
}
nobody='REMOTE_USER= PORTAL_AUTH='

host='portal.example.net'
check "nginx answers" wait_until 10 test -S "$dir/signin.sock"
ask $host /
check_equal "no certificate, no entry" "$status" 403
ask $host / --cert "$dir/tls/alice.pem" --key "$dir/tls/alice.key"
check_equal "a certificate names its user" "$(identity)" \
    'REMOTE_USER=alice PORTAL_AUTH=mtls'
ask $host / --cert "$dir/tls/Mallory.pem" --key "$dir/tls/Mallory.key"
check_equal "a name inside a name is no name" "$(identity)" \
    'REMOTE_USER= PORTAL_AUTH=mtls'
ask $host /api/v1/devices -u alice:any
check_equal "the API gets nobody from nginx" "$(identity)" "$nobody"

host='portal-oidc.example.net'
ask $host /
check_contains "without a session the sign-in is shown" "$body" 'please sign in'
ask $host / -H 'Cookie: session=good' -H 'X-Auth-Request-User: root'
check_equal "the service names the user, not the client" "$(identity)" \
    'REMOTE_USER=carol PORTAL_AUTH=oidc'
ask $host /mcp -H 'Cookie: session=good'
check_equal "MCP gets nobody from nginx" "$(identity)" "$nobody"

host='portal-basic.example.net'
ask $host / -u bob:wrong
check_equal "a wrong password is refused" "$status" 401
ask $host / -u bob:secret
check_equal "a right one names the user" "$(identity)" \
    'REMOTE_USER=bob PORTAL_AUTH=basic'
ask $host /api/v1/devices -u bob:secret
check_equal "not to the API" "$(identity)" "$nobody"
ask $host /apiary
check_equal "a path that only begins like it is not the API" "$status" 401
