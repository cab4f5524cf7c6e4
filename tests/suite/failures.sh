#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A gateway of two workers while providers refuse, take their time or are away,
# and while workers crash and are replaced: no request is signed otherwise, and
# none is lost but what a killed worker had.  `make trial-gateway` does more of it.
. "$(dirname "$0")/cli/lib.bash"
. tests/suite/cli/providers.bash
. tests/suite/nginx/lib.bash
. tests/suite/nginx/failures.bash

needs_nginx
export PATH=$PATH:/usr/sbin
start_failing
slow 12
storm 40
crashes 400 3
replaced
reloads 300 2
origin_gone
finish
