/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration file.  libconfig gets a text in memory, never a file, so
 * that it is the checked descriptor's and libconfig opens nothing itself.
 */
#include "conf.h"

#include <stdlib.h>

#include "str.h"
#include "trust.h"

/*
 * A copy with a NUL, and a newline at the end: libconfig takes a comment in a
 * last line without one for a syntax error.
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

struct conf *
conf_parse(const char *file, struct apam_str text, struct problems *all)
{
	struct conf *conf = calloc(1, sizeof(*conf));
	char *copy = copy_lines(text);

	if (conf != NULL) {
		config_init(&conf->tree);
		conf->file = str_dup(apam_str(file));
	}
	if (conf == NULL || copy == NULL || conf->file == NULL) {
		problems_add(all, APAM_E_MEMORY, file, 0, "out of memory");
		conf_free(&conf);
		goto out;
	}
	if (config_read_string(&conf->tree, copy) != CONFIG_TRUE) {
		problems_add(all, APAM_E_CONFIG, file,
		    (unsigned)config_error_line(&conf->tree), "%s",
		    config_error_text(&conf->tree));
		conf_free(&conf);
	}
out:
	/* People put literal secrets where they do not belong. */
	if (copy != NULL)
		wipe(copy, text.n);
	free(copy);
	return conf;
}

struct conf *
conf_new(const char *path, bool user, struct problems *all)
{
	struct apam_error err = { .entry = -1 };
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
	config_destroy(&(*conf)->tree);
	free((*conf)->file);
	free(*conf);
	*conf = NULL;
}
