/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steps: a path, and one line for what each link on it holds; a name that
 * begins with "l" is a link.  Whatever they hold, the way ends, and where it
 * has led to is a plain path.
 */
#include "file/steps.h"

#include <string.h>

#include "file/trust.h"
#include "fuzz.h"

#define STEPS_MOST 30000 /* 41 turns of at most 512 names */

static struct apam_str
take_line(struct apam_str *rest)
{
	const struct apam_str line = str_cut(*rest, str_find(*rest, '\n'));

	*rest = str_skip(*rest, line.n + (line.n < rest->n));
	return line;
}

/* True where links and ".." are gone. */
static bool
is_plain(const struct steps *s)
{
	return trust_path_problem(apam_str(s->done)) == NULL &&
	    strlen(s->todo) <= STEPS_PATH_MAX;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str rest = { (const char *)data, size };
	const struct apam_str path = take_line(&rest);
	enum step step = STEP_ROOT;
	struct steps s;
	unsigned n = 0;

	if (trust_path_problem(path) != NULL)
		return 0;
	steps_init(&s, path);
	while (step != STEP_END) {
		step = steps_next(&s);
		HOLDS(is_plain(&s));
		if (step == STEP_NAME && steps_name(&s)[0] == 'l')
			step = steps_link(&s, take_line(&rest));
		HOLDS(step != STEP_ROOT || strcmp(s.done, "/") == 0);
		HOLDS(is_plain(&s));
		HOLDS(++n < STEPS_MOST);
	}
	HOLDS(s.why != NULL || steps_is_last(&s));
	HOLDS(s.why == NULL || s.why[0] != '\0');
	return 0;
}
