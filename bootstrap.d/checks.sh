# shellcheck shell=bash
# What must be so before anything is started. Sourced by bootstrap.

# True when something listens on 127.0.0.1:$1, or on that port of every
# address. Looked up, not tried: a connection would disturb its owner.
port_is_busy() {
	local hex
	hex=$(printf %04X "$1")
	awk -v port="$hex" '
		$4 == "0A" && split($2, at, ":") == 2 && at[2] == port &&
		(at[1] ~ /^0+$/ || at[1] == "0100007F" ||
		 at[1] == "0000000000000000FFFF00000100007F") { busy = 1 }
		END { exit !busy }' \
	    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

check_system() {
	[ -r /proc/self/cmdline ] || die "/proc is not mounted:" \
		"mount -t proc proc /proc"
	[ -c /dev/null ] && { : >/dev/null; } 2>/dev/null ||
		die "/dev/null is not a device: mount /dev first."
}

check_paths() {
	local path
	for path in "$root" "$dir"; do
		[[ $path =~ ^[A-Za-z0-9/._+-]+$ ]] || die "the path $path" \
			"has characters that the configuration files of" \
			"nginx and sshd cannot hold; choose another folder."
	done
	# sockaddr_un.sun_path holds 108 bytes with its end mark (unix(7)).
	[ ${#dir} -le 98 ] || die "the path $dir is too long for a socket" \
		"in it (98 characters at most); choose another with --dir."
}

check_port() {
	[[ $port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535 ]] ||
		die "--port takes a number from 1 to 65535, not \"$port\"."
	port_is_busy "$port" && die "port $port on 127.0.0.1 is in use by" \
		"another program; choose another with --port."
	return 0
}

# Asks for the routers' addresses the same question as for the port.
check_lab_addresses() {
	local i
	[ "$base" != auto ] || return 0
	for i in $(seq "$routers"); do
		(exec 3<>"/dev/tcp/$base.$i/2222") 2>/dev/null || continue
		die "port 2222 on $base.$i, where router r$i belongs, is in" \
			"use by another program; is another lab running?" \
			"--lab-base auto finds free addresses, --no-lab starts" \
			"the portal without routers."
	done
}
