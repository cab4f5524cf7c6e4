/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/main_conf.c, from texts in memory, and of etc/apam.conf
 * as it is shipped.
 */
#include "config/main_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "support/run.h"

#define HEX "00112233445566778899aAbBcCdDeEfF"
#define HASH HEX HEX
#define PIN(scheme, hash) "{ scheme = \"" scheme "\"; sha256 = \"" hash "\"; }"

static struct problems all;

static struct settings *
read_text(const char *text)
{
	struct settings *s = NULL;
	struct conf *conf;

	all = (struct problems){ 0 };
	conf = conf_parse("f", apam_str(text), &all);
	ck_assert_msg(conf != NULL, "%s: %s", text, all.first.text);
	s = settings_from_conf(conf, true, &all);
	conf_free(&conf);
	return s;
}

START_TEST(all_but_one_are_defaults)
{
	struct settings *s = read_text("profile_dir = \"/p\";");

	ck_assert_msg(s != NULL, "%s", all.first.text);
	ck_assert_str_eq(s->file, "f");
	ck_assert(s->user);
	ck_assert_str_eq(s->profile_dir, "/p");
	ck_assert_str_eq(s->module_dir, APAM_MODULE_DIR);
	ck_assert_str_eq(s->state_dir, APAM_STATE_DIR);
	ck_assert_ptr_null(s->ca_file);
	ck_assert_ptr_null(s->proxy);
	ck_assert_int_eq(s->deadline, 30);
	ck_assert_int_eq(s->ttl, 300);
	ck_assert_int_eq(s->body_max, 1048576);
	ck_assert_int_eq(s->audit, SETTINGS_AUDIT_AUTO);
	ck_assert_int_eq(s->agent, AGENT_OFF);
	ck_assert_str_eq(s->agent_socket, "/run/apam/agent");
	ck_assert_str_eq(s->agent_user, "apam");
	ck_assert_uint_eq(s->pin_count, 0);
	settings_free(&s);
	ck_assert_ptr_null(s);
	settings_free(&s);
}
END_TEST

static const struct {
	const char *text;
	enum settings_audit is;
} audits[] = {
	{ "audit = \"auto\";", SETTINGS_AUDIT_AUTO },
	{ "audit = \"file\";", SETTINGS_AUDIT_FILE },
	{ "audit = \"off\";", SETTINGS_AUDIT_OFF },
};

START_TEST(the_tls_environment_is_asked_for)
{
	struct settings *s = read_text("profile_dir = \"/a\";");

	ck_assert_ptr_nonnull(s);
	ck_assert(!s->tls_environment);
	settings_free(&s);
	s = read_text("tls_environment = true;");
	ck_assert_ptr_nonnull(s);
	ck_assert(s->tls_environment);
	settings_free(&s);
}
END_TEST

START_TEST(the_audit_log_has_three_places)
{
	struct settings *s = read_text(audits[_i].text);

	ck_assert_msg(s != NULL, "%s", all.first.text);
	ck_assert_int_eq(s->audit, audits[_i].is);
	settings_free(&s);
}
END_TEST

static const struct {
	const char *text;
	enum agent_use is;
} uses[] = {
	{ "agent = \"off\";", AGENT_OFF },
	{ "agent = \"prefer\";", AGENT_PREFER },
	{ "agent = \"require\"; agent_socket = \"/s\"; agent_user = \"a\";",
	    AGENT_REQUIRE },
};

START_TEST(the_agent_may_sign)
{
	struct settings *s = read_text(uses[_i].text);

	ck_assert_msg(s != NULL, "%s", all.first.text);
	ck_assert_int_eq(s->agent, uses[_i].is);
	if (uses[_i].is == AGENT_REQUIRE) {
		ck_assert_str_eq(s->agent_socket, "/s");
		ck_assert_str_eq(s->agent_user, "a");
	}
	settings_free(&s);
}
END_TEST

