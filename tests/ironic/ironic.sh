#!/bin/bash
# A real Ironic on this machine: one process, SQLite, no message broker, with
# hardware of type fake-hardware. Ready about 3 s after an empty directory.
#
#   ironic.sh up DIR             prints its address
#   ironic.sh down DIR
#   ironic.sh node DIR NAME CLASS [JSON]   enrols a node and makes it available;
#                                          JSON: more of its fields
#   ironic.sh call DIR METHOD PATH [JSON]  asks it, for whoever looks behind the
#                                          portal's back
#
# Environment of `up`:
#   IRONIC_PORT       instead of a free one
#   IRONIC_AUTH       noauth, http_basic (admin, secret) or keystone
#   IRONIC_DELAY      seconds that each of the two calls of a fake deployment takes
#   IRONIC_TIMEOUT    seconds until a server's agent must have called back
#   IRONIC_KEYSTONE, IRONIC_GLANCE   addresses of the others
# With Keystone, DIR/keystone holds its directory, for `node` and `call`.
# Exit code 3: not installed.
# shellcheck source=tests/ironic/services.sh
. "$(dirname "$0")/services.sh"

verb=${1:?} dir=$(realpath -m -- "${2:?}")
VERSION='X-OpenStack-Ironic-API-Version: 1.82'

write_htpasswd() {
	"$PYTHON" -c 'import bcrypt
print("admin:" + bcrypt.hashpw(b"secret", bcrypt.gensalt(5)).decode())' \
	    >"$dir/htpasswd"
}

keystone_section() { # NAME
	cat <<CONF
[$1]
auth_type = password
auth_url = $IRONIC_KEYSTONE
username = ironic
password = ironicpw
project_name = service
user_domain_name = Default
project_domain_name = Default
CONF
}

write_config() {
	cat <<CONF
[DEFAULT]
host = localhost
my_ip = 127.0.0.1
auth_strategy = ${IRONIC_AUTH:-noauth}
http_basic_auth_user_file = $dir/htpasswd
rpc_transport = none
state_path = $dir
log_dir = $dir/log
use_stderr = false
tempdir = $dir/tmp
minimum_memory_warning_only = true
enabled_hardware_types = fake-hardware
enabled_bios_interfaces = fake,no-bios
enabled_boot_interfaces = fake
enabled_console_interfaces = fake,no-console
enabled_deploy_interfaces = fake,direct
enabled_inspect_interfaces = fake,no-inspect
enabled_management_interfaces = fake,noop
enabled_network_interfaces = noop
enabled_power_interfaces = fake
enabled_raid_interfaces = fake,no-raid
enabled_rescue_interfaces = fake,no-rescue
enabled_storage_interfaces = fake,noop
enabled_vendor_interfaces = fake,no-vendor
default_deploy_interface = fake
default_network_interface = noop
[api]
host_ip = 127.0.0.1
port = $port
api_workers = 1
[database]
connection = sqlite:///$dir/ironic.sqlite
sqlite_synchronous = false
[oslo_concurrency]
lock_path = $dir/lock
[conductor]
automated_clean = false
deploy_callback_timeout = ${IRONIC_TIMEOUT:-1800}
check_provision_state_interval = 2
check_allocations_interval = 5
node_locked_retry_interval = 1
file_url_allowed_paths = $dir/httpboot
[deploy]
http_root = $dir/httpboot
http_url = http://127.0.0.1:$files
[pxe]
tftp_root = $dir/tftpboot
images_path = $dir/images
tftp_master_path = $dir/master_images
instance_master_path = $dir/master_images
[agent]
require_tls = false
post_deploy_get_power_state_retries = 0
post_deploy_get_power_state_retry_interval = 0
[fake]
deploy_delay = ${IRONIC_DELAY:-0}
[service_catalog]
auth_type = none
endpoint_override = http://127.0.0.1:$port
CONF
	if [ "${IRONIC_AUTH-}" = keystone ]; then
		keystone_section keystone_authtoken
		echo "www_authenticate_uri = ${IRONIC_KEYSTONE%/v3}"
	fi
	if [ -n "${IRONIC_GLANCE-}" ]; then
		if [ "${IRONIC_AUTH-}" = keystone ]; then
			keystone_section glance
		else
			printf '[glance]\nauth_type = none\n'
		fi
		echo "endpoint_override = $IRONIC_GLANCE"
	fi
}

