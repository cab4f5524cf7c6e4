/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which profiles have pages that programs read (api/serve_page.h), which of
 * those are kept fresh, and which programs are given one.
 *
 * A page is kept fresh while it is used: a program whose page is fresh does not
 * ask, so that one that goes on signing asks again when nobody has asked for a
 * while, and one that has stopped costs nothing.
 *
 * A page outlives this process where there is a service manager that keeps
 * descriptors: it has the page's before any program does, and passes it to the
 * next agent.  All other pages end with this process, if it is not killed: there
 * would be nobody to close them, when rules change or keys are revoked.
 */
#ifndef HOSTS_AGENT_PAGES_H
#define HOSTS_AGENT_PAGES_H

#include <apam/apam.h>

#include "agent/agent_log.h"
#include "agent/message.h"
#include "agent/number_table.h"
#include "agent/quota.h"
#include "agent/sd_notify.h"

#define PAGES_USED_MS 10000	/* kept fresh for so long after a request */
#define PAGES_UNREAD_MS 10000	/* for a program to read what it was sent */

struct pages {
	struct apam *ctx;
	const struct sd_notify *manager;
	struct agent_log *log;
	bool said_lone;		/* that the manager does not keep all of them */
	uint64_t time_device, time_inode; /* this process's time namespace */
	struct number_table all; /* of struct page_of, by profile */
	int64_t due;		/* clock_ms: the next turn; 0: no page is used */
	unsigned at;		/* the bucket that this turn goes on with */
	bool used;		/* what it has seen so far: one is used */
};

/* Set up; `manager` and `log` outlive it. */
void pages_init(struct pages *pages, struct apam *ctx,
    const struct sd_notify *manager, struct agent_log *log);

/*
 * Take over the pages that an older agent left (agent/passed.h).  `kept`: the
 * service manager passed them, and has them.
 */
void pages_adopt(struct pages *pages, bool kept);

/*
 * This process ends: a page that the service manager has is left as it is, for
 * the next agent; those who read it go on meanwhile.  The others are the
 * context's to retire (apam_close).
 */
void pages_end(struct pages *pages);

/* What is known of a connection; zeroed at first. */
struct page_reader {
	unsigned char counter[AGENT_NONCE_SIZE];
	bool can;		/* it sees the same clocks */
	/* A descriptor was sent that it may not have read, and since then it has
	   asked for nothing: clock_ms; 0: none was. */
	int64_t unread;
};

/* The program said hello; true if it can be given pages. */
bool pages_greet(const struct pages *pages, struct page_reader *reader,
    const struct agent_hello *hello);

/* To whom a page may be given, and what it has. */
struct page_client {
	int socket;
	struct page_reader *reader;
	const struct quota *quota;
	struct quota_user *user;
	bool behind;		/* it has not read what was sent before */
	uint64_t held;		/* serial of the page that it has; 0 */
};

/*
 * The profile signed for a program just now: it is used.  Returns the serial of
 * the page that serves more such requests; 0: none.  Where the program has
 * another page, *descriptor is one to send beside the answer, which stays the
 * page's; else -1.  A program that has not read the last one that it was sent
 * gets no other, nor does a user whose programs have left many unread: the
 * system would pass none to anybody then.
 */
uint64_t pages_offer(struct pages *pages, struct apam_profile *profile,
    const struct page_client *client, int *descriptor);

/*
 * Each second: one that was read counts no more.  True where one was left unread
 * for PAGES_UNREAD_MS.
 */
bool pages_are_left(struct page_reader *reader, struct quota_user *user,
    int socket, int64_t now);

/* The connection ends. */
void pages_leave(struct page_reader *reader, struct quota_user *user);

/* Milliseconds until pages_turn has something to do; -1: it has nothing. */
int pages_wait(const struct pages *pages);

/*
 * Keep the pages fresh that are used, once in each second of the wall clock, and
 * for a few milliseconds at a time.
 */
void pages_turn(struct pages *pages);

/*
 * Call `give` for each page, with the name that the service manager would know it
 * by, and its own descriptor, until that returns false; then so does this.
 */
bool pages_each(const struct pages *pages,
    bool (*give)(void *arg, const char *name, int descriptor), void *arg);

/* How many pages can be read by others. */
size_t pages_count(const struct pages *pages);

#endif
