/* SPDX-License-Identifier: BSD-2-Clause */
#include "profile/placeholders.h"

#include "base/str.h"
#include "config/run_conf.h"

static bool
has_secret(const struct entry *e, struct apam_str text)
{
	for (size_t i = 0; i < e->secrets.count; i++)
		if (str_equal(buf_view(&e->secrets.all[i]), text))
			return true;
	return false;
}

static bool
check(const struct profile *p, size_t i, const struct entry *e,
    struct problems *all)
{
	if (!has_secret(e, apam_str(p->run.values[i])))
		return true;
	problems_add(all, APAM_E_CONFIG, p->file, run_conf_line(p, i),
	    "run.environment.%s: is the secret of entry %zu itself; write a "
	    "text that is none, as \"placeholder\", and replace the secret: "
	    "others could read it here",
	    p->run.names[i], entry_number(e));
	return false;
}

bool
placeholders_check(const struct profile *p, const struct entry *entries,
    size_t count, struct problems *all)
{
	bool ok = true;

	for (size_t i = 0; i < p->run.count; i++)
		for (size_t k = 0; k < count; k++)
			ok = check(p, i, &entries[k], all) && ok;
	return ok;
}
