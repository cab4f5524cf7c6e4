/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library as the command line asked for it: which configuration, whose
 * files to trust, what to log.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "lib/command.h"

/*
 * Fill in cli->options.  `config` is the value of -c or NULL; where it is
 * relative, it is so to the current directory.  Returns STATUS_DONE, or reports
 * and says the status to exit with.
 */
int session_configure(struct cli *cli, const char *config, bool debug);

/*
 * The absolute path, to be freed, of a file that is named from the current
 * directory, or that is to be made there with its folder.  NULL without memory.
 */
char *session_path(const char *named);

/* Open cli->ctx once.  Returns STATUS_DONE, or reports and says the status. */
int session_open(struct cli *cli);

/*
 * The same, and get the profile of a name, or, where that is NULL, of a URL.
 */
int session_profile_for(struct cli *cli, const char *name, const char *url,
    struct apam_profile **profile);

/* True where a word is a URL and so no profile's name. */
bool session_is_url(const char *word);

/* The same, and get a profile. */
int session_profile(
    struct cli *cli, const char *name, struct apam_profile **profile);

/*
 * Say on a terminal that there are no profiles, and what to do about it.
 * cli->ctx is open.
 */
void session_tell_empty(const struct cli *cli);

/*
 * Say what is wrong with the key registry, if anything is and the library did
 * not say so before; for commands that show people where keys stand.
 */
void session_tell_registry(const struct cli *cli);

/* Close what was opened, and forget what was configured. */
void session_close(struct cli *cli);

#endif
