#!/bin/bash
# The lab itself: real routers behind real OpenSSH, and nothing left of it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

lab_up 2
address=$("$lab" address "$lab_dir" r1)
host=${address%:*}
printf '#!/bin/sh\nsed '\''s/.*"password":"\\([^"]*\\)".*/\\1/'\'' "%s"\n' \
    "$lab_dir/credentials.json" >"$scratch/ask"
printf '#!/bin/sh\necho wrong\n' >"$scratch/ask-wrong"
chmod 755 "$scratch/ask" "$scratch/ask-wrong"

# login PASSWORD_PROGRAM [ssh options and command…]
login() {
	local ask=$1
	shift
	SSH_ASKPASS=$ask SSH_ASKPASS_REQUIRE=force timeout 30 ssh -F none \
	    -o LogLevel=ERROR -o StrictHostKeyChecking=no \
	    -o UserKnownHostsFile="$scratch/known" -o PubkeyAuthentication=no \
	    -o NumberOfPasswordPrompts=1 -p 2222 "lab@$host" "$@"
}

# lab_processes: anything of this lab, found independently of lab.sh.
lab_processes() {
	local id
	id=sy$(printf %s "$lab_dir" | sha1sum | cut -c1-8)
	pgrep -fa "$id|$lab_dir/r[0-9]+/sshd_config"
}

check_contains "a password logs in to the router's vtysh" \
    "$(login "$scratch/ask" 'show interface brief')" eth3
check_not "a wrong password is refused" \
    login "$scratch/ask-wrong" 'show version' 2>/dev/null
check_not "a bad command's exit code arrives" \
    login "$scratch/ask" 'bogus' >/dev/null
check "a key logs in too" timeout 30 ssh -F none -o LogLevel=ERROR \
    -o UserKnownHostsFile="$scratch/known" -o PasswordAuthentication=no \
    -i "$lab_dir/id_ed25519" -p 2222 "lab@$host" 'show version' >/dev/null
check_not "the system knows no such user" getent passwd lab

"$lab" vtysh "$lab_dir" r1 -c 'configure terminal' \
    -c 'ip route 192.0.2.0/24 Null0' -c end -c 'write memory' >/dev/null 2>&1
"$lab" vtysh "$lab_dir" r1 -c 'configure terminal' \
    -c 'ip route 198.51.100.0/24 Null0'
check_contains "the router took a line" "$(router_config r1)" 198.51.100.0
check_not "the other router did not" grep -q 192.0.2 <<<"$(router_config r2)"

mkfifo "$scratch/input"
login "$scratch/ask" -tt <"$scratch/input" >"$scratch/session" 2>&1 &
session=$!
exec 4>"$scratch/input"
check "a session begins" wait_until 10 grep -q 'r1#' "$scratch/session"
check "cut succeeds" "$lab" cut "$lab_dir" r1
check "the session is lost" wait_until 10 all_gone $session
check_not "and says so by its exit code" wait $session
exec 4>&-
check "the router stays reachable" login "$scratch/ask" 'show version' \
    >/dev/null

check "rekey succeeds" "$lab" rekey "$lab_dir" r1
check_not "ssh refuses the changed host key" login "$scratch/ask" \
    -o StrictHostKeyChecking=yes 'show version' >/dev/null 2>&1
ssh-keygen -R "[$host]:2222" -f "$scratch/known" >/dev/null 2>&1

"$lab" stop-router "$lab_dir" r1
check_equal "a stopped router is down" "$("$lab" status "$lab_dir")" \
    "r1 $address down
r2 $("$lab" address "$lab_dir" r2) up"
check_not "and unreachable" login "$scratch/ask" 'show version' 2>/dev/null
"$lab" start-router "$lab_dir" r1
check_contains "saved lines survive" "$(router_config r1)" 192.0.2.0
check_not "unsaved lines do not" grep -q 198.51.100 <<<"$(router_config r1)"

check "processes are there to be found" lab_processes >/dev/null
# As after a crash of the machine's shell: the next start cleans up.
kill -9 "$(cat "$lab_dir/r2/sshd.pid")"
check "a lab starts over its own remains" "$lab" up "$lab_dir" 1 --base auto
check_equal "and keeps its address" "$("$lab" address "$lab_dir" r1)" "$address"
check "down succeeds" "$lab" down "$lab_dir"
check_not "no process is left" lab_processes
check_equal "no file of FRR is left" \
    "$(find /run/frr /etc/frr -name "sy$(printf %s "$lab_dir" | sha1sum |
    cut -c1-8)*")" ''
