#!/bin/bash
# Every operation of the OpenAPI document, exercised against a portal over a
# real Ironic, and every answer held against the document (tests/rest).
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/ironic/lib.sh
. "$root/tests/ironic/lib.sh"

/usr/bin/python3 -c 'import jsonschema' 2>/dev/null ||
	skip "python3-jsonschema is not installed"
ironic_up
ironic node s1 small
ironic node agent agent '{"deploy_interface":"direct","management_interface":"noop"}'
cp -R "$root/git-store" "$scratch/seed"
mkdir -p "$scratch/seed/backup/lab"
echo 'hostname r1' >"$scratch/seed/backup/lab/r1.cfg"
printf '### version: show version\nFRR\n' >"$scratch/seed/backup/lab/r1.txt"
mkdir -p "$scratch/seed/channels"
echo '{"enabled":false,"name":"ops","type":"webhook","url":"http://127.0.0.1:9/"}' \
    >"$scratch/seed/channels/ops.json"
portal_up --seed "$scratch/seed"
# For a session that is begun, with a device that says nothing.
install -m 600 /dev/stdin "$portal/secrets/lab" \
    <<<'{"username":"lab","password":"none"}'
use_ironic "$ironic_url"
head -c 100000 /dev/zero >"$ironic_dir/httpboot/disk.img"
mkdir -m 700 "$scratch/tokens"
for role in viewer operator admin; do
	switchyard token create --name "$role" --role "$role" \
	    >"$scratch/tokens/$role"
done
URL=$url TOKENS=$scratch/tokens PYTHONDONTWRITEBYTECODE=1 \
    DISK=file://$ironic_dir/httpboot/disk.img \
    DISK_MD5=$(md5sum "$ironic_dir/httpboot/disk.img" | cut -d' ' -f1) \
    /usr/bin/python3 "$root/tests/rest/operations.py" >"$scratch/out" 2>&1 ||
	fail "$(tail -20 "$scratch/out")"
cat "$scratch/out"
check "every operation" grep -q 'operations exercised' "$scratch/out"
