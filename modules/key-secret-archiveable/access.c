/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `access` stops a read key from being used for writing by mistake, before the
 * provider has to refuse it.  It protects honest programs from slips; it does
 * not replace giving the key only the access it needs.
 */
#include "key_secret.h"
#include "writes.h"

/* Rule `i` of `writes`. */
static struct write_rule
rule_at(const struct key_secret *k, size_t i)
{
	const struct apam_value *members =
	    key_secret_option(k, OPT_WRITES)->members;
	const struct apam_value *methods, *paths;

	methods = apam_value_at(k->options, members, i * WR_COUNT + WR_METHODS);
	paths = apam_value_at(k->options, members, i * WR_COUNT + WR_PATHS);
	return (struct write_rule){
		.methods = methods->items,
		.method_count = methods->count,
		.paths = paths->items,
		.path_count = paths->count,
	};
}

/* The first thing that is wrong with a rule, a static text; or NULL. */
static const char *
rule_bad(const struct write_rule *rule)
{
	const char *why = NULL;
	size_t i;

	for (i = 0; i < rule->method_count && why == NULL; i++)
		why = write_method_bad(rule->methods[i]);
	for (i = 0; i < rule->path_count && why == NULL; i++)
		why = write_path_bad(rule->paths[i]);
	return why;
}

int32_t
key_secret_check_writes(const struct key_secret *k)
{
	struct write_rule rule;
	const char *why;
	size_t i;

	for (i = 0; i < key_secret_option(k, OPT_WRITES)->count; i++) {
		rule = rule_at(k, i);
		why = rule_bad(&rule);
		if (why != NULL)
			return apam_refuse_optionf(k->svc, OPT_WRITES,
			    "a method or path of element %zu %s", i + 1, why);
	}
	return APAM_OK;
}

static bool
is_write(
    const struct key_secret *k, struct apam_str method, struct apam_str path)
{
	const struct write_rule every = { 0 };
	size_t i, count = key_secret_option(k, OPT_WRITES)->count;
	struct write_rule rule;

	if (count == 0)
		return write_rule_matches(&every, method, path);
	for (i = 0; i < count; i++) {
		rule = rule_at(k, i);
		if (write_rule_matches(&rule, method, path))
			return true;
	}
	return false;
}

/* Headers that make some servers use another method than the one sent. */
static bool
has_override(const struct apam_request_view *request)
{
	const struct apam_header *h;
	size_t i;

	for (i = 0; i < request->header_count; i++) {
		h = &request->headers[i];
		if (scheme_same_nocase(
			h->name, APAM_STR("X-HTTP-Method-Override")) ||
		    scheme_same_nocase(h->name, APAM_STR("X-HTTP-Method")) ||
		    scheme_same_nocase(h->name, APAM_STR("X-Method-Override")))
			return true;
	}
	return false;
}

int32_t
key_secret_prepare(void *state, const struct apam_request_view *request,
    struct apam_signing *out)
{
	const struct key_secret *k = state;

	if (k->access == ACCESS_WRITE)
		return APAM_OK;
	if (has_override(request))
		return apam_refusef(k->svc, out, APAM_E_POLICY,
		    "the key is read-only and the request overrides its"
		    " method in a header");
	if (is_write(k, request->method, request->path))
		return apam_refusef(k->svc, out, APAM_E_POLICY,
		    "the key is read-only and this %.*s counts as a write:"
		    " see access and writes",
		    (int)request->method.n, request->method.p);
	return APAM_OK;
}
