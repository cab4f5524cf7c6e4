/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logging in without blocking: the calls of a program that has the person at
 * hand.  flight/login.h has the login itself.
 */
#include <apam/admin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/login_entry.h"
#include "audit/audit.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "base/str.h"
#include "flight/admit.h"
#include "flight/login_call.h"
#include "profile/reload.h"
#include "text/url.h"

#define LOGIN_MS (15 * 60 * 1000) /* how long a login may take */
#define STORED_SIZE (STORE_NAME_MAX + 64)

struct apam_login {
	struct apam_profile *profile;
	struct stack *stack; /* as it was at first */
	struct entry *entry; /* of the stack */
	struct login *under_way;
	char *redirect_uri; /* or NULL */
	struct url redirect; /* of the same */
	bool told; /* the audit log has been told how it ended */
	/* What the last event points to. */
	struct op_prompt prompt;
	char stored[STORED_SIZE];
};

/* ---- Beginning ---------------------------------------------------------- */

static enum apam_status
read_redirect_uri(
    struct apam_login *login, const char *uri, struct apam_error *err)
{
	const char *why;

	if (uri == NULL)
		return APAM_OK;
	login->redirect_uri = str_dup(apam_str(uri));
	if (login->redirect_uri == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	why = url_parse(apam_str(login->redirect_uri), &login->redirect);
	if (why == NULL && login->redirect.query.n > 0)
		why = "it has a query";
	if (why == NULL && !login->redirect.https &&
	    !url_is_local(&login->redirect))
		why = "it is http to another machine";
	if (why == NULL)
		return APAM_OK;
	return error_set(
	    err, APAM_E_USAGE, "the redirect URI cannot be used: %s", why);
}

static enum apam_status
check_options(const struct apam_login_options *options, struct apam_error *err)
{
	if (options->timeout_ms < 0)
		return error_set(
		    err, APAM_E_USAGE, "the timeout of the login is negative");
	if ((int)options->way < APAM_LOGIN_ANY ||
	    options->way > APAM_LOGIN_BROWSER)
		return error_set(
		    err, APAM_E_USAGE, "there is no such way to log in");
	if (options->way == APAM_LOGIN_BROWSER && options->redirect_uri == NULL)
		return error_set(err, APAM_E_USAGE,
		    "a login by a browser needs a redirect URI");
	return APAM_OK;
}

/* Before a person is asked: there is a place for what the login will bring. */
static enum apam_status
check_place(const struct entry *e, struct apam_error *err)
{
	const struct stored_base base = entry_store(e);
	const struct durable_place place = stored_place(&e->stored, &base);
	const int directory = durable_directory(&place, true, err);

	if (directory < 0)
		return err->status;
	(void)close(directory);
	return APAM_OK;
}

/* An archived key is not sent to its provider. */
static enum apam_status
check_entry(struct entry *e, struct apam_error *err)
{
	struct key_finding finding;

	if (e->module->abi.login == NULL)
		return error_set(err, APAM_E_POLICY,
		    "scheme %s has no login: store the secret as its manual "
		    "page says",
		    e->conf->scheme);
	if (admit_is_archived(e, &finding))
		return error_set(
		    err, APAM_E_ARCHIVED, "the key %s", finding.evidence);
	return check_place(e, err);
}

static enum apam_status
begin(struct apam_login *login, const struct apam_login_options *options,
    struct apam_error *err)
{
	const int64_t ms = options->timeout_ms > 0 ? options->timeout_ms :
						     LOGIN_MS;
	const struct login_wish wish = { .redirect_uri = options->redirect_uri,
		.way = options->way,
		.deadline = clock_ms() + ms };
	const struct login_choice choice = { options->entry, options->scheme };
	enum apam_status status = read_redirect_uri(
	    login, options->redirect_uri, err);

	if (status != APAM_OK)
		return status;
	login->stack = login_entries(
	    login->profile, profile_deadline(login->profile, 0), err);
	if (login->stack == NULL)
		return err->status;
	status = login_entry_choose(login->stack, &choice, &login->entry, err);
	if (status == APAM_OK)
		status = check_entry(login->entry, err);
	if (status != APAM_OK)
		return status;
	login->under_way = login_begin(login->entry, &wish, err);
	return login->under_way == NULL ? err->status : APAM_OK;
}

static void
free_login(struct apam_login **login)
{
	struct apam_login *l = *login;

	*login = NULL;
	login_cancel(&l->under_way);
	stack_release(&l->stack);
	free(l->redirect_uri);
	buf_free(&l->prompt.text);
	buf_free(&l->prompt.url);
	buf_free(&l->prompt.code);
	free(l);
}

enum apam_status
apam_login_start(struct apam_profile *profile,
    const struct apam_login_options *options, struct apam_login **login,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_login_options mine = { .size = sizeof(mine), .entry = -1 };
	struct apam_error unwanted = APAM_ERROR_INIT;
	enum apam_status status = APAM_OK;
	struct apam_login *l;

	*login = NULL;
	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (err == NULL)
		err = &unwanted;
	if (options != NULL)
		status = sized_take(&sized_login_options, options, &mine, err);
	if (status == APAM_OK)
		status = check_options(&mine, err);
	if (status != APAM_OK)
		return status;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	l->profile = profile;
	buf_init(&l->prompt.text, APAM_TEXT_SIZE);
	buf_init(&l->prompt.url, URL_MAX);
	buf_init(&l->prompt.code, APAM_TEXT_SIZE);
	status = begin(l, &mine, err);
	if (status != APAM_OK) {
		error_locate(err, profile->name, -1);
		free_login(&l);
	}
	*login = l;
	return status;
}

/* ---- Events ------------------------------------------------------------- */

static enum apam_login_event_kind
kind_of(const struct login *l)
{
	switch (l->event) {
	case LOGIN_RUNS:
		break;
	case LOGIN_SHOWS:
		return APAM_LOGIN_SHOW;
	case LOGIN_CONFIRMS:
		return APAM_LOGIN_CONFIRM;
	case LOGIN_REDIRECTS:
		return APAM_LOGIN_REDIRECT;
	case LOGIN_ENDED:
		return l->outcome.status == APAM_OK ? APAM_LOGIN_DONE :
						      APAM_LOGIN_FAILED;
	}
	return APAM_LOGIN_WAIT;
}

/* With the context's lock held.  False if memory runs out. */
static bool
copy_prompt(struct apam_login *login)
{
	const struct op_prompt *from = &login->under_way->prompt;
	struct op_prompt *to = &login->prompt;

	buf_set(&to->text, buf_view(&from->text));
	buf_set(&to->url, buf_view(&from->url));
	buf_set(&to->code, buf_view(&from->code));
	return !to->text.failed && !to->url.failed && !to->code.failed;
}

static void
fill(struct apam_login *login, enum apam_login_event_kind kind,
    struct apam_login_event *event)
{
	event->kind = kind;
	event->entry = (unsigned)login->entry->index;
	event->text = buf_view(&login->prompt.text).p;
	event->url = buf_view(&login->prompt.url).p;
	event->code = buf_view(&login->prompt.code).p;
	(void)snprintf(login->stored, sizeof(login->stored), "store:%s",
	    login->entry->stored.name);
	event->stored = login->stored;
}

/* With the context's lock held: what there is to tell. */
static enum apam_status
take_event(struct apam_login *login, struct apam_login_event *event,
    struct apam_error *err)
{
	struct login *l = login->under_way;
	enum apam_login_event_kind kind = kind_of(l);

