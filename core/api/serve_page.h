/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of the agent (slot/page.h): one for each profile whose signature is
 * the same for each request.  Who may have the headers of a profile, which is
 * who got a signature with it, may have its page, and signs without asking for
 * as long as it is kept fresh.
 *
 * Which page is kept fresh, and who is given it, hosts/agent decides.  All of it
 * in the agent's one thread.
 */
#ifndef CORE_API_SERVE_PAGE_H
#define CORE_API_SERVE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <apam/apam.h>

/* The serial of the profile's page, whatever it is good for; 0: there is none. */
uint64_t serve_page_serial(const struct apam_profile *profile);

/* The same while the page is fresh, and can be given. */
uint64_t serve_page(const struct apam_profile *profile);

/*
 * True if pages go by the counter of this nonce, of AGENT_NONCE_SIZE bytes: that
 * of the key registry, or zeros where there is no registry.
 */
bool serve_page_fits(struct apam *ctx, const unsigned char *nonce);

/*
 * A descriptor of the page that can only be read, which the caller sends and
 * closes; -1 with errno.
 */
int serve_page_descriptor(const struct apam_profile *profile);

/*
 * The page's own descriptor, by which it can be written, for who keeps it until
 * there is another agent; it stays the profile's.  -1: there is no page.
 */
int serve_page_own(const struct apam_profile *profile);

/*
 * Look at all that the page depends on: the files, the key registry, the
 * credential, which is refreshed in the background where that is due.  True
 * where the page is fresh for two seconds from now on, or until something is to
 * be looked at.
 */
bool serve_page_renew(struct apam_profile *profile);

/*
 * Have the profile of this name go on with the page that an older agent left,
 * whose own descriptor is `fd`, which is not the caller's any more.  A page that
 * was being written is closed, and one of a profile that has changed since is
 * retired.  False where it is not used; there is nothing more to do then.
 */
bool serve_page_adopt(struct apam *ctx, const char *profile, int fd);

/*
 * The profile's page is kept for another agent: it is left as it is, and nothing
 * is signed by it any more.
 */
void serve_page_leave(struct apam_profile *profile);

/*
 * Another agent had all pages, and has ended: go on with them, as with those of
 * an older agent.
 */
void serve_pages_mend(struct apam *ctx);

/*
 * Another agent has all pages, and writes them: they are left as they are, and
 * nothing is signed any more.
 */
void serve_pages_leave(struct apam *ctx);

#endif
