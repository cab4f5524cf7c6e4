/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What answers nginx when the page for people is looked at: HTTP/1.0 on a Unix
 * socket of the gateway's own, eight requests at a time.  Who looks is said by
 * nginx, in a header that no client's can be.
 */
#ifndef HOSTS_CLI_GATEWAY_PAGE_SERVER_H
#define HOSTS_CLI_GATEWAY_PAGE_SERVER_H

#include <stdbool.h>

#include "lib/command.h"

/*
 * Listen at the path, in a directory of this user's alone.  A descriptor, or -1
 * with errno.
 */
int page_server_open(const char *path);

/*
 * Answer for as long as this process lives, which has no other children.  A reader
 * that stops loses its connection after a minute.
 */
void page_server_run(int fd, struct cli *cli);

#define PAGE_GROUPS_MAX 256

/* Who looks. */
struct page_caller {
	struct apam_caller caller;
	unsigned long gids[PAGE_GROUPS_MAX];
};

/*
 * Read the header X-Apam-Caller, "UID GID ...", of a request's head, which ends
 * in NUL.  False where it is not there, not once, or not that.
 */
bool page_caller_read(struct page_caller *to, const char *head);

#endif
