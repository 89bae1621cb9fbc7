#!/bin/bash
# Servers through a real Ironic with fake hardware: the full path, who gets what
# when many ask, a deployment that waits for its agent, one that fails, retry,
# undeploy, power, maintenance, and the record of all of it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/ironic/lib.sh
. "$root/tests/ironic/lib.sh"

IRONIC_DELAY=2 ironic_up
for n in 1 2 3 4 5; do
	ironic node "race$n" race &
done
ironic node n1 small
ironic node n2 small
ironic node agent agent '{"deploy_interface":"direct","management_interface":"noop"}'
wait
portal_up
token operator
use_ironic "$ironic_url"
api_json PUT /api/v1/images/debian \
    '{"url":"http://images.test/debian.qcow2","checksum":"'"$(printf 'a%.0s' {1..64})"'"}'
check_equal "an image" "$status" 201

# --- what is not possible ----------------------------------------------------
provision '{"server_id":"nope","image_id":"debian"}'
check_equal "an unknown server" "$status $(json 'it["detail"]')" \
    "404 Server nope not found"
provision '{"server_id":"n1","image_id":"nope"}'
check_equal "an unknown image" "$status $(json 'it["detail"]')" \
    "400 Image nope not found"
provision '{"resource_class":"nope","image_id":"debian"}'
check_equal "no such class" "$status $(json 'it["detail"]')" \
    "404 No available servers matching criteria"
provision '{"resource_class":"small","traits":["CUSTOM_NOPE"],"image_id":"debian"}'
check_equal "no such trait" "$status $(json 'it["detail"]')" \
    "404 No available servers matching criteria"
provision '{"server_id":"n1"}'
check_equal "no image is named" "$status $(json 'it["errors"][0]["field"]')" \
    "422 image_id"
provision '{"server_id":"n1","image_id":"debian","config_drive":{"users":1}}'
check_equal "a config drive of something else" \
    "$status $(json 'it["errors"][0]["field"]')" "422 config_drive"
api_json POST /api/v1/servers/n1/rebuild '{}'
check_equal "nothing to rebuild" "$status" 409
api GET /provision/nope
check_equal "an unknown operation" "$status $(json 'it["detail"]')" \
    "404 Server nope not found"
check_equal "nothing is left claimed" "$(claimed)" ""

# --- the full path -------------------------------------------------------------
secret=canary-$RANDOM$RANDOM
provision '{"server_id":"n1","image_id":"debian","config_drive":
    {"user_data":"#cloud-config\npassword: '$secret'\n",
    "meta_data":{"hostname":"n1"}}}' -H 'Idempotency-Key: one'
check_equal "a server is provisioned" "$status $(json 'it["status"]')" \
    "202 accepted"
id=$(json 'it["operation_id"]')
run=$(json 'it["run_id"]')
check_equal "its name" "$(json 'it["server_name"]')" n1
check_equal "where to look" "$(header Location)" "/provision/$id"
first=$body
seen=''
until operation_is "$id" completed; do
	check_equal "meanwhile" "$(json 'it["status"]')" in_progress
	seen+=" $(json 'it["progress_percent"]')"
	sleep 0.1
done
# Prepared, then its one step; for a moment at the end Ironic names no step.
check_contains "progress was seen" "$(tr ' ' '\n' <<<"$seen" | uniq |
    tr '\n' ' ')" " 10 25 "
check_equal "it is done" \
    "$(json '[it["provision_state"], it["progress_percent"]]')" \
    '["active", 100]'
check "it began before it ended" \
    [ "$(json 'it["started_at"]')" \< "$(json 'it["completed_at"]')" ]
provision '{"server_id":"n1","image_id":"debian","config_drive":
    {"user_data":"#cloud-config\npassword: '$secret'\n",
    "meta_data":{"hostname":"n1"}}}' -H 'Idempotency-Key: one'
check_equal "the same key, the same answer" "$status $body" "202 $first"
provision '{"server_id":"n2","image_id":"debian"}' -H 'Idempotency-Key: one'
check_equal "the same key for another server" "$status" 409
provision '{"server_id":"n1","image_id":"debian"}'
check_equal "twice" "$status $(json 'it["detail"]')" \
    "409 Server n1 is not available for provisioning"
info=$(ironic call GET "/v1/nodes/n1?fields=instance_info")
check_contains "Ironic knows the image" "$info" debian.qcow2
check_contains "and its checksum" "$info" sha256

# --- the record ------------------------------------------------------------------
api GET "/api/v1/runs/$run"
check_equal "the run" "$(json '[it["state"], it["job"], it["server"]["name"]]')" \
    '["succeeded", "server-provision", "n1"]'
log=$(git -C "$portal/store.git" log --format=%B%n runs)
check_contains "it was recorded before" "$log" "Provision server: n1: start"
check_contains "and after" "$log" "Provisioning of n1 with debian has begun"
check_contains "with its server" "$log" "Server: n1"
check_not "the config drive is nowhere in the instance" \
    grep -rqF "$secret" "$portal" --exclude-dir=nginx
check_not "nor in the store" \
    eval 'git -C "$portal/store.git" log -p --all | grep -qF "$secret"'

# --- power, maintenance, undeploy ----------------------------------------------------
for want in on off reboot; do
	act n1 power "{\"target\":\"$want\"}"
	check_equal "power $want" "$status" 202
