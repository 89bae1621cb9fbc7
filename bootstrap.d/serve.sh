# shellcheck shell=bash
# Starting, watching and stopping the portal in one run directory. Sourced by
# bootstrap; uses its variables root, dir, port, programs, base, routers, lab.
#
# One supervisor (this shell) holds run/lock for as long as the portal runs;
# that lock, not a pid, says whether it does. Every program runs in a session
# of its own, so that Ctrl-C reaches the supervisor alone and it can stop them
# in order, and gets TERM from the kernel when the supervisor dies.

START_SECONDS=60
STOP_SECONDS=30
# A program that lives shorter than this, this often in a row, is given up.
SHORT_LIFE_SECONDS=2
SHORT_LIVES=${SHORT_LIVES:-20}
nginx=$(command -v nginx || echo /usr/sbin/nginx)
static=$root/static
lab_script=$root/tests/lab/lab.sh
ironic_script=$root/tests/ironic/ironic.sh

prepare_dir() {
	[ -d "$dir" ] || mkdir -p -m 750 "$dir" || exit 1
	mkdir -p -m 700 "$dir/run" "$dir/log" "$dir/secrets"
}

is_running() {
	[ -e "$dir/run/lock" ] && ! flock -n "$dir/run/lock" true
}

take_lock() {
	exec 9>"$dir/run/lock"
	flock -n 9 || die "the portal in $dir is already running;" \
		"./bootstrap stop --dir $dir stops it."
	write_pid $$ "$dir/run/bootstrap.pid"
}

# Programs of this run directory whose supervisor is gone.
leftover_processes() {
	processes_of '*/switchyard-*' "$dir"
	processes_of '*/switchyard-sim' "$dir/sims"
	processes_of '*/nginx' "$dir/run/nginx.conf"
	# nginx's workers, should their master have been killed with it: they
	# hold the port, and carry no argument to be known by.
	[ -s "$dir/run/nginx.pid" ] || return
	local pid
	for pid in $(ps -o pid= -s "$(cat "$dir/run/nginx.pid")"); do
		case $(readlink "/proc/$pid/exe") in
		*/nginx) echo "$pid" ;;
		esac
	done
}

clean_leftovers() {
	# shellcheck disable=SC2046 # a list of pids
	end_processes $(leftover_processes)
	rm -f "$dir/web.sock" "$dir/run/worker.ready" "$dir/run/ready" \
	    "$dir/run/sims.sock"
	if [ -f "$dir/lab/lab.conf" ] && [ "$(id -u)" = 0 ]; then
		"$lab_script" down "$dir/lab" 9>&-
	fi
	[ ! -d "$dir/ironic" ] || "$ironic_script" down "$dir/ironic" 9>&-
}

# Where the devices of the demonstration stand in a store that is there.
former_lab_base() {
	local name
	for name in r1 eos1 ios1 nxos1 junos1; do
		git -C "$dir/store.git" show "main:devices/lab/$name.json" \
		    2>/dev/null
	done | sed -n 's/.*"primary_ip4": *"\(127\.0\.[0-9]*\)\..*/\1/p' |
		head -n 1
}

# auto: where the store's devices are, or the first 127.0.X where nobody answers
# at the routers' port nor at that of the first simulated device.
choose_lab_base() {
	local x
	[ "$base" = auto ] || return 0
	for x in $(former_lab_base) $(seq -f '127.0.%g' 1 250); do
		(exec 3<>"/dev/tcp/$x.1/2222") 2>/dev/null && continue
		(exec 3<>"/dev/tcp/$x.211/2222") 2>/dev/null && continue
		base=$x
		return
	done
	die "no free addresses for the lab below 127.0."
}

