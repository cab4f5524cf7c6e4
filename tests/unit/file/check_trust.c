/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/trust.c on real files: each row makes one tree in a new
 * directory below /tmp, which is itself the sticky case.  Rows that need
 * another owner run as root alone.
 */
#include "file/trust.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.h"
#include "support/run.h"

#define OTHER_UID 65534

static char base[64];
static bool user; /* user mode, where the tests are not run by root */

static void
make_base(void)
{
	user = geteuid() != 0;
	(void)snprintf(base, sizeof(base), "/tmp/apam-trust-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
}

static void
remove_base(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static const char *
below(const char *name)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

static void
make_file(const char *name, mode_t mode, const char *text)
{
	FILE *f = fopen(below(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(below(name), mode), 0);
}

static void
make_directory(const char *name, mode_t mode)
{
	ck_assert_int_eq(mkdir(below(name), 0700), 0);
	ck_assert_int_eq(chmod(below(name), mode), 0);
}

/* ---- Paths ------------------------------------------------------------ */

static const struct {
	const char *path;
	const char *why; /* a piece of the text; NULL: fine */
} paths[] = {
	{ "/", NULL },
	{ "/etc", NULL },
	{ "/etc/", NULL },
	{ "/etc/apam.d/x.conf", NULL },
	{ "/etc/...", NULL },
	{ "/etc/.x", NULL },
	{ "", "not absolute" },
	{ "etc", "not absolute" },
	{ "./etc", "not absolute" },
	{ "//", "component" },
	{ "//etc", "component" },
	{ "/etc//x", "component" },
	{ "/etc//", "component" },
	{ "/.", "component" },
	{ "/..", "component" },
	{ "/etc/./x", "component" },
	{ "/etc/../x", "component" },
	{ "/etc/..", "component" },
	{ "/etc/../", "component" },
	{ "/etc/a\nb", "control" },
	{ "/etc/a\x7f", "control" },
};

START_TEST(a_path_is_plain)
{
	const char *why = trust_path_problem(apam_str(paths[_i].path));

	if (paths[_i].why == NULL)
		ck_assert_msg(why == NULL, "'%s': %s", paths[_i].path, why);
	else
		ck_assert_msg(why != NULL && strstr(why, paths[_i].why) != NULL,
		    "'%s': %s", paths[_i].path, why == NULL ? "fine" : why);
}
END_TEST

START_TEST(a_path_has_a_length)
{
	char path[TRUST_PATH_MAX + 2];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	ck_assert_ptr_null(
	    trust_path_problem((struct apam_str){ path, TRUST_PATH_MAX }));
	ck_assert_ptr_nonnull(
	    trust_path_problem((struct apam_str){ path, sizeof(path) - 1 }));
}
END_TEST

/* ---- Files ------------------------------------------------------------ */

static const struct {
	const char *name;
	mode_t mode;
	enum trust_kind kind;
	enum apam_status status;
	const char *text;
} modes[] = {
	{ "file, 0644", 0644, TRUST_FILE, APAM_OK, NULL },
	{ "file, 0444", 0444, TRUST_FILE, APAM_OK, NULL },
	{ "file, 0664", 0664, TRUST_FILE, APAM_E_TRUST, "chmod go-w /" },
	{ "file, 0646", 0646, TRUST_FILE, APAM_E_TRUST, "chmod go-w /" },
	{ "file, 01666", 01666, TRUST_FILE, APAM_E_TRUST, "chmod go-w /" },
	{ "secret, 0600", 0600, TRUST_SECRET, APAM_OK, NULL },
	{ "secret, 0400", 0400, TRUST_SECRET, APAM_OK, NULL },
	{ "secret, 0640", 0640, TRUST_SECRET, APAM_OK, NULL },
	{ "secret, 0644", 0644, TRUST_SECRET, APAM_E_TRUST, "chmod o= /" },
	{ "secret, 0601", 0601, TRUST_SECRET, APAM_E_TRUST, "chmod o= /" },
	{ "secret, 0660", 0660, TRUST_SECRET, APAM_E_TRUST, "chmod go-w /" },
	{ "secret, 0602", 0602, TRUST_SECRET, APAM_E_TRUST, "chmod g-w,o= /" },
	{ "secret, 0666", 0666, TRUST_SECRET, APAM_E_TRUST, "chmod g-w,o= /" },
	{ "file, 0666", 0666, TRUST_FILE, APAM_E_TRUST, "chmod go-w /" },
	{ "program, 0755", 0755, TRUST_PROGRAM, APAM_OK, NULL },
	{ "program, 0644", 0644, TRUST_PROGRAM, APAM_E_CONFIG, "chmod +x /" },
	{ "program, 0775", 0775, TRUST_PROGRAM, APAM_E_TRUST, "chmod go-w /" },
	{ "not a directory", 0644, TRUST_DIRECTORY, APAM_E_CONFIG,
	    "is not a directory" },
};

START_TEST(a_file_has_a_safe_mode)
{
	struct apam_error err = APAM_ERROR_INIT;
	int fd;

	make_file("f", modes[_i].mode, "x");
	fd = trust_open(below("f"), modes[_i].kind, user, &err);
	ck_assert_msg(
	    err.status == modes[_i].status, "%s: %s", modes[_i].name, err.text);
	ck_assert_msg(
	    (fd >= 0) == (err.status == APAM_OK), "%s", modes[_i].name);
	if (modes[_i].text != NULL)
		ck_assert_msg(strstr(err.text, modes[_i].text) != NULL &&
			strstr(err.text, below("f")) != NULL,
		    "%s: %s", modes[_i].name, err.text);
	if (fd >= 0)
		(void)close(fd);
}
END_TEST

static const struct {
	const char *name;
	mode_t mode;
	enum apam_status status;
} directories[] = {
	{ "0755", 0755, APAM_OK },
	{ "0700", 0700, APAM_OK },
	{ "0775", 0775, APAM_E_TRUST },
	{ "0757", 0757, APAM_E_TRUST },
	{ "02775", 02775, APAM_E_TRUST },
};

START_TEST(a_directory_has_a_safe_mode)
{
	struct apam_error err = APAM_ERROR_INIT;
	int fd;

	make_directory("d", directories[_i].mode);
	make_file("d/f", 0644, "x");
	fd = trust_open(below("d/f"), TRUST_FILE, user, &err);
	ck_assert_msg(err.status == directories[_i].status, "%s: %s",
	    directories[_i].name, err.text);
	if (fd >= 0)
		(void)close(fd);
	else
		ck_assert_msg(strstr(err.text, "/d can be changed") != NULL,
		    "%s: %s", directories[_i].name, err.text);
	fd = trust_open(below("d/"), TRUST_DIRECTORY, user, NULL);
	ck_assert_int_eq(fd >= 0, directories[_i].status == APAM_OK);
	if (fd >= 0)
		(void)close(fd);
}
END_TEST

/* Expect a refusal with this status and a piece of its text. */
static void
refused(const char *path, enum trust_kind kind, enum apam_status status,
    const char *text)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_int_eq(trust_open(path, kind, user, &err), -1);
	ck_assert_msg(err.status == status, "%s", err.text);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
	ck_assert_str_eq(err.file, "");
}

START_TEST(a_link_is_refused)
{
	char target[1024];

	make_directory("d", 0755);
	make_file("d/f", 0644, "x");
	(void)snprintf(target, sizeof(target), "%s", below("d"));
	ck_assert_int_eq(symlink(target, below("l")), 0);
	ck_assert_int_eq(symlink("f", below("d/l")), 0);
	ck_assert_int_eq(symlink("nowhere", below("dangling")), 0);
	refused(below("l/f"), TRUST_FILE, APAM_E_TRUST,
	    "/l is a symbolic link; write the real path");
	refused(below("d/l"), TRUST_FILE, APAM_E_TRUST, "symbolic link");
	refused(below("dangling"), TRUST_FILE, APAM_E_TRUST, "symbolic link");
	refused(below("l"), TRUST_DIRECTORY, APAM_E_TRUST, "symbolic link");
}
END_TEST

START_TEST(other_kinds_are_refused)
{
	ck_assert_int_eq(mkfifo(below("fifo"), 0600), 0);
	make_directory("d", 0755);
	make_file("f", 0644, "x");
	refused(below("fifo"), TRUST_FILE, APAM_E_CONFIG, "not a regular file");
	refused(
	    below("fifo"), TRUST_SECRET, APAM_E_CONFIG, "not a regular file");
	refused(below("d"), TRUST_FILE, APAM_E_CONFIG, "not a regular file");
	refused("/dev/null", TRUST_FILE, APAM_E_CONFIG, "not a regular file");
	refused(
	    below("f/x"), TRUST_FILE, APAM_E_CONFIG, "/f is not a directory");
	refused(below("f/"), TRUST_FILE, APAM_E_CONFIG, "ends in /");
	refused(below("f/"), TRUST_DIRECTORY, APAM_E_CONFIG, "not a directory");
	refused(below("no/x"), TRUST_FILE, APAM_E_CONFIG, "/no does not exist");
	refused("f", TRUST_FILE, APAM_E_CONFIG, "not absolute");
}
END_TEST

START_TEST(the_root_is_a_directory)
{
	int fd = trust_open("/", TRUST_DIRECTORY, user, NULL);

	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	refused("/", TRUST_FILE, APAM_E_CONFIG, "ends in /");
}
END_TEST

START_TEST(an_owner_is_root)
{
	int fd;

	if (geteuid() != 0)
		return;
	make_directory("d", 0755);
	make_file("d/f", 0644, "x");
	ck_assert_int_eq(chown(below("d/f"), OTHER_UID, OTHER_UID), 0);
	refused(below("d/f"), TRUST_FILE, APAM_E_TRUST, "; chown root /");
	ck_assert_int_eq(chown(below("d/f"), 0, 0), 0);
	ck_assert_int_eq(chown(below("d"), OTHER_UID, OTHER_UID), 0);
	refused(below("d/f"), TRUST_FILE, APAM_E_TRUST,
	    "/d does not belong to root; use a directory that does, or");
	/* Sticky is not enough: its owner may replace what is in it. */
	ck_assert_int_eq(chmod(below("d"), 01777), 0);
	refused(below("d/f"), TRUST_FILE, APAM_E_TRUST, "/d does not belong");
	ck_assert_int_eq(chown(below("d"), 0, 0), 0);
	ck_assert_int_eq(chmod(below("d"), 01777), 0);
	fd = trust_open(below("d/f"), TRUST_FILE, false, NULL);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}
END_TEST

START_TEST(a_user_may_own_in_user_mode)
{
	struct apam_error err = APAM_ERROR_INIT;
	int fd;

	if (geteuid() != 0)
		return;
	make_directory("d", 0711);
	make_file("d/f", 0600, "x");
	ck_assert_int_eq(chown(below("d/f"), OTHER_UID, OTHER_UID), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	fd = trust_open(below("d/f"), TRUST_SECRET, true, &err);
	ck_assert_msg(fd >= 0, "%s", err.text);
	(void)close(fd);
	/* Not the user's to believe in system mode. */
	ck_assert_int_eq(
	    trust_open(below("d/f"), TRUST_SECRET, false, NULL), -1);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chown(below("d/f"), OTHER_UID - 1, 0), 0);
	ck_assert_int_eq(chmod(below("d/f"), 0644), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	ck_assert_int_eq(trust_open(below("d/f"), TRUST_FILE, true, &err), -1);
	ck_assert_msg(
	    strstr(err.text, "nor to this user") != NULL, "%s", err.text);
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(an_unreadable_file_says_so)
{
	if (geteuid() != 0)
		return;
	make_file("f", 0600, "x");
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	refused(below("f"), TRUST_FILE, APAM_E_ACCESS, "may not be read");
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(a_directory_that_may_not_be_entered_is_named)
{
	int fd;

	if (geteuid() != 0)
		return;
	make_directory("d", 0750);
	make_file("d/f", 0640, "x");
	ck_assert_int_eq(chown(below("d/f"), 0, OTHER_UID), 0);
	ck_assert_int_eq(setegid(OTHER_UID), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	refused(below("d/f"), TRUST_SECRET, APAM_E_ACCESS,
	    "/d/f is in a directory that this user may not enter");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(below("d"), 0751), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	fd = trust_open(below("d/f"), TRUST_SECRET, false, NULL);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(setegid(0), 0);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}
END_TEST

/* ---- Sockets ---------------------------------------------------------- */

/* Listen at a path below the base. */
static int
listen_at(const char *name, mode_t mode)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	(void)snprintf(
	    at.sun_path, sizeof(at.sun_path), "%s/%.32s", base, name);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(chmod(below(name), mode), 0);
	return fd;
}

/* Its mode lets others connect, not replace it. */
START_TEST(a_socket_is_opened)
{
	struct apam_error err = APAM_ERROR_INIT;
	const int server = listen_at("s", 0777);
	int fd = trust_open(below("s"), TRUST_SOCKET, user, &err);

	ck_assert_msg(fd >= 0, "%s", err.text);
	(void)close(fd);
	(void)close(server);
}
END_TEST

/* A service's user may own its socket, and the folder that it is in. */
START_TEST(a_socket_of_another_is_opened_where_that_is_meant)
{
	struct apam_error err = APAM_ERROR_INIT;
	const int server = listen_at("s", 0777);
	int fd = -1;

	if (geteuid() == 0) {
		ck_assert_int_eq(chown(below("s"), 65534, 65534), 0);
		ck_assert_int_eq(chown(base, 65534, 65534), 0);
		ck_assert_int_eq(
		    trust_open_socket(below("s"), 0, false, &err), -1);
		ck_assert_int_eq(err.status, APAM_E_TRUST);
		fd = trust_open_socket(below("s"), 65534, false, &err);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(chown(base, 0, 0), 0);
	}
	(void)close(fd);
	(void)close(server);
}
END_TEST

START_TEST(a_socket_is_a_socket)
{
	make_file("f", 0644, "x");
	make_directory("d", 0777);
	(void)close(listen_at("s", 0777));
	(void)close(listen_at("d/s", 0777));
	ck_assert_int_eq(symlink("s", below("l")), 0);
	refused(below("f"), TRUST_SOCKET, APAM_E_CONFIG, "is not a socket");
	refused(below("d"), TRUST_SOCKET, APAM_E_CONFIG, "is not a socket");
	refused("/dev/null", TRUST_SOCKET, APAM_E_CONFIG, "is not a socket");
	refused(below("l"), TRUST_SOCKET, APAM_E_TRUST, "symbolic link");
	refused(below("d/s"), TRUST_SOCKET, APAM_E_TRUST, "/d can be changed");
	refused(below("no"), TRUST_SOCKET, APAM_E_CONFIG, "does not exist");
	refused(below("s"), TRUST_FILE, APAM_E_CONFIG, "not a regular file");
}
END_TEST

START_TEST(a_socket_s_owner_is_root)
{
	if (geteuid() != 0)
		return;
	(void)close(listen_at("s", 0777));
	ck_assert_int_eq(chown(below("s"), OTHER_UID, OTHER_UID), 0);
	refused(below("s"), TRUST_SOCKET, APAM_E_TRUST,
	    "belongs to another user; find out who made it");
}
END_TEST

/* What was opened is what is connected to, whatever the name is by then. */
START_TEST(a_socket_cannot_be_swapped)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int right = listen_at("s", 0777), wrong = listen_at("w", 0777);
	const int fd = trust_open(below("s"), TRUST_SOCKET, user, NULL);
	const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd waiting[] = { { .fd = right, .events = POLLIN },
		{ .fd = wrong, .events = POLLIN } };
	char from[1024];

	ck_assert_int_ge(fd, 0);
	(void)snprintf(from, sizeof(from), "%s", below("w"));
	ck_assert_int_eq(rename(from, below("s")), 0);
	(void)snprintf(
	    at.sun_path, sizeof(at.sun_path), "/proc/self/fd/%d", fd);
	ck_assert_int_eq(
	    connect(client, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(poll(waiting, 2, 0), 1);
	ck_assert_int_ne(waiting[0].revents & POLLIN, 0);
	(void)close(client);
	(void)close(fd);
	(void)close(wrong);
	(void)close(right);
}
END_TEST

/* ---- Reading ---------------------------------------------------------- */

START_TEST(a_file_is_read_whole)
{
	struct apam_error err = APAM_ERROR_INIT;
	char text[9000];
	struct buf to;

	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	make_file("f", 0644, text);
	buf_init(&to, sizeof(text) - 1);
	ck_assert_int_eq(
	    trust_read(below("f"), TRUST_FILE, user, &to, &err), APAM_OK);
	ck_assert_str_eq(buf_view(&to).p, text);
	buf_free(&to);

	buf_init(&to, sizeof(text) - 2);
	ck_assert_int_eq(
	    trust_read(below("f"), TRUST_FILE, user, &to, &err), APAM_E_CONFIG);
	ck_assert_msg(
	    strstr(err.text, "larger than 8998 bytes") != NULL, "%s", err.text);
	ck_assert_uint_eq(buf_view(&to).n, 0);
	buf_free(&to);
}
END_TEST

START_TEST(an_empty_file_is_read)
{
	struct buf to;

	make_file("f", 0644, "");
	buf_init(&to, 10);
	ck_assert_int_eq(
	    trust_read(below("f"), TRUST_FILE, user, &to, NULL), APAM_OK);
	ck_assert_uint_eq(buf_view(&to).n, 0);
	buf_free(&to);
}
END_TEST

START_TEST(a_huge_file_is_not_read)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct buf to;

	make_file("f", 0644, "");
	ck_assert_int_eq(truncate(below("f"), 100 << 20), 0);
	buf_init(&to, 65535);
	ck_assert_int_eq(
	    trust_read(below("f"), TRUST_FILE, user, &to, &err), APAM_E_CONFIG);
	ck_assert_msg(strstr(err.text, "larger than 65535 bytes") != NULL, "%s",
	    err.text);
	buf_free(&to);
}
END_TEST

START_TEST(a_refusal_has_a_status_without_detail)
{
	struct buf to;

	make_file("f", 0666, "x");
	buf_init(&to, 10);
	ck_assert_int_eq(
	    trust_read(below("f"), TRUST_FILE, user, &to, NULL), APAM_E_TRUST);
	ck_assert_int_eq(
	    trust_read(below("g"), TRUST_FILE, user, &to, NULL), APAM_E_CONFIG);
	buf_free(&to);
}
END_TEST

/* ---- ACLs --------------------------------------------------------------- */

/* Let user 65534 read a file of mode 0600, which then looks like 0640. */
static bool
let_another_read(const char *path)
{
	static const char acl[] = "\2\0\0\0"
				  "\1\0\6\0\xff\xff\xff\xff"
				  "\2\0\4\0\xfe\xff\0\0"
				  "\4\0\0\0\xff\xff\xff\xff"
				  "\x10\0\4\0\xff\xff\xff\xff"
				  "\x20\0\0\0\xff\xff\xff\xff";

	return setxattr(path, "system.posix_acl_access", acl, sizeof(acl) - 1,
		   0) == 0;
}

START_TEST(an_acl_counts)
{
	struct apam_error err = APAM_ERROR_INIT;
	char path[1024];
	struct stat st;
	int fd;

	(void)snprintf(path, sizeof(path), "%s", below("f"));
	make_file("f", 0600, "x");
	/* Where the file system has none there is nothing to see. */
	if (!let_another_read(path))
		return;
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
	fd = trust_open(path, TRUST_SECRET, user, &err);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(err.status, APAM_E_TRUST);
	ck_assert_ptr_nonnull(strstr(err.text,
	    "is a secret that its ACL lets user 65534 read; setfacl -b /"));
	error_clear(&err);
	ck_assert_int_eq(trust_open(path, TRUST_CREDENTIAL, user, NULL), -1);
	fd = trust_open(path, TRUST_FILE, user, &err);
	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(removexattr(path, "system.posix_acl_access"), 0);
	ck_assert_int_eq(chmod(path, 0640), 0);
	fd = trust_open(path, TRUST_SECRET, user, &err);
	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* As systemd gives out a credential: root's, and the service may read it. */
START_TEST(a_credentials_own_acl_is_fine)
{
	char path[1024];
	int fd;

	(void)snprintf(path, sizeof(path), "%s", below("f"));
	make_file("f", 0400, "x");
	if (geteuid() != 0 || !let_another_read(path))
		return;
	ck_assert_int_eq(seteuid(65534), 0);
	fd = trust_open(path, TRUST_CREDENTIAL, true, NULL);
	ck_assert_int_eq(trust_open(path, TRUST_SECRET, true, NULL), -1);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(who_could_read_a_secret_is_said)
{
	struct apam_error err = APAM_ERROR_INIT;
	char path[1024];

	if (geteuid() != 0)
		return;
	(void)snprintf(path, sizeof(path), "%s", below("f"));
	make_file("f", _i == 0 ? 0640 : 0600, "x");
	ck_assert_int_eq(chown(path, 0, 65533), 0);
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(trust_open(path, TRUST_SECRET, false, &err), -1);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_msg(
	    strstr(err.text, "run it as root") != NULL, "%s", err.text);
	ck_assert_msg(
	    (strstr(err.text, ", or join group 65533") != NULL) == (_i == 0),
	    "%s", err.text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("trust");
	TCase *tc = tcase_create("trust");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_loop_test(tc, a_path_is_plain, 0, ROWS(paths));
	tcase_add_test(tc, a_path_has_a_length);
	tcase_add_loop_test(tc, a_file_has_a_safe_mode, 0, ROWS(modes));
	tcase_add_loop_test(
	    tc, a_directory_has_a_safe_mode, 0, ROWS(directories));
	tcase_add_test(tc, a_link_is_refused);
	tcase_add_test(tc, other_kinds_are_refused);
	tcase_add_test(tc, the_root_is_a_directory);
	tcase_add_test(tc, an_owner_is_root);
	tcase_add_test(tc, a_user_may_own_in_user_mode);
	tcase_add_test(tc, an_unreadable_file_says_so);
	tcase_add_test(tc, a_directory_that_may_not_be_entered_is_named);
	tcase_add_test(tc, a_socket_is_opened);
	tcase_add_test(tc, a_socket_of_another_is_opened_where_that_is_meant);
	tcase_add_test(tc, a_socket_is_a_socket);
	tcase_add_test(tc, a_socket_s_owner_is_root);
	tcase_add_test(tc, a_socket_cannot_be_swapped);
	tcase_add_test(tc, a_file_is_read_whole);
	tcase_add_test(tc, an_empty_file_is_read);
	tcase_add_test(tc, a_huge_file_is_not_read);
	tcase_add_test(tc, a_refusal_has_a_status_without_detail);
	tcase_add_test(tc, an_acl_counts);
	tcase_add_test(tc, a_credentials_own_acl_is_fine);
	tcase_add_loop_test(tc, who_could_read_a_secret_is_said, 0, 2);
	return run_suite(suite);
}