done
act n1 maintenance '{"target":"on","reason":"a new disk"}'
check_equal "maintenance" "$status" 202
api GET /api/v1/servers/n1
check_equal "it says why" "$(json 'it["maintenance_reason"]')" "a new disk"
act n1 rebuild '{}'
check_equal "not while in maintenance" "$status" 409
act n1 maintenance '{"target":"off"}'
check_equal "and back" "$status" 202
act n1 rebuild '{"image_id":"debian"}'
check_equal "rebuild" "$status" 202
check "it is deployed again" wait_until 20 operation_is "$id" completed
act n1 deprovision '{}'
check_equal "undeploy" "$status" 202
check "it is free again" wait_until 20 server_is n1 available
check_equal "and nobody's" "$(claimed)" ""

# --- twenty requests for five servers -----------------------------------------------
race() {
	curl -s -K "$scratch/curl" -m 60 -X POST -o "$scratch/race.$1" \
	    -w '%{http_code}\n' -H 'Content-Type: application/json' \
	    -d '{"resource_class":"race","image_id":"debian"}' "$url/provision"
}
racers=()
for n in {1..20}; do
	race "$n" >"$scratch/status.$n" &
	racers+=($!)
done
wait "${racers[@]}"
check_equal "five succeed, fifteen do not" \
    "$(cat "$scratch"/status.* | sort | uniq -c | tr -s ' \n' ' ')" \
    " 5 202 15 404 "
check_equal "and no server is given twice" "$(grep -ho '"server_id":"[^"]*"' \
    "$scratch"/race.* | sort -u | wc -l)" 5
check_equal "five are claimed" "$(claimed | wc -w)" 5
check_equal "no allocation is left over" "$(ironic call GET \
    '/v1/allocations?fields=state' | grep -o '"state"' | wc -l)" 5

# the same for one given server
racers=()
for n in {1..8}; do
	curl -s -K "$scratch/curl" -m 60 -X POST -o /dev/null \
	    -w '%{http_code}\n' -H 'Content-Type: application/json' \
	    -d '{"server_id":"n2","image_id":"debian"}' "$url/provision" \
	    >"$scratch/status.$n" &
	racers+=($!)
done
wait "${racers[@]}"
check_equal "one of eight gets it" \
    "$(cat "$scratch"/status.[1-8] | sort | uniq -c | tr -s ' \n' ' ')" \
    " 1 202 7 409 "

# --- an agent that calls back, one that fails, one that never does ------------------
api_json PUT /api/v1/images/gone \
    '{"url":"http://127.0.0.1:1/gone.img","checksum":"0"}'
provision '{"server_id":"agent","image_id":"gone"}'
id=$(json 'it["operation_id"]')
check "an image that is not there fails" wait_until 20 operation_is "$id" failed
check_contains "Ironic's reason is passed on" "$(json 'it["message"]')" \
    "127.0.0.1:1"
act agent deprovision '{}'
check_equal "what failed is undeployed" "$status" 202
check "and free again" wait_until 20 server_is agent available
head -c 100000 /dev/zero >"$ironic_dir/httpboot/disk.img"
sum=$(md5sum "$ironic_dir/httpboot/disk.img" | cut -d' ' -f1)
api_json PUT /api/v1/images/disk \
    '{"url":"file://'"$ironic_dir"'/httpboot/disk.img","checksum":"'"$sum"'"}'
provision '{"server_id":"agent","image_id":"disk"}'
check_equal "an agent's deployment: $body" "$status" 202
check "it waits" wait_until 20 server_is agent "wait call-back"
check "it waits: $(ironic call GET "/v1/nodes/agent?fields=provision_state,last_error")" wait_until 20 server_is agent "wait call-back"
api GET "/provision/$id"
check_equal "and says so" "$(json 'it["status"]')" in_progress
check "progress stands still" [ "$(json 'it["progress_percent"]')" -lt 30 ]
act agent abort '{}'
check_equal "that can be given up" "$status" 202
check "then it is free again" wait_until 20 server_is agent available

provision '{"server_id":"agent","image_id":"disk"}'
check "once more" wait_until 20 server_is agent 'wait call-back'
node "$root/tests/ironic/agent.js" "$ironic_url" "$id" fail \
    >"$scratch/agent.log" 2>&1 &
check "it fails" wait_until 10 operation_is "$id" failed
check_contains "with the agent's words" "$(json 'it["message"]')" \
    "failed with exit code 1"
act agent retry '{}'
check_equal "retry" "$status" 202
check "it waits again" wait_until 20 server_is agent 'wait call-back'
node "$root/tests/ironic/agent.js" "$ironic_url" "$id" \
    >"$scratch/agent.log" 2>&1 &
check "and succeeds: $(cat "$scratch/agent.log")" \
    wait_until 15 operation_is "$id" completed

# --- who may, and what is served ------------------------------------------------------
api GET '/api/v1/servers?provision_state=active&limit=3'
check_equal "a page" "$(json 'len(it["items"])')" 3
after=$(json 'it["next"]')
api GET "/api/v1/servers?provision_state=active&limit=100&after=$after"
check_equal "the next one" "$(json '[len(it["items"]), it["next"]]')" \
    '[4, null]'
api GET '/api/v1/servers?provision_state=nope'
check_equal "no such state" "$status" 400
api GET /api/v1/servers/n1/validation
check_contains "its validation" "$(json 'it["items"]')" '"verdict": "passes"'
token viewer
api GET /api/v1/servers
check_equal "a viewer looks" "$status" 200
provision '{"server_id":"n1","image_id":"debian"}'
check_equal "and no more" "$status" 403
check_equal "no request is left in hand" "$(ls "$portal/servers")" ""
check "the store is whole" git -C "$portal/store.git" fsck --strict
