# shellcheck shell=bash
# The demonstration's simulated devices: one of each platform, in one process
# beside the routers. Sourced by bootstrap; uses its variables root, dir, base,
# programs, seed, sims.

sims_program() {
	echo "$programs/tests/switchyard-sim"
}

# NAME PLATFORM NUMBER LABEL: the device stands at $base.NUMBER, port 2222.
SIMS='eos1 eos 211 Arista EOS
ios1 ios 212 Cisco IOS-XE
nxos1 nxos 213 Cisco NX-OS
junos1 junos 214 Juniper Junos'
sims_records=$root/tests/lab/sims

# Adds their records to what a new store begins with, as far as there is a
# platform for them.
sims_seed() {
	local name platform rest
	[ -x "$(sims_program)" ] || return 0
	cp -R "$sims_records/secrets" "$seed/" || exit 1
	while read -r name platform rest; do
		[ -f "$seed/platforms/$platform.json" ] || continue
		mkdir -p "$seed/devices/lab" "$seed/intended/lab"
		cp "$sims_records/devices/lab/$name.json" "$seed/devices/lab/"
		cp "$sims_records/intended/lab/$name.cfg" "$seed/intended/lab/"
	done <<<"$SIMS"
}

# The lines of SIMS whose devices the store knows.
sims_known() {
	local name rest
	while read -r name rest; do
		git -C "$dir/store.git" cat-file -e \
		    "main:devices/lab/$name.json" 2>/dev/null &&
			echo "$name $rest"
	done <<<"$SIMS"
	return 0
}

# A password of their own, kept with the other secrets.
sims_password() {
	[ ! -e "$dir/secrets/sims" ] || return 0
	(
		umask 077
		head -c 15 /dev/urandom | base64 >"$dir/sims/password"
		printf '{"username":"admin","password":"%s"}\n' \
		    "$(cat "$dir/sims/password")" >"$dir/secrets/sims"
	)
}

start_sims() {
	local name platform number rest
	local -a groups=()
	while read -r name platform number rest; do
		groups+=(--platform "$platform" --name "${name%1}"
		    --listen "$base.$number" --port 2222)
	done < <(sims_known)
	rm -f "$dir/run/sims.sock"
	start sims "$(sims_program)" "${groups[@]}" --state "$dir/sims" \
	    --password-file "$dir/sims/password" \
	    --control "$dir/run/sims.sock"
}

# Their keys are known to be the right ones, so nobody need approve them.
sims_register_host_keys() {
	local name rest key=$dir/run/sims.pub
	while read -r name rest; do
		"$(sims_program)" ctl "$dir/run/sims.sock" key "$name" \
		    >"$key" 2>>"$dir/log/sims.log" &&
			"$programs/switchyard" --dir "$dir" hostkey add \
			    "$name" "$key" >>"$dir/log/init.log" 2>&1 9>&- ||
			die "the host key of $name could not be recorded:" \
			    "$(tail -n 1 "$dir/log/init.log")"
	done < <(sims_known)
	rm -f "$key"
}

sims_ready_or_ended() {
	[ -S "$dir/run/sims.sock" ] || all_gone "${pid_of[sims]}"
}

# Without the program, or in a store that does not know them, there are none.
sims_start() {
	if [ ! -x "$(sims_program)" ] || [ -z "$(sims_known)" ]; then
		sims=no
		return
	fi
	mkdir -p -m 700 "$dir/sims"
	sims_password
	start_sims
	wait_until 30 sims_ready_or_ended
	[ -S "$dir/run/sims.sock" ] ||
		die "the simulated devices do not start:" \
		    "$(grep '^switchyard-sim:' "$dir/log/sims.log" |
			tail -n 1)"
	sims_register_host_keys
}

sims_announce() {
	local name platform number label
	while read -r name platform number label; do
		printf '  Simulated %s %s.%s:2222 %s\n' "$name" "$base" \
		    "$number" "$label"
	done < <(sims_known)
}
