#!/bin/bash
# cmake --install: the installed programs run from what was installed, by an
# account without rights, with the services' own command lines, behind nginx as
# docs/deploying.md sets it up; a restart loses no request.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

command -v openssl >/dev/null || skip "openssl is not installed"
nginx=$(command -v nginx) || skip "nginx is not installed"
# What the account may not enter (root's home, perhaps) is not needed either.
chmod 711 "$scratch"
cp "$build/tests/listen_exec" "$scratch/"
cd / || fail "no /"
DESTDIR=$scratch/root cmake --install "$build" >"$scratch/installed" ||
	fail "it cannot be installed: $(cat "$scratch/installed")"
prefix=$(sed -n 's/^CMAKE_INSTALL_PREFIX:PATH=//p' "$build/CMakeCache.txt")
tree=$scratch/root$prefix
share=$tree/share/switchyard
state=$scratch/state
for file in bin/switchyard sbin/switchyard-web sbin/switchyard-worker \
    share/man/man1/switchyard.1 share/man/man8/switchyard-web.8 \
    share/switchyard/docs/jobs.md share/switchyard/nginx/fastcgi_params \
    share/switchyard/templates/login.html lib/sysusers.d/switchyard.conf; do
	check "$file is installed" test -s "$tree/$file"
done
check_equal "nothing is left to be filled in" \
    "$(grep -rlE '@[A-Z_]+@' "$tree/lib" "$share/nginx")" ""

# So that it shows where programs look.
sed -i 's/<\/title>/ as installed&/' "$share/templates/layout.html" \
    "$share/templates/login.html"
sed -i 's/"description": "[^"]*"/"description": "as installed"/' \
    "$share/git-store/roles/"*.json

# --- an account without rights ---------------------------------------------------

as=()
if [ "$(id -u)" = 0 ]; then
	as=(setpriv --reuid=daemon --regid=daemon --clear-groups --no-new-privs)
	install -d -o daemon -g daemon -m 700 "$state" "$scratch/socket"
	chmod 711 "$scratch/socket"
else
	mkdir -m 700 "$state" "$scratch/socket"
fi
portal=$state
"${as[@]}" "$tree/bin/switchyard" --dir "$state" init >"$scratch/init" ||
	fail "no store: $(cat "$scratch/init")"
seeded() {
	"${as[@]}" env HOME=/ git -c safe.directory='*' -C "$state/store.git" \
	    grep -q 'as installed' main -- roles
}
check "the store begins with the installed seed" seeded

# --- the services ----------------------------------------------------------------

units=$tree/lib/systemd/system
patched=$scratch/units
mkdir "$patched"
for unit in "$units"/*; do
	sed -e "s|$prefix/sbin|$tree/sbin|; s|/var/lib/switchyard|$state|g" \
	    -e "s|^User=.*|User=daemon|; s|^Group=.*|Group=daemon|" \
	    -e "s|SocketUser=.*|SocketUser=daemon|" \
	    "$unit" >"$patched/${unit##*/}"
done
if command -v systemd-analyze >/dev/null; then
	check_equal "systemd understands the units" \
	    "$(SYSTEMD_UNIT_PATH=$patched: systemd-analyze verify \
		--man=no --recursive-errors=no "$patched"/* 2>&1)" ""
	for unit in web worker maintenance; do
		check "switchyard-$unit.service is shut in" \
		    systemd-analyze security --offline=yes --threshold=25 \
		    --no-pager "$patched/switchyard-$unit.service" \
		    >"$scratch/security"
	done
fi
# command UNIT: its ExecStart, with the environment of the unit
command_of() {
	sed -n 's/^ExecStart=//p' "$patched/switchyard-$1.service"
}
origin_port=$(free_port)
export ORIGIN=https://portal.example.net:$origin_port THREADS=4
# shellcheck disable=SC2046,SC2086 # words, as systemd splits them
"${as[@]}" "$scratch/listen_exec" "$scratch/socket/web.sock" \
    $(eval echo "$(command_of web)") 2>"$scratch/web.log" &
at_end "kill $!; wait $! 2>/dev/null"
manager=$!
# shellcheck disable=SC2046
"${as[@]}" $(command_of worker) 2>"$scratch/worker.log" &
worker=$!
at_end "kill $worker 2>/dev/null; wait $worker 2>/dev/null"

# --- nginx ------------------------------------------------------------------------

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -keyout "$scratch/portal.key" -out "$scratch/portal.pem" \
    -subj /CN=portal.example.net \
    -addext subjectAltName=DNS:portal.example.net 2>/dev/null
