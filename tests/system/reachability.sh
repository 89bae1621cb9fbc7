#!/bin/bash
# Reachability of real servers: OpenSSH, net-snmp, a TLS port, ICMP; what a
# device that stops answering does to its verdict, and what goes on record.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

command -v snmpd >/dev/null || skip "snmpd is not installed"
command -v sshd >/dev/null || [ -x /usr/sbin/sshd ] ||
    skip "sshd is not installed"

# --- real servers on loopback --------------------------------------------------

ssh_port=$(free_port)
snmp_port=$(free_port)
tls_port=$(free_port)
mkdir -m 0700 "$scratch/sshd" "$scratch/snmp"

ssh-keygen -q -t ed25519 -N '' -f "$scratch/sshd/key"
ssh-keygen -q -t ed25519 -N '' -f "$scratch/sshd/other"
cat >"$scratch/sshd/config" <<END
ListenAddress 127.0.0.1:$ssh_port
HostKey $scratch/sshd/key
PidFile none
UsePAM no
END
mkdir -p /run/sshd
/usr/sbin/sshd -D -e -f "$scratch/sshd/config" 2>"$scratch/sshd/log" &
sshd_pid=$!
at_end "kill $sshd_pid 2>/dev/null; wait $sshd_pid 2>/dev/null"

cat >"$scratch/snmpd.conf" <<END
agentaddress udp:127.0.0.1:$snmp_port
rocommunity public
createUser reader SHA-256 "auth-secret-1" AES "privacy-secret-1"
createUser shauser SHA "auth-secret-3" AES "privacy-secret-3"
createUser hidden SHA "auth-secret-3" AES "privacy-secret-3"
createUser md5user MD5 "auth-secret-2" DES "privacy-secret-2"
rouser reader priv
rouser shauser priv
rouser md5user priv
END
SNMP_PERSISTENT_DIR=$scratch/snmp /usr/sbin/snmpd -f -Lf "$scratch/snmp/log" -C \
    -c "$scratch/snmpd.conf" &
snmpd_pid=$!
at_end "kill $snmpd_pid 2>/dev/null; wait $snmpd_pid 2>/dev/null"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 \
    -subj /CN=switch -keyout "$scratch/tls.key" -out "$scratch/tls.crt" \
    2>"$scratch/openssl.log"
openssl s_server -quiet -accept "127.0.0.1:$tls_port" -key "$scratch/tls.key" \
    -cert "$scratch/tls.crt" >"$scratch/tls.log" 2>&1 &
tls_pid=$!
at_end "kill $tls_pid 2>/dev/null; wait $tls_pid 2>/dev/null"

answers_tcp() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
answers_snmp() {
	snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$snmp_port" \
	    1.3.6.1.2.1.1.3.0 >/dev/null 2>&1
}
check "sshd answers" wait_until 20 answers_tcp "$ssh_port"
check "the TLS server answers" wait_until 20 answers_tcp "$tls_port"
check "snmpd answers" wait_until 20 answers_snmp

# --- the inventory ---------------------------------------------------------------

mkdir -p "$scratch/seed"/{areas,platforms,devices/lab,secrets,hostkeys}
put() { # PATH JSON
	printf '%s\n' "$2" >"$scratch/seed/$1"
}
put areas/lab.json '{"name":"lab"}'
put secrets/v2c.json '{"name":"v2c","provider":"file","reference":"v2c"}'
put secrets/v3.json '{"name":"v3","provider":"file","reference":"v3"}'
put secrets/v3md5.json '{"name":"v3md5","provider":"file","reference":"v3md5"}'
for name in v3sha nouser noprivacy noaccess half; do
	put secrets/$name.json "{\"name\":\"$name\",\"provider\":\"file\",\
\"reference\":\"$name\"}"
done
put secrets/wrong.json '{"name":"wrong","provider":"file","reference":"wrong"}'
platform() { # NAME SNMP PROBES
	put "platforms/$1.json" "{\"name\":\"$1\",\"driver\":\"frr\",\
\"port\":$ssh_port,\"api_port\":$tls_port,\"snmp_port\":$snmp_port,\
\"snmp_credentials\":\"$2\",\"probes\":[$3]}"
}
platform v2c v2c '"ssh","snmp","api"'
platform v3 v3 '"snmp"'
platform v3md5 v3md5 '"snmp"'
for name in v3sha nouser noprivacy noaccess half; do
	platform $name $name '"snmp"'
done
platform wrong wrong '"ssh","snmp","api"'
device() { # NAME PLATFORM STATUS ADDRESS
	put "devices/lab/$1.json" "{\"name\":\"$1\",\"area\":\"lab\",\
\"platform\":\"$2\",\"status\":\"$3\",\"primary_ip4\":\"$4\"}"
}
device all v2c active 127.0.0.1
device secure v3 active 127.0.0.1
device old v3md5 planned 127.0.0.1
device wrong wrong active 127.0.0.1
device dead v2c active 127.0.0.77
for name in v3sha nouser noprivacy noaccess half; do
	device snmp-$name $name active 127.0.0.1
