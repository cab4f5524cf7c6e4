/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module that is played: loaded from its file, whoever owns that, and opened
 * with options as a profile has them.  Its clock stands still until it is set,
 * its random bytes are 0, 1, 2 and so on, and its secrets are what is given.
 */
#ifndef HOSTS_DRIVE_PLAYED_H
#define HOSTS_DRIVE_PLAYED_H

#include <stdbool.h>

#include "abi/services.h"
#include "config/option.h"
#include "config/syntax.h"

#define PLAYED_SECRETS_MAX 64
#define PLAYED_ADDRESSES_MAX 16
#define PLAYED_NOW_MS 1700000000000	/* 2023-11-14, 22:13:20 UTC */

/* What stands behind a reference to a secret. */
struct played_secret {
	struct apam_str reference, bytes;
};

struct played {
	struct apam_module module;	/* checked, as a core checks it */
	struct services svc;		/* must stay where they are */
	struct log log;
	struct buf logged;		/* a line each, without its scheme */
	struct problems problems;
	struct apam_str addresses[PLAYED_ADDRESSES_MAX]; /* http_addresses */
	size_t address_count;
	struct conf *conf;
	struct option_values values;
	struct apam_options options;
	void *state;			/* NULL: not open */
	struct buf *keep;		/* secrets, as options view them */
	size_t keep_count;
	struct apam_str stored;	/* what is in the store, or empty */
	struct apam_key *keys[PLAYED_SECRETS_MAX];
	size_t key_count;
	char refused[128];		/* the option that was refused, or "" */
	char refusal[512];		/* and why */
};

/*
 * Load the file.  False, with *err filled in, where a core would not load it
 * for what it is; who owns the file is not looked at.
 */
bool played_load(struct played *p, const char *path, struct apam_error *err);

/*
 * Open it with options as in a profile's entry.  APAM_OK; CONFIG, with
 * p->refused and p->refusal filled in; or what `open` returned.
 */
int32_t played_open(struct played *p, struct apam_str options,
    const struct played_secret *secrets, size_t count);
/* Its options. */
struct option_table played_table(const struct played *p);

/* Close what was opened; it may not have been. */
void played_close(struct played *p);

/* The time that the module sees, in Unix milliseconds. */
void played_set_time(int64_t now_ms);
/* The time that was set last. */
int64_t played_time(void);

#endif
