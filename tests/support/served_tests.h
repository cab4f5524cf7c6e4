/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of served programs share: a project whose profile "p" the
 * agent serves, a scripted agent for it, scripts that several files need, and
 * signing by what the agent answers.
 */
#ifndef TESTS_SERVED_TESTS_H
#define TESTS_SERVED_TESTS_H

#include <poll.h>

#include "base/str.h"
#include "support/project.h"
#include "support/scripted_agent.h"

#define URL "https://api.example/x"
#define ENTRY                                                                  \
	"{ scheme = \"basic-email-key\"; email = \"a@b\"; "                    \
	"key = \"file:@/secret\"; }"

static struct project project;
static struct scripted agent;
static const char *agent_user;
static struct apam_signature signature;
static struct apam_error err;

/* ---- The project -------------------------------------------------------- */

/* Write the main file again; `use` is for profiles that do not say `agent`. */
static inline void
write_main(const char *use)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "module_dir = \"%s/modules\";\nprofile_dir = \"%s/apam.d\";\n"
	    "state_dir = \"%s/state\";\naudit = \"off\";\nagent = \"%s\";\n"
	    "agent_socket = \"%s/agent\";\nagent_user = \"%s\";\n",
	    project.dir, project.dir, project.dir, use, project.dir,
	    agent_user);
	project_write(&project, "apam.conf", text);
}

static inline void
make_project(void)
{
	agent_user = "no-such-user";
	project_make(&project);
	project_module(&project, "basic-email-key", false);
	write_main("require");
	project_entries(&project, "p", ENTRY);
	scripted_in(&agent, project.dir);
}

static inline void
remove_project(void)
{
	scripted_remove(&agent);
	project_remove(&project);
}

/* ---- Scripts ------------------------------------------------------------ */

static inline void
give(int fd, uint64_t id, const char *value, uint64_t generation)
{
	const struct apam_header header = { APAM_STR("Authorization"),
		apam_str(value) };
	const struct agent_signed made = { .headers = { &header, 1 },
		.generation = generation,
		.credential = 1,
		.entries = 1 };

	scripted_sign(fd, id, &made, NULL, 0);
}

static inline void
read_sign(struct scripted_message *m, struct agent_sign *sign)
{
	scripted_must(m->frame.type == AGENT_SIGN &&
	    agent_sign_read(sign, &m->room, &m->frame) == NULL);
}

/* The header says what was asked: "Agent METHOD URL". */
static inline void
answer(int fd, struct scripted_message *m, void *arg)
{
	struct agent_sign sign;
	char text[4096];

	(void)arg;
	read_sign(m, &sign);
	scripted_must(str_equal(sign.profile, APAM_STR("p")));
	(void)snprintf(text, sizeof(text), "Agent %.*s %.*s", SARG(sign.method),
	    SARG(sign.url));
	give(fd, m->frame.id, text, (1ULL << 40) + 1);
}

static inline void
answers(int listener, void *arg)
{
	scripted_serve(listener, answer, arg);
}

static inline void
say_nothing(int fd, struct scripted_message *m, void *arg)
{
	(void)fd;
	(void)m;
	(void)arg;
}

static inline void
says_nothing(int listener, void *arg)
{
	scripted_serve(listener, say_nothing, arg);
}

/* ---- Signing ------------------------------------------------------------ */

static inline enum apam_status
sign_url(struct apam_profile *p, const char *url)
{
	static char store[4096];
	const struct apam_request request = APAM_REQUEST("GET", url);

	apam_signature_release(&signature);
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	signature.store = store;
	signature.store_size = sizeof(store);
	err = (struct apam_error)APAM_ERROR_INIT;
	return apam_sign(p, &request, &signature, &err);
}

static inline void
signs(struct apam_profile *p, const char *value)
{
	ck_assert_msg(sign_url(p, URL) == APAM_OK, "%s:%u: %s", err.file,
	    err.line, err.text);
	ck_assert_uint_eq(signature.header_count, 1);
	ck_assert_str_eq(signature.headers[0].value.p, value);
}

static inline bool
replays(struct apam_profile *p, const struct apam_signature *s)
{
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 401 };
	struct apam_judgement judgement = { .size = sizeof(judgement) };

	ck_assert_msg(
	    apam_judge(p, s, &answer, &judgement, &project.err) == APAM_OK,
	    "%s", project.err.text);
	ck_assert_int_eq(judgement.verdict, APAM_VERDICT_REJECTED);
	return judgement.replay;
}

/* ---- Calls that do not wait --------------------------------------------- */

/* A context without a thread, whose calls do not wait. */
static inline struct apam_profile *
get_soon(const char *name)
{
	project_open(&project, APAM_OPEN_NO_THREAD);
	return project_get(&project, name);
}

/* As an event loop does: wait, step. */
static inline void
turn(struct apam *ctx)
{
	struct pollfd p = { apam_fd(ctx), POLLIN, 0 };
	const int ms = apam_timeout(ctx);

	ck_assert_int_ge(p.fd, 0);
	(void)poll(&p, 1, ms < 0 || ms > 20000 ? 20000 : ms);
	apam_step(ctx);
}

/* How the call ends. */
static inline enum apam_status
end_of(struct apam_call *call)
{
	enum apam_status status;

	while (
	    (status = apam_call_result(call, &project.err)) == APAM_E_PENDING)
		turn(project.ctx);
	return status;
}

#endif
