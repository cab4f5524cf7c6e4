/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sections in their order.  What runs a step function is in play_run.c, what
 * signs and judges in play_sign.c, what verifies in play_verify.c.
 */
#include "drive/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "drive/playing.h"
#include "file/secret.h"

/* ---- What there is ---------------------------------------------------- */

/* Options or secrets change: the next thing that is done opens anew. */
static void
close_module(struct playing *p)
{
	playing_end_run(p);
	/* Its run is the module's. */
	new_body_free(&p->new_body);
	played_close(p->module);
	p->open = p->shut = false;
}

static void
set_options(struct playing *p, const struct script_section *s)
{
	close_module(p);
	p->options = s->content;
}

/* The place of a reference: its own, or a new one; NULL: there is no room. */
static struct played_secret *
place_of_secret(struct playing *p, struct apam_str reference)
{
	for (size_t i = 0; i < p->secret_count; i++)
		if (str_equal(p->secrets[i].reference, reference))
			return &p->secrets[i];
	if (p->secret_count == PLAYED_SECRETS_MAX)
		return NULL;
	return &p->secrets[p->secret_count++];
}

static void
set_secret(struct playing *p, const struct script_section *s,
    struct apam_str reference, struct apam_str bytes)
{
	struct played_secret *to = place_of_secret(p, reference);

	close_module(p);
	if (to == NULL) {
		playing_failed(p, s, "at most 64 secrets", "more");
		return;
	}
	to->reference = reference;
	to->bytes = bytes;
	told_mask(p->told, bytes);
}

/*
 * Read a whole file into memory that lives as long as the script is played.
 * Empty where there is none, or it is larger than a secret may be.
 */
static struct apam_str
read_secret_file(struct playing *p, const char *path)
{
	struct buf *to = &p->files[p->file_count];
	FILE *file;
	size_t n = 1;
	char *room;

	if (p->file_count == PLAYED_SECRETS_MAX)
		return APAM_STR("");
	file = fopen(path, "re");
	if (file == NULL)
		return APAM_STR("");
	p->file_count++;
	buf_init(to, SECRET_MAX);
	buf_reserve(to, SECRET_MAX);
	for (size_t read = 1; n > 0 && read > 0;) {
		room = buf_room(to, &n);
		read = n == 0 ? 0 : fread(room, 1, n, file);
		buf_filled(to, read);
	}
	if (fgetc(file) != EOF)
		buf_truncate(to, 0);
	(void)fclose(file);
	if (to->n > 0 && to->p[to->n - 1] == '\n')
		buf_truncate(to, to->n - 1);
	return buf_view(to);
}

static void
set_secret_file(struct playing *p, const struct script_section *s)
{
	const size_t blank = str_find(s->argument, ' ');
	const struct apam_str name = str_trim(str_skip(s->argument, blank));
	char path[4096];
	struct apam_str bytes;

	(void)snprintf(path, sizeof(path), "%s%s%.*s",
	    name.n > 0 && name.p[0] == '/' ? "" : p->directory,
	    name.n > 0 && name.p[0] == '/' ? "" : "/", SARG(name));
	bytes = read_secret_file(p, path);
	if (bytes.n == 0)
		playing_failed(p, s, "a file with a secret",
		    "none that can be read, an empty or too large one");
	set_secret(p, s, str_cut(s->argument, blank), bytes);
}

static void
set_addresses(struct playing *p, const struct script_section *s)
{
	struct apam_str rest = s->content, line;
	struct played *m = p->module;

	close_module(p);
	m->address_count = 0;
	while (m->address_count < PLAYED_ADDRESSES_MAX &&
	    (line = message_line(&rest)).n > 0)
		m->addresses[m->address_count++] = line;
}

static void
use_credential(struct playing *p, const struct script_section *s)
{
	buf_set(&p->credential, s->content);
	told_mask(p->told, s->content);
}

/* ---- Opening ---------------------------------------------------------- */

/* The secret that exchanges replace: at first it is what its option has. */
static void
find_durable(struct playing *p)
{
	const struct option_table table = played_table(p->module);

	p->durable = NULL;
	for (size_t i = 0; p->open && i < table.count; i++) {
		if ((option_at(&table, i)->flags & APAM_OPT_DURABLE) == 0)
			continue;
		p->durable = option_at(&table, i);
		buf_set(&p->kept,
		    p->module->stored.n > 0 ? p->module->stored :
					      p->module->values.values[i].str);
	}
}

static int32_t
open_module(struct playing *p)
{
	const int32_t status = played_open(
	    p->module, p->options, p->secrets, p->secret_count);

	p->open = status == APAM_OK;
	find_durable(p);
	return status;
}

