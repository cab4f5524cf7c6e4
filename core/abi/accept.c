/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Modules of other versions and broken descriptors are found here, when they
 * are loaded, and not at the first call.  No field is read before it is known
 * that the struct is large enough to have it.
 */
#include "abi/accept.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "config/entry_conf.h"
#include "config/option.h"
#include "crypto/digest.h"

/* The sizes in ABI 1.0; no module can have smaller ones. */
#define MODULE_SIZE_1_0                                                        \
	(offsetof(struct apam_module, body_end) + sizeof(void (*)(void)))
#define OPTION_SIZE_1_0                                                        \
	(offsetof(struct apam_option, member_count) + sizeof(size_t))
#define OPTION_DEPTH_MAX 4

struct judged {
	const struct apam_module *m;
	const char *file;
	struct apam_error *err;
};

static enum apam_status
refuse_value(
    const struct judged *j, const char *what, unsigned expected, unsigned found)
{
	return error_set_at(j->err, APAM_E_MODULE, j->file, 0,
	    "the module's %s is wrong: expected %u, found %u", what, expected,
	    found);
}

static enum apam_status
refuse_text(const struct judged *j, const char *text)
{
	return error_set_at(j->err, APAM_E_MODULE, j->file, 0, "%s", text);
}

static enum apam_status
check_frame(const struct judged *j)
{
	const struct apam_module *m = j->m;

	if (m->magic != APAM_MODULE_MAGIC)
		return error_set_at(j->err, APAM_E_MODULE, j->file, 0,
		    "the module's magic is wrong: expected %#x, found %#x",
		    APAM_MODULE_MAGIC, (unsigned)m->magic);
	if (m->size < offsetof(struct apam_module, traits))
		return refuse_value(j, "size", MODULE_SIZE_1_0, m->size);
	if (m->abi_major != APAM_ABI_MAJOR)
		return refuse_value(
		    j, "ABI major", APAM_ABI_MAJOR, m->abi_major);
	if (m->size < MODULE_SIZE_1_0)
		return refuse_value(j, "size", MODULE_SIZE_1_0, m->size);
	return APAM_OK;
}

static enum apam_status
check_names(const struct judged *j, const char *scheme)
{
	const struct apam_module *m = j->m;

	if (m->scheme == NULL || m->summary == NULL || m->vendor == NULL ||
	    m->version == NULL)
		return refuse_text(j,
		    "the module lacks its scheme, summary, vendor or version");
	if (strcmp(m->scheme, scheme) != 0)
		return error_set_at(j->err, APAM_E_MODULE, j->file, 0,
		    "the module's scheme is wrong: expected %s, found %.64s",
		    scheme, m->scheme);
	return APAM_OK;
}

static enum apam_status
check_slots(const struct judged *j)
{
	const struct apam_module *m = j->m;
	const struct {
		const char *name;
		bool there;
	} slots[] = {
		{ "open", m->open != NULL },
		{ "close", m->close != NULL },
		{ "acquire", m->acquire != NULL },
		{ "sign", m->sign != NULL },
		{ "judge", m->judge != NULL },
		{ "check", m->check != NULL },
	};

	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		if (!slots[i].there)
			return error_set_at(j->err, APAM_E_MODULE, j->file, 0,
			    "the module's mandatory slot %s is missing: "
			    "expected a function, found NULL",
			    slots[i].name);
	if (m->verify_hash != 0 &&
	    (m->verify == NULL || digest_size(m->verify_hash) == 0))
		return refuse_text(j,
		    "the module's verify_hash is not known, or it has no slot "
		    "verify");
	if ((m->body_piece == NULL) != (m->body_rewind == NULL) ||
	    (m->body_piece == NULL) != (m->body_end == NULL))
		return refuse_text(j,
		    "the module has some of the slots body_piece, body_rewind "
		    "and body_end; expected all or none");
	return APAM_OK;
}

static enum apam_status check_table(
    const struct judged *j, const struct option_table *table, unsigned depth);

