/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/audit/line.c: the three forms to the letter, what becomes of
 * texts that are long or dirty, and that each field stands in apam.conf(5).
 */
#include "audit/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run.h"
#include "text/json.h"

static char line[AUDIT_LINE_MAX + 1];

/* The line as text. */
static const char *
write_line(enum audit_form form, const struct audit_event *event,
    unsigned long dropped)
{
	const struct audit_facts facts = { .event = event,
		.dropped = dropped,
		.time = 1790000000,
		.uid = 1000,
		.pid = 77,
		.program = "host" };
	const size_t n = audit_line(form, &facts, line);

	ck_assert_uint_le(n, AUDIT_LINE_MAX);
	line[n] = '\0';
	return line;
}

/* ---- The forms ---------------------------------------------------------- */

static const struct audit_event full = { .what = AUDIT_REFUSED,
	.profile = "p",
	.entry = 0,
	.scheme = "s",
	.key_id = "k\"\\",
	.state = "revoked",
	.status = APAM_E_REVOKED,
	.provider = "not revoked",
	.evidence = "e e",
	.repeats = 3 };

/* What apam_revoke tells. */
static const struct audit_event dropped = { .what = AUDIT_REGISTRY,
	.profile = "p",
	.entry = 1,
	.key_id = "k",
	.state = "dropped",
	.provider = "not revoked",
	.evidence = "busy" };

static const struct audit_event least = { .what = AUDIT_REGISTRY,
	.profile = "",
	.entry = -1,
	.key_id = "k",
	.state = "archived",
	.status = APAM_E_REVOKED };

static const struct audit_asker backup = { 1001, "backup.service", "curl" };
static const struct audit_asker somebody = { .uid = 1002 };

/* What the agent tells. */
static const struct audit_event used = { .what = AUDIT_USED,
	.profile = "p",
	.entry = 0,
	.scheme = "s",
	.key_id = "k",
	.asker = &backup };
static const struct audit_event refused_for = { .what = AUDIT_REFUSED,
	.profile = "p",
	.entry = -1,
	.status = APAM_E_POLICY,
	.evidence = "no rule",
	.asker = &somebody };
static const struct audit_event not_verified_for = { .what = AUDIT_REFUSED,
	.profile = "p",
	.entry = -1,
	.status = APAM_E_POLICY,
	.asker = &somebody,
	.refused = AUDIT_NOT_VERIFIED };

