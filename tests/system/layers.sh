#!/bin/bash
# The rules of docs/architecture.md that a compiler does not check: who includes
# whom, which library is used where, what the programs are linked with, and how
# large a file may be. Lists every breach and fails if there is one.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C
breaches=0

breach() {
	echo "$*"
	breaches=$((breaches + 1))
}

# What a layer may include of ours, as a pattern of paths. Ports belong to app;
# those of device sessions and their credentials are not for the web and the
# command line.
declare -A may=(
	[base]='base/'
	[jinja]='(jinja|base)/'
	[domain]='(domain|base)/'
	[app/port]='(app/port|domain|base)/'
	[app]='(app|domain|jinja|base)/'
	[infra]='(app/port|domain|base)/'
	[web]='(web|app|domain|jinja|base)/'
	[worker]='(worker|app|domain|base)/'
	[cli]='(cli|app|domain|jinja|base)/'
)
# Adapters that stand on another one.
declare -A beside=(
	[secrets]='infra/http/' [eapi]='infra/http/' [nxapi]='infra/http/' [ironic]='infra/http/'
	[netconf]='infra/ssh/' [driver]='infra/(ssh|http|eapi|nxapi|netconf)/'
)

check_include() { # FILE INCLUDED
	local file=$1 included=$2 layer adapter
	layer=${file#src/}
	case $layer in
	main_*) return ;;
	app/port/*) layer=app/port ;;
	*) layer=${layer%%/*} ;;
	esac
	if [ -z "${may[$layer]-}" ]; then
		breach "$file: no rule for the layer $layer"
		return
	fi
	if [ "$layer" = infra ]; then
		adapter=${file#src/infra/}
		adapter=${adapter%%/*}
		[[ $included == infra/$adapter/* ]] && return
		[[ -n ${beside[$adapter]-} && $included =~ ^${beside[$adapter]} ]] &&
			return
	fi
	[[ $included =~ ^${may[$layer]} ]] ||
		breach "$file: $layer may not include $included"
	case $layer:$included in
	web:app/port/driver.h | web:app/port/secrets.h | \
		cli:app/port/driver.h | cli:app/port/secrets.h)
		breach "$file: device sessions are the worker's: $included"
		;;
	esac
}

check_includes() {
	local file included n=0
	while IFS=: read -r file included; do
		included=${included#*\"}
		check_include "$file" "${included%\"*}"
		n=$((n + 1))
	done < <(grep -rE --include='*.[ch]' '^#include "' src)
	[ $n -gt 100 ] || breach "only $n includes were found"
}

# The header of x.c comes first in it, so that it is known to stand alone.
check_first_include() {
	local file own first
	while read -r file; do
		own=${file#src/}
		own=${own%.c}.h
		[ -f "src/$own" ] || continue
		first=$(grep -m1 -E '^#include' "$file")
		[ "$first" = "#include \"$own\"" ] ||
			breach "$file: its first include is not $own"
	done < <(find src -name '*.c')
}

check_library() { # HEADERS DIRECTORY
	local file
	while read -r file; do
		[[ $file == $2/* ]] || breach "$file: <$1…> is for $2 alone"
	done < <(grep -rlE --include='*.[ch]' "^#include <($1)" src)
}

# Switches over our own enumerations name every value, so that the compiler
# finds the one that is missing.
check_defaults() {
	local sources
	mapfile -t sources < <(find src -name '*.[ch]')
	awk '
		FNR == 1 { in_enum = 0; label = "" }
		/^[ \t]*(typedef )?enum[^;()]*\{/ { in_enum = 1 }
		in_enum {
			line = $0
			sub(/.*\{/, "", line)
			while (match(line, /[A-Z][A-Z0-9_]+/)) {
				ours[substr(line, RSTART, RLENGTH)] = 1
				line = substr(line, RSTART + RLENGTH)
				sub(/^[^,]*,?/, "", line)
			}
			if (/\}/) in_enum = 0
		}
		/^[ \t]*switch / { label = "" }
		/^[ \t]*case [A-Z][A-Z0-9_]+:/ {
			label = $2
			sub(/:.*/, "", label)
		}
		/^[ \t]*default:/ {
			found[++n] = FILENAME ":" FNR
			after[n] = label
		}
		END {
			for (i = 1; i <= n; i++)
				if (after[i] in ours)
					print found[i] ": default after " after[i]
		}' "${sources[@]}"
}

check_sizes() {
	find src -name '*.c' -exec wc -l {} + |
		awk '$2 != "total" && $1 > 600 {
			print $2 ": " $1 " lines; 600 are enough for one concern"
		}'
}

# git ls-files: what others installed beside us is not ours.
check_leftovers() {
	git ls-files -co --exclude-standard -- src tests docs nginx static \
		templates git-store bootstrap bootstrap.d CMakeLists.txt |
		grep -vE '^tests/system/layers.sh$|node_modules|\.(png|ico)$' |
		xargs grep -nwE 'TODO|FIXME|XXX' 2>/dev/null
}

# What templates put out raw is written there, never a value.
check_raw_output() {
	local raw
	raw=$(grep -rnoE "[^ {(]*[ ]*\\|[ ]*safe\\b" templates | grep -vE "'[ ]*\\|")
	[ -z "$raw" ] || breach "a value is put out raw: $raw"
	! grep -rnE '\{%-? *autoescape|\bMarkup\b' templates ||
		breach "a template turns escaping off"
}

check_links() {
	local build=${SWITCHYARD_BUILD-} program needed
	[ -n "$build" ] || return
	for program in switchyard-web switchyard; do
		[ -x "$build/$program" ] || continue
		needed=$(readelf -d "$build/$program" | grep NEEDED)
		grep -q 'libssh' <<<"$needed" &&
			breach "$program is linked with libssh"
	done
	for program in switchyard-worker switchyard; do
		[ -x "$build/$program" ] || continue
		needed=$(readelf -d "$build/$program" | grep NEEDED)
		grep -q 'libfcgi' <<<"$needed" &&
			breach "$program is linked with libfcgi"
	done
}

check_includes
check_first_include
check_library 'git2' src/infra/git
check_library 'libssh/' src/infra/ssh
check_library 'curl/' src/infra/http
check_library 'fcgi|fcgiapp|fcgi_stdio' src/web/fcgi
check_library 'libxml' src/infra/netconf
check_library 'md4c' src/web
check_links
check_raw_output
while read -r line; do
	breach "$line"
done < <(check_defaults; check_sizes; check_leftovers)
if [ $breaches -gt 0 ]; then
	echo "$breaches breaches of the layers' rules"
	exit 1
fi
echo "the layers' rules hold"
