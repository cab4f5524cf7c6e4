/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying between structs of two versions of curl.h.
 */
#include "curl/border.h"

#include <string.h>

#include "curl/failure.h"

#define END(type, member)                                                      \
	(offsetof(struct type, member) + sizeof(((struct type *)NULL)->member))

/* The last members of the first versions: no program has fewer. */
#define TRANSFER_FIRST END(apam_transfer, arg)
#define RESULT_FIRST END(apam_result, reason)

/* A struct that says more was not set up. */
#define SIZE_MOST 65536

/* In padding at the end, a member could not be told from bytes nobody has set. */
_Static_assert(END(apam_transfer, flags) == sizeof(struct apam_transfer),
    "struct apam_transfer ends in padding");
_Static_assert(END(apam_result, reason) == sizeof(struct apam_result),
    "struct apam_result ends in padding");

static size_t
shorter(size_t a, size_t b)
{
	return a < b ? a : b;
}

enum apam_status
border_take(const struct apam_transfer *theirs, struct apam_transfer *mine,
    struct apam_error *err)
{
	const unsigned char *bytes = (const unsigned char *)theirs;
	const size_t size = theirs->size;

	memset(mine, 0, sizeof(*mine));
	if (size < TRANSFER_FIRST || size > SIZE_MOST)
		return failure_set(err, APAM_E_USAGE,
		    "the transfer lacks its size: set it up as "
		    "APAM_TRANSFER_INIT");
	for (size_t i = sizeof(*mine); i < size; i++)
		if (bytes[i] != 0)
			return failure_set(err, APAM_E_USAGE,
			    "the transfer has a member that is set and that "
			    "libapam-curl %s does not know: install the "
			    "version that the program was built for, or leave "
			    "the member zero",
			    APAM_VERSION);
	memcpy(mine, theirs, shorter(size, sizeof(*mine)));
	mine->size = sizeof(*mine);
	return APAM_OK;
}

enum apam_status
border_check(const struct apam_result *theirs, struct apam_error *err)
{
	if (theirs->size < RESULT_FIRST || theirs->size > SIZE_MOST)
		return failure_set(err, APAM_E_USAGE,
		    "the result lacks its size: set it up as "
		    "APAM_RESULT_INIT");
	if (theirs->detail != NULL && !failure_has_size(theirs->detail))
		return failure_set(err, APAM_E_USAGE,
		    "the result's detail lacks its size: set it up as "
		    "APAM_ERROR_INIT");
	return APAM_OK;
}

void
border_give(const struct apam_result *mine, struct apam_result *theirs)
{
	const size_t from = END(apam_result, detail);
	const size_t to = shorter(theirs->size, sizeof(*mine));

	memcpy((char *)theirs + from, (const char *)mine + from, to - from);
}