static enum apam_status
refuse_option(
    const struct judged *j, const struct apam_option *o, const char *why)
{
	return error_set_at(j->err, APAM_E_MODULE, j->file, 0,
	    "the module's option %.64s %s", o->name, why);
}

/* Lower-case letters, digits and '_', with a letter first. */
static bool
is_option_name(const char *name)
{
	size_t n = 0;

	if (name[0] < 'a' || name[0] > 'z')
		return false;
	while ((name[n] >= 'a' && name[n] <= 'z') || str_is_digit(name[n]) ||
	    name[n] == '_')
		n++;
	return n < APAM_NAME_SIZE && name[n] == '\0';
}

static const char binary_of_another[] =
    "may be binary, and is neither a secret nor a symmetric key";

/* Which types a flag is for: bit t for type number t. */
static const struct {
	uint32_t flag;
	unsigned types;
	const char *why;
} flag_rules[] = {
	{ APAM_OPT_KEY_ID, 1U << APAM_OPT_STRING,
	    "names the key, and is not a string" },
	{ APAM_OPT_LINES, 1U << APAM_OPT_SECRET,
	    "may have lines, and is not a secret" },
	{ APAM_OPT_BINARY, 1U << APAM_OPT_SECRET | 1U << APAM_OPT_KEY,
	    binary_of_another },
	{ APAM_OPT_SYMMETRIC, 1U << APAM_OPT_KEY,
	    "is symmetric, and is not a key" },
	{ APAM_OPT_DURABLE, 1U << APAM_OPT_SECRET,
	    "is durable, and is not a secret" },
	{ APAM_OPT_LOCAL_HTTP, 1U << APAM_OPT_URL,
	    "may be local, and is not a URL" },
	{ APAM_OPT_BINDS,
	    1U << APAM_OPT_STRING | 1U << APAM_OPT_URL | 1U << APAM_OPT_CHOICE,
	    "binds, and is not a string, a URL or a choice" },
	{ APAM_OPT_PASSING, 1U << APAM_OPT_SECRET,
	    "is passing, and is not a secret" },
};

#define FLAGS_KNOWN                                                            \
	(APAM_OPT_REQUIRED | APAM_OPT_KEY_ID | APAM_OPT_LINES |                \
	    APAM_OPT_BINARY | APAM_OPT_DURABLE | APAM_OPT_LOCAL_HTTP |         \
	    APAM_OPT_BINDS | APAM_OPT_SYMMETRIC | APAM_OPT_PASSING)

static enum apam_status
check_flags(const struct judged *j, const struct apam_option *o, unsigned depth)
{
	if ((o->flags & ~(uint32_t)FLAGS_KNOWN) != 0)
		return refuse_option(j, o, "has a flag that is not known");
	for (size_t i = 0; i < sizeof(flag_rules) / sizeof(flag_rules[0]); i++)
		if ((o->flags & flag_rules[i].flag) &&
		    !(flag_rules[i].types & 1U << o->type))
			return refuse_option(j, o, flag_rules[i].why);
	if (o->type == APAM_OPT_KEY &&
	    (o->flags & (APAM_OPT_BINARY | APAM_OPT_SYMMETRIC)) ==
		APAM_OPT_BINARY)
		return refuse_option(j, o, binary_of_another);
	if (depth > 0 &&
	    (o->flags & (APAM_OPT_KEY_ID | APAM_OPT_DURABLE | APAM_OPT_BINDS)))
		return refuse_option(j, o,
		    "names the key, is durable or binds, and is in a group");
	return APAM_OK;
}