done
device gone v2c decommissioning 127.0.0.1
# SNMP is shown, and only SSH and the API count
put platforms/weighed.json "{\"name\":\"weighed\",\"driver\":\"frr\",\
\"port\":$ssh_port,\"api_port\":$tls_port,\"snmp_port\":$snmp_port,\
\"snmp_credentials\":\"wrong\",\"probes\":[\"ssh\",\"snmp\",\"api\"],\
\"probes_counting\":[\"ssh\",\"api\"]}"
device weighed weighed active 127.0.0.1
# no probes named: what its driver speaks over, at the port of its address
put platforms/eapi.json '{"name":"eapi","driver":"eos"}'
put devices/lab/switch.json "{\"name\":\"switch\",\"area\":\"lab\",\
\"platform\":\"eapi\",\"status\":\"active\",\"transport\":\"eapi\",\
\"primary_ip4\":\"127.0.0.1:$tls_port\"}"
put hostkeys/all.json "{\"name\":\"all\",\"keys\":[\"$(cut -d' ' -f1,2 \
    "$scratch/sshd/key.pub")\"]}"
put hostkeys/wrong.json "{\"name\":\"wrong\",\"keys\":[\"$(cut -d' ' -f1,2 \
    "$scratch/sshd/other.pub")\"]}"

portal_up --seed "$scratch/seed"
secret() { # NAME TEXT
	(umask 077 && printf '%s' "$2" >"$portal/secrets/$1")
}
secret v2c public
secret v3 '{"username":"reader","auth_protocol":"SHA-256",
"auth_password":"auth-secret-1","privacy_password":"privacy-secret-1"}'
secret v3md5 '{"username":"md5user","auth_protocol":"MD5",
"auth_password":"auth-secret-2","privacy_protocol":"DES",
"privacy_password":"privacy-secret-2"}'
v3() { # USER PROTOCOL AUTH PRIVACY
	printf '{"username":"%s","auth_protocol":"%s","auth_password":"%s",
"privacy_protocol":"AES","privacy_password":"%s"}' "$@"
}
secret v3sha "$(v3 shauser SHA auth-secret-3 privacy-secret-3)"
secret nouser "$(v3 nobody SHA auth-secret-3 privacy-secret-3)"
secret noprivacy "$(v3 shauser SHA auth-secret-3 not-the-secret)"
secret noaccess "$(v3 hidden SHA auth-secret-3 privacy-secret-3)"
secret half '{"username":"shauser","auth_protocol":"SHA",
"auth_password":"auth-secret-3"}'
secret wrong '{"username":"reader","auth_protocol":"SHA-256",
"auth_password":"not-the-secret","privacy_password":"privacy-secret-1"}'
token admin

sweep() { # PARAMETERS
	api_json POST /api/v1/jobs/reachability/runs \
	    "{\"parameters\":{$1,\"timeout\":1}}"
	check_equal "the run is accepted" "$status" 202
	run=$(json 'it["id"]')
	check "run $run ends" wait_until 60 run_ended "$run"
}
row() {
	json "next(d.get('$2', '') for d in it['devices'] if d['name'] == '$1')"
}
reach() { # DEVICE: fetches what is known of it
	api GET "/api/v1/devices/$1/reachability"
	check_equal "$1 is known" "$status" 200
}
probe() { # PROBE FIELD
	json "next(p['$2'] for p in it['probes'] if p['probe'] == '$1')"
}

# --- what answers ------------------------------------------------------------------

api GET /api/v1/devices/all/reachability
check_equal "nobody was asked yet" "$status" 404

sweep '"all":true'
check_equal "the sweep succeeds" "$(json 'it["state"]')" succeeded
check_contains "the tally" "$(json 'it["result"]')" "6 up, 1 degraded, 5 down"
check_equal "up" "$(row all state)" succeeded
check_equal "down" "$(row dead state)" failed
check_equal "left alone" "$(row gone state)" succeeded
check_equal "and said to be" "$(row gone left_alone)" true
check_contains "the tally counts it" "$(json 'it["result"]')" "1 left alone"
check_contains "and why" "$(row gone result)" decommissioning

reach all
check_equal "all is up" "$(json 'it["verdict"]')" up
for p in ssh snmp api; do
	check_equal "$p answers" "$(probe $p ok)" true
