#!/bin/sh
# switchyard render: results, errors, exit statuses, and that no template
# outside of its directories can be read.
# usage: render.sh <program>
set -eu

program=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/t" "$dir/lib" "$dir/secret"
printf '{"name": "sw1", "n": [1, 2]}' > "$dir/data.json"
printf 'hostname {{ name }}\n{%% for i in n %%}\n v{{ i }}\n{%% endfor %%}\n' > "$dir/t/main.j2"
printf '{%% include "part.j2" %%}' > "$dir/t/inc.j2"
printf 'part of {{ name }}' > "$dir/lib/part.j2"
printf 'secret' > "$dir/secret/s.j2"
ln -s ../secret/s.j2 "$dir/t/link.j2"
ln -s "$dir/secret" "$dir/t/out"

fail() {
	echo "render: $1" >&2
	exit 1
}

render() {
	"$program" --data "$dir/data.json" "$@" 2>"$dir/err"
}

# expect_error <status> <words> <arguments…>
expect_error() {
	status=$1 words=$2
	shift 2
	set +e
	out=$(render "$@")
	got=$?
	set -e
	[ "$got" = "$status" ] || fail "status $got, not $status: $*"
	[ -z "$out" ] || fail "output in spite of an error: $*"
	grep -q "$words" "$dir/err" || fail "no '$words' in $(cat "$dir/err")"
}

source_text() {
	printf '%s' "$1" > "$dir/t/case.j2"
}

[ "$(render --template "$dir/t/main.j2")" = "hostname sw1
 v1
 v2" ] || fail "plain"
[ "$(render --template "$dir/t/inc.j2" --path "$dir/lib")" = "part of sw1" ] ||
	fail "--path"
render --template "$dir/t/main.j2" --repeat 3 > "$dir/out"
grep -q "microseconds a render" "$dir/err" || fail "--repeat"
grep -q "hostname sw1" "$dir/out" || fail "--repeat prints the result"

source_text '{{ nope }}'
expect_error 1 "case.j2:1:4: 'nope' is undefined" --template "$dir/t/case.j2"
[ "$(render --lenient --template "$dir/t/case.j2")" = "" ] || fail "--lenient"
source_text '{{ "<" }}'
[ "$(render --autoescape --template "$dir/t/case.j2")" = "&lt;" ] ||
	fail "--autoescape"
source_text 'a
  {% if true %}
x{% endif %}'
[ "$(render --trim-blocks=off --lstrip-blocks=on --template "$dir/t/case.j2")" \
	= "a

x" ] || fail "white space options"

for name in ../secret/s.j2 link.j2 out/s.j2 "$dir/secret/s.j2" /etc/passwd; do
	source_text "{% include '$name' %}"
	expect_error 1 "" --template "$dir/t/case.j2"
done
expect_error 1 "no.json" --template "$dir/t/main.j2" --data "$dir/no.json"
expect_error 1 "there is no template" --template "$dir/t/no.j2"
expect_error 2 "usage" --template "$dir/t/main.j2" --trim-blocks=maybe
expect_error 2 "usage" --nope x
expect_error 2 "usage" --template "$dir/t/main.j2" --repeat 0
