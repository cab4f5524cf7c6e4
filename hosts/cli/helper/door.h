/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A front door: a protocol in which another program asks for credentials, which
 * a profile answers.  `apam helper` has one file for each protocol.
 *
 * What is handed out signs any request to an origin, since the other program
 * does not say which it will send.  So the profile must have the whole of the
 * origin, and its scheme must make the same headers for all requests.
 */
#ifndef HOSTS_CLI_HELPER_DOOR_H
#define HOSTS_CLI_HELPER_DOOR_H

#include "lib/command.h"

#define PLACE_MAX 300 /* bytes of host and port, and of the URL of them */

/* What signs requests to an origin. */
struct door {
	struct apam_profile *profile; /* NULL: none is for this origin */
	char url[PLACE_MAX];	/* the origin's, which the signature points to */
	struct apam_signature signature;
	int64_t ends; /* Unix s; 0: it does not say, or never */
};

/*
 * Find the profile for "https://HOST[:PORT]", of which `place` is a URL, or what
 * stands after "https://" in one; what follows host and port does not count.  A
 * place that is not an https URL is nobody's.  Then sign.  Returns STATUS_DONE,
 * also where there is no profile; or has said what is wrong, and returns the
 * exit status.  Close it either way.
 */
int door_open(struct cli *cli, const char *place, struct door *door);

/* Wipe the credential. */
void door_close(struct door *door);

/* The value of a header that it adds, or one with p NULL. */
struct apam_str door_header(const struct door *door, const char *name);

/*
 * The value of Authorization, which is all that most protocols carry.  False,
 * with a complaint, where the profile adds anything else.
 */
bool door_authorization(const struct door *door, struct apam_str *value);

/*
 * What follows the name of an authentication scheme (RFC 9110, 11.4), such as
 * "Bearer", in a value; p NULL: it is of another one.
 */
struct apam_str door_token(struct apam_str value, const char *scheme);

/* Tell the profile that the API has refused what is handed out now. */
void door_refused(struct door *door);

#endif
