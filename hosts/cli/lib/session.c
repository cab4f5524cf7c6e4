/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening the library.  If the user named the configuration, it is the user's
 * own, so the user's files are trusted as well as root's.  The system's
 * configuration must be root's alone.
 */
#include "lib/session.h"

#include <apam/module.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file/absolute.h"
#include "lib/report.h"

static const char *const log_names[] = { "", "error", "warning", "info",
	"debug" };

/* The last error that was logged, or "". */
static char last_error[512];

static void
log_line(void *arg, enum apam_log_level level, const char *line)
{
	(void)arg;
	if (level == APAM_LOG_ERROR)
		(void)snprintf(last_error, sizeof(last_error), "%s", line);
	if (level < APAM_LOG_ERROR || level > APAM_LOG_DEBUG)
		level = APAM_LOG_DEBUG;
	complain("%s: %s", log_names[level], line);
}

/*
 * The level that $APAM_LOG names; -1 if it is not a level.  If it is not set,
 * errors are logged: what is wrong on this machine, even if the command
 * succeeds.
 */
static int
log_level_from_environment(void)
{
	const char *name = getenv("APAM_LOG");

	if (name == NULL)
		return APAM_LOG_ERROR;
	for (int i = 0; i <= APAM_LOG_DEBUG; i++)
		if (strcmp(name, log_names[i]) == 0)
			return i;
	return -1;
}

static bool
own_configuration(const char *config)
{
	if (geteuid() == 0 || geteuid() != getuid())
		return false;
	return config != NULL || getenv("APAM_CONFIG") != NULL;
}

char *
session_path(const char *named)
{
	char here[4096], *path;
	size_t n;

	if (named[0] == '/')
		return strdup(named);
	path = path_absolute(named);
	if (path != NULL || getcwd(here, sizeof(here)) == NULL)
		return path;
	n = strlen(here) + strlen(named) + 2;
	path = malloc(n);
	if (path != NULL)
		(void)snprintf(path, n, "%s/%s", here, named);
	return path;
}

/* `config` is the value of -c, or NULL. */
static void
set_config(struct cli *cli, const char *config)
{
	cli->options.flags = APAM_OPEN_NO_TLS_ENVIRONMENT |
	    (own_configuration(config) ? APAM_OPEN_USER : 0);
	cli->options.config = config;
}

int
session_configure(struct cli *cli, const char *config, bool debug)
{
	int level = debug ? APAM_LOG_DEBUG : log_level_from_environment();

	if (level < 0) {
		complain("APAM_LOG must be error, warning, info or debug");
		return STATUS_USAGE;
	}
	cli->options.size = sizeof(cli->options);
	cli->options.log = level > 0 ? log_line : NULL;
	cli->options.log_level = (enum apam_log_level)level;
	set_config(cli, config);
	return STATUS_DONE;
}

/* If the main file does not exist, `apam lint` would not help. */
static int
report_open(enum apam_status status, const struct apam_error *err)
{
	if (err->file[0] == '\0' || access(err->file, F_OK) == 0)
		return report(NULL, status, err);
	report_error(NULL, err);
	complain("write it as apam.conf(5) says, or name another with -c");
	return exit_status(status);
}

int
session_open(struct cli *cli)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;

	if (cli->ctx != NULL)
		return STATUS_DONE;
	status = apam_open(&cli->options, &cli->ctx, &err);
	report_about(cli->ctx);
	return status == APAM_OK ? STATUS_DONE : report_open(status, &err);
}

int
session_profile(
    struct cli *cli, const char *name, struct apam_profile **profile)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code = session_open(cli);

	if (code != STATUS_DONE)
		return code;
	status = apam_profile_get(cli->ctx, name, profile, &err);
	return status == APAM_OK ? STATUS_DONE : report(name, status, &err);
}

bool
session_is_url(const char *word)
{
	return strstr(word, "://") != NULL;
}

int
session_profile_for(struct cli *cli, const char *name, const char *url,
    struct apam_profile **profile)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code;

	if (name != NULL)
		return session_profile(cli, name, profile);
	code = session_open(cli);
	if (code != STATUS_DONE)
		return code;
	status = apam_profile_find(cli->ctx, url, profile, &err);
	if (status == APAM_OK)
		return STATUS_DONE;
	if (err.file[0] != '\0')
		return report(NULL, status, &err);
	report_with_hint(
	    &err, "`apam explain URL` says why no profile signs it");
	return exit_status(status);
}

void
session_tell_empty(const struct cli *cli)
{
	tell("There are no profiles in %s yet.",
	    apam_directory(cli->ctx, "profile_dir"));
	tell("`apam profile new` makes one; or copy an example from %s there, "
	     "set its key, then run `apam lint`.",
	    APAM_EXAMPLE_DIR);
}

void
session_tell_registry(const struct cli *cli)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (apam_registry_check(cli->ctx, &err) == APAM_OK ||
	    strstr(last_error, err.text) != NULL)
		return;
	report_error(NULL, &err);
}

void
session_close(struct cli *cli)
{
	report_about(NULL);
	if (cli->ctx != NULL)
		apam_close(&cli->ctx);
}
