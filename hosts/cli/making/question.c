/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question to a person, until lint takes the answer.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "making/making.h"

/* "reference to the key" is what the file has; a person is asked for the key. */
static void
question_text(const struct question *q, char to[512])
{
	const char *help = draft_help(q->option);

	if (q->text != NULL) {
		(void)snprintf(to, 512, "%s", q->text);
		return;
	}
	(void)snprintf(to, 512, "%s%s(%s)%s", help, help[0] == '\0' ? "" : " ",
	    q->path, q->optional && q->fallback == NULL ? " (- for none)" : "");
	to[0] = (char)toupper((unsigned char)to[0]);
}

/* Give the option the answer; of a list, each of its words. */
static const char *
set_answer(const struct question *q, char *answer, char why[DRAFT_WHY_SIZE])
{
	const size_t n = strlen(answer);
	char *rest = NULL;
	const char *wrong = NULL;

	draft_drop(q->part, q->path);
	if (q->word && isalnum((unsigned char)answer[n - 1]) &&
	    n + 1 < ASK_SIZE)
		memcpy(answer + n, " ", 2);
	if (q->option->type != APAM_OPT_LIST)
		return draft_set(q->part, q->path, answer, why);
	for (char *word = strtok_r(answer, ", ", &rest);
	     wrong == NULL && word != NULL; word = strtok_r(NULL, ", ", &rest))
		wrong = draft_set(q->part, q->path, word, why);
	return wrong;
}

const char *
making_problem(
    struct making *m, const struct question *q, char why[DRAFT_WHY_SIZE])
{
	char name[DRAFT_WHY_SIZE];
	const char *wrong = NULL;
	struct trial trial;

	if (!trial_run(m->cli, &m->draft, NULL, false, &trial))
		return strerror(errno);
	for (size_t i = 0; wrong == NULL && i < q->part->count; i++) {
		draft_value_name(&q->part->values[i], name);
		if (strcmp(name, q->path) == 0)
			wrong = trial_at(&trial, q->part->values[i].line);
	}
	if (wrong == NULL)
		return NULL;
	(void)snprintf(why, DRAFT_WHY_SIZE, "%.*s", DRAFT_WHY_SIZE - 1, wrong);
	return why;
}

int
making_ask(struct making *m, const struct question *q)
{
	char answer[ASK_SIZE], text[512], why[DRAFT_WHY_SIZE];
	const char *wrong;

	question_text(q, text);
	for (;;) {
		if (!ask_line(text, q->fallback, q->optional, answer))
			return making_ended();
		if (answer[0] == '\0') {
			draft_drop(q->part, q->path);
			return STATUS_DONE;
		}
		wrong = set_answer(q, answer, why);
		if (wrong == NULL)
			wrong = making_problem(m, q, why);
		if (wrong == NULL)
			return STATUS_DONE;
		draft_drop(q->part, q->path);
		ask_again("%s", wrong);
	}
}
