/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `apam request` needs libcurl for: one signed request.
 *
 * It is an object of its own, apam-request.so, which is linked to libapam-curl
 * and libcurl and is loaded when the command runs.  Loading libcurl takes
 * longer than all that the other commands do, so the program is not linked to
 * it.
 */
#ifndef HOSTS_CLI_LIB_SENDER_H
#define HOSTS_CLI_LIB_SENDER_H

#include <apam/curl.h>

/* What is sent, and who is told. */
struct sending {
	struct apam_profile *profile;
	const struct apam_transfer *transfer;
	/* How far it is, in bytes; `all` may be 0: not known.  NULL: nobody. */
	void (*progress)(const char *what, uint64_t done, uint64_t all);
};

/* What came of it; zeroed at first. */
struct sent {
	struct apam_result result; /* with what it points to, below */
	struct apam_error detail;
	char *type;		/* Content-Type, or NULL */
	char *redirect;		/* URL that Location leads to, or NULL */
	char *redirect_host;	/* the host in that, or NULL */
	uint64_t body_size;	/* bytes that were received */
};

/* What the object exports, by the name apam_sender. */
struct sender {
	size_t size;		/* sizeof(struct sender), where it was built */
	const char *version;	/* APAM_VERSION, likewise */
	/* As apam_curl_perform.  MEMORY, too, where libcurl has no handle. */
	enum apam_status (*send)(const struct sending *sending,
	    struct sent *sent, struct apam_error *err);
};

/* Load it; NULL, with a complaint, where it does not load. */
const struct sender *sender_load(void);

/* Free what the strings hold. */
void sent_free(struct sent *sent);

#endif