done
check "an uptime" test "$(json 'it["uptime_s"]')" -ge 0
reach secure
check_equal "SNMPv3 with SHA-256 and AES" "$(probe snmp ok)" true
reach old
check_equal "SNMPv3 with MD5 and DES" "$(probe snmp ok)" true
reach snmp-v3sha
check_equal "SNMPv3 with SHA and AES" "$(probe snmp ok)" true
while read -r name words; do
	reach snmp-$name
	check_equal "$name: no answer that counts" "$(json 'it["verdict"]')" down
	check_contains "$name: and why" "$(probe snmp reason)" "$words"
done <<'END'
nouser does not know the SNMPv3 user
noprivacy no answer to the SNMPv3 user (privacy password?)
noaccess does not let these SNMP credentials read
half does not let these SNMP credentials read
END
reach wrong
check_equal "one probe of three" "$(json 'it["verdict"]')" degraded
check_contains "a wrong password" "$(probe snmp reason)" \
    "authentication password"
check_contains "another host key" "$(probe ssh reason)" \
    "host key is not the approved one"
reach switch
check_equal "a switch that is spoken to over HTTPS is asked so" \
    "$(probe api ok)" true
check_not "and not over SSH" probe ssh ok
reach weighed
check_equal "what does not count calls nobody degraded" \
    "$(json 'it["verdict"]')" up
check_equal "but is shown as failed" "$(probe snmp ok)" false
check_equal "and as not counting" "$(probe snmp counts)" false
reach dead
check_contains "a dead address" "$(probe ssh reason)" "connection refused"
check_not "no secret in the log" grep -rqE 'auth-secret|privacy-secret' \
    "$portal/live" "$portal/log" "$portal/reach"

# --- a device that stops answering ----------------------------------------------------

api GET "/api/v1/reachability?verdict=up"
check_equal "the list of those that are up" \
    "$(json '",".join(i["device"] for i in it["items"])')" all,old,secure,snmp-v3sha,switch,weighed
kill "$snmpd_pid"
wait "$snmpd_pid" 2>/dev/null
sweep '"device":"secure"'
reach secure
check_equal "once is not believed" "$(json 'it["verdict"]')" up
sweep '"device":"secure"'
reach secure
check_equal "twice is" "$(json 'it["verdict"]')" down
api GET "/api/v1/runs/$run/log"
check_contains "the change is in the log" "$(json 'str(it["lines"])')" \
    "secure is down (it was up)"

api GET /devices/secure
check_contains "the line of its answers is on its page" "$body" \
    '<polyline class="spark-line"'
check_contains "with gaps" "$body" '<line class="spark-gap"'

# --- what goes on record --------------------------------------------------------------

on_record() {
	git -C "$portal/store.git" rev-list --count runs
}
checked_at() {
	api GET "/api/v1/devices/$1/reachability"
	json 'it["checked_at"]'
}
scheduled() { # NAME PARAMETERS: a sweep by a schedule, in a moment
	before=$(checked_at secure)
	api_json POST /api/v1/schedules "{\"name\":\"$1\",\
\"job\":\"reachability\",\"at\":\"$(date -u -d '3 seconds' +%FT%TZ)\",\
\"missed\":\"run_once\",\"parameters\":{$2,\"timeout\":1}}"
	check_equal "$1 is accepted: $body" "$status" 201
	check "$1 has swept" wait_until 20 was_checked
}
was_checked() {
	[ "$(checked_at secure)" != "$before" ]
}
is_on_record() {
	[ "$(on_record)" -gt "$commits" ]
}
check "the last run is on record" wait_until 20 run_recorded "$run"
commits=$(on_record)
scheduled nothing-new '"all":true'
api GET "/api/v1/runs?limit=1"
check_not "a sweep of a schedule that found nothing new leaves no run" \
    grep -q nothing-new <<<"$body"
check_equal "and no commit" "$(on_record)" "$commits"
SNMP_PERSISTENT_DIR=$scratch/snmp /usr/sbin/snmpd -f -Lf "$scratch/snmp/log" -C \
    -c "$scratch/snmpd.conf" &
snmpd_pid=$!
at_end "kill $snmpd_pid 2>/dev/null; wait $snmpd_pid 2>/dev/null"
check "snmpd answers again" wait_until 20 answers_snmp
scheduled news '"device":"secure","damping":1'
check "one that did is on record" wait_until 20 is_on_record
reach secure
check_equal "up again, by a server that was started anew" \
    "$(json 'it["verdict"]')" up
api GET "/api/v1/runs?limit=1"
check_contains "as the schedule's" "$body" "schedule:news"

# --- the page ---------------------------------------------------------------------------

api GET "/api/v1/reachability?verdict=nonsense"
check_equal "a verdict that is none" "$status" 400
api GET "/api/v1/reachability?limit=2"
check_equal "pages" "$(json 'it["next"]')" dead
api GET "/api/v1/reachability?limit=2&cursor=dead"
check_equal "the next page" \
    "$(json '",".join(i["device"] for i in it["items"])')" old,secure

finish
