#!/bin/bash
# Signing in to Ironic: HTTP Basic; Keystone by password and by application
# credential, with addresses from its catalogue; an image of Glance. Wrong
# credentials, a token that ends, and that nothing secret is written anywhere.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/ironic/lib.sh
. "$root/tests/ironic/lib.sh"
keystone=$root/tests/ironic/keystone.sh
glance=$root/tests/ironic/glance.sh

portal_up
token admin
mkdir -m 700 -p "$portal/web/secrets"

# secret NAME USER PASSWORD: a reference, and its value where web looks.
secret() {
	api_json POST /api/v1/secrets '{"name":"'"$1"'","provider":"file",
	    "reference":"'"$1"'"}'
	check_equal "a reference: $body" "$status" 201
	(umask 077 && printf '{"username":"%s","password":"%s"}' "$2" "$3" \
	    >"$portal/web/secrets/$1")
}

# --- HTTP Basic ----------------------------------------------------------------
IRONIC_AUTH=http_basic ironic_up
ironic node n1 small
secret basic admin secret
secret wrong admin canary-wrong
use_ironic "$ironic_url" '"auth":"http_basic","credentials":"wrong"'
api GET /api/v1/servers
check_equal "a wrong password" "$status $(json 'it["detail"]')" \
    "502 Failed to communicate with Ironic"
printf '{"username":"admin","password":"secret"}' >"$portal/web/secrets/wrong"
api GET /api/v1/servers
check_equal "the right one, put in its place" "$status" 200
chmod 0644 "$portal/web/secrets/basic"
use_ironic "$ironic_url" '"auth":"http_basic","credentials":"basic"'
api GET /api/v1/servers
check_equal "one that others may read" "$status" 502
chmod 0600 "$portal/web/secrets/basic"
api GET /api/v1/servers
check_equal "HTTP Basic" "$status $(json 'it["items"][0]["name"]')" "200 n1"
"$root/tests/ironic/ironic.sh" down "$ironic_dir"
rm -rf "$ironic_dir"

# --- Keystone and Glance ---------------------------------------------------------
at_end "'$keystone' down '$scratch/keystone'; '$glance' down '$scratch/glance'"
identity=$(KEYSTONE_EXPIRATION=20 "$keystone" up "$scratch/keystone" \
    2>"$scratch/log.keystone") || skip "$(cat "$scratch/log.keystone")"
images=$(GLANCE_KEYSTONE=$identity "$glance" up "$scratch/glance" \
    2>"$scratch/log.glance") || skip "$(cat "$scratch/log.glance")"
export IRONIC_AUTH=keystone IRONIC_KEYSTONE=$identity IRONIC_GLANCE=$images
ironic_up
echo "$scratch/keystone" >"$ironic_dir/keystone"
check "a catalogue" "$keystone" endpoints "$scratch/keystone" \
    "$ironic_url" "$images"
ironic node n1 small
ironic node n2 small
admin=$("$keystone" token "$scratch/keystone" admin adminpw admin)
image=$("$glance" image "$scratch/glance" debian-12 "$admin")
[ -n "$image" ] || fail "no image"

secret keystone portal portalpw
common='"auth_url":"'"$identity"'","credentials":"keystone"'
use_ironic '' '"auth":"keystone_password","project":"admin",'"$common"
api GET /api/v1/servers
check_equal "a password, and the catalogue: $body" \
    "$status $(json 'len(it["items"])')" "200 2"
provision '{"server_id":"n1","image_id":"debian-12"}'
check_equal "an image by its name: $body" "$status" 202
check_contains "Ironic is told its id" \
    "$(ironic call GET '/v1/nodes/n1?fields=instance_info')" "$image"
provision '{"server_id":"n2","image_id":"'"$image"'"}'
check_equal "an image by its id" "$status" 202
provision '{"server_id":"n2","image_id":"debian-13"}'
check_equal "one that is not there" "$status $(json 'it["detail"]')" \
    "400 Image debian-13 not found"
provision '{"server_id":"n2",
    "image_id":"00000000-0000-4000-8000-000000000000"}'
check_equal "an id that is not there" "$status" 400
# A token lives for 20 s here, long enough on a busy machine: the next request
# finds it ended.
sleep 21
act n1 power '{"target":"on"}'
check_equal "a token that has ended: $body" "$status" 202

# shellcheck disable=SC2046 # two words
secret application $("$keystone" credential "$scratch/keystone")
use_ironic '' '"auth":"keystone_application_credential",
    "auth_url":"'"$identity"'","credentials":"application"'
api GET /api/v1/servers
check_equal "an application credential: $body" "$status" 200
use_ironic '' '"auth":"keystone_password","project":"nope",'"$common"
api GET /api/v1/servers
check_equal "a project that is not there" "$status" 502
use_ironic '' '"auth":"keystone_password","project":"admin",
    "region":"nowhere",'"$common"
api GET /api/v1/servers
check_equal "a region without an Ironic" "$status" 502

# --- nothing secret is written ---------------------------------------------------------
for canary in portalpw app-secret canary-wrong; do
	check_not "$canary is in no log" grep -rqF "$canary" "$portal/log"
	check_not "$canary is not in the store" \
	    eval 'git -C "$portal/store.git" log -p --all | grep -qF "$canary"'
done
check_not "no token is logged" grep -rq 'gAAAA' "$portal/log"
