#!/bin/bash
# Intended configurations by templates: for one device, an area, all; what a
# dry run leaves alone, what fails beside the others, and what a crash leaves.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

cp -R "$root/git-store" "$scratch/seed"
portal_up --seed "$scratch/seed"
token admin
store() {
	git -C "$portal/store.git" "$@"
}


# generate PARAMETERS: sets run, state and result.
generate() {
	api_json POST /api/v1/jobs/generate-intended/runs \
	    "{\"parameters\":{$1}}"
	check_equal "the run is accepted" "$status" 202
	run=$(json 'it["id"]')
	check "run $run ends" wait_until 60 run_ended "$run"
	state=$(json 'it["state"]')
	result=$(json 'it.get("result", "")')
}

# row DEVICE FIELD: of the run that was read last.
row() {
	json "next(d.get('$2', '') for d in it['devices'] if d['name'] == '$1')"
}

patch() { # PATH JSON
	local etag
	api GET "$1"
	etag=$(header ETag)
	api_json PATCH "$1" "$2" -H "If-Match: $etag"
	check_equal "$1 is changed" "$status" 200
}

# commit_file PATH TEXT: as a push would, while nobody else writes.
commit_file() {
	local tree
	export GIT_INDEX_FILE=$scratch/index
	export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t \
	    GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
	store read-tree main
	store update-index --add --cacheinfo \
	    "100644,$(printf '%s' "$2" | store hash-object -w --stdin),$1"
	tree=$(store write-tree)
	store update-ref refs/heads/main \
	    "$(store commit-tree "$tree" -p main -m "Change $1")"
	unset GIT_INDEX_FILE
}

# --- choosing ----------------------------------------------------------------

api_json POST /api/v1/jobs/generate-intended/runs '{"parameters":{}}'
check_equal "nothing chosen is refused at once" "$status" 422
check_contains "and says what to do" "$body" "no device is chosen"
api_json POST /api/v1/jobs/generate-intended/runs \
    '{"parameters":{"devices":["r1","nobody"]}}'
check_equal "an unknown device is refused" "$status" 422
api_json POST /api/v1/jobs/generate-intended/runs \
    '{"parameters":{"role":"access-switch"}}'
check_equal "a filter that nobody meets is refused" "$status" 422

# --- hand-kept ones are left alone -------------------------------------------

before=$(store rev-parse main)
generate '"all":true,"dry_run":false'
check_equal "a run over hand-kept devices succeeds" "$state" succeeded
check_contains "r1 is left alone" "$(row r1 result)" "kept by hand"
generate '"device":"r1"'
api GET "/api/v1/runs/$run/log?since=0"
check_contains "who names it alone reads why in the log" "$body" "kept by hand"
check_equal "nothing was committed" "$(store rev-parse main)" "$before"

# --- a dry run, and one commit --------------------------------------------------

for r in r1 r2; do
	patch "/api/v1/devices/$r" '{"intended_from":"template"}'
done
generate '"all":true'
check_contains "the templates give what the demo devices were written to" \
    "$result" "2 unchanged"
patch /api/v1/devices/r1 '{"vars":{"asn":65009,"router_id":"192.0.2.1"}}'
before=$(store rev-parse main)
generate '"device":"r1"'
check_equal "a dry run succeeds" "$state" succeeded
check_contains "and tells the number" "$result" "1 would change"
check_equal "and writes nothing" "$(store rev-parse main)" "$before"
api GET "/api/v1/runs/$run/diff/r1"
check_contains "its difference is kept" "$body" "+router bgp 65009"

generate '"area":"lab","dry_run":false'
check_equal "the area is generated" "$state" succeeded
check_contains "r1 and its neighbour changed" "$result" "2 generated"
check_equal "in one commit" "$(store rev-list --count "$before..main")" 1
message=$(store log -1 --format=%B main)
check_contains "with the run's id" "$message" "Run-Id: $run"
check_contains "and the template commit" "$message" "Template-Commit: $before"
check_contains "and the job" "$message" "Job: generate-intended"
check_equal "written by whom" "$(store log -1 --format=%an main)" \
    "$(json 'it["actor"]')"
check_contains "r1 has its number" "$(store show main:intended/lab/r1.cfg)" \
    "router bgp 65009"
check_contains "r2 knows its neighbour's" \
    "$(store show main:intended/lab/r2.cfg)" "remote-as 65009"
before=$(store rev-parse main)
generate '"all":true,"dry_run":false'
check_contains "again: nothing changes" "$result" "2 unchanged"
check_equal "and nothing is committed" "$(store rev-parse main)" "$before"

api PUT /api/v1/devices/r1/intended -H 'Content-Type: text/plain' \
    --data-binary 'hostname by-hand'
