#!/bin/bash
# lab_frr.sh LAB DIR REQUEST rI [ARGUMENT]: what a simulator's control socket
# answers, asked of a real router (conformance/rig.c).
set -u
lab=$1 dir=$2 request=$3 router=${4-}

show() {
	"$lab" vtysh "$dir" "$router" -c "$1" |
		sed '1,/^Current configuration:/d'
}

first_config() {
	cat <<EOF
frr defaults traditional
hostname $router
interface eth0
 description uplink
 ip address 10.0.0.1/24
exit
ip route 192.0.2.0/24 Null0
EOF
}

# A router is only restarted if it is not as it was delivered.
fresh() {
	local first=$dir/$router/first
	if [ -f "$first" ] && [ "$(show 'show running-config')" = \
	    "$(cat "$first")" ]; then
		return
	fi
	first_config >"$dir/$router/first.conf"
	"$lab" reset-router "$dir" "$router" "$dir/$router/first.conf"
	show 'show running-config' >"$first"
}

case $request in
fresh) fresh ;;
running) show 'show running-config' ;;
startup) "$lab" saved "$dir" "$router" ;;
key) cat "$dir/$router/host_ed25519.pub" ;;
reload) "$lab" stop-router "$dir" "$router" &&
	"$lab" start-router "$dir" "$router" ;;
advance) ;;
mode) [ "$5" = change-key ] && "$lab" rekey "$dir" "$router" ;;
*) exit 1 ;;
esac
