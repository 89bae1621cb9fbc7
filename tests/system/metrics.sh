#!/bin/bash
# /metrics, read by Prometheus's own parser: requests, runs, the queue, commits,
# devices, reachability; who may see them.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

/usr/bin/python3 -c 'import prometheus_client.parser' 2>/dev/null ||
    skip "python3-prometheus-client is not installed"
portal_up
api GET /metrics
check_equal "not without a token" "$status" 401
token viewer
viewer=$token
token admin

# value NAME LABEL=VALUE…: of the sample in the last answer; "" if it is absent.
value() {
	/usr/bin/python3 - "$scratch/body" "$@" <<'END'
import sys
from prometheus_client.parser import text_string_to_metric_families
path, name, *labels = sys.argv[1:]
want = dict(l.split("=", 1) for l in labels)
for family in text_string_to_metric_families(open(path).read()):
    for s in family.samples:
        if s.name == name and s.labels == want:
            print(int(s.value) if s.value == int(s.value) else s.value)
END
}
told() { # NAME WANTED LABELS…: becomes true
	local name=$1 want=$2
	shift 2
	api GET /metrics
	[ "$(value "$name" "$@")" = "$want" ]
}

api GET /healthz
api GET /nowhere
api_json POST /api/v1/areas '{"name":"north"}'
check_equal "an area" "$status" 201
api_json POST /api/v1/jobs/generate-intended/runs \
    '{"parameters":{"all":true,"dry_run":true}}'
check_equal "a run" "$status" 202
check "the worker tells of the run" wait_until 30 told \
    switchyard_runs_total 1 job=generate-intended state=succeeded

token=$viewer
api GET /metrics
check_equal "a viewer may scrape" "$status" 200
check_contains "the type" "$(header Content-Type)" "version=0.0.4"
check_equal "all of it is of the format" \
    "$(value switchyard_build_info "version=$("$build/switchyard-web" \
        --version | cut -d' ' -f2)")" 1
check "the health request" test \
    "$(value switchyard_requests_total surface=open status=2xx)" -ge 1
check "answers of REST" test \
    "$(value switchyard_request_seconds_count surface=api)" -ge 4
check "commits of web" test \
    "$(value switchyard_commit_seconds_count program=web)" -ge 1
check_equal "an empty queue" "$(value switchyard_queue place=queued)" 0
check "devices" test "$(value switchyard_devices status=active)" -ge 2
check_equal "nobody is down" "$(value switchyard_reachability verdict=down)" 0
check "slots" test "$(value switchyard_slots state=idle)" -ge 0
finish