check_equal "an edit that generation would undo is refused" "$status" 409
check_contains "and says what to do" "$body" "intended_from"

# --- a new device ------------------------------------------------------------------

api_json POST /api/v1/devices '{"name":"r5","area":"lab","platform":"frr",
    "role":"router","status":"planned","vars":{"asn":65005}}'
generate '"role":"router","dry_run":false'
check_contains "a device without a file is generated" "$result" "1 generated"
api GET /api/v1/devices/r5
check_equal "and its record says so" "$(json 'it["intended_from"]')" template

# --- one that fails ------------------------------------------------------------------

patch /api/v1/devices/r5 '{"vars":{"asn":65006}}'
commit_file context/device/r1.json \
    '{"bgp":{"peers":[{"asn":65000}]}}'
old=$(store rev-parse main:intended/lab/r1.cfg)
generate '"all":true,"dry_run":false'
check_equal "a template that fails fails the run" "$state" failed
check_contains "which counts" "$result" "1 failed"
check_equal "that device is told of" "$(row r1 state)" failed
check_contains "with template and line" "$(row r1 result)" "bgp.j2:"
check_contains "and the chain" "$(row r1 result)" "main.j2:"
check_equal "its old configuration stays" \
    "$(store rev-parse main:intended/lab/r1.cfg)" "$old"
check_equal "the others go on" "$(row r5 state)" succeeded
check_contains "and are committed" "$(store show main:intended/lab/r5.cfg)" \
    "router bgp 65006"

# --- the worker dies in the middle ------------------------------------------------------

commit_file context/device/r1.json \
    "$(cat "$root/git-store/context/device/r1.json")"
for i in $(seq 300); do
	printf 'devices/lab/s%d.json\n' "$i"
done >"$scratch/paths"
(
	export GIT_INDEX_FILE=$scratch/index2 GIT_AUTHOR_NAME=t \
	    GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
	store read-tree main
	for i in $(seq 300); do
		printf '{"name":"s%d","area":"lab","platform":"frr",' "$i"
		printf '"role":"router","status":"active"}' 
	done | python3 -c '
import sys, json
text = sys.stdin.read()
d = json.JSONDecoder(); at = 0; i = 0
while at < len(text):
    o, at = d.raw_decode(text, at); i += 1
    open(sys.argv[1] + "/d%d.json" % i, "w").write(json.dumps(o))
' "$scratch"
	for i in $(seq 300); do
		printf '100644 %s\tdevices/lab/s%d.json\n' \
		    "$(store hash-object -w "$scratch/d$i.json")" "$i"
	done | store update-index --index-info
	store update-ref refs/heads/main "$(store commit-tree \
	    "$(store write-tree)" -p main -m "Add 300 devices")"
)
for pause in 0 0.02 0.05 0.1 0.2; do
	commit_file context/global.json "{\"frr\":{\"log_syslog\":\"$pause\"}}"
	api_json POST /api/v1/jobs/generate-intended/runs \
	    '{"parameters":{"all":true,"dry_run":false}}'
	run=$(json 'it["id"]')
	sleep "$pause" # where in the run the worker dies is to vary
	kill -9 "$(cat "$portal/run/worker.pid")"
	check "run $run ends" wait_until 60 run_ended "$run"
	n=$(store log --format=%B main | grep -c "^Run-Id: $run\$")
	check "its commit was made at most once" [ "$n" -le 1 ]
	if [ "$n" = 1 ]; then
		check_equal "a run whose commit was made succeeded" \
		    "$(json 'it["state"]')" succeeded
	else
		check_equal "and one without did not" \
		    "$(json 'it["state"]')" failed
		generate '"all":true,"dry_run":false'
		check_equal "it can be run again" "$state" succeeded
	fi
	check_contains "in the end all is as intended" \
	    "$(store show main:intended/lab/s300.cfg)" "log syslog $pause"
done
check "the store is sound" git -C "$portal/store.git" fsck --strict \
    --no-dangling
check "and so are its records" switchyard check

# --- what check says ------------------------------------------------------------

commit_file context/device/gone.json '{}'
said=$(switchyard check)
check_equal "a context file of nobody is no problem" "$?" 0
check_contains "but is told of" "$said" \
    'context/device/gone.json: warning: there is no device "gone"'
commit_file context/global.json '[1]'
commit_file templates/frr/broken.j2 '{% if x %}'
said=$(switchyard check)
check_equal "what cannot be used is one" "$?" 1
check_contains "context that is no object" "$said" \
    "context/global.json: a context file holds one JSON object"
check_contains "a template that does not compile" "$said" \
    "templates/frr/broken.j2: frr/broken.j2:1:"