static const struct {
	const char *name;
	enum audit_form form;
	const struct audit_event *event;
	unsigned long dropped;
	const char *text;
} forms[] = {
	{ "journal, all", AUDIT_JOURNAL, &full, 4,
	    "PRIORITY=5\nSYSLOG_IDENTIFIER=apam\nSYSLOG_FACILITY=10\n"
	    "MESSAGE=profile p: key k\"\\: not signed: e e\n"
	    "APAM_EVENT=refused\nAPAM_PROFILE=p\nAPAM_ENTRY=1\nAPAM_SCHEME=s\n"
	    "APAM_KEY=k\"\\\nAPAM_STATE=revoked\nAPAM_STATUS=APAM_E_REVOKED\n"
	    "APAM_PROVIDER=not revoked\n"
	    "APAM_EVIDENCE=e e\nAPAM_REPEATS=3\nAPAM_UID=1000\nAPAM_PID=77\n"
	    "APAM_PROGRAM=host\nAPAM_DROPPED=4\n" },
	{ "journal, least", AUDIT_JOURNAL, &least, 0,
	    "PRIORITY=5\nSYSLOG_IDENTIFIER=apam\nSYSLOG_FACILITY=10\n"
	    "MESSAGE=key k: archived\n"
	    "APAM_EVENT=registry\nAPAM_KEY=k\nAPAM_STATE=archived\n"
	    "APAM_UID=1000\nAPAM_PID=77\nAPAM_PROGRAM=host\n" },
	{ "journal, used", AUDIT_JOURNAL, &used, 0,
	    "PRIORITY=5\nSYSLOG_IDENTIFIER=apam\nSYSLOG_FACILITY=10\n"
	    "MESSAGE=profile p: key k: signed for user 1001, backup.service, "
	    "program curl\n"
	    "APAM_EVENT=used\nAPAM_PROFILE=p\nAPAM_ENTRY=1\nAPAM_SCHEME=s\n"
	    "APAM_KEY=k\nAPAM_FOR_UID=1001\nAPAM_FOR_UNIT=backup.service\n"
	    "APAM_FOR_PROGRAM=curl\nAPAM_UID=1000\nAPAM_PID=77\n"
	    "APAM_PROGRAM=host\n" },
	{ "journal, refused for somebody", AUDIT_JOURNAL, &refused_for, 0,
	    "PRIORITY=5\nSYSLOG_IDENTIFIER=apam\nSYSLOG_FACILITY=10\n"
	    "MESSAGE=profile p: for user 1002: not signed: no rule\n"
	    "APAM_EVENT=refused\nAPAM_PROFILE=p\nAPAM_STATUS=APAM_E_POLICY\n"
	    "APAM_EVIDENCE=no rule\nAPAM_FOR_UID=1002\nAPAM_UID=1000\n"
	    "APAM_PID=77\nAPAM_PROGRAM=host\n" },
	{ "journal, no answer verified for somebody", AUDIT_JOURNAL,
	    &not_verified_for, 0,
	    "PRIORITY=5\nSYSLOG_IDENTIFIER=apam\nSYSLOG_FACILITY=10\n"
	    "MESSAGE=profile p: for user 1002: no answer verified: "
	    "the profile does not allow it\n"
	    "APAM_EVENT=refused\nAPAM_PROFILE=p\nAPAM_STATUS=APAM_E_POLICY\n"
	    "APAM_FOR_UID=1002\nAPAM_UID=1000\n"
	    "APAM_PID=77\nAPAM_PROGRAM=host\n" },
	{ "syslog, all", AUDIT_SYSLOG, &full, 4,
	    "<85>apam[77]: profile p: key k\\\"\\\\: not signed: e e "
	    "APAM_EVENT=\"refused\" APAM_PROFILE=\"p\" APAM_ENTRY=\"1\" "
	    "APAM_SCHEME=\"s\" APAM_KEY=\"k\\\"\\\\\" APAM_STATE=\"revoked\" "
	    "APAM_STATUS=\"APAM_E_REVOKED\" "
	    "APAM_PROVIDER=\"not revoked\" APAM_EVIDENCE=\"e e\" "
	    "APAM_REPEATS=\"3\" APAM_UID=\"1000\" APAM_PID=\"77\" "
	    "APAM_PROGRAM=\"host\" APAM_DROPPED=\"4\"" },
	{ "syslog, least", AUDIT_SYSLOG, &least, 0,
	    "<85>apam[77]: key k: archived APAM_EVENT=\"registry\" "
	    "APAM_KEY=\"k\" APAM_STATE=\"archived\" APAM_UID=\"1000\" "
	    "APAM_PID=\"77\" APAM_PROGRAM=\"host\"" },
	{ "file, all", AUDIT_JSON, &full, 4,
	    "{\"TIME\":1790000000,\"PRIORITY\":\"5\","
	    "\"SYSLOG_IDENTIFIER\":\"apam\","
	    "\"MESSAGE\":\"profile p: key k\\\"\\\\: not signed: e e\","
	    "\"APAM_EVENT\":\"refused\",\"APAM_PROFILE\":\"p\","
	    "\"APAM_ENTRY\":\"1\",\"APAM_SCHEME\":\"s\","
	    "\"APAM_KEY\":\"k\\\"\\\\\",\"APAM_STATE\":\"revoked\","
	    "\"APAM_STATUS\":\"APAM_E_REVOKED\","
	    "\"APAM_PROVIDER\":\"not revoked\","
	    "\"APAM_EVIDENCE\":\"e e\","
	    "\"APAM_REPEATS\":\"3\",\"APAM_UID\":\"1000\",\"APAM_PID\":\"77\","
	    "\"APAM_PROGRAM\":\"host\",\"APAM_DROPPED\":\"4\"}\n" },
	{ "file, dropped", AUDIT_JSON, &dropped, 0,
	    "{\"TIME\":1790000000,\"PRIORITY\":\"5\","
	    "\"SYSLOG_IDENTIFIER\":\"apam\",\"MESSAGE\":\"profile p: key k: "
	    "dropped: at the provider not revoked: busy\","
	    "\"APAM_EVENT\":\"registry\",\"APAM_PROFILE\":\"p\","
	    "\"APAM_ENTRY\":\"2\",\"APAM_KEY\":\"k\","
	    "\"APAM_STATE\":\"dropped\","
	    "\"APAM_PROVIDER\":\"not revoked\",\"APAM_EVIDENCE\":\"busy\","
	    "\"APAM_UID\":\"1000\",\"APAM_PID\":\"77\","
	    "\"APAM_PROGRAM\":\"host\"}\n" },
	{ "file, least", AUDIT_JSON, &least, 0,
	    "{\"TIME\":1790000000,\"PRIORITY\":\"5\","
	    "\"SYSLOG_IDENTIFIER\":\"apam\",\"MESSAGE\":\"key k: archived\","
	    "\"APAM_EVENT\":\"registry\",\"APAM_KEY\":\"k\","
	    "\"APAM_STATE\":\"archived\",\"APAM_UID\":\"1000\","
	    "\"APAM_PID\":\"77\",\"APAM_PROGRAM\":\"host\"}\n" },
};

