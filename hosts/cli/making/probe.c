/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe of a new profile: a request that works only with the key.
 */
#include <stdio.h>
#include <string.h>

#include "making/making.h"

/* The path of a URL, without a slash at its end; it lives as long as the URL. */
static const char *
path_of(const char *url)
{
	const char *host = strstr(url, "://") + 3;

	return host + strcspn(host, "/");
}

/* A path, or a URL of the API, is a GET of it. */
static void
make_probe(const struct making *m, const char *answer, char to[ASK_SIZE])
{
	const char *origin = draft_get(&m->draft.profile, "origins");
	const size_t host = (size_t)(path_of(origin) - origin);

	if (strncmp(answer, origin, host) == 0 && answer[host] == '/')
		answer += host;
	(void)snprintf(to, ASK_SIZE, "%s%.*s", answer[0] == '/' ? "GET " : "",
	    ASK_SIZE - 5, answer);
}

/* Why it would never be sent; NULL for one below the API's URL. */
static const char *
outside(const struct making *m, const char *probe, char why[DRAFT_WHY_SIZE])
{
	const char *base = path_of(draft_get(&m->draft.profile, "origins"));
	const char *path = strchr(probe, '/');
	size_t n = strlen(base);

	while (n > 0 && base[n - 1] == '/')
		n--;
	if (path == NULL ||
	    (strncmp(path, base, n) == 0 && strchr("/?", path[n]) != NULL))
		return NULL;
	(void)snprintf(why, DRAFT_WHY_SIZE,
	    "its path is not below the API's URL: write the whole path, as in "
	    "%.*s%.64s",
	    (int)(n < 64 ? n : 64), base, path);
	return why;
}

/* What the document says can be asked with the key; false: nothing. */
static bool
offer_probe(const struct making *m, char to[ASK_SIZE])
{
	if (m->doc.probe == NULL)
		return false;
	return snprintf(to, ASK_SIZE, "GET %s%s",
		   path_of(draft_get(&m->draft.profile, "origins")),
		   m->doc.probe) < ASK_SIZE;
}

static int
ask_probe(struct making *m, struct draft_part *entry)
{
	char answer[ASK_SIZE], offered[ASK_SIZE], probe[ASK_SIZE];
	char why[DRAFT_WHY_SIZE];
	const struct question q = { .part = entry,
		.option = draft_option(entry, "probe"),
		.path = "probe" };
	const char *wrong;

	for (;;) {
		if (!ask_line("A harmless GET that only works with the key, to "
			      "check it, such as /v1/me (- for none)",
			offer_probe(m, offered) ? offered : "-", true, answer))
			return making_ended();
		if (answer[0] == '\0')
			return STATUS_DONE;
		make_probe(m, answer, probe);
		wrong = draft_set(entry, "probe", probe, why);
		if (wrong == NULL)
			wrong = making_problem(m, &q, why);
		if (wrong == NULL)
			wrong = outside(m, probe, why);
		if (wrong == NULL)
			return STATUS_DONE;
		draft_drop(entry, "probe");
		ask_again("%s", wrong);
	}
}

int
making_fill_probe(struct making *m)
{
	struct draft_part *entry = &m->draft.entries[0];
	char probe[ASK_SIZE];

	/* A probe is sent with one entry alone: of several none is asked. */
	if (m->draft.entry_count > 1 || draft_get(entry, "probe") != NULL)
		return STATUS_DONE;
	if (m->terminal)
		return ask_probe(m, entry);
	return offer_probe(m, probe) ? making_put(entry, "probe", probe) :
				       STATUS_DONE;
}
