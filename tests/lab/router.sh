# shellcheck shell=bash
# FRR routers. Sourced by lab.sh; uses its variables dir, id, daemons, router.
#
# FRR keeps a router apart by a "path space" (-N NAME): sockets and pid files
# in /run/frr/NAME, configuration in /etc/frr/NAME. NAME is the lab's id and
# the router's. The network namespace has no name: it ends with the daemons.

FRR_LIB=/usr/lib/frr

router_processes() {
	processes_of "$FRR_LIB/*" "$id-$router"
	processes_of /usr/bin/vtysh "$id-$router"
}

# Numbers of all routers of this lab that left something on the system.
routers_left_behind() {
	local path
	for path in "$dir"/r[0-9]* "/run/frr/$id"-r[0-9]* \
	    "/etc/frr/$id"-r[0-9]*; do
		[ -d "$path" ] && echo "${path##*r}"
	done | sort -un
}

router_prepare() {
	local etc=/etc/frr/$id-$router run=/run/frr/$id-$router
	[ -d /run/frr ] || install -d -m 775 -o frr -g frr /run/frr
	chmod o+x /etc/frr
	mkdir -p "$dir/$router"
	install -d -m 755 -o frr -g frr "$run"
	install -d -m 2775 -o frr -g frrvty "$etc"
	[ -f "$etc/frr.conf" ] || if [ -f "$dir/$router/frr.conf" ]; then
		cp "$dir/$router/frr.conf" "$etc/frr.conf"
	else
		printf 'frr defaults traditional\nhostname %s\n' "$router" \
		    >"$etc/frr.conf"
	fi
	printf 'service integrated-vtysh-config\nhostname %s\n' "$router" \
	    >"$etc/vtysh.conf"
	chown frr:frrvty "$etc/frr.conf" "$etc/vtysh.conf"
	chmod 664 "$etc/frr.conf" "$etc/vtysh.conf"
}

# Runs inside the new namespace: four interfaces of whatever kind of virtual
# interface this kernel has, then the daemons.
router_boot_script() {
	cat <<'EOF'
set -e
name=$1 hostname=$2 lib=$3 run=/run/frr/$1
shift 3
hostname "$hostname"
ip link set lo up
for i in 0 1 2 3; do
	ip link add "eth$i" type dummy 2>/dev/null ||
		ip link add "eth$i" type ifb 2>/dev/null ||
		ip link add "eth$i" type veth peer name "peer$i"
	ip link set "eth$i" up
done
for daemon; do
	"$lib/$daemon" -d -N "$name" -P 0 --log "file:$run/$daemon.log" \
	    --log-level notifications
done
EOF
}

router_sockets_exist() {
	local daemon
	for daemon in $daemons; do
		[ -S "/run/frr/$id-$router/$daemon.vty" ] || return 1
	done
}

router_start() {
	local log=$dir/$router/boot.log
	router_prepare || return 1
	# shellcheck disable=SC2086 # daemons is a list
	unshare --net --uts bash -c "$(router_boot_script)" boot \
	    "$id-$router" "$router" "$FRR_LIB" $daemons \
	    >"$log" 2>&1 </dev/null || { tail -n 3 "$log" >&2; return 1; }
	wait_until 10 router_sockets_exist || return 1
	vtysh -N "$id-$router" -b >>"$log" 2>&1
}

# Keeps the saved configuration, as a router's flash does.
router_stop() {
	local saved=/etc/frr/$id-$router/frr.conf
	# shellcheck disable=SC2046 # a list of pids
	end_processes $(router_processes)
	if [ -f "$saved" ] && [ -d "$dir/$router" ]; then
		cp "$saved" "$dir/$router/frr.conf"
	fi
	rm -rf "/run/frr/$id-$router"
}

router_remove() {
	rm -rf "/run/frr/$id-$router" "/etc/frr/$id-$router"
}
