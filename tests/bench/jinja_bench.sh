#!/bin/bash
# Our engine beside Python's Jinja2, both with compiled templates.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${SWITCHYARD_BUILD:-$here/../../build/bench}
exec /usr/bin/python3 "$here/jinja/bench.py" "$build/tests/jinja_render"
