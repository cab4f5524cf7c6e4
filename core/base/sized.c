/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying structs that carry their size, in both directions.
 */
#include "base/sized.h"

#include "base/error.h"

#define END(type, member)                                                      \
	(offsetof(struct type, member) + sizeof(((struct type *)NULL)->member))

/*
 * GROWN(name, first, last): struct apam_<name>, whose last member was `first`
 * in its first version and is `last` now.  Where pointers are smaller than
 * numbers of 64 bits, structs may end in padding.
 */
#define GROWN(name_, first_, last_)                                            \
	const struct sized sized_##name_ = { "apam_" #name_,                   \
		END(apam_##name_, first_), sizeof(struct apam_##name_) };      \
	_Static_assert(                                                        \
	    END(apam_##name_, last_) == sizeof(struct apam_##name_) ||         \
		sizeof(void *) < 8,                                            \
	    "struct apam_" #name_ " ends in padding")
#define KIND(name_, last_) GROWN(name_, last_, last_)
/* Those that only the library makes. */
#define SHOWN(name_, last_)                                                    \
	_Static_assert(                                                        \
	    END(apam_##name_, last_) == sizeof(struct apam_##name_) ||         \
		sizeof(void *) < 8,                                            \
	    "struct apam_" #name_ " ends in padding")

KIND(answer, body);
KIND(body, arg);
GROWN(entry_status, last_error_at, not_acquired);
GROWN(caller, unit, own);
GROWN(error, entry, retry_at);
KIND(failure, what);
KIND(grant, why_not);
KIND(judgement, reason);
KIND(key_name, mark);
KIND(key_report, why);
KIND(key_rotation, fresh_entry);
KIND(key_source, credential);
KIND(lint_to, profile);
KIND(login_event, entry);
KIND(login_options, scheme);
KIND(logout_options, timeout_ms);
KIND(logout_report, forget_status);
KIND(open_options, log_arg);
KIND(registry_outlook, unnamed);
KIND(registry_text, name);
GROWN(request, body, caller);
KIND(revoke_report, drop_status);
KIND(rewrite, run);
KIND(secret_file, group);
GROWN(signature, used, body);
KIND(transport, owned);
SHOWN(audit_info, line);
SHOWN(client_certificate, key_file);
SHOWN(entry_info, last_error_at);
SHOWN(key_info, use_count);
SHOWN(key_use, signer_uid);
SHOWN(lint_progress, total);
SHOWN(module_info, why);
SHOWN(piece, digest);
SHOWN(profile_info, run_count);
SHOWN(registry_change, mark);
SHOWN(user_info, uid);

/* A struct that says more was not set up. */
#define SIZE_MOST 65536

static size_t
size_of(const void *theirs)
{
	size_t size;

	memcpy(&size, theirs, sizeof(size));
	return size;
}

static size_t
shorter(size_t a, size_t b)
{
	return a < b ? a : b;
}

enum apam_status
sized_room(const struct sized *kind, const void *theirs, struct apam_error *err)
{
	const size_t size = size_of(theirs);

	if (size >= kind->first && size <= SIZE_MOST)
		return APAM_OK;
	return error_set(err, APAM_E_USAGE,
	    "struct %s lacks its size: set the struct to zero, and its size to "
	    "sizeof(struct %s)",
	    kind->name, kind->name);
}

enum apam_status
sized_check_other(
    const struct sized *kind, const void *theirs, struct apam_error *err)
{
	const size_t size = size_of(theirs);
	const unsigned char *bytes = theirs;

	if (sized_room(kind, theirs, err) != APAM_OK)
		return APAM_E_USAGE;
	for (size_t i = kind->known; i < size; i++)
		if (bytes[i] != 0)
			return error_set(err, APAM_E_USAGE,
			    "struct %s has a member that is set and that "
			    "libapam %s does not know: install the version "
			    "that the program was built for, or leave the "
			    "member zero",
			    kind->name, APAM_VERSION);
	return APAM_OK;
}

enum apam_status
sized_take(const struct sized *kind, const void *theirs, void *mine,
    struct apam_error *err)
{
	if (size_of(theirs) == kind->known) { /* most programs' */
		memcpy(mine, theirs, kind->known);
		return APAM_OK;
	}
	memset(mine, 0, kind->known);
	if (sized_check_other(kind, theirs, err) != APAM_OK)
		return APAM_E_USAGE;
	memcpy(mine, theirs, shorter(size_of(theirs), kind->known));
	memcpy(mine, &kind->known, sizeof(kind->known));
	return APAM_OK;
}

void
sized_give(const struct sized *kind, const void *mine, void *theirs)
{
	const size_t n = shorter(size_of(theirs), kind->known);

	memcpy((char *)theirs + sizeof(n), (const char *)mine + sizeof(n),
	    n - sizeof(n));
}

enum apam_status
sized_array_init(struct sized_array *to, const struct sized *kind, void *array,
    size_t *count, size_t size, struct apam_error *err)
{
	*to = (struct sized_array){ kind, array, *count, size };
	*count = 0;
	if (to->room > 0 && array == NULL)
		return error_set(err, APAM_E_USAGE,
		    "the array of struct %s is NULL, and its count is not 0",
		    kind->name);
	if (to->room > 0 && size < kind->first)
		return error_set(err, APAM_E_USAGE,
		    "an element of the array is smaller than struct %s: give "
		    "sizeof of an element",
		    kind->name);
	if (to->room > 0 && size > SIZE_MOST)
		return error_set(err, APAM_E_USAGE,
		    "an element of the array is larger than a struct %s can "
		    "be: give sizeof of an element",
		    kind->name);
	return APAM_OK;
}

void
sized_array_put(const struct sized_array *to, size_t i, const void *mine)
{
	const size_t n = shorter(to->size, to->kind->known);
	char *at = (char *)to->array + i * to->size;

	if (i >= to->room)
		return;
	memset(at, 0, to->size);
	memcpy(at, mine, n);
	memcpy(at, &n, sizeof(n));
}

bool
sized_begin(struct apam_error *err)
{
	if (err != NULL && err->size < sized_error.first)
		return false;
	error_clear(err);
	return true;
}