mkdir "$scratch/nginx"
plain=$(free_port)
user=''
[ "$(id -u)" != 0 ] || user='user root;'
cat >"$scratch/nginx/nginx.conf" <<EOF
$user
pid $scratch/nginx/pid;
events { }
http {
	client_body_temp_path $scratch/nginx/body;
	fastcgi_temp_path $scratch/nginx/fastcgi;
	proxy_temp_path $scratch/nginx/proxy;
	uwsgi_temp_path $scratch/nginx/uwsgi;
	scgi_temp_path $scratch/nginx/scgi;
	include $scratch/nginx/site.conf;
}
EOF
sed -e "s|$prefix/share|$tree/share|; s|/var/log/nginx|$scratch/nginx|" \
    -e "s|/run/switchyard|$scratch/socket|" \
    -e "s|/etc/switchyard/tls|$scratch|; /listen \[::\]/d" \
    -e "s|listen 443|listen 127.0.0.1:$origin_port|" \
    -e "s|listen 80|listen 127.0.0.1:$plain|" \
    -e "s|https://portal.example.net[$]|$ORIGIN$|" \
    "$share/nginx/site.conf" >"$scratch/nginx/site.conf"
run_nginx() {
	"$nginx" -p "$scratch/nginx" -c "$scratch/nginx/nginx.conf" \
	    -e "$scratch/nginx/error.log" "$@"
}
check "nginx takes the site" run_nginx -t -q
run_nginx || fail "nginx does not start: $(cat "$scratch/nginx/error.log")"
# shellcheck disable=SC2016 # read at the end
at_end 'kill "$(cat "$scratch/nginx/pid")"'

get() { # PATH [curl options…]
	curl -s --max-time 30 --cacert "$scratch/portal.pem" \
	    --resolve "portal.example.net:$origin_port:127.0.0.1" \
	    "${@:2}" "$ORIGIN$1"
}
check "the portal answers over TLS" wait_until 30 get /healthz -f -o /dev/null
check_contains "with the installed templates" "$(get /login)" "as installed"
check_contains "http leads to https" \
    "$(curl -s -o /dev/null -w '%{redirect_url}' \
	-H 'Host: portal.example.net' "http://127.0.0.1:$plain/devices")" \
    "$ORIGIN/devices"
style=$(get /login | grep -o '/static/app.css?v=[^"]*')
check_contains "a static file may be kept for good" \
    "$(get "$style" -o /dev/null -D -)" "immutable"

# --- signing in, and a run -----------------------------------------------------------

password=$("${as[@]}" cat "$state/admin-password")
jar=$scratch/cookies
csrf=$(get /login -c "$jar" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' |
	head -n 1)
printf '%s' "$password" >"$scratch/password"
check_equal "admin signs in" "$(get /login -b "$jar" -c "$jar" -o /dev/null \
    -w '%{http_code}' -H "Origin: $ORIGIN" --data-urlencode "csrf=$csrf" \
    --data username=admin --data-urlencode "password@$scratch/password")" 303
check_contains "and sees the devices" "$(get /devices -b "$jar")" "r1"
module=$(get /devices -b "$jar" | grep -o '/static/[a-z]*.js?v=[^"]*')
check_contains "a module has its type" \
    "$(get "$module" -o /dev/null -D - | tr -d '\r')" "text/javascript"
check_contains "the installed documents are shown" \
    "$(get /help -b "$jar")" "/help/jobs"
check "a run is done" "${as[@]}" "$tree/bin/switchyard" --dir "$state" \
    run generate-intended --all --follow >"$scratch/run"

# --- a restart ---------------------------------------------------------------------

# shellcheck disable=SC2317 # called by its name
keep_asking() {
	while [ ! -e "$scratch/enough" ]; do
		get /healthz -o /dev/null -w '%{http_code}\n'
	done >"$scratch/answers"
}
keep_asking &
asking=$!
for _ in 1 2 3; do
	old=$(pgrep -P "$manager")
	kill -TERM "$old"
	check "the old program ends" wait_until 20 all_gone "$old"
	check "a new one answers" wait_until 20 get /healthz -f -o /dev/null
done
touch "$scratch/enough"
wait "$asking"
check "requests came meanwhile" test -s "$scratch/answers"
check_equal "and none was lost" "$(sort -u "$scratch/answers")" 200

# --- put back from a backup ------------------------------------------------------------

restored=$scratch/restored
"${as[@]}" env HOME=/ git -c safe.directory='*' clone -q --mirror \
    "$state/store.git" "$scratch/socket/backup.git"
[ "$(id -u)" != 0 ] || install -d -o daemon -g daemon -m 700 "$restored"
mkdir -p "$restored"
"${as[@]}" env HOME=/ git -c safe.directory='*' clone -q --mirror \
    "$scratch/socket/backup.git" "$restored/store.git"
check "the copy is sound" "${as[@]}" "$tree/bin/switchyard" --dir "$restored" \
    fsck >"$scratch/fsck"
"${as[@]}" "$tree/sbin/switchyard-worker" --dir "$restored" \
    2>"$scratch/restored.log" &
at_end "kill $! 2>/dev/null; wait $! 2>/dev/null"
check "it works on" "${as[@]}" "$tree/bin/switchyard" --dir "$restored" \
    run generate-intended --all --follow >"$scratch/run"
check_equal "the repository is guarded as before" \
    "$("${as[@]}" git config -f "$restored/store.git/config" \
	receive.denyNonFastForwards)" true

finish
