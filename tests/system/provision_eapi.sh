#!/bin/bash
# As provision_eos.sh, over eAPI.
TRANSPORT=eapi
# shellcheck source=tests/system/provision_eos.sh
. "$(dirname "$0")/provision_eos.sh"
