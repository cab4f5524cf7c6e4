/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library, set up as the command line asked: which configuration to read,
 * whose files to trust, what to log.
 */
#ifndef HOSTS_CLI_LIB_SESSION_H
#define HOSTS_CLI_LIB_SESSION_H

#include "lib/command.h"

/*
 * Fill in cli->options.  `config` is the value of -c, or NULL; a relative path
 * is relative to the current directory.  Returns STATUS_DONE, or reports an
 * error and returns the exit status.
 */
int session_configure(struct cli *cli, const char *config, bool debug);

/*
 * The absolute path of a file that is named from the current directory; the
 * file may be missing, its directory may not.  The caller frees it.  NULL if
 * memory runs out.
 */
char *session_path(const char *named);

/*
 * Open cli->ctx, once.  Returns STATUS_DONE, or reports an error and returns
 * the exit status.
 */
int session_open(struct cli *cli);

/*
 * Open cli->ctx, and get the profile called `name`, or, if that is NULL, the
 * profile for `url`.  Returns as session_open.
 */
int session_profile_for(struct cli *cli, const char *name, const char *url,
    struct apam_profile **profile);

/* True if a word is a URL, and so not a profile's name. */
bool session_is_url(const char *word);

/*
 * Open cli->ctx, and get the profile called `name`.  Returns as session_open.
 */
int session_profile(
    struct cli *cli, const char *name, struct apam_profile **profile);

/*
 * Say on a terminal that there are no profiles, and what to do about it.
 * cli->ctx must be open.
 */
void session_tell_empty(const struct cli *cli);

/*
 * Say what is wrong with the key registry, unless the library has said so
 * already.  For commands that show people the state of keys.
 */
void session_tell_registry(const struct cli *cli);

/* Close what was opened, and forget the configuration. */
void session_close(struct cli *cli);

#endif