	if (kind < APAM_LOGIN_DONE && l->seen)
		kind = APAM_LOGIN_WAIT;
	if (kind != APAM_LOGIN_WAIT && !copy_prompt(login))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	fill(login, kind, event);
	if (kind == APAM_LOGIN_WAIT)
		return error_set(err, APAM_E_PENDING, "the login is under way");
	login_see(l);
	if (kind != APAM_LOGIN_FAILED)
		return APAM_OK;
	error_copy(err, &l->outcome);
	return l->outcome.status;
}

/* Once it has ended, the profile and the audit log hear of it. */
static void
tell_end(struct apam_login *login, const struct apam_login_event *event,
    const struct apam_error *why)
{
	const struct entry *e = login->entry;
	const bool done = event->kind == APAM_LOGIN_DONE;
	struct audit_event line = { .what = AUDIT_LOGIN,
		.profile = e->profile->name,
		.entry = (int)e->index,
		.scheme = e->conf->scheme,
		.key_id = entry_key_id(e).p,
		.state = done ? "logged in" : "not logged in",
		.evidence = done ? login->stored : why->text };

	if (login->told || event->kind < APAM_LOGIN_DONE)
		return;
	login->told = true;
	audit_write(&e->env->audit, &line);
	profile_look_soon(login->profile);
}

enum apam_status
apam_login_next(struct apam_login *login, int timeout_ms,
    struct apam_login_event *event, struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_login_event mine = { .size = sizeof(mine) };
	struct apam_error unwanted = APAM_ERROR_INIT;
	struct login *l = login->under_way;
	enum apam_status status;

	if (!sized_begin(err) ||
	    sized_room(&sized_login_event, event, err) != APAM_OK)
		return APAM_E_USAGE;
	if (err == NULL)
		err = &unwanted;
	pthread_mutex_lock(l->lock);
	if (timeout_ms > 0 && !(l->event == LOGIN_ENDED && l->seen))
		(void)login_wait(l, clock_ms() + timeout_ms);
	status = take_event(login, &mine, err);
	pthread_mutex_unlock(l->lock);
	tell_end(login, &mine, err);
	if (status != APAM_OK)
		error_locate(err, login->profile->name, (int)mine.entry);
	sized_give(&sized_login_event, &mine, event);
	return status;
}

/* ---- Answers ------------------------------------------------------------ */

enum apam_status
apam_login_confirm(struct apam_login *login, bool yes, struct apam_error *err)
{
	HOLD_CANCEL;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	return login_confirm(login->under_way, yes, err);
}

/* The query of a URL that begins as the redirect URI does. */
static const char *
read_return(const struct apam_login *login, const char *text, struct url *url)
{
	const struct url *mine = &login->redirect;
	const char *why = url_parse(apam_str(text), url);

	if (why != NULL)
		return why;
	if (url->https != mine->https || url->port != mine->port ||
	    strcmp(url->host, mine->host) != 0 ||
	    !str_equal(url->path, mine->path))
		return "it does not begin as the redirect URI of this login";
	return url->query.n == 0 ? "nothing follows the redirect URI" : NULL;
}

enum apam_status
apam_login_redirected(
    struct apam_login *login, const char *url, struct apam_error *err)
{
	HOLD_CANCEL;
	struct url read;
	const char *why;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (login->redirect.text.n == 0)
		return error_set(err, APAM_E_USAGE,
		    "the login was begun without a redirect URI");
	why = read_return(login, url, &read);
	if (why != NULL)
		return error_set(err, APAM_E_USAGE,
		    "this is not the address that the browser was sent back "
		    "to: %s",
		    why);
	return login_come_back(login->under_way, read.query, err);
}

void
apam_login_cancel(struct apam_login **login)
{
	HOLD_CANCEL;

	if (*login != NULL)
		free_login(login);
}
