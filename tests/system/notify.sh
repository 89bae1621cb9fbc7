#!/bin/bash
# Notifications over real sockets: a webhook that is signed and repeated, one
# that is refused for good, an email; nothing is sent twice, no secret is told.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
command -v node >/dev/null || skip "there is no node"

http_port=$(free_port)
smtp_port=$(free_port)
cat >"$scratch/peers.js" <<'EOF'
const http = require("http"), net = require("net"), fs = require("fs");
const [httpPort, smtpPort, log] = process.argv.slice(2);
let seen = 0;
http.createServer((request, response) => {
	let body = "";
	request.on("data", (part) => (body += part));
	request.on("end", () => {
		fs.appendFileSync(log, JSON.stringify({ url: request.url,
			body, signature: request.headers["x-switchyard-signature"],
			delivery: request.headers["x-switchyard-delivery"] }) + "\n");
		if (request.url === "/slow")
			return; // takes it, and never answers
		// the first one is to be sent again
		response.statusCode = request.url === "/gone" ? 410
			: seen++ === 0 ? 503 : 204;
		response.end();
	});
}).listen(httpPort, "127.0.0.1");
net.createServer((socket) => {
	let message = "", data = false;
	socket.write("220 test\r\n");
	socket.on("data", (part) => {
		for (const line of part.toString().split("\r\n")) {
			if (data) {
				message += line + "\n";
				if (line === ".") {
					data = false;
					fs.appendFileSync(log, JSON.stringify({
						mail: message }) + "\n");
					socket.write("250 taken\r\n");
				}
			} else if (line === "DATA") {
				data = true;
				socket.write("354 go on\r\n");
			} else if (line === "QUIT") {
				socket.end("221 bye\r\n");
			} else if (line) {
				socket.write("250 fine\r\n");
			}
		}
	});
}).listen(smtpPort, "127.0.0.1");
EOF
cat >"$scratch/verify.py" <<'EOF'
import hashlib, hmac, json, sys
for line in open(sys.argv[1]):
    it = json.loads(line)
    if it.get("url") != "/hook":
        continue
    at, digest = [x.split("=")[1] for x in it["signature"].split(",")]
    right = hmac.new(b"signing-canary", (at + "." + it["body"]).encode(),
                     hashlib.sha256).hexdigest()
    assert digest == right
    assert json.loads(it["body"])["devices"] == ["lost"]
EOF
log=$scratch/peers.log
: >"$log"
node "$scratch/peers.js" "$http_port" "$smtp_port" "$log" &
peers=$!
at_end "kill $peers"