/* What a failed open says, in one line. */
static const char *
say_refusal(const struct playing *p, int32_t status, char text[TEXT_SIZE])
{
	const struct played *m = p->module;

	if (m->refusal[0] == '\0')
		(void)snprintf(text, TEXT_SIZE, "%s",
		    apam_status_name((enum apam_status)status));
	else
		(void)snprintf(text, TEXT_SIZE, "%s%s%s", m->refused,
		    m->refused[0] == '\0' ? "" : ": ", m->refusal);
	return text;
}

bool
playing_open(struct playing *p, const struct script_section *s)
{
	char text[TEXT_SIZE];
	int32_t status;

	if (p->open || p->shut)
		return p->open;
	status = open_module(p);
	p->shut = status != APAM_OK;
	if (status != APAM_OK)
		playing_failed(p, s, "the options are taken",
		    say_refusal(p, status, text));
	return status == APAM_OK;
}

static void
expect_refusal(struct playing *p, const struct script_section *s)
{
	const struct played *m = p->module;
	bool same;

	close_module(p);
	if (open_module(p) == APAM_OK) {
		playing_failed(p, s, "the option is refused", "it is taken");
		return;
	}
	/* The reader of options names them in its text. */
	if (m->refused[0] == '\0') {
		if (told_compare(p->told, s->line, "refused", s->content,
			apam_str(m->refusal)))
			told_passed(p->told);
		return;
	}
	same = told_compare(p->told, s->line, "the option refused", s->argument,
	    apam_str(m->refused));
	if (same &&
	    told_compare(
		p->told, s->line, "the text", s->content, apam_str(m->refusal)))
		told_passed(p->told);
}

/* ---- Sections --------------------------------------------------------- */

static void
expect_log(struct playing *p, const struct script_section *s)
{
	if (told_compare(p->told, s->line, "the log", s->content,
		buf_view(&p->module->logged)))
		told_passed(p->told);
	buf_truncate(&p->module->logged, 0);
}

static void
set_plain_secret(struct playing *p, const struct script_section *s)
{
	set_secret(p, s, s->argument, s->content);
}

static void
set_time(struct playing *p, const struct script_section *s)
{
	(void)p;
	played_set_time(s->number);
}

static void
set_probe(struct playing *p, const struct script_section *s)
{
	p->probe = s->argument;
}

static void
open_only(struct playing *p, const struct script_section *s)
{
	if (playing_open(p, s))
		told_passed(p->told);
}

static void
play_section(struct playing *p, const struct script_section *s)
{
	static void (*const play[SCRIPT_WORDS])(
	    struct playing * p, const struct script_section *s) = {
		[SCRIPT_OPTIONS] = set_options,
		[SCRIPT_SECRET] = set_plain_secret,
		[SCRIPT_SECRET_FILE] = set_secret_file,
		[SCRIPT_HTTP] = set_addresses,
		[SCRIPT_TIME] = set_time,
		[SCRIPT_PROBE] = set_probe,
		[SCRIPT_USE] = use_credential,
		[SCRIPT_OPEN] = open_only,
		[SCRIPT_REFUSED] = expect_refusal,
		[SCRIPT_LOGGED] = expect_log,
	};

	if (play[s->word] != NULL)
		play[s->word](p, s);
	else if (!play_run(p, s) && !play_verify(p, s) && !play_sign(p, s) &&
	    !p->shut)
		playing_failed(
		    p, s, "something that was done before it", "nothing");
}

void
play_script(struct played *module, const struct script *script,
    const char *directory, struct told *told)
{
	struct playing p = { .module = module,
		.directory = directory,
		.told = told,
		.options = APAM_STR("") };

	module->address_count = 0;
	buf_init(&p.credential, OP_CREDENTIAL_MAX);
	buf_init(&p.memo, JUDGING_MEMO_MAX);
	buf_init(&p.kept, SECRET_MAX);
	buf_init(&p.facts, OP_FACTS_MAX);
	played_set_time(PLAYED_NOW_MS);
	for (size_t i = 0; i < script->count; i++)
		if (script->all[i].word == SCRIPT_CREDENTIAL ||
		    script->all[i].word == SCRIPT_SUCCESSOR)
			told_mask(told, script->all[i].content);
	for (size_t i = 0; i < script->count; i++)
		play_section(&p, &script->all[i]);
	close_module(&p);
	play_sign_end(&p);
	for (size_t i = 0; i < p.file_count; i++)
		buf_free(&p.files[i]);
	buf_free(&p.facts);
	buf_free(&p.kept);
	buf_free(&p.memo);
	buf_free(&p.credential);
	told_forget(told);
}
