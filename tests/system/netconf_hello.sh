#!/bin/bash
# The NETCONF hello of a reachability sweep, with a real netconfd behind a real
# sshd, servers that mean harm, credentials that are refused, a device that a run
# has in hand, and a thousand simulated devices within the time of one sweep.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/conformance/start.sh
. "$(dirname "$0")/../conformance/start.sh"

sim_program=$build/tests/switchyard-sim
[ -x "$sim_program" ] || skip "the simulators are not built"
crowd=1000
seed=$scratch/seed

# --- who is there ---------------------------------------------------------------

start_netconf # sets base, address, port, control
netconf=$address:$port
printf admin >"$scratch/sim-password"
"$sim_program" --platform junos --name crowd --count $crowd \
    --listen "$base.2" --one-address --port 6000 \
    --password-file "$scratch/sim-password" --control "$scratch/sims" \
    >"$scratch/sims.log" 2>&1 &
sim_pid=$!
at_end "kill $sim_pid 2>/dev/null; wait $sim_pid 2>/dev/null"
sim() {
	"$sim_program" ctl "$scratch/sims" "$@"
}
ssh-keygen -q -t ed25519 -N '' -f "$scratch/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$scratch/key"
start_sshd() { # PORT NAME [SUBSYSTEM]
	cat >"$scratch/$2.conf" <<END
ListenAddress $base.3:$1
HostKey $scratch/host_key
PidFile none
AuthorizedKeysFile $scratch/key.pub
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
${3:+Subsystem netconf $3}
END
	/usr/sbin/sshd -D -f "$scratch/$2.conf" -E "$scratch/$2.log" &
	local pid=$!
	at_end "kill $pid 2>/dev/null; wait $pid 2>/dev/null"
}
modes="hello-nothing hello-flood hello-junk hello-end"
n=7000
for mode in $modes; do
	echo "$mode" >"$scratch/$mode"
	start_sshd $((n++)) "sshd-$mode" \
	    "$build/tests/hostile_netconf $scratch/$mode"
done
start_sshd $n sshd-none
answers() {
	(exec 3<>"/dev/tcp/${1/:/\/}") 2>/dev/null
}
check "sshd starts" wait_until 20 answers "$base.3:$n"
check "the simulated devices start" \
    wait_until 60 grep -q ready "$scratch/sims.log"

# --- the store --------------------------------------------------------------------

mkdir -p "$seed"/{areas,platforms,devices/{lab,crowd},secrets,hostkeys}
put() { # PATH JSON
	printf '%s\n' "$2" >"$seed/$1"
}
put areas/lab.json '{"name":"lab"}'
put areas/crowd.json '{"name":"crowd","credentials":"sim"}'
for name in real wrong key sim; do
	put secrets/$name.json "{\"name\":\"$name\",\"provider\":\"file\",\
\"reference\":\"$name\"}"
done
put platforms/nc.json '{"name":"nc","driver":"netconf","connect_timeout":5,
"probes":["netconf"],"netconf_probe":"hello","netconf_hello_interval":30}'
put platforms/plain.json '{"name":"plain","driver":"netconf",
"probes":["netconf"]}'
put platforms/crowd.json '{"name":"crowd","driver":"junos",
"probes":["netconf"],"netconf_probe":"hello"}'
device() { # NAME ADDRESS CREDENTIALS [PLATFORM]
	put "devices/lab/$1.json" "{\"name\":\"$1\",\"area\":\"lab\",\
\"platform\":\"${4-nc}\",\"status\":\"active\",\"primary_ip4\":\"$2\"\
${3:+,\"credentials\":\"$3\"}${6:+,\"jump\":\"$6\"}}"
	put "hostkeys/$1.json" "{\"name\":\"$1\",\"keys\":[\"$(cut -d' ' -f1,2 \
	    "${5-$scratch/host_key.pub}")\"]}"
}
"$sim_program" ctl "$control" key netconf1 >"$scratch/netconf.pub" ||
	fail "the NETCONF server does not start"
device real "$netconf" real nc "$scratch/netconf.pub"
device behind "$netconf" real nc "$scratch/netconf.pub" none
device plain "$netconf" wrong plain "$scratch/netconf.pub"
device refused "$netconf" wrong nc "$scratch/netconf.pub"
device nobody "$netconf" "" nc "$scratch/netconf.pub"
# whose records lead to a machine that is not theirs, or not known yet
device moved "$netconf" wrong
device unknown "$netconf" wrong
rm "$seed/hostkeys/unknown.json"
n=7000
for mode in $modes none; do
	device "$mode" "$base.3:$((n++))" key