wait_lines() { # N PATTERN
	local i
	for ((i = 0; i < 300; i++)); do
		[ "$(grep -c "$2" "$log")" -lt "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

cp -R "$root/git-store" "$scratch/seed"
mkdir -p "$scratch/seed/backup/lab"
echo 'hostname other' >"$scratch/seed/backup/lab/r1.cfg"
portal_up
token admin
(umask 077 && printf 'signing-canary\n' >"$portal/secrets/sign")
api_json POST /api/v1/secrets \
    '{"name":"sign","provider":"file","reference":"sign"}'
check_equal "a secret is referred to" "$status" 201
channel() { # JSON
	api_json POST /api/v1/channels "$1"
	check_equal "the channel is made" "$status" 201
}
channel "{\"name\":\"hook\",\"type\":\"webhook\",\"sign_secret\":\"sign\",
\"url\":\"http://127.0.0.1:$http_port/hook\"}"
channel "{\"name\":\"gone\",\"type\":\"slack\",\"events\":[\"run_failed\"],
\"url\":\"http://127.0.0.1:$http_port/gone\"}"
channel "{\"name\":\"mail\",\"type\":\"email\",\"from\":\"sw@example.net\",
\"to\":[\"ops@example.net\"],\"url\":\"smtp://127.0.0.1:$smtp_port\"}"

# --- a run that fails ------------------------------------------------------------

api_json POST /api/v1/areas '{"name":"far"}'
api_json POST /api/v1/devices '{"name":"lost","area":"far","status":"active",
"platform":"frr","credentials":"lab","primary_ip4":"127.0.0.1:9"}'
check_equal "a device that nobody answers for" "$status" 201
api_json POST /api/v1/jobs/backup/runs '{"parameters":{"device":"lost"}}'
check_equal "the run is accepted" "$status" 202
run=$(json 'it["id"]')

check "the webhook is called until it takes it" wait_lines 2 '"/hook"'
check "the mail arrives" wait_lines 1 '"mail"'
check "what is gone is asked once" wait_lines 1 '"/gone"'
check_contains "the mail tells of the run" "$(grep '"mail"' "$log")" "$run"
check_contains "its subject" "$(grep '"mail"' "$log")" "Subject: "
check_equal "both are the same delivery" \
    "$(grep "$run" "$log" | grep '"/hook"' | sed 's/.*"delivery":"\([^"]*\)".*/\1/' |
	sort -u | wc -l)" 1
nobody_sends() {
	! pgrep -f "switchyard-worker --notify --dir $portal\$" >/dev/null
}
check "who sends ends when nothing waits" wait_until 10 nobody_sends
api_json POST /api/v1/jobs/backup/runs '{"parameters":{"device":"lost"}}'
asked=$(date +%s%3N)
check "the next failure is told, too" wait_lines 2 '"mail"'
check "and without a pause" test $(($(date +%s%3N) - asked)) -lt 4500
check "the signature is right" python3 "$scratch/verify.py" "$log"

# --- one that is slow ----------------------------------------------------------

channel "{\"name\":\"a-slow\",\"type\":\"webhook\",\"events\":[\"drift_found\"],
\"url\":\"http://127.0.0.1:$http_port/slow\"}"

# --- drift ------------------------------------------------------------------------

api_json POST /api/v1/jobs/compare/runs '{"parameters":{"device":"r1"}}'
check_equal "a comparison is accepted" "$status" 202
check "drift is told" wait_lines 1 'drift_found.*"/slow"\|"/slow".*drift_found'
asked=$EPOCHSECONDS
check "another channel does not wait for it" wait_lines 1 '"/hook".*drift_found'
check "nor ten seconds" [ $((EPOCHSECONDS - asked)) -lt 8 ]

# --- a device that stops to answer, and comes back; a backup that is cut off --

sim_program=$build/tests/switchyard-sim
run_job() { # JOB PARAMETERS
	local id
	api_json POST "/api/v1/jobs/$1/runs" "{\"parameters\":{$2}}"
	check_equal "a run of $1 is accepted" "$status" 202
	id=$(json 'it["id"]')
	wait_until 60 run_ended "$id" || fail "run $id does not end"
}
if [ -x "$sim_program" ]; then
	take_base
	printf '{"username":"admin","password":"admin"}' >"$portal/secrets/sim"
	chmod 600 "$portal/secrets/sim"
	api_json POST /api/v1/secrets \
	    '{"name":"sim","provider":"file","reference":"sim"}'
	api_json POST /api/v1/platforms \
	    '{"name":"far-eos","driver":"eos","probes":["ssh"]}'
	api_json POST /api/v1/devices "{\"name\":\"sw1\",\"area\":\"far\",
	    \"platform\":\"far-eos\",\"status\":\"active\",\"credentials\":\"sim\",
	    \"primary_ip4\":\"$base.1:2200\"}"
	check_equal "there is a switch" "$status" 201
	run_job reachability '"device":"sw1","damping":1,"timeout":1'
	check "it is down" wait_lines 1 '"/hook".*device_down.*sw1 is down'
	check "since when, and why" wait_lines 1 \
	    '"/hook".*device_down.*sw1 is down since 20[^ ]*Z: ssh [a-z]'
	check_equal "of the sweep no state is told" \
	    "$(grep '"/hook"' "$log" | grep device_down | grep -c running)" 0
	"$sim_program" --platform eos --name sw --listen "$base.1" \
	    --control "$scratch/sim" >"$scratch/sim.log" 2>&1 &
	sim_pid=$!
	at_end "kill $sim_pid 2>/dev/null; wait $sim_pid 2>/dev/null"
	check "the switch starts" wait_until 20 grep -qs ready "$scratch/sim.log"
	run_job reachability '"device":"sw1","damping":1,"timeout":5'
	check "it is up again" wait_lines 1 '"/hook".*device_up.*sw1 is up again'
	"$sim_program" ctl "$scratch/sim" key sw1 >"$scratch/key.pub"
	switchyard hostkey add sw1 "$scratch/key.pub" >/dev/null
	"$sim_program" ctl "$scratch/sim" mode sw1 truncate
	run_job backup '"devices":["sw1"],"retries":0'
	check "a backup that is cut off is told" \
	    wait_lines 1 '"/hook".*backup_quarantined'
fi

# --- what an admin can do ------------------------------------------------------------

retry_it() { # it is being sent now and then
	api_json POST "/api/v1/notifications/$1/retry" '{}'
	[ "$status" = 202 ]
}
drop_it() {
	api DELETE "/api/v1/notifications/$1"
	[ "$status" = 204 ]
}
has_failed_once() {
	api GET /api/v1/notifications
	[ "$(json 'it["items"][0]["attempts"] > 0')" = true ]
}
check "the slow one is to be asked again" wait_until 30 has_failed_once
check_equal "it alone waits" \
    "$(json 'sorted({n["channel"] for n in it["items"]})')" '["a-slow"]'
slow=$(json 'it["items"][0]["id"]')
api GET /notifications
check_contains "the page shows it" "$body" "$slow"
tries=$(grep -c '"/slow"' "$log")
check "it is sent at once when asked" wait_until 20 retry_it "$slow"
check "without waiting" wait_lines $((tries + 1)) '"/slow"'
check "it can be dropped" wait_until 20 drop_it "$slow"
api GET '/api/v1/notifications?place=given-up'
check_contains "and is given up" "$body" "dropped by token:"
api GET '/api/v1/notifications?place=delivered'
check_contains "what was delivered is listed" "$body" drift_found
api_json PATCH /api/v1/channels/a-slow '{"enabled":false}' \
    -H "If-Match: $(api GET /api/v1/channels/a-slow; header ETag)"

# --- what stays ---------------------------------------------------------------------

for ((i = 0; i < 100; i++)); do
	[ -n "$(ls "$portal"/outbox/*.json 2>/dev/null)" ] || break
	sleep 0.1
done
check_equal "nothing waits" "$(ls "$portal"/outbox/*.json 2>/dev/null)" ""
check "one was refused for good" \
    [ -e "$portal/outbox/failed/$run-failed.gone.json" ]
check_equal "and asked once" "$(grep "\"/gone\"" "$log" | grep -c "$run")" 1
check_not "no file holds the key" grep -rq signing-canary "$portal/outbox" \
    "$portal/log" "$portal/live"
told=$(grep -c "$run" "$log")
"$root/bootstrap" stop --dir "$portal" >/dev/null
"$root/bootstrap" run --detach --programs "$build" --dir "$portal" \
    --port "$port" --no-lab >"$scratch/up" 2>&1 || fail "no second start"
api_json POST /api/v1/jobs/backup/runs '{"parameters":{"device":"lost"}}'
check "another run is another event" \
    wait_lines 1 "\"/hook\".*$(json 'it["id"]')-failed"
check_equal "and the first one is not told again" \
    "$(grep -c "$run" "$log")" "$told"