START_TEST(all_can_be_set)
{
	struct settings *s = read_text(
	    "module_dir = \"/m\"; profile_dir = \"/p\"; state_dir = \"/s/\";"
	    "ca_file = \"/ca.pem\"; proxy = \"http://proxy.example:3128\";"
	    "deadline = \"1h\"; ttl = 1; limits = { body = 67108864; };"
	    "pins = ( " PIN("a", HASH) ", " PIN("b-2", HASH) " );");

	ck_assert_msg(s != NULL, "%s", all.first.text);
	ck_assert_str_eq(s->module_dir, "/m");
	ck_assert_str_eq(s->state_dir, "/s/");
	ck_assert_str_eq(s->ca_file, "/ca.pem");
	ck_assert_str_eq(s->proxy, "http://proxy.example:3128");
	ck_assert_int_eq(s->deadline, 3600);
	ck_assert_int_eq(s->ttl, 1);
	ck_assert_int_eq(s->body_max, 67108864);
	ck_assert_uint_eq(s->pin_count, 2);
	ck_assert(str_equal(s->pins[1].scheme, APAM_STR("b-2")));
	ck_assert_uint_eq(s->pins[0].sha256[0], 0x00);
	ck_assert_uint_eq(s->pins[0].sha256[9], 0x99);
	ck_assert_uint_eq(s->pins[0].sha256[10], 0xaa);
	ck_assert_uint_eq(s->pins[1].sha256[31], 0xff);
	settings_free(&s);
}
END_TEST

static const struct {
	const char *text;
	unsigned line;
	const char *why;
} bad[] = {
	{ "", 0, "profile_dir is missing" },
	{ "# only this", 0, "profile_dir is missing" },
	{ "\nprofil_dir = \"/p\";", 2, "did you mean profile_dir?" },
	{ "origins = [ \"https://h\" ];", 1, "not an option of the main file" },
	{ "module_dir = \"m\";", 1, "module_dir: the path is not absolute" },
	{ "profile_dir = \"/a/../b\";", 1, "component" },
	{ "state_dir = \"\";", 1, "is empty" },
	{ "state_dir = 1;", 1, "in quotes" },
	{ "ca_file = \"~/ca.pem\";", 1, "ca_file: the path is not absolute" },
	{ "proxy = \"proxy.example:3128\";", 1, "proxy: " },
	{ "proxy = \"http://proxy.example:3128/?\";", 1, "port alone" },
	{ "proxy = \"http://u:FAKE@proxy.example\";", 1, "user info" },
	{ "deadline = \"0s\";", 1, "1 to 3600 seconds" },
	{ "deadline = 3601;", 1, "1 to 3600 seconds" },
	{ "deadline = -1;", 1, "deadline: " },
	{ "ttl = \"0s\";", 1, "ttl: " },
	{ "ttl = \"366d\";", 1, "ttl: " },
	{ "audit = \"journal\";", 1, "audit: " },
	{ "audit = \"Off\";", 1, "audit: " },
	{ "audit = false;", 1, "audit: " },
	{ "agent = \"on\";", 1, "off, prefer or require" },
	{ "agent = true;", 1, "agent: " },
	{ "agent_socket = \"agent\";", 1, "agent_socket: the path is not " },
	{ "agent_socket = \"/" HEX HEX HEX "/1234567890\";", 1,
	    "at most 107 bytes" },
	{ "agent_user = \"\";", 1, "agent_user: " },
	{ "limits = { body = 1023; };", 1, "1024 to 67108864" },
	{ "limits = { body = 67108865; };", 1, "1024 to 67108864" },
	{ "limits = { head = 1024; };", 1, "not an option of limits" },
	{ "pins = { };", 1, "pins: must be a list" },
	{ "pins = ( );", 1, "pins: is an empty list" },
	{ "pins = ( { } );", 1, "scheme is missing in pins" },
	{ "pins = ( " PIN("A", HASH) " );", 1, "lower-case" },
	{ "pins = ( " PIN("../a", HASH) " );", 1, "lower-case" },
	{ "pins = ( " PIN("a", HEX) " );", 1, "64 hex digits" },
	{ "pins = ( " PIN("a", HASH "0") " );", 1, "64 hex digits" },
	{ "pins = ( " PIN("a", HEX "g0112233445566778899aAbBcCdDeEfF") " );", 1,
	    "64 hex digits" },
	{ "\npins = ( " PIN("a", HASH) ", " PIN("a", HASH) " );", 2,
	    "pinned twice" },
};

