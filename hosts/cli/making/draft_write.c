/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A draft as the file that it becomes, in the syntax of apam.conf(5).
 */
#include <ctype.h>
#include <string.h>

#include "making/draft.h"

#define WIDTH 78

/* The file, and the line that is written next. */
struct page {
	FILE *to;
	unsigned line;
	int indent;
};

static void
put_line(struct page *page, const char *text, const char *more)
{
	fprintf(page->to, "%*s%s%s\n", text[0] == '\0' ? 0 : page->indent, "",
	    text, more);
	page->line++;
}

/* Text of others ends no line of a comment, or it would go on as settings. */
static void
put_words(struct page *page, const char *text, size_t n)
{
	fprintf(page->to, "%*s# ", page->indent, "");
	for (size_t i = 0; i < n; i++)
		fputc(
		    iscntrl((unsigned char)text[i]) ? '?' : text[i], page->to);
	fputc('\n', page->to);
	page->line++;
}

/* A comment, broken where the line ends. */
static void
put_comment(struct page *page, const char *text)
{
	const size_t width = WIDTH - 2 - (size_t)page->indent;
	size_t n;

	while (text[0] != '\0') {
		n = strlen(text);
		if (n > width)
			for (n = width; n > 0 && text[n] != ' '; n--)
				continue;
		if (n == 0)
			n = strcspn(text, " ");
		put_words(page, text, n);
		text += n;
		text += strspn(text, " ");
	}
}

/* In quotes; those in it are escaped, as are backslashes. */
static void
put_quoted(const struct page *page, const char *text)
{
	fputc('"', page->to);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', page->to);
		fputc(*text, page->to);
	}
	fputc('"', page->to);
}

static void
put_scalar(
    const struct page *page, const struct apam_option *option, const char *text)
{
	const bool number = text[strspn(text, "0123456789")] == '\0';

	if (option->type == APAM_OPT_INTEGER ||
	    option->type == APAM_OPT_BOOLEAN ||
	    (option->type == APAM_OPT_DURATION && number))
		fputs(text, page->to);
	else
		put_quoted(page, text);
}

/* ---- Values ------------------------------------------------------------------ */

/* Values i to n-1 of a part are one option's. */
struct run {
	struct draft_part *part;
	size_t i, n;
};

static void
put_list(struct page *page, const struct run *run, const char *name,
    const struct apam_option *option)
{
	fprintf(page->to, "%*s%s = [ ", page->indent, "", name);
	for (size_t i = run->i; i < run->n; i++) {
		if (i > run->i)
			fputs(", ", page->to);
		put_scalar(page, option, run->part->values[i].text);
		run->part->values[i].line = page->line;
	}
	fputs(" ];\n", page->to);
	page->line++;
}

static void
put_setting(struct page *page, struct draft_value *v, const char *name,
    const struct apam_option *option)
{
	fprintf(page->to, "%*s%s = ", page->indent, "", name);
	put_scalar(page, option, v->text);
	fputs(";\n", page->to);
	v->line = page->line++;
}

static void
put_map(struct page *page, const struct run *run, const char *name)
{
	const struct apam_option text = { .type = APAM_OPT_STRING };

	put_line(page, name, " = {");
	page->indent += 2;
	for (size_t i = run->i; i < run->n; i++)
		put_setting(page, &run->part->values[i],
		    run->part->values[i].name, &text);
	page->indent -= 2;
	put_line(page, "};", "");
}

/* The values of one group: those of one member are next to each other. */
static void
put_members(struct page *page, const struct run *run, unsigned group)
{
	struct draft_value *v = run->part->values;
	struct run list = *run;

	for (size_t i = run->i; i < run->n; i = list.n) {
		list.i = i;
		for (list.n = i + 1; list.n < run->n &&
		     v[list.n].member == v[i].member &&
		     v[list.n].group == group;)
			list.n++;
		if (v[i].group != group)
			continue;
		put_comment(page, v[i].member->help);
		if (v[i].member->type == APAM_OPT_LIST)
			put_list(page, &list, v[i].member->name, v[i].member);
		else if (v[i].member->type == APAM_OPT_MAP)
			put_map(page, &list, v[i].member->name);
		else
			put_setting(
			    page, &v[i], v[i].member->name, v[i].member);
	}
}

