#!/bin/bash
# One store with everything in it: real FRR routers with a real snmpd before
# them, a real NETCONF server, a thousand simulated devices of four vendors, one
# of which means harm. What the portal does by itself is done to all of them.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/conformance/start.sh
. "$(dirname "$0")/../conformance/start.sh"

sim_program=$build/tests/switchyard-sim
[ -x "$sim_program" ] || skip "the simulators are not built"
[ -x /usr/sbin/snmpd ] || skip "snmpd is not installed"
require_lab
each=250 # of each simulated platform
total=$((4 * each + 4)) # two routers, the NETCONF server, one that is absent
chosen=$((4 * each / 10))
seed=$scratch/seed
declare -A first_port=([eos]=3000 [ios]=4000 [nxos]=5000 [junos]=6000)

# --- who is there ---------------------------------------------------------------

start_netconf # sets base, address, control
netconf=$address:$port netconf_control=$control
sim_control=$scratch/sims
printf admin >"$scratch/sim-password"
groups=()
for platform in "${!first_port[@]}"; do
	groups+=(--platform "$platform" --count $each --listen "$base.2"
	    --one-address --port "${first_port[$platform]}")
done
"$sim_program" "${groups[@]}" --password-file "$scratch/sim-password" \
    --control "$sim_control" >"$scratch/sims.log" 2>&1 &
sim_pid=$!
at_end "kill $sim_pid 2>/dev/null; wait $sim_pid 2>/dev/null"
sim() {
	"$sim_program" ctl "$sim_control" "$@"
}
check "the simulated devices start" \
    wait_until 60 grep -q ready "$scratch/sims.log"
"$sim_program" ctl "$netconf_control" key netconf1 >"$scratch/netconf.pub" ||
	fail "the NETCONF server does not start"

# --- the store ---------------------------------------------------------------------

cp -R "$root/git-store" "$seed"
snmp_port=$(free_port)
cat >"$seed/platforms/frr.json" <<END
{"name":"frr","driver":"frr","backup_end":"end","probes":["ssh","snmp"],
"snmp_port":$snmp_port,"snmp_credentials":"snmp"}
END
# no ICMP: not everybody who runs tests may send it
for platform in eos ios nxos; do
	sed -i 's/^{/{ "probes": ["ssh"],/' "$seed/platforms/$platform.json"
done
for platform in junos netconf; do
	sed -i 's/^{/{ "probes": ["netconf"],/' "$seed/platforms/$platform.json"
done
for name in sim netconf snmp; do
	echo "{\"name\":\"$name\",\"provider\":\"file\",\"reference\":\"$name\"}" \
	    >"$seed/secrets/$name.json"
done
mkdir -p "$seed/hostkeys"
echo '{"name":"campus","credentials":"sim"}' >"$seed/areas/campus.json"

# A record, the host key and the intended lines of each.
sim key all | awk -v seed="$seed" -v address="$base.2" -v each=$each \
    -v netconf="$netconf" -v netconf_key="$(cut -d' ' -f1,2 \
    "$scratch/netconf.pub")" -v ports="$(for platform in "${!first_port[@]}"
    do printf '%s %s ' "$platform" "${first_port[$platform]}"; done)" '
function put(path, text) {
	printf "%s", text > (seed "/" path)
	close(seed "/" path)
}
function add(name, area, platform, at, key, credentials, tags) {
	put("devices/" area "/" name ".json", sprintf( \
	    "{\"name\":\"%s\",\"area\":\"%s\",\"platform\":\"%s\"," \
	    "\"primary_ip4\":\"%s\",\"status\":\"active\"," \
	    "\"credentials\":\"%s\",\"intended_from\":\"hand\"," \
	    "\"tags\":[%s]}\n", name, area, platform, at, credentials, tags))
	put("hostkeys/" name ".json", sprintf( \
	    "{\"name\":\"%s\",\"keys\":[\"%s\"]}\n", name, key))
	put("intended/" area "/" name ".cfg", intended[platform])
}
BEGIN {
	intended["eos"] = "ntp server 192.0.2.124\nend\n"
	intended["ios"] = "ip route 10.77.0.0 255.255.0.0 Null0\nend\n"
	intended["nxos"] = "vlan 20\n  name guests\n"
	intended["junos"] = "set interfaces ge-0/0/1 description to-core\n"
	intended["netconf"] = "<interfaces xmlns=\"urn:ietf:params:xml:ns:" \
	    "yang:ietf-interfaces\"><interface><name>eth0</name>" \
	    "<description>to spine2</description></interface></interfaces>\n"
	n = split(ports, word)
	for (i = 1; i < n; i += 2) {
		port[word[i]] = word[i + 1]
		system("mkdir -p " seed "/devices/" word[i] " " seed \
		    "/intended/" word[i])
		put("areas/" word[i] ".json", sprintf( \
		    "{\"name\":\"%s\",\"parent\":\"campus\"}\n", word[i]))
	}
	add("netconf1", "lab", "netconf", netconf, netconf_key, "netconf",
	    "\"first\"")
	# nobody is there
	add("absent1", "lab", "eos", address ":2", netconf_key, "sim", "")
}
{
	platform = name = $3
	sub(/[0-9]+$/, "", platform)
	i = substr(name, length(platform) + 1) - 1
	add(name, platform, platform, address ":" (port[platform] + i),
	    $1 " " $2, "sim", i < each / 10 ? "\"first\"" : "")
}'
check_equal "there are as many records" \
    "$(find "$seed/devices" -type f | wc -l)" $total