# A new store's demonstration devices stand where the lab's routers will be.
seed_for_lab() {
	[ "$lab" = yes ] && [ "$(id -u)" = 0 ] || [ "$sims" = yes ] || return 0
	[ ! -d "$dir/store.git" ] || return 0
	[ "$base" != 127.0.1 ] || [ "$sims" = yes ] || return 0
	rm -rf "$dir/run/seed"
	cp -R "$seed" "$dir/run/seed" || exit 1
	seed=$dir/run/seed
	[ "$sims" = no ] || sims_seed
	sed -i "s/\"127\.0\.1\./\"$base./" "$seed"/devices/*/*.json
}

# init writes the password last but one, so without it either init was cut off,
# and takes up where it was, or the store came from elsewhere, and init refuses
# to touch it.
create_store() {
	local existing=no
	[ ! -f "$dir/admin-password" ] || return 0
	[ ! -d "$dir/store.git" ] || existing=yes
	say "creating the store from $seed"
	"$programs/switchyard" --dir "$dir" init --seed "$seed" \
	    >"$dir/log/init.log" 2>&1 9>&- && return
	tail -n 5 "$dir/log/init.log" >&2
	[ $existing = yes ] || die "the store could not be created."
	say "the store that is there is served."
}

# Fills in @NAME@; paths hold no character that nginx would read otherwise
# (check_paths).
nginx_write_config() {
	local text user=''
	text=$(<"$root/nginx/switchyard.conf.in")
	# Workers keep the portal's own account: web.sock is open to no other,
	# and the checkout may be closed to nginx's.
	[ "$(id -u)" != 0 ] || user='user root;'
	text=${text//@USER_DIRECTIVE@/"$user"}
	text=${text//@WORKERS@/"${NGINX_WORKERS:-1}"}
	text=${text//@FASTCGI_PARAMS@/"$root/nginx/fastcgi_params"}
	text=${text//@STATIC@/"$static"}
	text=${text//@DIR@/"$dir"}
	text=${text//@PORT@/"$port"}
	printf '%s\n' "$text" >"$dir/run/nginx.conf"
}

lab_start() {
	local reason status
	reason=$("$lab_script" up "$dir/lab" "$routers" --base "$base" \
	    2>&1 9>&-)
	status=$?
	if [ $status = 3 ]; then
		lab_notice="No routers: ${reason#lab: }"
		lab=no
		return
	fi
	[ $status = 0 ] || die "the routers did not start: $reason"
	install -m 600 "$dir/lab/credentials.json" "$dir/secrets/lab"
	lab_register_host_keys
}

# The lab's keys are known to be the right ones, so nobody need approve them.
lab_register_host_keys() {
	local i
	for i in $(seq "$routers"); do
		git -C "$dir/store.git" cat-file -e \
		    "main:devices/lab/r$i.json" 2>/dev/null || continue
		"$programs/switchyard" --dir "$dir" hostkey add "r$i" \
		    "$dir/lab/r$i"/host_*.pub >>"$dir/log/init.log" 2>&1 9>&- ||
			die "the host keys of r$i could not be recorded:" \
			    "$(tail -n 1 "$dir/log/init.log")"
	done
}

# Tells the portal which Ironic to ask.
ironic_use() { # URL
	"$programs/switchyard" --dir "$dir" ironic "url=$1" \
	    >>"$dir/log/init.log" 2>&1 9>&- ||
		die "$(tail -n 1 "$dir/log/init.log")"
	ironic_url=$1
}

# A dozen servers: two racks of three classes.
ironic_enrol() {
	local i class
	for i in {1..12}; do
		class=compute
		[ "$i" -le 8 ] || class=storage
		[ "$i" -le 11 ] || class=gpu
		"$ironic_script" node "$dir/ironic" \
		    "rack$(((i + 5) / 6))-u$((10 + i))" $class '{"properties":
		    {"cpu_arch":"x86_64","cpus":32,"memory_mb":262144}}' &
	done
	wait
}

# On the port that it had, if that is free: the store then stays as it is.
ironic_start() {
	local url status had=''
	[ ! -f "$dir/ironic/url" ] || had=$(sed 's/.*://' "$dir/ironic/url")
	! { [ -n "$had" ] && port_is_busy "$had"; } || had=''
	url=$(IRONIC_PORT=$had IRONIC_DELAY=5 "$ironic_script" up \
	    "$dir/ironic" 2>"$dir/log/ironic.log" 9>&-)
	status=$?
	[ $status = 0 ] ||
		die "Ironic does not start: $(tail -n 1 "$dir/log/ironic.log")"
	ironic_use "$url"
	[ -e "$dir/ironic/enrolled" ] || {
		say "enrolling a dozen servers of fake hardware"
		(ironic_enrol) 9>&-
		touch "$dir/ironic/enrolled"
	}
}

# By renaming: whoever reads a pid to signal it must never read half of one,
# or nothing, which many programs take for their own process group.
write_pid() {
	echo "$1" >"$2.new" && mv -f "$2.new" "$2"
}

# start NAME COMMAND…: in the background, logging to log/NAME.log.
declare -A pid_of started_at short_lives
start() {
	local name=$1
	shift
	setsid setpriv --pdeathsig TERM -- "$@" \
	    </dev/null >>"$dir/log/$name.log" 2>&1 9>&- &
	pid_of[$name]=$!
	started_at[$name]=$SECONDS
	write_pid $! "$dir/run/$name.pid"
}

start_worker() {
	rm -f "$dir/run/worker.ready"
	start worker "$programs/switchyard-worker" --dir "$dir"
}

start_web() {
	rm -f "$dir/web.sock"
	start web "$programs/switchyard-web" --dir "$dir" \
	    --socket "$dir/web.sock" --templates "$root/templates" \
	    --static "$static" --threads "${WEB_THREADS:-16}" \
	    --origin "http://127.0.0.1:$port" \
	    --origin "http://localhost:$port"
}

start_nginx() {
	# Its workers outlive a master that was killed, and hold the port.
	[ -z "${pid_of[nginx]-}" ] ||
		kill -9 -- "-${pid_of[nginx]}" 2>/dev/null
	start nginx "$nginx" -c "$dir/run/nginx.conf" -p "$dir" \
	    -e "$dir/log/nginx.log" -g 'daemon off;'
}

any_has_ended() {
	local name
	for name in "${!pid_of[@]}"; do
		all_gone "${pid_of[$name]}" && ended=$name && return
	done
	return 1
}

is_ready() {
	[ -S "$dir/web.sock" ] && [ -e "$dir/run/worker.ready" ] &&
		curl -sf -o "$dir/run/healthz" --max-time 5 \
		    "http://127.0.0.1:$port/healthz"
}

ready_or_ended() {
	[ -n "$stopping" ] || any_has_ended || is_ready
}

report_ended() {
	local status=0
	wait "${pid_of[$ended]}" || status=$?
	printf 'bootstrap: %s has ended (exit code %s); %s ends with:\n' \
	    "$ended" "$status" "$dir/log/$ended.log" >&2
	tail -n 8 "$dir/log/$ended.log" >&2
}

# Starts the program that has ended again; false when it keeps ending.
restart_ended() {
	local name=$ended
	if [ $((SECONDS - started_at[$name])) -lt $SHORT_LIFE_SECONDS ]; then
		short_lives[$name]=$((${short_lives[$name]-0} + 1))
	else
		short_lives[$name]=0
	fi
	[ "${short_lives[$name]}" -lt $SHORT_LIVES ] || return 1
	say "$name has ended unasked and is started again."
	wait "${pid_of[$name]}" 2>/dev/null
	[ "${short_lives[$name]}" -lt 3 ] || sleep 0.5
	"start_$name"
	ended=''
}

# Until a signal asks to stop (true), or a program cannot be kept up (false).
watch_programs() {
	until [ -n "$stopping" ]; do
		if any_has_ended; then
			[ -n "$stopping" ] || restart_ended || return 1
		else
			wait -n 2>/dev/null
		fi
	done
}

stop_program() {
	local name=$1 signal=$2 pid=${pid_of[$1]-}
	[ -n "$pid" ] || return 0
	kill "-$signal" "$pid" 2>/dev/null
	wait_until "$STOP_SECONDS" all_gone "$pid" || {
		say "$name did not stop within $STOP_SECONDS s and is ended."
		kill -9 "$pid" 2>/dev/null
	}
	# What a program that was killed left of its own, nginx's workers above
	# all: setsid made them one process group.
	kill -9 -- "-$pid" 2>/dev/null
	rm -f "$dir/run/$name.pid"
}

# nginx first, and gently: what it has accepted is still answered.
stop_everything() {
	trap '' INT TERM HUP
	rm -f "$dir/run/ready"
	stop_program nginx QUIT
	stop_program web TERM
	stop_program worker TERM
	stop_program sims TERM
	[ "$lab" = no ] || "$lab_script" down "$dir/lab" 9>&-
	[ "$ironic" = no ] || "$ironic_script" down "$dir/ironic" 9>&-
	rm -f "$dir/run/bootstrap.pid" "$dir/web.sock" "$dir/run/healthz"
}

announce() {
	local password='as it was set in this store'
	[ ! -f "$dir/admin-password" ] ||
		password=$(head -n 1 "$dir/admin-password")
	cat <<EOF

Switchyard is running.

  Address   http://127.0.0.1:$port/
  User      admin
  Password  $password

  Store     $dir/store.git (git log tells who did what)
  Logs      $dir/log/
EOF
	[ "$lab" = no ] ||
		"$lab_script" status "$dir/lab" | sed 's/^/  Router    /'
	[ "$sims" = no ] || sims_announce
	[ -z "$ironic_url" ] || printf '  Ironic    %s\n' "$ironic_url"
	[ -z "$lab_notice" ] || printf '\n  %s\n' "$lab_notice"
	echo
}

# Ends nginx at once, for it is the first to go, and its end wakes serve()
# where a signal just before "wait" would not.
on_signal() {
	stopping=yes
	[ -z "${pid_of[nginx]-}" ] || kill -QUIT "${pid_of[nginx]}" 2>/dev/null
}

start_programs() {
	nginx_write_config
	start_worker
	start_web
	start_nginx
	wait_until "$START_SECONDS" ready_or_ended ||
		die "the portal did not answer within $START_SECONDS s;" \
		    "see $dir/log/."
}

# Runs the portal until a signal.
serve() {
	stopping='' ended='' lab_notice=''
	take_lock
	clean_leftovers
	trap on_signal INT TERM HUP
	# die() inside must not leave half a portal behind.
	trap stop_everything EXIT
	[ "$lab" = no ] || lab_start
	[ "$sims" = no ] || [ -n "$stopping" ] || sims_start
	[ "$ironic" = no ] || [ -n "$stopping" ] || ironic_start
	[ "$ironic" = yes ] || [ -z "$ironic_url" ] || ironic_use "$ironic_url"
	[ -n "$stopping" ] || start_programs
	if [ -z "$stopping$ended" ]; then
		printf '%s\n' "$port" "$lab_notice" "$sims" >"$dir/run/ready"
		[ "$quiet" = yes ] || announce
		[ "$quiet" = yes ] || say "Ctrl-C stops it."
		watch_programs
	fi
	[ -n "$stopping" ] || report_ended
	say "stopping"
	stop_everything
	trap - EXIT
	[ -n "$stopping" ]
}

# Runs serve as a daemon, and waits here until it serves.
serve_detached() {
	local pid
	rm -f "$dir/run/ready"
	setsid "$root/bootstrap" run --dir "$dir" --port "$port" \
	    --programs "$programs" --routers "$routers" \
	    --lab-base "$base" $([ "$lab" = yes ] || echo --no-lab) \
	    $([ "$sims" = yes ] && echo --sims || echo --no-sims) \
	    $([ "$ironic" = no ] || echo --with-ironic) \
	    ${ironic_url:+--ironic-url "$ironic_url"} \
	    --quiet </dev/null >"$dir/log/bootstrap.log" 2>&1 &
	pid=$!
	wait_until $((START_SECONDS * 2)) detached_ready_or_gone $pid
	if [ ! -e "$dir/run/ready" ]; then
		cat "$dir/log/bootstrap.log" >&2
		exit 1
	fi
	lab_notice=$(sed -n 2p "$dir/run/ready")
	[ -z "$lab_notice" ] || lab=no
	sims=$(sed -n 3p "$dir/run/ready")
	[ "$ironic" = no ] || ironic_url=$(cat "$dir/ironic/url")
	announce
	say "./bootstrap stop --dir $dir stops it."
}

detached_ready_or_gone() {
	[ -e "$dir/run/ready" ] || all_gone "$1"
}

stop_running() {
	local pid
	[ -d "$dir/run" ] || die "there is no portal in $dir."
	if is_running; then
		pid=$(cat "$dir/run/bootstrap.pid" 2>/dev/null)
		[ -n "$pid" ] && kill -TERM "$pid" 2>/dev/null
		flock -w $((STOP_SECONDS * 4)) "$dir/run/lock" true ||
			die "the portal in $dir (process $pid) does not stop."
	fi
	take_lock
	clean_leftovers
	rm -f "$dir/run/bootstrap.pid"
}
