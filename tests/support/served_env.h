/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A context's side of the agent without a context: settings, a registry that is
 * not there, a loop that nobody turns.  What answers is a scripted agent.
 */
#ifndef TESTS_SERVED_ENV_H
#define TESTS_SERVED_ENV_H

#include "base/clock.h"
#include "base/error.h"
#include "flight/loop.h"
#include "served/served.h"
#include "support/scripted_agent.h"

/* ms for what is to happen: far more than a busy machine takes. */
#define SERVED_ENV_LONG 120000

static struct scripted agent;
static struct served *served;
static struct env served_env;
static struct settings served_settings;
static struct loop served_loop;
static struct ask ask;
static struct apam_error err;

static inline void
served_env_setup(void)
{
	static const struct loop_listener deaf;

	scripted_make(&agent);
	served_settings = (struct settings){ .file = agent.path,
		.user = true,
		.state_dir = agent.dir,
		.agent_socket = agent.path,
		.agent_user = "no-such-user" };
	memset(&served_env, 0, sizeof(served_env));
	served_env.settings = &served_settings;
	served_env.loop = &served_loop;
	ck_assert(
	    keys_init(&served_env.keys, &served_settings, &served_env.log));
	ck_assert_int_eq(pthread_mutex_init(&served_env.lock, NULL), 0);
	loop_init(&served_loop, &served_env.lock, &deaf, false);
	served = served_new(&served_env);
	ck_assert_ptr_nonnull(served);
	ask_init(&ask);
	err = (struct apam_error)APAM_ERROR_INIT;
}

static inline void
served_env_teardown(void)
{
	ask_free(&ask);
	served_free(&served);
	loop_free(&served_loop);
	keys_free(&served_env.keys);
	scripted_remove(&agent);
}

/* A new question, which has nothing in it. */
static inline void
served_env_begin(void)
{
	ask_begin(&ask, AGENT_CALL, served_next_id(served));
}

/* For scripted_serve: each question fails, which is an answer. */
static inline void
served_env_answer(int fd, struct scripted_message *m, void *arg)
{
	(void)arg;
	if (m->frame.type == AGENT_CALL)
		scripted_fail(fd, m->frame.id, APAM_E_POLICY, "heard");
}

static inline void
served_env_answers(int listener, void *arg)
{
	scripted_serve(listener, served_env_answer, arg);
}

/*
 * A script: greet, give up waiting for the rest of a message, and serve who
 * connects then.
 */
static inline void
served_env_loses_patience(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);

	scripted_fail(fd, 0, APAM_E_DEADLINE, "it did not end a message");
	(void)close(fd);
	served_env_answers(listener, arg);
}

/* A script: accept one connection, and end without a word. */
static inline void
served_env_ends(int listener, void *arg)
{
	(void)arg;
	(void)scripted_accept(listener);
	_exit(0);
}

/* The question was answered by the script above. */
static inline void
served_env_heard(void)
{
	struct agent_failed failed;

	ck_assert_int_eq(ask.state, ASK_ANSWERED);
	ck_assert_ptr_null(agent_failed_read(&failed, &ask.answer));
	ck_assert_str_eq(failed.error.text, "heard");
}

#endif
