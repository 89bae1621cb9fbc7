#!/bin/bash
# Credentials out of Vault: signing in, a token that ends between two runs, a
# Vault that is sealed, refuses or dies while two hundred devices are changed,
# and no secret anywhere but where it belongs.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

sim_program=$build/tests/switchyard-sim
vault_program=$build/tests/switchyard-vault-sim
[ -x "$vault_program" ] || skip "the simulators are not built"
devices=200
seed=$scratch/seed
password=device-canary-$RANDOM

# --- who is there ---------------------------------------------------------------

take_base
printf %s "$password" >"$scratch/password"
"$sim_program" --platform eos --count $devices --listen "$base.1" \
    --one-address --port 3000 --password-file "$scratch/password" \
    --control "$scratch/control" >"$scratch/sim.log" 2>&1 &
sim_pid=$!
at_end "kill $sim_pid 2>/dev/null; wait $sim_pid 2>/dev/null"
sim() {
	"$sim_program" ctl "$scratch/control" "$@"
}
start_vault() { # NAME OPTION…: sets vault_pid and vault_port
	"$vault_program" "${@:2}" >"$scratch/$1.port" &
	vault_pid=$!
	at_end "kill $vault_pid 2>/dev/null; wait $vault_pid 2>/dev/null"
	check "a Vault starts" wait_until 10 test -s "$scratch/$1.port"
	vault_port=$(cat "$scratch/$1.port")
}
start_vault plain
told_port=$vault_port # notifications go there
start_vault tls --ca "$scratch/ca.pem"
vault() { # WHAT [curl options…]
	curl -s --cacert "$scratch/ca.pem" --max-time 10 \
	    "https://127.0.0.1:$vault_port/sim/$1" "${@:2}"
}
counted() { # sign_ins | readings
	vault counts | sed "s/.*$1=\([0-9]*\).*/\1/"
}
vault 'put?path=switchyard/sims' --data-binary \
    "{\"username\":\"admin\",\"password\":\"$password\"}" >/dev/null
vault 'put?path=switchyard/told' --data-binary "{\"password\":
    \"http://127.0.0.1:$told_port/sim/put?path=switchyard/url-canary\"}" \
    >/dev/null
check "the devices start" wait_until 30 grep -q ready "$scratch/sim.log"

# --- the store ---------------------------------------------------------------------

cp -R "$root/git-store" "$seed"
mkdir -p "$seed/hostkeys" "$seed/devices/hall" "$seed/intended/hall"
for name in sims told ironic; do
	echo "{\"name\":\"$name\",\"provider\":\"vault\",\"reference\":\"$name\"}" \
	    >"$seed/secrets/$name.json"
done
echo '{"name":"hall","credentials":"sims"}' >"$seed/areas/hall.json"
cat >"$seed/ironic.json" <<'END'
{"url":"http://127.0.0.1:9","auth":"http_basic","credentials":"ironic"}
END
sim key all | awk -v seed="$seed" -v address="$base.1" '
{
	i = substr($3, 4)
	file = seed "/devices/hall/" $3 ".json"
	printf "{\"name\":\"%s\",\"area\":\"hall\",\"platform\":\"eos\"," \
	    "\"primary_ip4\":\"%s:%d\",\"status\":\"active\"," \
	    "\"intended_from\":\"hand\"}\n", $3, address, 2999 + i >file
	close(file)
	file = seed "/hostkeys/" $3 ".json"
	printf "{\"name\":\"%s\",\"keys\":[\"%s %s\"]}\n", $3, $1, $2 >file
	close(file)
	file = seed "/intended/hall/" $3 ".cfg"
	printf "ntp server 192.0.2.124\nend\n" >file
	close(file)
}'
portal_up
token admin
(umask 077 && printf 'secret-id-canary\n' >"$portal/secrets/vault-id")
configure() { # SETTINGS
	cat >"$portal/vault.json" <<END
{"address":"https://127.0.0.1:$vault_port","ca_file":"$scratch/ca.pem",
"role_id":"role-7","secret_id_file":"secrets/vault-id","timeout_s":5$1}
END
}
run_job() { # JOB PARAMETERS: sets run, state and result
	api_json POST "/api/v1/jobs/$1/runs" "{\"parameters\":{$2}}"
	check_equal "a run of $1 is accepted" "$status" 202
	run=$(json 'it["id"]')
	check "run $run ends" wait_until 60 run_recorded "$run"
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}
fails() { # WORDS
	run_job backup '"device":"eos1"'
	check_equal "$1: the run fails" "$state" failed
	check_contains "which says so" "$result" "$1"
	check_contains "and that nothing happened" "$result" \
	    "nothing was changed"
}

# --- one device ----------------------------------------------------------------------

fails "vault.json"
configure ''
out=$(switchyard check --credentials)
check_contains "what can be read is told" "$out" \
    "secrets/sims.json: can be read: user name, password"
check_not "not its value" grep -q "$password" <<<"$out"
check_contains "and what cannot" "$out" "secrets/lab.json: there is no"
run_job backup '"device":"eos1"'
check_equal "a backup with a password of Vault's: $result" "$state" succeeded
before=$(counted sign_ins)
vault revoke >/dev/null
run_job provision '"device":"eos1","dry_run":false'
check_equal "the token ended before this run: $result" "$state" succeeded
check_contains "the device is changed" "$(sim running eos1)" 192.0.2.124
check "another token was asked for" [ "$(counted sign_ins)" -gt "$before" ]