static enum apam_status
check_option(
    const struct judged *j, const struct apam_option *o, unsigned depth)
{
	const struct option_table members = { o->members, j->m->option_size,
		o->member_count };

	if (o->name == NULL || o->name[0] == '\0' || o->help == NULL)
		return refuse_text(j, "an option lacks its name or help");
	if (!is_option_name(o->name))
		return refuse_option(j, o,
		    "has another name than lower-case letters, digits and '_'");
	if (depth == 0 && profile_entry_reserves(o->name))
		return refuse_option(
		    j, o, "has a name that every entry has already");
	if (o->type < APAM_OPT_STRING || o->type > APAM_OPT_PATH)
		return refuse_value(
		    j, "option type", APAM_OPT_PATH, (unsigned)o->type);
	if (o->type == APAM_OPT_CHOICE &&
	    (o->choices == NULL || o->choices[0] == NULL))
		return refuse_option(j, o, "is a choice without choices");
	if (o->type == APAM_OPT_GROUP || o->type == APAM_OPT_GROUPS)
		return check_table(j, &members, depth + 1);
	return check_flags(j, o, depth);
}

/* Two options may not have the same name. */
static enum apam_status
check_names_differ(const struct judged *j, const struct option_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct apam_option *o = option_at(table, i);

		if (option_find(table, o->name) != o)
			return refuse_option(j, o, "is there twice");
	}
	return APAM_OK;
}

static enum apam_status
check_table(
    const struct judged *j, const struct option_table *table, unsigned depth)
{
	enum apam_status status = APAM_OK;

	if (depth > OPTION_DEPTH_MAX)
		return refuse_text(j, "option groups are nested too deep");
	if (table->count > OPTIONS_MAX)
		return refuse_value(j, "number of options", OPTIONS_MAX,
		    (unsigned)table->count);
	if (table->count > 0 && table->options == NULL)
		return refuse_text(j, "the option table is missing");
	for (size_t i = 0; i < table->count && status == APAM_OK; i++)
		status = check_option(j, option_at(table, i), depth);
	return status == APAM_OK ? check_names_differ(j, table) : status;
}

static enum apam_status
check_options(const struct judged *j)
{
	const struct option_table table = { j->m->options, j->m->option_size,
		j->m->option_count };
	const struct apam_option *o;
	unsigned ids = 0, durable = 0;
	enum apam_status status;

	if (table.count > 0 && table.option_size < OPTION_SIZE_1_0)
		return refuse_value(j, "option size", OPTION_SIZE_1_0,
		    (unsigned)table.option_size);
	status = check_table(j, &table, 0);
	if (status != APAM_OK)
		return status;
	for (size_t i = 0; i < table.count; i++) {
		o = option_at(&table, i);
		if (o->flags & APAM_OPT_KEY_ID)
			ids++;
		if (o->flags & APAM_OPT_DURABLE)
			durable++;
	}
	if (ids > 1)
		return refuse_text(
		    j, "several of the module's options name the key");
	if (durable > 1)
		return refuse_text(
		    j, "several of the module's options are durable");
	return APAM_OK;
}

static enum apam_status
check_traits(const struct judged *j)
{
	const uint32_t both = APAM_TRAIT_THREADS_PER_CALL |
	    APAM_TRAIT_THREADS_PER_ENTRY;

	if ((j->m->traits & ~(both | APAM_TRAIT_STATIC)) != 0)
		return refuse_text(
		    j, "the module has a trait that is not known");
	if ((j->m->traits & both) == both)
		return refuse_text(
		    j, "the module states two thread models; expected one");
	return APAM_OK;
}

enum apam_status
module_accept(const struct apam_module *found, const char *file,
    const char *scheme, struct apam_module *copy, struct apam_error *err)
{
	const struct judged j = { found, file, err };
	enum apam_status status = check_frame(&j);

	memset(copy, 0, sizeof(*copy));
	if (status == APAM_OK)
		status = check_names(&j, scheme);
	if (status == APAM_OK)
		status = check_traits(&j);
	if (status == APAM_OK)
		status = check_slots(&j);
	if (status == APAM_OK)
		status = check_options(&j);
	if (status == APAM_OK)
		memcpy(copy, found,
		    found->size < sizeof(*copy) ? found->size : sizeof(*copy));
	return status;
}
