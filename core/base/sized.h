/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Structs that cross the border between program and library.  Each begins with
 * its size, as apam.h says under "structs", so that both may be newer than the
 * other.  What a program gives is copied to a struct of this library's, whole;
 * what it is given is cut to what it has.
 *
 * A new member is added at the end of its struct in the header, and its kind
 * in sized.c says GROWN.  No struct ends in padding: there, a member could not
 * be told from bytes that nobody has set.
 */
#ifndef CORE_BASE_SIZED_H
#define CORE_BASE_SIZED_H

#include <string.h>

#include <apam/admin.h>
#include <apam/module.h>

/* A struct of the public headers, as this library knows it. */
struct sized {
	const char *name;
	size_t first; /* bytes in its first version: no caller has fewer */
	size_t known; /* bytes that this library knows */
};

extern const struct sized sized_answer, sized_body, sized_caller,
    sized_entry_status, sized_error, sized_failure, sized_grant, sized_judgement, sized_key_name,
    sized_key_report, sized_key_rotation, sized_key_source, sized_lint_to,
    sized_login_event, sized_login_options, sized_logout_options,
    sized_logout_report, sized_open_options, sized_registry_outlook, sized_registry_text, sized_request,
    sized_revoke_report, sized_rewrite, sized_secret_file, sized_signature, sized_transport;

/* True where a struct of the caller's, of type T, has this member. */
#define SIZED_HAS(T, theirs, member)                                           \
	((theirs)->size >= offsetof(T, member) + sizeof((theirs)->member))

/* sized_check where the size is not what this library knows. */
enum apam_status sized_check_other(
    const struct sized *kind, const void *theirs, struct apam_error *err);

/*
 * Check a struct that the caller gives: that it has its size, and that no
 * member is set which this library does not know.  Errors: USAGE.
 */
static inline enum apam_status
sized_check(
    const struct sized *kind, const void *theirs, struct apam_error *err)
{
	size_t size;

	memcpy(&size, theirs, sizeof(size));
	return size == kind->known ? APAM_OK :
				     sized_check_other(kind, theirs, err);
}

/*
 * The same, then copy it to `mine`, of kind->known bytes: a member that the
 * caller does not have is zero.  `mine` is set on failure, too, to zero.
 */
enum apam_status sized_take(const struct sized *kind, const void *theirs,
    void *mine, struct apam_error *err);

/* Check that a struct which is to be filled has its size.  Errors: USAGE. */
enum apam_status sized_room(
    const struct sized *kind, const void *theirs, struct apam_error *err);

/* Fill it: all members that the caller has, but its size. */
void sized_give(const struct sized *kind, const void *mine, void *theirs);

/* An array of the caller's that is to be filled. */
struct sized_array {
	const struct sized *kind;
	void *array;
	size_t room; /* elements */
	size_t size; /* bytes of one */
};

/*
 * Take what a public call was given; *count is zero afterwards.  Errors: USAGE,
 * where the element is too small or no struct has its size, or `array` is NULL
 * and has room.
 */
enum apam_status sized_array_init(struct sized_array *to,
    const struct sized *kind, void *array, size_t *count, size_t size,
    struct apam_error *err);

/*
 * Put an element in place `i`, if it has room.  Its size says how much is
 * there; what the caller knows and this library does not is zero.
 */
void sized_array_put(
    const struct sized_array *to, size_t i, const void *mine);

/*
 * Clear the detail that a public call may fill in.  False where that lacks its
 * size: the call then returns APAM_E_USAGE and does nothing.
 */
bool sized_begin(struct apam_error *err);

#endif