static void
put_groups(struct page *page, const struct run *run)
{
	const struct apam_option *o = run->part->values[run->i].option;
	const unsigned last = run->part->values[run->n - 1].group;
	const bool many = o->type == APAM_OPT_GROUPS;

	put_line(page, o->name, many ? " = ( {" : " = {");
	page->indent += 2;
	for (unsigned group = 1; group <= last; group++) {
		put_members(page, run, group);
		if (group < last)
			put_line(page, "}, {", "");
	}
	page->indent -= 2;
	put_line(page, many ? "} );" : "};", "");
}

static void
put_option(struct page *page, const struct run *run)
{
	struct draft_value *v = &run->part->values[run->i];

	if (v->option->help != NULL)
		put_comment(page, v->option->help);
	if (v->member != NULL)
		put_groups(page, run);
	else if (v->option->type == APAM_OPT_MAP)
		put_map(page, run, v->option->name);
	else if (v->option->type == APAM_OPT_LIST)
		put_list(page, run, v->option->name, v->option);
	else
		put_setting(page, v, v->option->name, v->option);
}

/* Bring the values of one option together, in the order of their first. */
static void
gather(struct draft_part *part)
{
	struct draft_value v;

	for (size_t i = 1; i < part->count; i++)
		for (size_t j = i + 1; j < part->count; j++) {
			if (part->values[j].option !=
			    part->values[i - 1].option)
				continue;
			if (part->values[i].option ==
			    part->values[i - 1].option)
				break;
			v = part->values[j];
			memmove(&part->values[i + 1], &part->values[i],
			    (j - i) * sizeof(v));
			part->values[i] = v;
			break;
		}
}

static void
put_part(struct page *page, struct draft_part *part)
{
	struct run run = { .part = part };

	gather(part);
	for (run.i = 0; run.i < part->count; run.i = run.n) {
		run.n = run.i + 1;
		while (run.n < part->count &&
		    part->values[run.n].option == part->values[run.i].option)
			run.n++;
		put_option(page, &run);
		if (run.n < part->count)
			put_line(page, "", "");
	}
}

/* ---- The file ------------------------------------------------------------------ */

static void
put_head(struct page *page, const struct draft *draft)
{
	char text[DRAFT_VALUE_SIZE];

	(void)snprintf(text, sizeof(text),
	    "Profile %s, made by `apam profile new`.  apam.conf(5) has the "
	    "options of all profiles, `apam module list SCHEME` those of a "
	    "scheme.  After a change: `apam profile test %s`.",
	    draft->name, draft->name);
	put_comment(page, text);
	if (draft->document != NULL) {
		(void)snprintf(text, sizeof(text),
		    "It was made from the OpenAPI document %s%s%s",
		    draft->document, draft->title[0] == '\0' ? "" : ": ",
		    draft->title);
		put_comment(page, text);
	}
	put_line(page, "", "");
}

static void
put_entry(struct page *page, struct draft_part *entry, bool last)
{
	char text[DRAFT_VALUE_SIZE];

	put_line(page, "{", "");
	page->indent += 2;
	if (entry->security != NULL) {
		(void)snprintf(text, sizeof(text),
		    "security scheme %s of the document", entry->security);
		put_comment(page, text);
	}
	entry->line = page->line;
	(void)snprintf(
	    text, sizeof(text), "scheme = \"%s\";", entry->module->scheme);
	put_line(page, text, "");
	if (entry->count > 0)
		put_line(page, "", "");
	put_part(page, entry);
	page->indent -= 2;
	put_line(page, last ? "}" : "},", "");
}

void
draft_write(struct draft *draft, FILE *to)
{
	struct page page = { .to = to, .line = 1 };

	put_head(&page, draft);
	put_part(&page, &draft->profile);
	put_line(&page, "", "");
	put_comment(&page, "how its requests are signed");
	put_line(&page, "auth = (", "");
	page.indent = 2;
	for (size_t i = 0; i < draft->entry_count; i++)
		put_entry(
		    &page, &draft->entries[i], i + 1 == draft->entry_count);
	page.indent = 0;
	put_line(&page, ");", "");
}
