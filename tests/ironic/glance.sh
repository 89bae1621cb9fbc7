#!/bin/bash
# A real Glance v2 on this machine: SQLite and a directory of files.
#
#   glance.sh up DIR                  prints its address
#   glance.sh image DIR NAME TOKEN    adds a small public image, prints its id
#   glance.sh down DIR
#
# GLANCE_PORT: instead of a free one. GLANCE_KEYSTONE: an address with /v3; else
# nobody has to sign in. Exit code 3: not installed.
# shellcheck source=tests/ironic/services.sh
. "$(dirname "$0")/services.sh"

verb=${1:?} dir=$(realpath -m -- "${2:?}")

write_paste() {
	cat <<'CONF'
[pipeline:glance-api]
pipeline = versionnegotiation unauthenticated-context rootapp
[pipeline:glance-api-keystone]
pipeline = versionnegotiation authtoken context rootapp
[composite:rootapp]
paste.composite_factory = glance.api:root_app_factory
/: apiversions
/v2: apiv2app
[app:apiversions]
paste.app_factory = glance.api.versions:create_resource
[app:apiv2app]
paste.app_factory = glance.api.v2.router:API.factory
[filter:versionnegotiation]
paste.filter_factory = glance.api.middleware.version_negotiation:VersionNegotiationFilter.factory
[filter:context]
paste.filter_factory = glance.api.middleware.context:ContextMiddleware.factory
[filter:unauthenticated-context]
paste.filter_factory = glance.api.middleware.context:UnauthenticatedContextMiddleware.factory
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
CONF
}

write_config() {
	cat <<CONF
[DEFAULT]
bind_host = 127.0.0.1
bind_port = $port
workers = 0
use_stderr = false
log_file = $dir/log/glance.log
enabled_backends = disk:file
node_staging_uri = file://$dir/staging
[database]
connection = sqlite:///$dir/glance.sqlite
sqlite_synchronous = false
[glance_store]
default_backend = disk
[disk]
filesystem_store_datadir = $dir/store
[os_glance_staging_store]
filesystem_store_datadir = $dir/staging
[os_glance_tasks_store]
filesystem_store_datadir = $dir/tasks
[paste_deploy]
config_file = $dir/glance-api-paste.ini
${GLANCE_KEYSTONE:+flavor = keystone}
[oslo_policy]
policy_file = $dir/policy.yaml
[oslo_concurrency]
lock_path = $dir/lock
CONF
	[ -z "${GLANCE_KEYSTONE-}" ] || cat <<CONF
[keystone_authtoken]
www_authenticate_uri = ${GLANCE_KEYSTONE%/v3}
auth_url = $GLANCE_KEYSTONE
auth_type = password
username = glance
password = glancepw
project_name = service
user_domain_name = Default
project_domain_name = Default
CONF
}

up() {
	local config=$dir/glance-api.conf
	has_module glance || {
		echo "python3-glance is not installed" >&2
		exit 3
	}
	mkdir -p "$dir"/{store,staging,tasks,log,lock}
	port=${GLANCE_PORT-}
	[ -n "$port" ] || take_port
	write_paste >"$dir/glance-api-paste.ini"
	write_config >"$config"
	# Without Keystone nobody is an administrator.
	echo '"publicize_image": "@"' >"$dir/policy.yaml"
	"$PYTHON" -c 'import sys
sys.argv[0] = "glance-manage"
from glance.cmd.manage import main; sys.exit(main())' \
	    --config-file "$config" db_sync >"$dir/log/dbsync.out" 2>&1 ||
		fail "$(tail -n 3 "$dir/log/dbsync.out")"
	"$PYTHON" -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute("pragma journal_mode=wal")' \
	    "$dir/glance.sqlite"
	start_service glance "$PYTHON" -c 'import sys
sys.argv[0] = "glance-api"
from glance.cmd.api import main; sys.exit(main())' --config-file "$config"
	await_service glance answers "http://127.0.0.1:$port/versions"
	echo "http://127.0.0.1:$port" | tee "$dir/url"
}

image() { # NAME TOKEN
	local id
	id=$(curl -s -m 20 -H "X-Auth-Token: $2" \
	    -H 'Content-Type: application/json' -d '{"name":"'"$1"'",
	    "disk_format":"raw","container_format":"bare",
	    "visibility":"public"}' "$(cat "$dir/url")/v2/images" |
		"$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["id"])')
	curl -s -m 20 -X PUT -H "X-Auth-Token: $2" \
	    -H 'Content-Type: application/octet-stream' \
	    --data-binary 'an image' "$(cat "$dir/url")/v2/images/$id/file"
	echo "$id"
}

case $verb in
up) up ;;
down) stop_services ;;
image) image "${@:3}" ;;
*) fail "unknown: $verb" ;;
esac