done
device dead "$base.3:6999" key
sim key all | awk -v seed="$seed" -v address="$base.2" '{
	name = $3
	file = seed "/devices/crowd/" name ".json"
	printf "{\"name\":\"%s\",\"area\":\"crowd\",\"platform\":\"crowd\"," \
	    "\"status\":\"active\",\"primary_ip4\":\"%s:%d\"}\n", name, \
	    address, 6000 + substr(name, 6) - 1 >file
	close(file)
	file = seed "/hostkeys/" name ".json"
	printf "{\"name\":\"%s\",\"keys\":[\"%s %s\"]}\n", name, $1, $2 >file
	close(file)
}'
portal_up
token admin
secret() { # NAME TEXT
	(umask 077 && printf '%s' "$2" >"$portal/secrets/$1")
}
password=$(cat "$scratch/password")
secret real "{\"username\":\"netconf-test\",\"password\":\"$password\"}"
secret wrong '{"username":"netconf-test","password":"not-the-password"}'
secret sim '{"username":"admin","password":"admin"}'
python3 -c 'import json, sys
print(json.dumps({"username": sys.argv[1], "private_key": open(sys.argv[2]).read()}))
' "$(id -un)" "$scratch/key" >"$scratch/key.json"
secret key "$(cat "$scratch/key.json")"

sweep() { # PARAMETERS
	SECONDS=0
	api_json POST /api/v1/jobs/reachability/runs "{\"parameters\":{$1}}"
	check_equal "the run is accepted" "$status" 202
	run=$(json 'it["id"]')
	check "run $run ends" wait_until 90 run_ended "$run"
	check_equal "it succeeds" "$(json 'it["state"]')" succeeded
}
row() { # DEVICE: of the last sweep
	json "next(d.get('result', '') for d in it['devices'] if d['name'] == '$1')"
}
reason() { # DEVICE: what is known of its NETCONF server
	api GET "/api/v1/devices/$1/reachability"
	json "next(p['reason'] for p in it['probes'])"
}
verdict() {
	api GET "/api/v1/devices/$1/reachability"
	json 'it["verdict"]'
}
attempts() {
	grep -c "Failed password" "$scratch/server/sshd.log"
}

# --- what a sweep finds ---------------------------------------------------------

sweep '"area":"lab"'
check "the sweep takes its time, and no more: $SECONDS s" [ $SECONDS -lt 30 ]
check_contains "a hello of base 1.1" "$(row real)" \
    "hello received, base 1.1, session"
check_contains "through a jump host, too" "$(row behind)" \
    "hello received, base 1.1, session"
check_equal "password refused" "$(row refused)" \
    "down: netconf password refused"
check_contains "without credentials" "$(row nobody)" "lacks credentials"
check_equal "no hello" "$(row hello-nothing)" "down: netconf no hello in 5 s"
check_equal "an endless one" "$(row hello-flood)" \
    "down: netconf a hello without end"
check_contains "bytes that are none" "$(row hello-junk)" \
    "sent what is no NETCONF hello"
check_contains "closed after the sign-in" "$(row hello-end)" \
    "no hello of use came"
check_equal "no subsystem" "$(row none)" \
    "down: netconf ssh up, netconf subsystem refused"
check_equal "nobody there" "$(row dead)" "down: netconf connection refused"
check_not "without a sign-in as before" grep -q hello <<<"$(row plain)"
check_equal "which no password can fail" "$(verdict plain)" up
check_equal "up" "$(verdict real)" up
check_contains "a key that is not the approved one" "$(row moved)" \
    "its host key is not the approved one"
check_contains "no approved key" "$(row unknown)" "no host key is approved"
check_equal "one attempt was made, and none without the approved key" \
    "$(attempts)" 1

# --- between two sign-ins ----------------------------------------------------------

