/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a profile that the agent serves knows: the page that the agent shares
 * for it, and which of its credentials was rejected.  All of it is guarded by
 * the context's lock.
 */
#ifndef CORE_SERVED_SERVED_PAGE_H
#define CORE_SERVED_SERVED_PAGE_H

#include "abi/signing.h"
#include "config/profile_values.h"
#include "served/served_state.h"
#include "slot/slot.h"

/* Slots for origins that the profile does not have any more. */
#define SERVED_PAGE_OLD_MAX 16

/* Zeroed at first. */
struct served_page {
	struct slot *now;	/* a mapped page; NULL: none yet */
	uint64_t serial;	/* its */
	/* Closed, and kept for readers that are late. */
	struct slot *old[SERVED_PAGE_OLD_MAX];
	size_t old_count;
	uint64_t generation, memo; /* of the last signature by the agent */
	uint64_t rejected;	/* generation that an answer was against; 0 */
	uint64_t accepted;	/* the last one that the agent was told of */
};

/* Called when the context closes, or if the profile cannot be read at all. */
void served_page_free(struct served_page *page);

/*
 * The serial of the page that is there for this profile, as it was read; 0:
 * there is none.
 */
uint64_t served_page_serial(
    const struct served_page *page, const struct profile *profile);

/*
 * A page may come with the answer that is waited for: make room for it
 * meanwhile, which then takes no time of the answer's.
 */
void served_page_expect(struct served *served);

/*
 * What is wrong with the file of a page that the agent sent, a clause; or NULL.
 * To be called before the next one, without a lock: whose the file is may have
 * to be looked up, which takes a while.
 */
const char *served_page_meet(struct served *served, int fd);

/*
 * The agent said that requests like this are served by the page `serial` (0:
 * none), and sent `fd` beside that (-1: nothing), which stays the caller's;
 * *wrong is what served_page_meet said of it.  The slot for the profile's next
 * signatures; NULL: there is none, and *wrong, a clause, says what is wrong
 * with the page, or is NULL.
 */
struct slot *served_page_take(struct served_page *page, struct served *served,
    const struct profile *profile, uint64_t serial, int fd, const char **wrong);

/*
 * The headers and parameters of the page, while the agent cannot be asked.
 * False where it may not be used alone, or not any more.
 */
bool served_page_alone(const struct served_page *page,
    const struct profile *profile, struct apam_signing *total,
    struct apam_signature *facts);

#endif
