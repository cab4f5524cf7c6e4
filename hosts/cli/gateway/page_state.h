/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the page for people shows, as one JSON object, for one caller: what the
 * commands `list`, `status`, `keys list`, `log` and `metrics` say, of the
 * profiles that are his.
 */
#ifndef HOSTS_CLI_GATEWAY_PAGE_STATE_H
#define HOSTS_CLI_GATEWAY_PAGE_STATE_H

#include <jansson.h>

#include "lib/command.h"

/*
 * Root and this process's user see all.  Somebody else sees the profiles with a
 * rule that names him, their keys, and his own uses of these.  NULL without
 * memory.
 */
json_t *page_state(struct cli *cli, const struct apam_caller *caller);

#endif