is_ready() {
	grep -qs 'Successfully started conductor' "$dir/log/ironic.log" &&
		answers "http://127.0.0.1:$port/"
}

up() {
	local config=$dir/ironic.conf
	has_module ironic || {
		echo "python3-ironic is not installed" >&2
		exit 3
	}
	stop_services
	mkdir -p "$dir"/{log,lock,tmp,tftpboot,httpboot,images,master_images}
	rm -f "$dir"/log/*
	take_port
	files=$port
	port=${IRONIC_PORT:-$files}
	until [ "$port" != "$files" ]; do
		take_port
	done
	[ "${IRONIC_AUTH-}" != http_basic ] || write_htpasswd
	write_config >"$config"
	[ -e "$dir/ironic.sqlite" ] || "$PYTHON" -c \
	    'import sys; from ironic.cmd.dbsync import main; sys.exit(main())' \
	    --config-file="$config" --log-file="$dir/log/dbsync.log" \
	    create_schema >"$dir/log/dbsync.out" 2>&1 ||
		fail "$(tail -n 3 "$dir/log/dbsync.out")"
	start_service ironic "$PYTHON" -c 'import sys
from ironic.cmd.singleprocess import main; sys.exit(main())' \
	    --config-file="$config" --log-file="$dir/log/ironic.log"
	# Where the agents of deployments fetch images from.
	start_service files "$PYTHON" -m http.server "$files" \
	    --bind 127.0.0.1 -d "$dir/httpboot"
	await_service ironic is_ready
	echo "http://127.0.0.1:$port" | tee "$dir/url"
}

call() { # METHOD PATH [JSON]
	local -a auth=()
	[ ! -e "$dir/htpasswd" ] || auth=(-u admin:secret)
	[ ! -e "$dir/keystone" ] ||
		auth=(-H "X-Auth-Token: $("$services_home/keystone.sh" token \
		    "$(cat "$dir/keystone")" admin adminpw admin)")
	curl -s -m 30 -X "$1" -H "$VERSION" -H 'Accept: application/json' \
	    -H 'Content-Type: application/json' "${auth[@]}" \
	    ${3:+--data-binary "$3"} "$(cat "$dir/url")$2"
}

in_state() { # NAME STATE
	call GET "/v1/nodes/$1/states" |
		grep -q "\"provision_state\": \"$2\""
}

is_off() {
	call GET "/v1/nodes/$1/states" | grep -q '"power_state": "power off"'
}

# Nodes whose power is not known are never allocated, hence the power off.
node() { # NAME CLASS [JSON]
	local more=${3:-'{}'} body
	body=$("$PYTHON" -c 'import json, sys
node = {"name": sys.argv[1], "resource_class": sys.argv[2],
        "driver": "fake-hardware"}
node.update(json.loads(sys.argv[3]))
print(json.dumps(node))' "$1" "$2" "$more") || exit 1
	call POST /v1/nodes "$body" | grep -q '"uuid"' ||
		fail "the node $1 is refused"
	call PUT "/v1/nodes/$1/states/provision" '{"target":"manage"}'
	wait_until 20 in_state "$1" manageable || fail "$1 is not managed"
	call PUT "/v1/nodes/$1/states/power" '{"target":"power off"}'
	wait_until 20 is_off "$1" || fail "$1 stays on"
	call PUT "/v1/nodes/$1/states/provision" '{"target":"provide"}'
	wait_until 20 in_state "$1" available || fail "$1 is not available"
}

case $verb in
up) up ;;
down) stop_services ;;
call | node) "$verb" "${@:3}" ;;
*) fail "unknown: $verb" ;;
esac