START_TEST(the_forms_are_to_the_letter)
{
	ck_assert_msg(strcmp(write_line(forms[_i].form, forms[_i].event,
				 forms[_i].dropped),
			  forms[_i].text) == 0,
	    "%s: %s", forms[_i].name, line);
}
END_TEST

/* Whatever is added to a line must be told to those who read it. */
START_TEST(the_man_page_has_every_field)
{
	char page[131072], name[64];
	FILE *f = fopen("doc/man/apam.conf.5", "r");
	size_t n;
	int fields = 0;

	ck_assert_ptr_nonnull(f);
	n = fread(page, 1, sizeof(page) - 1, f);
	page[n] = '\0';
	(void)fclose(f);
	write_line(AUDIT_JOURNAL, &full, 4);
	for (char *at = strtok(line, "\n"); at != NULL;
	     at = strtok(NULL, "\n")) {
		n = strcspn(at, "=");
		(void)snprintf(name, sizeof(name), "%.*s", (int)n, at);
		ck_assert_msg(strstr(page, name) != NULL, "%s", name);
		fields++;
	}
	ck_assert_int_eq(fields, 18);
}
END_TEST

static const struct {
	enum audit_what what;
	const char *state;
	const char *priority;
} priorities[] = {
	{ AUDIT_STATE, "expired", "PRIORITY=4\n" },
	{ AUDIT_STATE, "archived", "PRIORITY=4\n" },
	{ AUDIT_STATE, "revoked", "PRIORITY=4\n" },
	{ AUDIT_STATE, "good", "PRIORITY=5\n" },
	{ AUDIT_STATE, "unknown", "PRIORITY=5\n" },
	{ AUDIT_STATE, NULL, "PRIORITY=5\n" },
	{ AUDIT_REFUSED, "revoked", "PRIORITY=5\n" },
	{ AUDIT_REGISTRY, "archived", "PRIORITY=5\n" },
	{ (enum audit_what)9, "archived", "PRIORITY=5\n" },
};

START_TEST(a_dead_key_is_a_warning)
{
	const struct audit_event event = { .what = priorities[_i].what,
		.state = priorities[_i].state };

	write_line(AUDIT_JOURNAL, &event, 0);
	ck_assert_msg(
	    strncmp(line, priorities[_i].priority, 11) == 0, "%s", line);
}
END_TEST

/* ---- Texts -------------------------------------------------------------- */

static const struct {
	const char *name, *dirty, *clean;
} texts[] = {
	{ "a field of its own", "x\nAPAM_UID=0\n", "x?APAM_UID=0?" },
	{ "a line of its own", "x\r\n<34>su: x", "x?\?<34>su: x" },
	{ "escape sequence", "\x1b[2Jx\x7f\t", "?[2Jx??" },
	{ "C1",
	    "\xc2\x9b"
	    "2Jx",
	    "?2Jx" },
	{ "turned round",
	    "a\xe2\x80\xae"
	    "b\xe2\x81\xa6\xd8\x9c",
	    "a?b??" },
	{ "other ends of a line", "a\xe2\x80\xa8\xc2\x85", "a??" },
	{ "just not C1", "\xc2\xa0x", "\xc2\xa0x" },
	{ "UTF-8", "Schl\xc3\xbcssel \xe2\x82\xac \xf0\x9f\x94\x91",
	    "Schl\xc3\xbcssel \xe2\x82\xac \xf0\x9f\x94\x91" },
	{ "not UTF-8", "\xff\xc3z\xed\xa0\x80\xc0\xaf", "??z?????" },
	{ "cut short", "x\xe2\x82", "x??" },
};

