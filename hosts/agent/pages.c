/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The service manager keeps a page's descriptor under the name of its profile,
 * "page.NAME".  A page is given out once the manager has answered.  One that it
 * does not keep is as one without a manager: it ends with this process.
 */
#include "agent/pages.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "agent/passed.h"
#include "api/serve_page.h"
#include "base/boot.h"
#include "base/clock.h"

#define STORE_NAME "page."
#define STORE_NAME_SIZE (sizeof(STORE_NAME) + APAM_NAME_SIZE)
#define TURN_MS 5

struct page_of {
	struct numbered profile_number; /* its address */
	struct apam_profile *profile;
	int64_t used; /* clock_ms: the last request */
	uint64_t stored; /* serial of the page that the manager has; 0 */
	uint64_t sent; /* the same, and it has not answered; 0 */
	struct sd_storing storing; /* what it answers by */
	uint64_t lone; /* serial of the page that it does not keep; 0 */
	int given; /* descriptor that programs are given; -1: none */
	uint64_t given_of; /* serial of its page */
};

/* ---- What is known ----------------------------------------------------- */

static struct page_of *
of_number(struct numbered *one)
{
	return (struct page_of *)(void *)one;
}

static struct page_of *
page_of(struct pages *pages, struct apam_profile *profile)
{
	const uint64_t number = (uintptr_t)profile;
	struct page_of *p = of_number(number_table_find(&pages->all, number));

	if (p != NULL)
		return p;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->profile_number.number = number;
	p->profile = profile;
	p->storing = (struct sd_storing)SD_STORING_NONE;
	p->given = -1;
	number_table_add(&pages->all, &p->profile_number);
	return p;
}

static void
drop_given(struct page_of *p)
{
	if (p->given >= 0)
		(void)close(p->given);
	p->given = -1;
}

void
pages_end(struct pages *pages)
{
	struct page_of *p;

	while ((p = of_number(number_table_take(&pages->all))) != NULL) {
		if (p->stored != 0 &&
		    p->stored == serve_page_serial(p->profile))
			serve_page_leave(p->profile);
		sd_notify_store_drop(&p->storing);
		drop_given(p);
		free(p);
	}
}

size_t
pages_count(const struct pages *pages)
{
	size_t n = 0;

	for (size_t i = 0; i < NUMBER_TABLE_BUCKETS; i++)
		for (struct numbered *one = pages->all.buckets[i]; one != NULL;
		     one = one->next)
			n += serve_page(of_number(one)->profile) != 0;
	return n;
}

/* ---- The service manager ----------------------------------------------- */

static void
store_name(const struct page_of *p, char to[STORE_NAME_SIZE])
{
	(void)snprintf(to, STORE_NAME_SIZE, STORE_NAME "%s",
	    apam_profile_name(p->profile));
}

/* The manager keeps but the last page of a profile. */
static void
begin_storing(const struct pages *pages, struct page_of *p, uint64_t serial)
{
	char name[STORE_NAME_SIZE];

	store_name(p, name);
	sd_notify_forget(pages->manager, name);
	sd_notify_store_drop(&p->storing);
	p->stored = 0;
	p->sent = sd_notify_store(pages->manager, name,
		      serve_page_own(p->profile), &p->storing) ?
	    serial :
	    0;
}

static void
say_lone(struct pages *pages)
{
	if (!pages->said_lone)
		agent_log(pages->log, AGENT_LOG_NO_USER, APAM_LOG_WARNING,
		    "the service manager does not keep all pages of headers: "
		    "programs wait for the next agent whenever this one ends; "
		    "raise FileDescriptorStoreMax of the unit");
	pages->said_lone = true;
}

/* True once it is known of the page that was sent whether the manager keeps it. */
static bool
has_answered(struct pages *pages, struct page_of *p)
{
	char name[STORE_NAME_SIZE];
	enum sd_stored stored;

	store_name(p, name);
	stored = sd_notify_stored(pages->manager, name, &p->storing);
	if (stored == SD_STORED_UNKNOWN)
		return false;
	if (stored == SD_STORED_KEPT) {
		p->stored = p->sent;
	} else {
		p->lone = p->sent;
		say_lone(pages);
	}
	p->sent = 0;
	return true;
}

/* True if the page may be given out: what becomes of it after this process is
   known. */
static bool
is_settled(struct pages *pages, struct page_of *p, uint64_t serial)
{
	if (pages->manager->fd < 0 || p->stored == serial || p->lone == serial)
		return true;
	if (p->sent != serial)
		begin_storing(pages, p, serial);
	return p->sent == serial && has_answered(pages, p);
}

/* A page that is not good for anybody any more is not kept. */
static void
forget_retired(const struct pages *pages, struct page_of *p)
{
	char name[STORE_NAME_SIZE];

	if (p->stored == 0 || serve_page_own(p->profile) >= 0)
		return;
	store_name(p, name);
	sd_notify_forget(pages->manager, name);
	p->stored = 0;
}

bool
pages_each(const struct pages *pages,
    bool (*give)(void *arg, const char *name, int descriptor), void *arg)
{
	char name[STORE_NAME_SIZE];
	struct numbered *one;
	bool on = true;
	int fd;

	for (size_t i = 0; i < NUMBER_TABLE_BUCKETS; i++)
		for (one = pages->all.buckets[i]; one != NULL && on;
		     one = one->next) {
			fd = serve_page_own(of_number(one)->profile);
			store_name(of_number(one), name);
			on = fd < 0 || give(arg, name, fd);
		}
	return on;
}

/* ---- What an older agent left ------------------------------------------ */

static char left_name[STORE_NAME_SIZE];

