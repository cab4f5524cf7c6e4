/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which profiles and origins a gateway serves.
 */
#ifndef HOSTS_CLI_GATEWAY_SERVING_H
#define HOSTS_CLI_GATEWAY_SERVING_H

#include "gateway/nginx_conf.h"
#include "lib/command.h"

/*
 * Add to `conf` what nginx can serve of the profiles that the words of `args`
 * name, or of all where there are none.  It reads all files anew, and says what
 * is left out, and why.
 *
 * `now` is NULL at the start: profiles that are named have to be there, and there
 * has to be something to serve.  Else it is what a gateway serves now: one that
 * is no longer there is taken out, and one that is there and cannot be served is
 * an error, so that a mistake in a file takes nothing away.
 *
 * Returns an exit status, and has then said what is wrong.
 */
int serving_collect(struct cli *cli, const struct args *args,
    const struct nginx_conf *now, struct nginx_conf *conf);

#endif
