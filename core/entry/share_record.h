/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credential as bytes that are useless without the secret that it was
 * acquired with: the content of a credential file (share_file.h), made and read
 * without any file.
 *
 * Header, all bytes that are not encrypted:
 *	8	"APAMCRED"
 *	1	version, 1
 *	16	salt, random
 *	12	nonce, random
 * then, encrypted by AES-256-GCM, numbers with the least byte first:
 *	36	id of the boot
 *	8 8	expires, sent: clock_ms
 *	8	acquired: Unix time
 *	rest	the credential, 1 to 65536 bytes
 * and 16 bytes of tag.  The key is HKDF-SHA256 (RFC 5869) of the entry's
 * fingerprint, the salt and "apam credential file 1".  The tag covers, beside
 * what is encrypted, magic and version, the entry's index (4 bytes) and the
 * profile's name: a file under another's name does not open.
 */
#ifndef CORE_ENTRY_SHARE_RECORD_H
#define CORE_ENTRY_SHARE_RECORD_H

#include <stdbool.h>

#include "base/boot.h"
#include "base/buf.h"
#include "entry/fingerprint.h"

#define SHARE_RECORD_SECRET_MAX 65536 /* as modules may make */
#define SHARE_RECORD_HEAD (8 + 1 + 16 + 12)
#define SHARE_RECORD_TIMES (BOOT_ID_SIZE + 3 * 8)
#define SHARE_RECORD_TAG 16
#define SHARE_RECORD_MAX                                                  \
	(SHARE_RECORD_HEAD + SHARE_RECORD_TIMES +                    \
	    SHARE_RECORD_SECRET_MAX + SHARE_RECORD_TAG)

struct share_record {
	struct buf secret; /* owned: share_record_free */
	int64_t sent; /* clock_ms, when it was asked for */
	int64_t expires; /* clock_ms; INT64_MAX: never */
	int64_t acquired; /* Unix time in seconds */
};

/* Whose record it is: the same in every process that shares it. */
struct share_identity {
	const char *profile; /* PROFILE_NAME_MAX bytes at most, or all fails */
	uint32_t entry;
	const unsigned char *fingerprint; /* FINGERPRINT_SIZE bytes */
};

/* When a record must be valid. */
struct credential_moment {
	char boot[BOOT_ID_SIZE];
	int64_t now; /* clock_ms */
};

/* This moment.  False if the system does not tell one boot from another. */
bool credential_moment_now(struct credential_moment *moment);

/*
 * Seal a record into an empty buffer.  False, with the buffer empty, if its
 * secret is empty or too long, or there is no memory or no randomness.
 */
bool share_record_seal(const struct share_record *record,
    const struct share_identity *identity,
    const struct credential_moment *moment, struct buf *to);

/*
 * Open a sealed record.  NULL, and *to is the caller's to free, if it is whole,
 * of this identity and boot, not from its future and not expired; else static
 * text that says what is wrong, and *to is empty.
 */
const char *share_record_open(struct apam_str bytes,
    const struct share_identity *identity,
    const struct credential_moment *moment, struct share_record *to);

/* The same check for what was decrypted; for share_record_open and tests. */
const char *share_record_decode(struct apam_str plain,
    const struct credential_moment *moment, struct share_record *to);

/* Wipe and free, and leave the record zeroed.  A zeroed record is allowed. */
void share_record_free(struct share_record *record);

#endif
