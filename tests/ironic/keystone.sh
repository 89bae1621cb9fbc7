#!/bin/bash
# A real Keystone on this machine, served by werkzeug, with the users that the
# other services and the tests need.
#
#   keystone.sh up DIR                        prints its address, with /v3
#   keystone.sh endpoints DIR IRONIC GLANCE   fills the catalogue
#   keystone.sh token DIR USER PASSWORD PROJECT
#   keystone.sh credential DIR                an application credential of the
#                                             user portal: "id secret"
#   keystone.sh down DIR
#
# Users: admin/adminpw in project admin; ironic/ironicpw and glance/glancepw in
# project service; portal/portalpw in project admin. KEYSTONE_EXPIRATION:
# seconds that a token lives. Exit code 3: not installed.
# shellcheck source=tests/ironic/services.sh
. "$(dirname "$0")/services.sh"

verb=${1:?} dir=$(realpath -m -- "${2:?}")

write_config() {
	cat <<CONF
[DEFAULT]
use_stderr = false
log_file = $dir/log/keystone.log
public_endpoint = http://127.0.0.1:$port
[database]
connection = sqlite:///$dir/keystone.sqlite
sqlite_synchronous = false
[token]
provider = fernet
expiration = ${KEYSTONE_EXPIRATION:-3600}
[fernet_tokens]
key_repository = $dir/fernet
[credential]
key_repository = $dir/credential
[identity]
password_hash_rounds = 4
[cache]
enabled = false
CONF
}

manage() {
	"$PYTHON" -c 'import sys
sys.argv[0] = "keystone-manage"
from keystone.cmd.manage import main; sys.exit(main())' \
	    --config-file "$dir/keystone.conf" "$@" >>"$dir/log/manage.out" 2>&1 ||
		fail "$(tail -n 3 "$dir/log/manage.out")"
}

create() {
	local who=(--keystone-user "$(id -un)" --keystone-group "$(id -gn)")
	manage db_sync
	# Readers and a writer at once, without "database is locked".
	"$PYTHON" -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute("pragma journal_mode=wal")' \
	    "$dir/keystone.sqlite"
	manage fernet_setup "${who[@]}"
	manage credential_setup "${who[@]}"
	manage bootstrap --bootstrap-password adminpw \
	    --bootstrap-public-url "http://127.0.0.1:$port/v3/" \
	    --bootstrap-internal-url "http://127.0.0.1:$port/v3/" \
	    --bootstrap-region-id RegionOne
}

token() { # USER PASSWORD PROJECT
	curl -s -m 20 -D - -o /dev/null -H 'Content-Type: application/json' \
	    -d '{"auth":{"identity":{"methods":["password"],"password":
		{"user":{"name":"'"$1"'","domain":{"id":"default"},
		"password":"'"$2"'"}}},"scope":{"project":{"name":"'"$3"'",
		"domain":{"id":"default"}}}}}' "$(cat "$dir/url")/auth/tokens" |
		tr -d '\r' | sed -n 's/^x-subject-token: //Ip'
}

# ask METHOD PATH [JSON]: prints the id in the answer.
ask() {
	curl -s -m 20 -X "$1" -H "X-Auth-Token: $admin" \
	    -H 'Content-Type: application/json' ${3:+-d "$3"} \
	    "$(cat "$dir/url")$2" | "$PYTHON" -c 'import json, sys
text = sys.stdin.read()
value = list(json.loads(text).values())[0] if text else {}
print((value[0] if isinstance(value, list) else value).get("id", ""))'
}

# user NAME PROJECT_ID: with the password NAMEpw and the role admin.
user() {
	local id
	id=$(ask POST /users '{"user":{"name":"'"$1"'","domain_id":"default",
	    "password":"'"$1"'pw"}}')
	ask PUT "/projects/$2/users/$id/roles/$role" >/dev/null
}

users() {
	local service
	admin=$(token admin adminpw admin)
	role=$(ask GET '/roles?name=admin')
	service=$(ask POST /projects \
	    '{"project":{"name":"service","domain_id":"default"}}')
	user ironic "$service"
	user glance "$service"
	user portal "$(ask GET '/projects?name=admin')"
}

endpoint() { # TYPE URL
	local service interface
	service=$(ask POST /services \
	    '{"service":{"type":"'"$1"'","name":"'"$1"'"}}')
	for interface in public internal admin; do
		ask POST /endpoints '{"endpoint":{"service_id":"'"$service"'",
		    "interface":"'$interface'","region_id":"RegionOne",
		    "url":"'"$2"'"}}' >/dev/null
	done
}

up() {
	has_module keystone werkzeug || {
		echo "python3-keystone is not installed" >&2
		exit 3
	}
	mkdir -p "$dir"/{fernet,credential,log}
	chmod 700 "$dir/fernet" "$dir/credential"
	take_port
	write_config >"$dir/keystone.conf"
	create
	start_service keystone "$PYTHON" -c '
import sys
config, port = sys.argv[1:]
sys.argv = ["keystone-wsgi-public"]
from keystone.server.flask import core
app = core.initialize_application(name="public", config_files=[config])
from werkzeug.serving import run_simple, WSGIRequestHandler
WSGIRequestHandler.protocol_version = "HTTP/1.1"
run_simple("127.0.0.1", int(port), app, threaded=True)' \
	    "$dir/keystone.conf" "$port"
	await_service keystone answers "http://127.0.0.1:$port/v3"
	echo "http://127.0.0.1:$port/v3" >"$dir/url"
	users
	cat "$dir/url"
}

credential() {
	admin=$(token portal portalpw admin)
	local id
	id=$(curl -s -m 20 -H "X-Auth-Token: $admin" "$(cat "$dir/url")/users" |
		"$PYTHON" -c 'import json, sys
print([u["id"] for u in json.load(sys.stdin)["users"]
       if u["name"] == "portal"][0])')
	echo "$(ask POST "/users/$id/application_credentials" \
	    '{"application_credential":{"name":"portal",
	    "secret":"app-secret"}}') app-secret"
}

case $verb in
up) up ;;
down) stop_services ;;
token) token "${@:3}" ;;
credential) credential ;;
endpoints)
	admin=$(token admin adminpw admin)
	endpoint baremetal "$3"
	endpoint image "$4"
	;;
*) fail "unknown: $verb" ;;
esac