static bool
is_left_page(void *unused, int fd, const char *name)
{
	(void)unused;
	(void)fd;
	if (strncmp(name, STORE_NAME, strlen(STORE_NAME)) != 0)
		return false;
	(void)snprintf(left_name, sizeof(left_name), "%s", name);
	return true;
}

static void
adopt(struct pages *pages, const char *profile_name, bool kept)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *profile;
	struct page_of *p;

	if (apam_profile_get(pages->ctx, profile_name, &profile, &err) !=
		APAM_OK ||
	    (p = page_of(pages, profile)) == NULL)
		return;
	if (kept)
		p->stored = serve_page_serial(profile);
}

void
pages_adopt(struct pages *pages, bool kept)
{
	const char *name = left_name + strlen(STORE_NAME);
	int fd;

	while ((fd = passed_take(is_left_page, NULL)) >= 0) {
		if (serve_page_adopt(pages->ctx, name, fd))
			adopt(pages, name, kept);
		else
			sd_notify_forget(pages->manager, left_name);
	}
}

void
pages_init(struct pages *pages, struct apam *ctx,
    const struct sd_notify *manager, struct agent_log *log)
{
	*pages = (struct pages){ .ctx = ctx, .manager = manager, .log = log };
	boot_time_namespace(&pages->time_device, &pages->time_inode);
}

/* ---- Programs ---------------------------------------------------------- */

bool
pages_greet(const struct pages *pages, struct page_reader *reader,
    const struct agent_hello *hello)
{
	reader->can = hello->counter.n == sizeof(reader->counter) &&
	    hello->time_device == pages->time_device &&
	    hello->time_inode == pages->time_inode;
	if (reader->can)
		memcpy(
		    reader->counter, hello->counter.p, sizeof(reader->counter));
	return reader->can && serve_page_fits(pages->ctx, reader->counter);
}

void
pages_leave(struct page_reader *reader, struct quota_user *user)
{
	if (reader->unread != 0)
		quota_give(user, QUOTA_OF_PAGES);
	reader->unread = 0;
}

/* What was sent to it and not read takes memory of its socket. */
static bool
has_read_all(int socket)
{
	int unread = 0;

	return ioctl(socket, SIOCOUTQ, &unread) == 0 && unread == 0;
}

bool
pages_are_left(struct page_reader *reader, struct quota_user *user, int socket,
    int64_t now)
{
	if (reader->unread != 0 && has_read_all(socket))
		pages_leave(reader, user);
	return reader->unread != 0 && now - reader->unread > PAGES_UNREAD_MS;
}

/* Count a descriptor that the client is to read; false if it may get none. */
static bool
may_send(const struct page_client *client)
{
	struct page_reader *reader = client->reader;

	/* Unread messages without a descriptor, as a greeting, do not count. */
	if (client->behind ||
	    (reader->unread != 0 && !has_read_all(client->socket)))
		return false;
	pages_leave(reader, client->user);
	if (!quota_take(client->quota, client->user, QUOTA_OF_PAGES))
		return false;
	reader->unread = clock_ms();
	return true;
}

/*
 * All programs are given one that was opened once: by it they can read the
 * page, and change nothing that another one of them would see.
 */
static int
descriptor_of(struct page_of *p, uint64_t serial)
{
	if (p->given >= 0 && p->given_of == serial)
		return p->given;
	drop_given(p);
	p->given = serve_page_descriptor(p->profile);
	p->given_of = serial;
	return p->given;
}

uint64_t
pages_offer(struct pages *pages, struct apam_profile *profile,
    const struct page_client *client, int *descriptor)
{
	struct page_of *p = page_of(pages, profile);
	const uint64_t serial = serve_page(profile);

	*descriptor = -1;
	if (p == NULL || serial == 0 || !client->reader->can ||
	    !serve_page_fits(pages->ctx, client->reader->counter) ||
	    !is_settled(pages, p, serial))
		return 0;
	p->used = clock_ms();
	if (client->reader->unread != 0)
		client->reader->unread = p->used;
	if (pages->due == 0)
		pages->due = clock_next_second();
	if (client->held == serial)
		return serial;
	if (!may_send(client))
		return 0;
	*descriptor = descriptor_of(p, serial);
	return *descriptor < 0 ? 0 : serial;
}

/* ---- Each second ------------------------------------------------------- */

int
pages_wait(const struct pages *pages)
{
	int64_t left;

	if (pages->due == 0)
		return -1;
	left = pages->due - clock_ms();
	return left < 0 ? 0 : (int)left;
}

/* True if one of them is in use. */
static bool
renew_bucket(struct pages *pages, struct numbered *one)
{
	const int64_t since = clock_ms() - PAGES_USED_MS;
	bool used = false;

	for (; one != NULL; one = one->next) {
		struct page_of *p = of_number(one);

		if (p->used >= since && p->used != 0) {
			(void)serve_page_renew(p->profile);
			used = true;
		} else {
			drop_given(p);
		}
		forget_retired(pages, p);
	}
	return used;
}

void
pages_turn(struct pages *pages)
{
	int64_t now;

	if (pages->due == 0)
		return;
	now = clock_ms();
	if (now < pages->due)
		return;
	if (pages->at == 0)
		pages->used = false;
	while (pages->at < NUMBER_TABLE_BUCKETS && clock_ms() - now < TURN_MS)
		if (renew_bucket(pages, pages->all.buckets[pages->at++]))
			pages->used = true;
	if (pages->at < NUMBER_TABLE_BUCKETS)
		return;
	pages->at = 0;
	pages->due = pages->used ? clock_next_second() : 0;
}
