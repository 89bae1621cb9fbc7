#!/bin/bash
# The man pages: well formed, and naming every command and option there is.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

command -v mandoc >/dev/null || skip "mandoc is not installed"
man=$root/docs/man
for page in switchyard.1 switchyard-web.8 switchyard-worker.8; do
	check_equal "$page is well formed" \
	    "$(mandoc -T lint -W warning "$man/$page" 2>&1)" ""
done
mandoc -T ascii "$man/switchyard.1" | sed 's/.\x08//g' >"$scratch/cli"
"$build/switchyard" --help >"$scratch/help" 2>&1
commands=$(awk '/^  [a-z]/ { print $1 }' "$scratch/help")
check "there are commands" test -n "$commands"
for command in $commands; do
	check "switchyard.1 tells of $command" \
	    grep -qE "^ +(.*, )?$command( |,|$)" "$scratch/cli"
done
for command in $(sed -n 's/^\.It Ic \([a-z]*\).*/\1/p' "$man/switchyard.1"); do
	check "there is a command $command" grep -qw "$command" <<<"$commands"
done
mandoc -T ascii "$man/switchyard-web.8" | sed 's/.\x08//g' >"$scratch/web"
for option in $("$build/switchyard-web" --help | grep -oE '\-\-[a-z]+'); do
	check "switchyard-web.8 tells of $option" \
	    grep -qe "$option" "$scratch/web"
done
finish
