/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration file: read through a checked descriptor, checked for what
 * libconfig 1.5 gets wrong, then parsed by libconfig.  The tree may only be
 * read, because it lies in a pool (base/pool.h).
 *
 * conf_guard refuses, with the line: `@include` (it can end the process), NUL
 * and other control characters, text that is not UTF-8, numbers that do not fit
 * (libconfig accepts them silently), nesting deeper than 16 levels, and any
 * syntax error (libconfig leaks memory after one).  The only error left for
 * libconfig is a name that is set twice.
 */
#ifndef CORE_CONFIG_SYNTAX_H
#define CORE_CONFIG_SYNTAX_H

#include <libconfig.h>
#include <stdbool.h>

#include "base/pool.h"
#include "base/problems.h"

#define CONF_FILE_MAX 65535 /* bytes; libconfig counts lines in 16 bits */

/*
 * The size of the pools, in bytes, for a text of n bytes: enough for most
 * texts, and more than enough for any that the guard accepts, by a measured
 * bound (tests/unit/config/check_pool.c).
 */
#define CONF_POOL_FIRST(n) (4096 + 8 * (n))
#define CONF_POOL_MOST(n) (16384 + 256 * (n))

struct conf {
	char *file; /* its path */
	struct pool *pool; /* the memory in which the tree lies */
	config_t tree;
};

/*
 * Read and parse a file; NULL with a problem added if that fails.  `user`: user
 * mode of file/trust.h.
 */
struct conf *conf_new(const char *path, bool user, struct problems *all);

/* Free and set *conf to NULL, which it may be already. */
void conf_free(struct conf **conf);

/* True if `text` is safe for libconfig; else adds a problem. */
bool conf_guard(const char *file, struct apam_str text, struct problems *all);

/* Parse a text that the guard has accepted; for conf_new and the fuzzer. */
struct conf *
conf_parse(const char *file, struct apam_str text, struct problems *all);

#endif