portal_up --routers 2 # its own addresses, in base
token admin
secret() { # NAME TEXT
	(umask 077 && printf '%s' "$2" >"$portal/secrets/$1")
}
secret sim '{"username":"admin","password":"admin"}'
secret netconf "{\"username\":\"netconf-test\",\"password\":\"$(cat \
    "$scratch/password")\"}"
secret snmp public
printf 'agentaddress udp:%s.1:%s,udp:%s.2:%s\nrocommunity public\n' \
    "$base" "$snmp_port" "$base" "$snmp_port" >"$scratch/snmpd.conf"
SNMP_PERSISTENT_DIR=$scratch /usr/sbin/snmpd -f -Lf "$scratch/snmpd.log" -C \
    -c "$scratch/snmpd.conf" &
snmpd_pid=$!
at_end "kill $snmpd_pid 2>/dev/null; wait $snmpd_pid 2>/dev/null"

run_is_unknown() {
	api GET "/api/v1/runs/$run"
	[ "$(json 'it["state"]')" = unknown ]
}
begin_job() { # JOB PARAMETERS: sets run
	began=$EPOCHREALTIME
	api_json POST "/api/v1/jobs/$1/runs" "{\"parameters\":{$2}}"
	check_equal "a run of $1 is accepted" "$status" 202
	run=$(json 'it["id"]')
}
end_job() { # sets state and result
	check "run $run ends" wait_until 120 run_recorded "$run"
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
	awk -v a="$began" -v b="$EPOCHREALTIME" \
	    -v what="$(json 'it["job"]'): $result" \
	    'BEGIN { printf "%s (%.1f s)\n", what, b - a }'
}
run_job() { # JOB PARAMETERS
	begin_job "$@"
	end_job
}
row() { # DEVICE FIELD: of the last run, once read by rows
	json "next(str(d.get('$2', '')) for d in it['items'] if d['name'] == '$1')"
}
rows() {
	api GET "/api/v1/runs/$run/devices?limit=1000$1"
}
count() { # PATTERN: simulated devices that have such a line
	sim running all | grep -c "$1"
}

# --- what is left to itself -----------------------------------------------------------

sim mode nxos20 flood
sim mode ios20 truncate

run_job reachability '"all":true,"timeout":10'
check_contains "all are asked, one is down" "$result" \
    "$((total - 1)) up, 0 degraded, 1 down"
api GET /api/v1/devices/r2/reachability
check_equal "snmpd answers for a router" \
    "$(json '[p["ok"] for p in it["probes"] if p["probe"] == "snmp"]')" "[true]"

run_job backup '"all":true,"retries":0'
check_equal "three devices fail" "$state" failed
check_contains "and no other one" "$result" \
    "$((total - 3)) of $total done, $((total - 3)) changed, 3 failed"
rows '&show=failed'
check_equal "the run names them" "$(json \
    '" ".join(sorted(d["name"] for d in it["items"]))')" "absent1 ios20 nxos20"
check_equal "the cut configuration is put aside" "$(row ios20 quarantined)" True
tree=$(git -C "$portal/store.git" ls-tree -r --name-only main backup)
check_equal "the store has the backups of all others" \
    "$(grep -c '\.cfg$' <<<"$tree")" $((total - 3))
# the platforms of the routers and of the NETCONF server ask for nothing besides
check_equal "and what else they told" \
    "$(grep -c '\.txt$' <<<"$tree")" $((total - 6))
check_not "what is not whole is not among them" grep -q '/ios20\.' <<<"$tree"
for each_of in "lab/r1:hostname r1" "lab/netconf1:to spine1" "eos/eos250:eos250" \
    "junos/junos9:junos9"; do
	check_contains "${each_of%:*} was read" "$(git -C "$portal/store.git" \
	    show "main:backup/${each_of%:*}.cfg")" "${each_of#*:}"
done
run_job compare '"all":true'
check_contains "what has no backup is not compared" "$result" \
    "3 not compared, 0 left alone, 0 failed"
