# shellcheck shell=bash
# A portal over a real Ironic. Sourced after tests/system/lib.sh.

# ironic_up: Ironic in $ironic_dir at $ironic_url, ended at the end. Skips where
# it is not installed.
ironic_up() {
	local status=0
	ironic_dir=$scratch/ironic
	at_end "'$root/tests/ironic/ironic.sh' down '$ironic_dir'"
	ironic_url=$("$root/tests/ironic/ironic.sh" up "$ironic_dir" \
	    2>"$scratch/ironic.log") || status=$?
	[ $status != 3 ] || skip "python3-ironic is not installed"
	[ $status = 0 ] || fail "no Ironic: $(cat "$scratch/ironic.log")"
}

# ironic VERB…: tests/ironic/ironic.sh for this one.
ironic() {
	"$root/tests/ironic/ironic.sh" "$1" "$ironic_dir" "${@:2}" ||
		fail "ironic $*"
}

# use_ironic URL [MEMBERS]: what the portal asks from now on; as admin, by a
# token of its own.
use_ironic() {
	local mine=${token-}
	token admin
	api_json PUT /api/v1/ironic "{\"url\":\"$1\"${2:+,$2}}" \
	    -H 'If-Match: *'
	check_equal "the portal is told of Ironic: $body" "$status" 200
	token=$mine
}

provision() { # JSON [curl options…]
	api_json POST /provision "$@"
}

act() { # SERVER ACTION JSON
	api_json POST "/api/v1/servers/$1/$2" "$3"
}

operation_is() { # ID STATUS
	api GET "/provision/$1"
	[ "$(json 'it["status"]')" = "$2" ]
}

server_is() { # NAME STATE
	api GET "/api/v1/servers/$1"
	[ "$(json 'it["provision_state"]')" = "$2" ]
}

# The names of the nodes that somebody has, by Ironic's own word.
claimed() {
	ironic call GET '/v1/nodes?associated=true&fields=name' |
		python3 -c 'import json, sys
print(" ".join(n["name"] for n in json.load(sys.stdin)["nodes"]))'
}
