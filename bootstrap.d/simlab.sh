# shellcheck shell=bash
# ./bootstrap lab: any number of simulated devices in one process, for trials
# and demonstrations, with their records for the store. Sourced by bootstrap;
# everything lies in $dir/simlab.

SIMLAB_PLATFORMS='eos ios nxos junos'
SIMLAB_MAX=10000 # 16,384 addresses a platform

simlab_program() {
	echo "$programs/tests/switchyard-sim"
}

simlab_processes() {
	processes_of '*/switchyard-sim' "$dir/simlab/state"
}

parse_lab() {
	count=${1-} dir=$root/var platform=mixed base=127.80 programs=''
	[[ $count =~ ^([1-9][0-9]{0,4}|stop)$ ]] &&
		{ [ "$count" = stop ] || [ "$count" -le $SIMLAB_MAX ]; } ||
		die "lab takes a number of devices from 1 to $SIMLAB_MAX, or" \
		    "stop."
	shift
	while [ $# -gt 0 ]; do
		[ $# -ge 2 ] || die "$1 is unknown or needs a value;" \
			"./bootstrap help lists the options."
		case $1 in
		--platform) platform=$2 ;;
		--dir) dir=$2 ;;
		--base) base=$2 ;;
		--programs) programs=$2 ;;
		*) die "$1 is unknown; ./bootstrap help lists the options." ;;
		esac
		shift 2
	done
	dir=$(realpath -m -- "$dir")
	case " $SIMLAB_PLATFORMS mixed " in
	*" $platform "*) ;;
	*) die "--platform takes one of: $SIMLAB_PLATFORMS mixed." ;;
	esac
	[[ $base =~ ^127\.[0-9]{1,3}$ ]] || die "--base takes 127.X."
}

# "PLATFORM COUNT FIRST-ADDRESS" for each platform that has devices.
simlab_groups() {
	local -a platforms
	local i n share
	read -ra platforms <<<"$SIMLAB_PLATFORMS"
	[ "$platform" = mixed ] || platforms=("$platform")
	n=${#platforms[@]}
	for ((i = 0; i < n; i++)); do
		share=$(((count + n - 1 - i) / n))
		[ $share = 0 ] ||
			echo "${platforms[i]} $share $base.$((i * 64)).1"
	done
}

# The records of all devices: name, where it stands, who signs in.
simlab_write_records() {
	local which n address a b c d value i
	echo 'name,area,platform,primary_ip4,status,credentials,tags,description'
	while read -r which n address; do
		IFS=. read -r a b c d <<<"$address"
		value=$((c * 256 + d))
		for ((i = 1; i <= n; i++)); do
			printf 'sim-%s-%d,simulated,%s,%s.%s.%d.%d:2222,' \
			    "$which" "$i" "$which" "$a" "$b" \
			    $((value / 256)) $((value % 256))
			printf 'active,simlab,simulated,Simulated\n'
			value=$((value + 1))
		done
	done < <(simlab_groups)
}

simlab_password() {
	[ -e "$dir/simlab/password" ] || (
		umask 077
		head -c 15 /dev/urandom | base64 >"$dir/simlab/password"
	) || exit 1
}

simlab_ready_or_ended() {
	[ -S "$dir/simlab/control" ] || all_gone "$1"
}

simlab_start() {
	local which n address pid
	local -a groups=()
	while read -r which n address; do
		groups+=(--platform "$which" --count "$n"
		    --name "sim-$which-" --listen "$address" --port 2222)
	done < <(simlab_groups)
	rm -f "$dir/simlab/control"
	setsid "$(simlab_program)" "${groups[@]}" \
	    --state "$dir/simlab/state" \
	    --password-file "$dir/simlab/password" \
	    --control "$dir/simlab/control" \
	    </dev/null >"$dir/simlab/log" 2>&1 &
	pid=$!
	wait_until $((30 + count / 10)) simlab_ready_or_ended $pid
	[ -S "$dir/simlab/control" ] && return
	end_processes $pid
	die "the simulated devices do not start: $(tail -n 1 "$dir/simlab/log")"
}

# [{"name": …, "keys": […]}, …]
simlab_write_keys() {
	local name rest key separator='[' who
	who=$(id -un)
	while IFS=, read -r name rest; do
		key=$("$(simlab_program)" ctl "$dir/simlab/control" key \
		    "$name") || return 1
		printf '%s{"name":"%s","approved_by":"%s","keys":[' \
		    "$separator" "$name" "$who"
		awk '{ printf("%s\"%s %s\"", (NR > 1) ? "," : "", $1, $2) }' \
		    <<<"$key"
		printf ']}\n'
		separator=,
	done < <(tail -n +2 "$dir/simlab/devices.csv")
	echo ']'
}

# Their keys are known to be the right ones, so nobody need approve them.
simlab_register_keys() {
	simlab_write_keys >"$dir/simlab/keys.json" ||
		die "the simulated devices do not tell their keys."
	"$programs/switchyard" --dir "$dir" hostkey import \
	    "$dir/simlab/keys.json" >"$dir/simlab/import" 2>&1 ||
		die "the host keys could not be recorded:" \
		    "$(tail -n 1 "$dir/simlab/import")"
}

simlab_import() { # KIND FILE [options…]
	local kind=$1 file=$2
	shift 2
	"$programs/switchyard" --dir "$dir" import "$kind" "$file" "$@" \
	    >"$dir/simlab/import" 2>&1 ||
		die "the store does not take the simulated $kind:" \
		    "$(tail -n 3 "$dir/simlab/import")"
}

# Their records, user and keys, into the store that is there.
simlab_load() {
	(
		umask 077
		printf '{"username":"admin","password":"%s"}\n' \
		    "$(cat "$dir/simlab/password")" >"$dir/secrets/simlab"
	) || exit 1
	printf '%s\n' 'name,provider,reference,description' \
	    'simlab,file,simlab,The user of simulated devices' \
	    >"$dir/simlab/secrets.csv"
	simlab_import secrets "$dir/simlab/secrets.csv"
	simlab_import devices "$dir/simlab/devices.csv" --create-missing
	simlab_register_keys
}

cmd_lab() {
	parse_lab "$@"
	if [ "$count" = stop ]; then
		# shellcheck disable=SC2046 # a list of pids
		end_processes $(simlab_processes)
		rm -f "$dir/simlab/control"
		say "the simulated devices of $dir are stopped."
		return
	fi
	check_system
	[ -z "$(simlab_processes)" ] || die "simulated devices of $dir run" \
		"already; ./bootstrap lab stop ends them."
	if [ -z "$programs" ]; then
		packages_ensure run sims
		mkdir -p "$root/build"
		build release
		programs=$root/build/release
	fi
	programs=$(realpath -- "$programs")
	[ -x "$(simlab_program)" ] || die "the simulators are not built."
	mkdir -p "$dir" &&
		mkdir -p -m 700 "$dir/simlab" "$dir/simlab/state" || exit 1
	simlab_write_records >"$dir/simlab/devices.csv"
	simlab_password
	simlab_start
	say "$count simulated devices stand at $base.*, port 2222; user" \
	    "admin, password in $dir/simlab/password."
	if [ -d "$dir/store.git" ]; then
		simlab_load
		say "they are in the store of $dir, area simulated."
	else
		say "there is no store in $dir; import" \
		    "$dir/simlab/devices.csv where you want them."
	fi
	say "./bootstrap lab stop${dir:+ --dir $dir} ends them."
}
