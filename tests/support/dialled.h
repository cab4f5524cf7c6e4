/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection to a scripted agent: what tests of links share.
 */
#ifndef TESTS_DIALLED_H
#define TESTS_DIALLED_H

#include <dirent.h>

#include "agent/link_connect.h"
#include "agent/link_receive.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/secmem.h"
#include "support/scripted_agent.h"

#define SOON 20000 /* ms, of which a busy machine takes few */

static struct scripted agent;
static struct link link_;
static struct link_place place;
static struct apam_error err;
static int live, open_before;

static inline int
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

static inline void
dialled_setup(void)
{
	live = secmem_live();
	open_before = open_descriptors();
	scripted_make(&agent);
	place = (struct link_place){
		.socket = agent.path, .user = "no-such-user", .own = true
	};
	link_init(&link_);
	err = (struct apam_error)APAM_ERROR_INIT;
}

static inline void
dialled_teardown(void)
{
	link_close(&link_);
	scripted_remove(&agent);
	ck_assert_int_eq(secmem_live(), live);
	ck_assert_int_eq(open_descriptors(), open_before);
}

static inline enum apam_status
dial(void)
{
	const struct agent_hello hello = { .min = AGENT_VERSION_MIN,
		.max = AGENT_VERSION_MAX,
		.library = APAM_STR("0.1.0"),
		.program = APAM_STR("check") };

	return link_connect(&link_, &place, &hello, &err);
}

static inline void
must_connect(void)
{
	ck_assert_msg(dial() == APAM_OK, "%s", err.text);
}

/* Receive until there is a message or an end. */
static inline enum link_got
take(struct frame *message)
{
	const int64_t deadline = clock_ms() + SOON;
	enum link_got got;

	while ((got = link_receive(&link_, message, &err)) == LINK_NOTHING)
		ck_assert(link_wait(&link_, false, deadline));
	return got;
}

/* A script: greet, and have a question fail. */
static inline void
dialled_greet(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);

	(void)arg;
	scripted_fail(fd, 7, APAM_E_POLICY, "not you");
	scripted_linger(fd);
}

#endif