rows '&show=changed'
check "devices lack what is intended" [ "$(json 'len(it["items"])')" -gt 900 ]

# --- in waves ----------------------------------------------------------------------------

sim mode all off
sim mode eos20 cut-after=20
api_json POST /api/v1/views '{"name":"first-tenth","label":"The first tenth",
    "table":"devices","query":"tags=first&sort=-name"}'
check_equal "there is a saved view" "$status" 201
begin_job bulk-provision '"view":"first-tenth","devices":["r1","r2"],"dry_run":false,
    "retries":0'
# it hung up after a commit that it will undo by itself in two minutes
check "all but one are done" wait_until 60 run_is_unknown
check_contains "that one is read again" "$(json 'it["result"]')" \
    "of 1 the outcome is unknown"
sim advance 180 >/dev/null
end_job
check_equal "one of them means harm" "$state" failed
check_contains "the others are done" "$result" \
    "$((chosen + 2)) of $((chosen + 3)) done"
rows '&show=failed'
check_equal "the run names it" "$(json \
    '" ".join(d["name"] for d in it["items"])')" eos20
api GET "/api/v1/runs/$run/log?since=0"
check_contains "its log says what the view shows" "$body" \
    "shows: tags=first&sort=-name"
check_contains "the first wave is one device" "$body" \
    "up to 1 of $((chosen + 3)) devices"
check_contains "then a tenth" "$body" "up to $((1 + (chosen + 12) / 10)) of"
check_equal "the harmed one is as it was" \
    "$(sim running eos20 | grep -c 192.0.2.124)" 0
check_equal "every other switch has its line" \
    "$(count 'ntp server 192.0.2.124')" $((each / 10 - 1))
check_equal "and every router" "$(count 'ip route 10.77.0.0')" $((each / 10))
check_equal "and every fabric switch" "$(count '^ *name guests')" $((each / 10))
check_equal "and every Juniper" "$(count 'description to-core')" $((each / 10))
check_contains "and the NETCONF server" "$("$sim_program" ctl \
    "$netconf_control" running netconf1)" "to spine2"
check_contains "and the FRR routers" "$(router_config r2)" "router bgp 65002"
stats=$(sim stats all | grep '^eos')
check_equal "nobody was changed twice" \
    "$(grep -c 'commits=1 ' <<<"$stats") $(grep -c 'commits=0 ' <<<"$stats")" \
    "$((each / 10)) $((each - each / 10))"
check_contains "the harmed one has undone it" "$(sim stats eos20)" reverts=1

sim mode all off
api_json POST "/api/v1/runs/$run/again" '{}'
check_equal "it is done again for the one that failed" "$status" 202
run=$(json 'it["id"]')
check "run $run ends" wait_until 60 run_recorded "$run"
check_contains "and for no other" "$(json 'it["result"]')" "1 of 1 done, 1 changed"

# provisioning has kept its configuration; it was never asked for more
run_job backup '"device":"nxos20"'
check_equal "what meant harm is read like the others" "$state" succeeded

# --- by a schedule, for a saved view ---------------------------------------------

api_json POST /api/v1/views '{"name":"aristas","label":"Aristas",
    "table":"devices","query":"area=eos"}'
api_json POST /api/v1/schedules '{"name":"nightly","job":"backup",
    "cron":"@yearly","parameters":{"view":"aristas","retries":0}}'
check_equal "a schedule names a view" "$status" 201
began=$EPOCHREALTIME
api_json POST /api/v1/schedules/nightly/run '{}'
check_equal "it is started by hand" "$status" 202
run=$(json 'it["id"]')
end_job
check_equal "a second sweep finds nothing new" "$result" "$each of $each done"
check_equal "and commits nothing" "$(git -C "$portal/store.git" log \
    --format=%B main | grep -c "^Run-Id: $run\$")" 0
api DELETE /api/v1/views/aristas -H "If-Match: $(api GET /api/v1/views/aristas;
    header ETag)"
check_equal "a view in use is not deleted" "$status" 409
check_contains "and who uses it is named" "$body" nightly
check "the store is in order" switchyard check
git clone -q "$portal/store.git" "$scratch/clone"
git -C "$scratch/clone" rm -q views/aristas.json
git -C "$scratch/clone" -c user.name=ann -c user.email=ann@example.net \
    commit -qm "Drop the view"
check "git takes it away" git -C "$scratch/clone" push -q origin main
api_json POST /api/v1/schedules/nightly/run '{}'
check_equal "then nothing is started" "$status" 422
check_contains "and a sentence says why" "$body" 'aristas\" does not exist'
check_not "no simulated device saw an error of ours" \
    grep -q Sanitizer "$scratch/sims.log"
echo "in $SECONDS s"
