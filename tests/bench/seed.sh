#!/bin/bash
# seed.sh DIR N: the files of a new store with N devices in areas of 500, each
# with an intended configuration if N is at most 10,000.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$1"
cp -r "$root/git-store/." "$1"
awk -v dir="$1" -v n="$2" '
function field(k, v, last) { printf "  \"%s\": %s%s\n", k, v, last ? "" : "," > file }
BEGIN {
	for (i = 1; i <= n; i++) {
		area = sprintf("site%03d", int((i - 1) / 500))
		if ((i - 1) % 500 == 0) {
			system("mkdir -p " dir "/devices/" area " " dir "/intended/" area)
			file = dir "/areas/" area ".json"
			print "{" > file
			field("description", "\"Site " area "\"", 0)
			field("name", "\"" area "\"", 1)
			print "}" > file
			close(file)
		}
		name = sprintf("sw%06d", i)
		file = dir "/devices/" area "/" name ".json"
		print "{" > file
		field("area", "\"" area "\"", 0)
		field("credentials", "\"lab\"", 0)
		field("description", "\"Access switch " i "\"", 0)
		field("name", "\"" name "\"", 0)
		field("platform", "\"frr\"", 0)
		field("primary_ip4", sprintf("\"10.%d.%d.%d\"", i / 65536, i / 256 % 256, i % 256), 0)
		field("role", "\"access-switch\"", 0)
		field("serial", sprintf("\"SN%08d\"", i), 0)
		field("status", i % 10 ? "\"active\"" : "\"planned\"", 0)
		printf "  \"tags\": [\n    \"bench\"\n  ],\n" > file
		printf "  \"vars\": {\n    \"asn\": %d\n  }\n}\n", 64512 + i % 1000 > file
		close(file)
		if (n <= 10000) {
			file = dir "/intended/" area "/" name ".cfg"
			printf "hostname %s\n!\n", name > file
			for (p = 0; p < 24; p++)
				printf "interface eth%d\n description port %d of %s\n ip address 10.%d.%d.%d/30\nexit\n!\n", p, p, name, p, i / 256 % 256, i % 256 > file
			close(file)
		}
	}
}'
