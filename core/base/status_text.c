/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and texts of the public enums, for people and for scripts.
 *
 * Every lookup has a result: for a number that is not a member, from a newer
 * library or a broken module, it is a fixed text and never NULL.
 */
#include "base/error.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct status_words {
	const char *name;
	const char *text;
};

#define CLASSES 7
#define CLASS_SIZE 6
/* A status's place in the table: its class, then its number in the class. */
#define AT(status) [(status) >> 8][(status)&0xff]

static const struct status_words statuses[CLASSES][CLASS_SIZE] = {
	AT(APAM_OK) = { "APAM_OK", "done" },
	AT(APAM_E_USAGE) = { "APAM_E_USAGE", "a bad argument" },
	AT(APAM_E_NO_PROFILE) = { "APAM_E_NO_PROFILE", "no such profile" },
	AT(APAM_E_CONFIG) = { "APAM_E_CONFIG",
	    "a configuration file is wrong" },
	AT(APAM_E_TRUST) = { "APAM_E_TRUST", "others could change a file" },
	AT(APAM_E_SECRET) = { "APAM_E_SECRET", "a secret cannot be read" },
	AT(APAM_E_MODULE) = { "APAM_E_MODULE", "a module does not load" },
	AT(APAM_E_ACCESS) = { "APAM_E_ACCESS",
	    "this user may not read a file" },
	AT(APAM_E_NETWORK) = { "APAM_E_NETWORK",
	    "the provider cannot be reached" },
	AT(APAM_E_DEADLINE) = { "APAM_E_DEADLINE", "the time ran out" },
	AT(APAM_E_PROVIDER) = { "APAM_E_PROVIDER",
	    "the provider's answer makes no sense" },
	AT(APAM_E_PENDING) = { "APAM_E_PENDING", "not done yet" },
	AT(APAM_E_UNKNOWN) = { "APAM_E_UNKNOWN",
	    "it is not known whether the key is good" },
	AT(APAM_E_THROTTLED) = { "APAM_E_THROTTLED", "too many requests" },
	AT(APAM_E_URL) = { "APAM_E_URL", "the URL is malformed" },
	AT(APAM_E_ORIGIN) = { "APAM_E_ORIGIN", "the URL is not the profile's" },
	AT(APAM_E_HEADER) = { "APAM_E_HEADER", "a header is malformed" },
	AT(APAM_E_POLICY) = { "APAM_E_POLICY",
	    "the profile does not allow it" },
	AT(APAM_E_DENIED) = { "APAM_E_DENIED",
	    "the provider does not allow it" },
	AT(APAM_E_NOT_AUTHENTIC) = { "APAM_E_NOT_AUTHENTIC",
	    "the answer is not the provider's" },
	AT(APAM_E_EXPIRED) = { "APAM_E_EXPIRED", "the key has expired" },
	AT(APAM_E_ARCHIVED) = { "APAM_E_ARCHIVED", "the key is archived" },
	AT(APAM_E_REVOKED) = { "APAM_E_REVOKED", "the key is revoked" },
	AT(APAM_E_REJECTED) = { "APAM_E_REJECTED", "the key is rejected" },
	AT(APAM_E_LOGIN) = { "APAM_E_LOGIN", "somebody has to log in" },
	AT(APAM_E_INTERNAL) = { "APAM_E_INTERNAL", "an internal fault" },
	AT(APAM_E_MEMORY) = { "APAM_E_MEMORY", "out of memory" },
	AT(APAM_E_ABI) = { "APAM_E_ABI", "a module broke its contract" },
};

static const char *const verdicts[] = {
	[APAM_VERDICT_UNKNOWN] = "unknown",
	[APAM_VERDICT_ACCEPTED] = "accepted",
	[APAM_VERDICT_REJECTED] = "rejected",
	[APAM_VERDICT_FORBIDDEN] = "forbidden",
	[APAM_VERDICT_THROTTLED] = "throttled",
	[APAM_VERDICT_SUSPECT] = "suspect",
	[APAM_VERDICT_CHALLENGED] = "challenged",
};
_Static_assert(COUNT(verdicts) == APAM_VERDICT_CHALLENGED + 1, "a gap");

static const char *const key_states[] = {
	[APAM_KEY_UNKNOWN] = "unknown",
	[APAM_KEY_GOOD] = "good",
	[APAM_KEY_EXPIRED] = "expired",
	[APAM_KEY_ARCHIVED] = "archived",
	[APAM_KEY_REVOKED] = "revoked",
	[APAM_KEY_REJECTED] = "rejected",
};
_Static_assert(COUNT(key_states) == APAM_KEY_REJECTED + 1, "a gap");

static const char unknown[] = "an unknown status";

static const struct status_words *
status_words(enum apam_status status)
{
	static const struct status_words none = { "APAM_E_?", unknown };
	const unsigned number = (unsigned)status;
	const struct status_words *words;

	if (number >> 8 >= CLASSES || (number & 0xff) >= CLASS_SIZE)
		return &none;
	words = &statuses[number >> 8][number & 0xff];
	return words->name == NULL ? &none : words;
}

bool
status_is_known(enum apam_status status)
{
	return status_words(status)->text != unknown;
}

const char *
apam_status_name(enum apam_status status)
{
	return status_words(status)->name;
}

const char *
apam_status_text(enum apam_status status)
{
	return status_words(status)->text;
}

const char *
apam_verdict_name(enum apam_verdict verdict)
{
	if ((size_t)verdict >= COUNT(verdicts))
		return "unknown";
	return verdicts[verdict];
}

const char *
apam_key_state_name(enum apam_key_state state)
{
	if ((size_t)state >= COUNT(key_states))
		return "unknown";
	return key_states[state];
}
