/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main file, from its text to settings, in both modes.  What is accepted
 * has absolute paths, values within their bounds and pins that name each scheme
 * once; what is not has a reason.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "config/main_conf.h"
#include "config/profile_conf.h"
#include "file/trust.h"
#include "fuzz.h"
#include "text/url.h"

static bool
check_problem(void *arg, const struct apam_error *problem)
{
	(void)arg;
	HOLDS(problem->text[0] != '\0');
	HOLDS(!str_has_control(apam_str(problem->text)));
	fuzz_says(problem->text);
	return true;
}

static void
check_path(const char *path)
{
	HOLDS(path == NULL || trust_path_problem(apam_str(path)) == NULL);
}

static void
check_pins(const struct settings *s)
{
	for (size_t i = 0; i < s->pin_count; i++)
		for (size_t k = 0; k < i; k++)
			HOLDS(!str_equal(s->pins[i].scheme, s->pins[k].scheme));
}

static void
check(const struct settings *s)
{
	HOLDS(s->module_dir != NULL && s->profile_dir != NULL &&
	    s->state_dir != NULL);
	check_path(s->module_dir);
	check_path(s->profile_dir);
	check_path(s->state_dir);
	check_path(s->ca_file);
	HOLDS(s->proxy == NULL || !str_has_control(apam_str(s->proxy)));
	HOLDS(s->deadline >= SETTINGS_DEADLINE_MIN &&
	    s->deadline <= SETTINGS_DEADLINE_MAX);
	HOLDS(s->ttl >= 1 && s->ttl <= SETTINGS_TTL_MAX);
	HOLDS(s->body_max >= SETTINGS_BODY_MIN &&
	    s->body_max <= SETTINGS_BODY_MAX);
	HOLDS((unsigned)s->audit <= SETTINGS_AUDIT_OFF);
	check_pins(s);
}

static bool
read_settings(const struct conf *conf, bool user)
{
	struct problems all = { .each = check_problem };
	struct settings *s = settings_from_conf(conf, user, &all);

	HOLDS((s == NULL) == (all.count > 0));
	if (s == NULL)
		return false;
	HOLDS(s->user == user);
	check(s);
	settings_free(&s);
	HOLDS(s == NULL);
	return true;
}

static char dir[64], path[96];

static void
leave(void)
{
	(void)unlink(path);
	(void)rmdir(dir);
}

/* The same file as a profile; it is of few. */
static void
read_profile(void)
{
	const struct settings settings = {
		.deadline = 30, .ttl = 300, .user = true
	};
	struct problems all = { .each = check_problem };
	struct profile *p = profile_new("f", path, &settings, &all);

	HOLDS((p == NULL) == (all.count > 0));
	profile_free(&p);
	p = profile_new(".", path, &settings, &all);
	HOLDS(p == NULL && all.count > 0);
}

/* From a file it is what it is from memory. */
static void
read_file(struct apam_str text, bool good)
{
	struct problems all = { .each = check_problem };
	struct settings *s;
	int fd;

	if (dir[0] == '\0') {
		(void)strcpy(dir, "/tmp/apam-fuzz-XXXXXX");
		HOLDS(mkdtemp(dir) != NULL);
		(void)snprintf(path, sizeof(path), "%s/apam.conf", dir);
		(void)atexit(leave);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	HOLDS(fd >= 0);
	HOLDS(text.n == 0 || write(fd, text.p, text.n) == (ssize_t)text.n);
	(void)close(fd);
	s = settings_new(path, true, &all);
	HOLDS(
	    (s != NULL) == good || text.n > CONF_FILE_MAX || fuzz_is_starved());
	HOLDS((s == NULL) == (all.count > 0));
	settings_free(&s);
	read_profile();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str text = { (const char *)data, size };
	struct problems all = { .each = check_problem };
	struct conf *conf = NULL;

	if (conf_guard("f", text, &all))
		conf = conf_parse("f", text, &all);
	HOLDS((conf == NULL) == (all.count > 0));
	read_file(text, conf != NULL && read_settings(conf, true));
	if (conf == NULL)
		return 0;
	(void)read_settings(conf, false);
	conf_free(&conf);
	return 0;
}
