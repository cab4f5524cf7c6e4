/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a key of the type "user" by two calls of keyctl(2), for which the C
 * library has no function; loading libkeyutils would cost every process time.
 * The payload goes directly into secret memory.  The kernel is never asked to
 * make a key that does not exist.
 */
#define _DEFAULT_SOURCE
#include "file/secret_keyring.h"

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/secmem.h"

/* The key's serial number; -1: there is none. */
static long
search_keyring(long ring, const char *name)
{
	return syscall(SYS_keyctl, (long)KEYCTL_SEARCH, ring, "user", name, 0L);
}

static long
find_key(const char *name)
{
	const long key = search_keyring(KEY_SPEC_SESSION_KEYRING, name);

	return key >= 0 ? key : search_keyring(KEY_SPEC_USER_KEYRING, name);
}

enum apam_status
keyring_read(const char *name, struct buf *to, struct apam_error *err)
{
	const long key = find_key(name);
	enum apam_status status = APAM_OK;
	char *payload;
	size_t size;
	long n;

	if (key < 0)
		return error_set(err, APAM_E_SECRET,
		    "keyring:%s is not in the session's or the user's keyring",
		    name);
	payload = secmem_alloc(to->max, &size);
	if (payload == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	/* This returns the payload's full size, even if only a part fits. */
	n = syscall(SYS_keyctl, (long)KEYCTL_READ, key, payload, size);
	if (n < 0)
		status = error_set(err, APAM_E_ACCESS,
		    "keyring:%s may not be read by this user", name);
	else if ((size_t)n > to->max || (size_t)n > size)
		status = error_set(err, APAM_E_SECRET,
		    "keyring:%s is larger than %zu bytes", name, to->max);
	else
		buf_put(to, (struct apam_str){ payload, (size_t)n });
	secmem_free(payload, size);
	if (status == APAM_OK && to->failed)
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	return status;
}
