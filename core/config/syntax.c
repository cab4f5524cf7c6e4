/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration file.  libconfig gets a text in memory and never a file, so
 * that the text comes from the checked descriptor and libconfig opens nothing;
 * and it gets a pool to allocate from.
 */
#include "config/syntax.h"

#include <stdlib.h>

#include "base/str.h"
#include "config/duplicate.h"
#include "file/trust.h"

/*
 * A copy with a NUL, and a newline at its end: without one, libconfig takes a
 * comment in the last line as a syntax error.
 */
static char *
copy_lines(struct apam_str text)
{
	char *copy = malloc(text.n + 2);

	if (copy == NULL)
		return NULL;
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	if (text.n == 0 || text.p[text.n - 1] == '\n')
		copy[text.n] = '\0';
	else
		memcpy(copy + text.n, "\n", 2);
	return copy;
}

/* A text and its tree. */
struct reading {
	struct conf *conf;
	const char *text;
	int ok; /* CONFIG_TRUE if it was parsed */
};

/* Called by pool_run. */
static void
run_libconfig(void *arg)
{
	struct reading *reading = arg;

	config_init(&reading->conf->tree);
	reading->ok = config_read_string(&reading->conf->tree, reading->text);
}

/* Say what is wrong: libconfig does not tell which name is there twice. */
static void
refuse_tree(const struct reading *reading, struct problems *all)
{
	const struct conf *conf = reading->conf;
	const unsigned line = (unsigned)config_error_line(&conf->tree);
	struct apam_str name;
	unsigned first;

	if (!conf_duplicate(apam_str(reading->text), &name, &first))
		problems_add(
		    all, APAM_E_MEMORY, conf->file, 0, "out of memory");
	else if (name.n > 0)
		problems_add(all, APAM_E_CONFIG, conf->file, line,
		    "%.*s is set twice, first in line %u; keep one", SARG(name),
		    first);
	else
		problems_add(all, APAM_E_CONFIG, conf->file, line, "%s",
		    config_error_text(&conf->tree));
}

/* Report the result as a problem; true if there is none. */
static bool
judge(const struct reading *reading, enum pool_end end, struct problems *all)
{
	const struct conf *conf = reading->conf;

	if (end == POOL_NO_MEMORY)
		problems_add(
		    all, APAM_E_MEMORY, conf->file, 0, "out of memory");
	else if (end == POOL_LEFT)
		problems_add(all, APAM_E_CONFIG, conf->file, 0,
		    "the file needs more memory than is set aside for its "
		    "size; split it");
	else if (reading->ok != CONFIG_TRUE)
		refuse_tree(reading, all);
	else
		return true;
	return false;
}

static bool
parse(struct reading *reading, size_t n, struct problems *all)
{
	return judge(reading,
	    pool_run(&reading->conf->pool, CONF_POOL_FIRST(n),
		CONF_POOL_MOST(n), run_libconfig, reading),
	    all);
}

struct conf *
conf_parse(const char *file, struct apam_str text, struct problems *all)
{
	struct conf *conf = calloc(1, sizeof(*conf));
	char *copy = copy_lines(text);
	struct reading reading = { .conf = conf, .text = copy };

	if (conf != NULL)
		conf->file = str_dup(apam_str(file));
	if (conf == NULL || copy == NULL || conf->file == NULL) {
		problems_add(all, APAM_E_MEMORY, file, 0, "out of memory");
		conf_free(&conf);
	} else if (!parse(&reading, text.n, all)) {
		conf_free(&conf);
	}
	/*
	 * It may contain a secret that somebody wrote into the file by mistake.
	 */
	if (copy != NULL)
		wipe(copy, text.n);
	free(copy);
	return conf;
}

struct conf *
conf_new(const char *path, bool user, struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct conf *conf = NULL;
	struct buf text;

	buf_init(&text, CONF_FILE_MAX);
	if (trust_read(path, TRUST_FILE, user, &text, &err) != APAM_OK)
		problems_add_error(all, path, 0, &err);
	else if (conf_guard(path, buf_view(&text), all))
		conf = conf_parse(path, buf_view(&text), all);
	buf_free(&text);
	return conf;
}

void
conf_free(struct conf **conf)
{
	if (*conf == NULL)
		return;
	pool_free(&(*conf)->pool);
	free((*conf)->file);
	free(*conf);
	*conf = NULL;
}
