# shellcheck shell=bash
# The OpenSSH server in front of a router. Sourced by lab.sh; uses its
# variables dir, id, router, address, user.
#
# The login must not exist on the system: sshd reads users from files of the
# lab through nss_wrapper, and maps the login to FRR's own system account, the
# only one whose sessions FRR's PAM rules accept without an entry of their own.
# Each router has its own sshd, so that its host keys can be changed and its
# sessions cut without touching the others.

login_wrapper_works() {
	[ -z "$(LD_PRELOAD=libnss_wrapper.so true 2>&1)" ]
}

# True when something accepts connections there.
address_answers() {
	(exec 3<>"/dev/tcp/$1/$SSH_PORT") 2>/dev/null
}

login_make_credentials() {
	local password
	if [ ! -f "$dir/credentials.json" ] ||
	    ! grep -q "\"username\":\"$user\"" "$dir/credentials.json"; then
		password=$(openssl rand -hex 12) || return 1
		(umask 077 && printf '{"username":"%s","password":"%s"}\n' \
		    "$user" "$password" >"$dir/credentials.json")
	fi
	[ -f "$dir/id_ed25519" ] ||
		ssh-keygen -q -t ed25519 -N '' -C lab -f "$dir/id_ed25519"
}

login_make_host_keys() {
	local type
	for type in ed25519 ecdsa rsa; do
		[ -f "$dir/$router/host_$type" ] ||
			ssh-keygen -q -t "$type" -N '' -C "$router" \
			    -f "$dir/$router/host_$type" || return 1
	done
}

# The lab's user database: the login, and the account sshd itself runs under.
login_write_users() {
	local at=$dir/$router hash
	hash=$(sed -n 's/.*"password":"\([^"]*\)".*/\1/p' \
	    "$dir/credentials.json" | openssl passwd -6 -stdin) || return 1
	(
		umask 077
		getent passwd root sshd
		printf '%s:x:%s:%s::/:/bin/sh\n' "$user" "$(id -u frr)" \
		    "$(getent group frrvty | cut -d: -f3)"
	) >"$at/passwd"
	getent group >"$at/group"
	(umask 077 && printf '%s:%s:19000:0:99999:7:::\n' "$user" "$hash" \
	    >"$at/shadow")
	# Read by sshd with the login's rights, so not kept in dir, which may
	# be closed to it.
	install -m 644 "$dir/id_ed25519.pub" \
	    "/etc/frr/$id-$router/authorized_keys"
}

login_write_config() {
	local at=$dir/$router vtysh="exec vtysh -N $id-$router"
	cat >"$at/sshd_config" <<EOF
ListenAddress $address:$SSH_PORT
HostKey $at/host_ed25519
HostKey $at/host_ecdsa
HostKey $at/host_rsa
PidFile $at/sshd.pid
AuthorizedKeysFile /etc/frr/$id-$router/authorized_keys
AllowUsers $user
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PrintMotd no
PrintLastLog no
UseDNS no
LoginGraceTime 20
MaxStartups 1000
MaxSessions 100
ForceCommand if [ -n "\$SSH_ORIGINAL_COMMAND" ]; then $vtysh -c "\$SSH_ORIGINAL_COMMAND"; else $vtysh; fi
EOF
}

login_listener() {
	processes_of /usr/sbin/sshd "$dir/$router/sshd_config"
}

login_start() {
	local at=$dir/$router
	mkdir -p -m 755 /run/sshd
	login_make_host_keys && login_write_users && login_write_config ||
		return 1
	# bash's /dev/tcp would take another server's answer for ours.
	address_answers "$address" && {
		echo "lab: port $SSH_PORT is in use on $address." >&2
		return 1
	}
	LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD=$at/passwd \
	    NSS_WRAPPER_GROUP=$at/group NSS_WRAPPER_SHADOW=$at/shadow \
	    /usr/sbin/sshd -f "$at/sshd_config" -E "$at/sshd.log" ||
		return 1
	wait_until 5 address_answers "$address" && return
	tail -n 3 "$at/sshd.log" >&2
	return 1
}

login_sessions() {
	# shellcheck disable=SC2046 # a list of pids
	descendants_of $(login_listener)
}

# KILL, not TERM: the session must end as if the wire had been cut, with no
# word from sshd to the client.
login_cut() {
	local pids
	pids=$(login_sessions)
	[ -n "$pids" ] || return 0
	# shellcheck disable=SC2086
	kill -9 $pids 2>/dev/null
	# shellcheck disable=SC2086
	wait_until 5 all_gone $pids
}

login_stop() {
	# shellcheck disable=SC2046
	login_cut && end_processes $(login_listener)
}

login_rekey() {
	login_stop || return 1
	rm -f "$dir/$router"/host_*
	login_start
}
