/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam secret set: write a secret to a file that a profile names, with the
 * owner, group and mode that it needs.  The secret is never on a command line
 * or in a file that others can read, and never written by half.
 */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apam/module.h>

#include "lib/command.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/secret_input.h"
#include "lib/session.h"

static const struct flag flags[] = {
	{ .letter = 'g',
	    .name = "group",
	    .value = "GROUP",
	    .help = "the group that may read it; unchanged if not given" },
	{ .name = "owner",
	    .value = "USER",
	    .help = "its owner; unchanged, or you, if not given" },
	{ .name = NULL },
};

/* Read a whole number that can be an id; -1 if it is not one. */
static long long
number_of(const char *text)
{
	char *end;
	const unsigned long long n = strtoull(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n >= UINT32_MAX)
		return -1;
	return (long long)n;
}

static int
read_owner(const struct args *args, struct apam_secret_file *file)
{
	const char *name = args_value(args, "owner");
	const struct passwd *user = name == NULL ? NULL : getpwnam(name);
	const long long number = name == NULL ? -1 : number_of(name);

	file->owner = -1;
	if (name == NULL)
		return STATUS_DONE;
	if (user == NULL && number < 0)
		return usage_error(&command_secret_set,
		    "there is no user %s; `getent passwd` shows them", name);
	file->owner = user != NULL ? user->pw_uid : number;
	return STATUS_DONE;
}

static int
read_group(const struct args *args, struct apam_secret_file *file)
{
	const char *name = args_value(args, "group");
	const struct group *group = name == NULL ? NULL : getgrnam(name);
	const long long number = name == NULL ? -1 : number_of(name);

	file->group = -1;
	if (name == NULL)
		return STATUS_DONE;
	if (group == NULL && number < 0)
		return usage_error(&command_secret_set,
		    "there is no group %s; a service's group usually has its "
		    "user's name: `getent group` shows them",
		    name);
	file->group = group != NULL ? group->gr_gid : number;
	return STATUS_DONE;
}

static void
group_name(char to[64], gid_t gid)
{
	const struct group *group = getgrgid(gid);

	if (group == NULL)
		snprintf(to, 64, "%lu", (unsigned long)gid);
	else
		snprintf(to, 64, "%s", group->gr_name);
}

/* Print the reference, which the user has to write into the profile next. */
static int
show_stored(struct cli *cli, const char *path)
{
	struct stat st = { .st_mode = 0 };
	char group[64], mode[8];

	if (stat(path, &st) != 0) {
		complain("%s: %s", path, strerror(errno));
		return STATUS_INTERNAL;
	}
	group_name(group, st.st_gid);
	snprintf(mode, sizeof(mode), "%04o", (unsigned)st.st_mode & 07777);
	if (cli->json)
		return json_finish(json_pack("{s:o, s:I, s:o, s:s}", "file",
		    json_text(path), "bytes", (json_int_t)st.st_size, "group",
		    json_text(group), "mode", mode));
	printf("%s has the secret, %lld bytes, mode %s, group %s\n", path,
	    (long long)st.st_size, mode, group);
	tell("A profile names it as \"file:%s\"; then `apam lint`.", path);
	return STATUS_DONE;
}

static int
store(struct cli *cli, struct apam_secret_file *file)
{
	static struct secret_input input;
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	const char *why = secret_input_read(
	    &input, "The secret, which is not shown");
	int code = STATUS_DONE;

	if (why != NULL) {
		complain("%s", why);
		secret_input_wipe(&input);
		return STATUS_USAGE;
	}
	file->secret = (struct apam_str){ input.bytes, input.n };
	status = apam_secret_store(&cli->options, file, &err);
	secret_input_wipe(&input);
	if (status != APAM_OK) {
		report_error(NULL, &err);
		code = exit_status(status);
	}
	return code == STATUS_DONE ? show_stored(cli, file->path) : code;
}

/*
 * False if the nearest directory that exists on the path is closed to this
 * user.  The check comes before the question: a secret that cannot be stored is
 * not asked for.
 */
static bool
may_store(const char *path)
{
	char way[PATH_MAX];
	char *slash;

	(void)snprintf(way, sizeof(way), "%s", path);
	while ((slash = strrchr(way, '/')) != NULL && slash != way) {
		*slash = '\0';
		if (access(way, W_OK | X_OK) == 0)
			return true;
		if (errno == ENOENT)
			continue;
		if (errno != EACCES)
			return true;
		complain("%s cannot be written to by this user; run it as root",
		    way);
		return false;
	}
	return true;
}

static int
set_run(struct cli *cli, const struct args *args)
{
	struct apam_secret_file file = { .size = sizeof(file) };
	char *path = session_path(args->words[0]);
	int code = STATUS_DONE;

	if (path == NULL) {
		complain("out of memory");
		return STATUS_INTERNAL;
	}
	file.path = path;
	/* An ordinary user's secrets are for that user's own configuration. */
	if (geteuid() != 0)
		cli->options.flags |= APAM_OPEN_USER;
	code = read_owner(args, &file);
	if (code == STATUS_DONE)
		code = read_group(args, &file);
	if (code == STATUS_DONE)
		code = may_store(path) ? store(cli, &file) : STATUS_CONFIG;
	free(path);
	return code;
}

const struct command command_secret_set = {
	.name = "secret set",
	.synopsis = "[-g GROUP] [--owner USER] FILE",
	.summary = "Store a secret in a file that a profile names",
	.notes =
	    "Asks for the secret on a terminal, which does not show it; "
	    "otherwise reads\n"
	    "standard input.  One newline at its end is dropped.  The file is "
	    "replaced in\n"
	    "one step and keeps its owner, group and mode; a new file is for you "
	    "alone\n"
	    "(0600), or with -g also for that group (0640).  Missing directories "
	    "are made; a\n"
	    "directory that others could change is refused.",
	.flags = flags,
	.least = 1,
	.most = 1,
	.run = set_run,
};
