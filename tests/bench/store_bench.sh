#!/bin/sh
# The store against Git, side by side, and what it costs to read.
#
#   SWITCHYARD_BUILD=build/bench store_bench.sh [FILES]
#
# SWITCHYARD_BUILD holds tests/store_bench, optimised.  All writes are fsynced
# on both sides.  Works in a directory of its own below ${TMPDIR:-/tmp}, which
# should be on a disk.
set -eu

bench=$SWITCHYARD_BUILD/tests/store_bench
files=${1:-10000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/store-bench-XXXXXX")
trap 'rm -rf "$dir"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# Both begin with the same files in a pack, and change every one.
"$bench" init "$dir/ours"
"$bench" commit "$dir/ours" "$files" 0 >/dev/null
cp -a "$dir/ours" "$dir/git"
"$bench" stream "$files" 1 >"$dir/stream"
sync

echo "== $files changed configurations of 8 KB into one commit, fsynced"
line=$("$bench" commit "$dir/ours" "$files" 1)
ours=${line%%.*}
echo "$line"
start=$(now_ms)
git -C "$dir/git" -c core.fsync=all fast-import --quiet --done <"$dir/stream"
theirs=$(($(now_ms) - start))
echo "$theirs ms for git fast-import of the same files"
echo "ratio $((theirs * 100 / ours))% of fast-import's speed (aim: 100%)"
git -C "$dir/ours" fsck --strict --no-progress
if [ "$(git -C "$dir/ours" rev-parse main^{tree})" != \
	"$(git -C "$dir/git" rev-parse main^{tree})" ]; then
	echo "the two trees differ" >&2
	exit 1
fi

echo "== single changes, $files records in directories of 250"
"$bench" init "$dir/records"
"$bench" records "$dir/records" "$files" 0
"$bench" singles "$dir/records" 3
"$bench" tip "$dir/records"
"$bench" diff "$dir/records"
"$bench" log "$dir/records"

echo "== start-up: every record read and verified"
for n in "$files" "$((files * 10))"; do
	"$bench" init "$dir/load$n"
	"$bench" records "$dir/load$n" "$n" 0
	"$bench" diff "$dir/load$n"
	"$bench" load "$dir/load$n"
	git -C "$dir/load$n" gc --quiet
	echo "after git gc:"
	"$bench" load "$dir/load$n"
done