vault 'mode?name=sealed' >/dev/null
fails "Vault is sealed"
vault 'mode?name=denied' >/dev/null
fails "Vault denies permission"
vault 'mode?name=garbage' >/dev/null
fails "no JSON"
vault 'mode?name=ok' >/dev/null
configure ',"ca_file":"/etc/ssl/certs/none.pem"'
sed -i "s|\"ca_file\":\"$scratch/ca.pem\",||" "$portal/vault.json"
fails "file of its authority"
sed -i 's|,"ca_file":"[^"]*"||' "$portal/vault.json"
fails "not trusted"
configure ',"prefix":"elsewhere"'
fails "secret/data/elsewhere/sims"
configure ''
printf 'wrong-canary\n' >"$portal/secrets/vault-id"
vault revoke >/dev/null
fails "secret ID"
printf 'secret-id-canary\n' >"$portal/secrets/vault-id"

# --- Ironic's, which the web program reads by settings of its own ------------------

api GET /api/v1/servers
check_equal "without them there is no Ironic" "$status" 502
mkdir -p "$portal/web/secrets"
sed "s|secrets/vault-id|$portal/web/secrets/vault-id|" "$portal/vault.json"     >"$portal/web/vault.json"
(umask 077 && cp "$portal/secrets/vault-id" "$portal/web/secrets/vault-id")
vault 'put?path=switchyard/ironic' --data-binary \
    '{"username":"portal","password":"ironic-canary"}' >/dev/null
check_contains "they can be read" "$(switchyard check --credentials)" \
    "secrets/ironic.json: can be read: user name, password"
before=$(counted readings)
api GET /api/v1/servers
check_equal "the web program reads them, too" "$(counted readings)" \
    $((before + 1))

# --- a notification, to an address that is secret -----------------------------------

api_json POST /api/v1/channels '{"name":"told","type":"webhook",
"url_secret":"told","events":["run_failed"]}'
check_equal "a channel is made" "$status" 201
vault 'mode?name=sealed' >/dev/null
fails sealed
given_up() {
	[ -n "$(ls "$portal/outbox/given-up" 2>/dev/null)" ]
}
vault 'mode?name=ok' >/dev/null
arrived() {
	curl -s -H 'X-Vault-Token: hvs.root-canary' -H 'X-Vault-Request: true' \
	    "http://127.0.0.1:$told_port/v1/secret/data/switchyard/url-canary" |
		grep -q "$run"
}
check "it arrives once Vault is there again" wait_until 30 arrived
check_not "and was not given up" given_up

# --- Vault dies while they are changed ------------------------------------------------

ahead=$(($(counted readings) + 40))
api_json POST /api/v1/jobs/bulk-provision/runs '{"parameters":
    {"area":"hall","dry_run":false,"retries":0,"max_failed":100}}'
check_equal "all are to be changed" "$status" 202
run=$(json 'it["id"]')
some_were_read() {
	[ "$(counted readings)" -ge $ahead ]
}
check "some are under way" wait_until 60 some_were_read
# what its processes show to others
for pid in $(pgrep -P "$(cat "$portal/run/worker.pid")"); do
	cat "/proc/$pid/cmdline" "/proc/$pid/environ"
done >"$scratch/processes" 2>/dev/null
kill -9 $vault_pid
wait $vault_pid 2>/dev/null
check "the run ends" wait_until 100 run_recorded "$run"
echo "$(json 'it["state"]'): $(json 'it["result"]')"
api GET "/api/v1/runs/$run/devices?limit=1000"
check_equal "each device is told of" "$(json 'len(it["items"])')" $devices
json '"\n".join(d["name"] + "|" + d["state"] + "|" + d.get("result", "")
    for d in it["items"])' >"$scratch/rows"
changed=$(sim running all | grep -c 'ntp server 192.0.2.124')
succeeded=$(grep -c '|succeeded|' "$scratch/rows")
check_equal "as many have the line as are said to" "$changed" "$succeeded"
check "some have" [ "$succeeded" -gt 10 ]
check_equal "all others failed" "$(grep -c '|failed|' "$scratch/rows")" \
    $((devices - succeeded))
check_equal "and say why, and that nothing was changed" \
    "$(grep '|failed|' "$scratch/rows" |
	grep 'does it run' | grep -c 'nothing was changed')" \
    $((devices - succeeded))

# --- secrets ---------------------------------------------------------------------------

for canary in "$password" secret-id-canary b.canary wrong-canary \
    url-canary ironic-canary; do
	check_not "$canary is in no log and no file of a run" grep -rqF \
	    "$canary" "$portal/log" "$portal/live" "$portal/spool" \
	    "$portal/outbox" "$portal/vault.json"
	check_not "$canary is not in the store" eval \
	    'git -C "$portal/store.git" log -p --all | grep -qF "$canary"'
	check_not "no process shows $canary" \
	    grep -qaF "$canary" "$scratch/processes"
	for page in /secrets /secrets/sims "/runs/$run" /devices/eos1 \
	    "/api/v1/runs/$run/log?since=0" /api/v1/secrets /channels/told; do
		api GET "$page"
		check_not "$canary is not on $page" grep -qF "$canary" \
		    <<<"$body"
	done
done
check "there were processes" test -s "$scratch/processes"
check "the store is in order" switchyard check
