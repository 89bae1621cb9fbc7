#!/bin/bash
# What the shell is told when something was typed that makes no sense.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

"$build/switchyard" --dir "$scratch/d" init --seed "$root/git-store" \
    >"$scratch/init" 2>&1 || fail "init: $(cat "$scratch/init")"
words() { # ARGUMENT…: says on standard error, and refuses
	"$build/switchyard" --dir "$scratch/d" "$@" >/dev/null 2>"$scratch/said"
	check_equal "switchyard $*: refused as nonsense" $? 2
	said=$(cat "$scratch/said")
}
words run provison --device r1
check_contains "an unknown job" "$said" 'there is no job "provison"'
check_contains "the jobs there are" "$said" bulk-provision
words run provision --devic r1
check_contains "an unknown parameter" "$said" \
    'provision has no parameter "--devic"'
words run provision --device
check_contains "a value that is missing" "$said" '--device needs a value'
words export users
check_contains "what cannot be exported" "$said" 'there are no records "users"'
check_contains "what can" "$said" platforms
words import nothing "$scratch/said"
check_contains "what cannot be imported" "$said" \
    'there are no records "nothing"'
words export vlans --format xml
check_contains "an unknown format" "$said" 'csv|json'
told() { # ARGUMENT…: says on standard output, without an instance
	said=$("$build/switchyard" --dir "$scratch/none" "$@" 2>"$scratch/err")
	check_equal "switchyard $*: is told" $? 0
	check_equal "and nothing is wrong" "$(cat "$scratch/err")" ""
}
for command in $("$build/switchyard" --help | awk '/^  [a-z]/ { print $1 }'); do
	told "$command" --help
	check_contains "of $command" "$said" "$command"
done
told run --help
check_contains "the jobs there are" "$said" bulk-provision
told run backup --help
check_contains "its parameters" "$said" --accept-smaller
told --version
check_contains "its version" "$said" "switchyard 0."
finish