START_TEST(bad_settings_are_refused)
{
	struct settings *s = read_text(bad[_i].text);

	ck_assert_msg(s == NULL, "%s", bad[_i].text);
	ck_assert_msg(strstr(all.first.text, bad[_i].why) != NULL, "%s: %s",
	    bad[_i].text, all.first.text);
	ck_assert_msg(all.first.line == bad[_i].line, "%s: line %u",
	    bad[_i].text, all.first.line);
	ck_assert_ptr_null(strstr(all.first.text, "FAKE"));
	ck_assert_int_eq(all.first.status, APAM_E_CONFIG);
}
END_TEST

START_TEST(all_problems_are_reported)
{
	ck_assert_ptr_null(read_text("module_dir = \"m\"; state_dir = \"s\";"
				     "deadline = 0; x = 1;"
				     "proxy = \"p\"; pins = ( 1 );"));
	ck_assert_uint_eq(all.count, 6);
}
END_TEST

START_TEST(an_absent_file_is_refused)
{
	all = (struct problems){ 0 };
	ck_assert_ptr_null(settings_new("/nowhere/apam.conf", true, &all));
	ck_assert_int_eq(all.first.status, APAM_E_CONFIG);
	ck_assert_str_eq(all.first.file, "/nowhere/apam.conf");
}
END_TEST

/* The source tree may be anybody's, so a trusted copy is read. */
START_TEST(the_example_is_right)
{
	char path[] = "/tmp/apam-settings-XXXXXX";
	char command[128];
	struct settings *s;
	const int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	(void)snprintf(command, sizeof(command), "cat etc/apam.conf >%s", path);
	ck_assert_int_eq(system(command), 0);
	all = (struct problems){ 0 };
	s = settings_new(path, true, &all);
	(void)unlink(path);
	ck_assert_msg(s != NULL, "line %u: %s", all.first.line, all.first.text);
	ck_assert_str_eq(s->profile_dir, "/etc/apam.d");
	settings_free(&s);
}
END_TEST

/* What the example shows commented out must be right as well. */
START_TEST(the_example_without_its_comment_signs_is_right)
{
	char path[] = "/tmp/apam-settings-XXXXXX";
	char command[256];
	struct settings *s;
	const int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	(void)snprintf(command, sizeof(command),
	    "sed -E 's/^# ([a-z_]+ = .*|  .*[;{}]|\\);)$/\\1/' etc/apam.conf "
	    ">%s",
	    path);
	ck_assert_int_eq(system(command), 0);
	all = (struct problems){ 0 };
	s = settings_new(path, true, &all);
	(void)unlink(path);
	ck_assert_msg(s != NULL, "line %u: %s", all.first.line, all.first.text);
	ck_assert_uint_eq(s->pin_count, 1);
	ck_assert_int_eq(s->deadline, 30);
	ck_assert_int_eq(s->ttl, 300);
	ck_assert_int_eq(s->body_max, SETTINGS_BODY_DEFAULT);
	ck_assert_ptr_nonnull(s->proxy);
	ck_assert_ptr_nonnull(s->ca_file);
	settings_free(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("settings");
	TCase *tc = tcase_create("settings");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, all_but_one_are_defaults);
	tcase_add_test(tc, all_can_be_set);
	tcase_add_test(tc, the_tls_environment_is_asked_for);
	tcase_add_loop_test(tc, the_agent_may_sign, 0, ROWS(uses));
	tcase_add_loop_test(tc, the_agent_may_sign, 0, ROWS(uses));
	tcase_add_loop_test(
	    tc, the_audit_log_has_three_places, 0, ROWS(audits));
	tcase_add_loop_test(tc, bad_settings_are_refused, 0, ROWS(bad));
	tcase_add_test(tc, all_problems_are_reported);
	tcase_add_test(tc, an_absent_file_is_refused);
	tcase_add_test(tc, the_example_is_right);
	tcase_add_test(tc, the_example_without_its_comment_signs_is_right);
	return run_suite(suite);
}