START_TEST(texts_are_cleaned)
{
	const struct audit_event event = { .entry = -1,
		.evidence = texts[_i].dirty };
	char field[256];

	(void)snprintf(field, sizeof(field),
	    "\nAPAM_EVIDENCE=%s\nAPAM_UID=", texts[_i].clean);
	write_line(AUDIT_JOURNAL, &event, 0);
	ck_assert_msg(
	    strstr(line, field) != NULL, "%s: %s", texts[_i].name, line);
	(void)snprintf(
	    field, sizeof(field), " APAM_EVIDENCE=\"%s\" ", texts[_i].clean);
	write_line(AUDIT_SYSLOG, &event, 0);
	ck_assert_msg(
	    strstr(line, field) != NULL, "%s: %s", texts[_i].name, line);
}
END_TEST

/* Of all texts the worst: each byte of them is escaped. */
static struct audit_event
worst(char *text, size_t n, char byte)
{
	memset(text, byte, n - 1);
	text[n - 1] = '\0';
	return (struct audit_event){ .what = AUDIT_REFUSED,
		.profile = text,
		.entry = 2147483647,
		.scheme = text,
		.key_id = text,
		.state = text,
		.status = (enum apam_status)77,
		.provider = text,
		.evidence = text,
		.repeats = (unsigned long)-1 };
}

static const struct {
	const char *name;
	size_t size;
	char byte;
} longs[] = {
	{ "escaped", 100000, '"' },
	{ "escaped, just too long", AUDIT_TEXT_MAX + 2, '\\' },
	{ "control", 100000, '\n' },
	{ "not UTF-8", 100000, '\xff' },
	{ "plain", 100000, 'x' },
};

START_TEST(long_texts_are_cut)
{
	char *text = malloc(longs[_i].size);
	struct audit_event event;
	struct json *json = NULL;
	const char *problem;

	ck_assert_ptr_nonnull(text);
	event = worst(text, longs[_i].size, longs[_i].byte);
	write_line(AUDIT_JOURNAL, &event, (unsigned long)-1);
	write_line(AUDIT_SYSLOG, &event, (unsigned long)-1);
	write_line(AUDIT_JSON, &event, (unsigned long)-1);
	free(text);
	problem = json_new(apam_str(line), &json);
	ck_assert_msg(problem == NULL, "%s: %s", longs[_i].name, problem);
	ck_assert_uint_eq(json_at(json, "/APAM_KEY").str.n, AUDIT_TEXT_MAX);
	ck_assert_uint_eq(json_at(json, "/MESSAGE").str.n, AUDIT_MESSAGE_MAX);
	json_free(&json);
}
END_TEST

/* Between two characters, not in one. */
START_TEST(a_cut_is_between_characters)
{
	char text[299] = "a";
	const struct audit_event event = { .entry = -1, .key_id = text };
	const char *key;

	for (int i = 1; i < 298; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	text[298] = '\0';
	key = strstr(write_line(AUDIT_JOURNAL, &event, 0), "APAM_KEY=a\xe2");
	ck_assert_ptr_nonnull(key);
	ck_assert_uint_eq(strcspn(key, "\n"), strlen("APAM_KEY=") + 253);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("audit_line");
	TCase *tc = tcase_create("audit_line");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, the_forms_are_to_the_letter, 0, ROWS(forms));
	tcase_add_test(tc, the_man_page_has_every_field);
	tcase_add_loop_test(tc, a_dead_key_is_a_warning, 0, ROWS(priorities));
	tcase_add_loop_test(tc, texts_are_cleaned, 0, ROWS(texts));
	tcase_add_loop_test(tc, long_texts_are_cut, 0, ROWS(longs));
	tcase_add_test(tc, a_cut_is_between_characters);
	return run_suite(suite);
}
