#!/bin/bash
# The documents are true to the tree (docs.js).
exec node "$(dirname "$0")/docs.js"