first=$(reason real)
sweep '"area":"lab"'
check_equal "the next sweep shows what the last one found" "$(row real)" \
    "$(row real | sed 's/session [0-9]*.*/'"${first##*, }"' (0 min ago))/')"
check "without waiting: $SECONDS s" [ $SECONDS -lt 8 ]
check_contains "what was refused is not tried again" "$(row refused)" \
    "password refused; not tried again until it or the record changes"
check_equal "there was no second attempt" "$(attempts)" 1

kill -9 "$(cat "$portal/run/worker.ready")"
"$root/bootstrap" stop --dir "$portal" >/dev/null
"$root/bootstrap" run --detach --programs "$build" --dir "$portal" \
    --port "$port" --no-lab >"$scratch/up" 2>&1
check_equal "the worker is started anew" $? 0
sweep '"device":"refused"'
check_contains "the refusal outlives it" "$(row refused)" "not tried again"
check_equal "and so does the password" "$(attempts)" 1

# --- what changed is tried at once -----------------------------------------------

secret wrong '{"username":"netconf-test","password":"another-wrong-one"}'
sweep '"device":"refused"'
check_equal "other credentials are tried" "$(attempts)" 2
sweep '"device":"refused"'
check_equal "once" "$(attempts)" 2
secret wrong "{\"username\":\"netconf-test\",\"password\":\"$password\"}"
sweep '"device":"refused"'
check_contains "the right ones are taken" "$(row refused)" "hello received"
check_equal "without a failure" "$(attempts)" 2
check_not "no secret is kept" grep -rqE "not-the-password|$password" \
    "$portal/live" "$portal/log" "$portal/reach"

# --- a device that a run has in hand -------------------------------------------------

api_json POST /api/v1/jobs/backup/runs '{"parameters":{"device":"hello-nothing"}}'
busy=$(json 'it["id"]')
in_hand() {
	api GET "/api/v1/runs/$busy"
	[ "$(json 'it["state"]')" = running ]
}
check "a run has the device in hand" wait_until 20 in_hand
api GET /api/v1/devices/hello-nothing
api_json PATCH /api/v1/devices/hello-nothing '{"credentials":"sim"}' \
    -H "If-Match: $(header ETag)"
check_equal "its record changes, so that it is due" "$status" 200
sweep '"device":"hello-nothing"'
check_equal "a device in hand is not signed in to" "$(row hello-nothing)" \
    "unknown: netconf busy with run $busy"

# --- a sweep that is cancelled while it waits for a hello ----------------------------

check "the other run ends" wait_until 60 run_ended "$busy"
signed_in() {
	grep -c "Accepted publickey" "$scratch/sshd-hello-nothing.log"
}
is_signed_in() {
	[ "$(signed_in)" -gt "$before" ]
}
before=$(signed_in)
api GET /api/v1/devices/hello-nothing
api_json PATCH /api/v1/devices/hello-nothing '{"credentials":"key"}' \
    -H "If-Match: $(header ETag)"
api_json POST /api/v1/jobs/reachability/runs \
    '{"parameters":{"device":"hello-nothing"}}'
run=$(json 'it["id"]')
check "its session is under way" wait_until 20 is_signed_in
api_json POST /api/v1/jobs/backup/runs '{"parameters":{"device":"hello-nothing"}}'
busy=$(json 'it["id"]')
api GET "/api/v1/runs/$busy"
check_equal "a run of the device waits for it" "$(json 'it["state"]')" queued
api_json POST "/api/v1/runs/$run/cancel" '{}'
check "the sweep ends" wait_until 20 run_ended "$run"
check_equal "as cancelled" "$(json 'it["state"]')" cancelled
check "and the run has its turn" wait_until 60 run_ended "$busy"

# --- a thousand ---------------------------------------------------------------------------

sweep '"area":"crowd"'
echo "$crowd hellos in $SECONDS s"
check "within the time of a sweep: $SECONDS s" [ $SECONDS -lt 60 ]
check_equal "all answer" "$(json 'it["result"]')" \
    "$crowd up, 0 degraded, 0 down; 0 changed"
check_contains "with their hello" "$(row crowd$crowd)" "hello received, base"

# a password that nobody takes meets two devices, not a thousand
secret sim '{"username":"admin","password":"wrong"}'
api GET /api/v1/platforms/crowd
api_json PATCH /api/v1/platforms/crowd '{"connect_timeout":7}' \
    -H "If-Match: $(header ETag)"
check_equal "all are due" "$status" 200
sweep '"area":"crowd"'
refused=$(json 'sum("password refused" in d["result"] for d in it["devices"])')
check_equal "the rest is spared" "$refused" 2
check_contains "and says so" "$(row crowd$crowd)" \
    "2 devices refused the credentials sim"
check_equal "and is not called down" "$(json 'it["result"]')" \
    "0 up, 0 degraded, 2 down; 0 changed"

finish
