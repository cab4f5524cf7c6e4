/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/self/stat has times and sizes, /proc/self/status what is locked.  Both
 * are read from their beginning each time, from descriptors that stay open.
 */
#define _GNU_SOURCE /* CLOCK_BOOTTIME */
#include "agent/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TEXT_SIZE 4096
#define KB 1024

struct process_view {
	int stat, status; /* descriptors */
	double start_s;
};

static bool
read_text(int fd, char text[TEXT_SIZE])
{
	const ssize_t n = pread(fd, text, TEXT_SIZE - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* What follows the name of the program, which may hold anything. */
static const char *
after_name(const char *text)
{
	const char *end = strrchr(text, ')');

	return end == NULL ? "" : end + 1;
}

/* Fields 14, 15, 22, 23 and 24 of proc(5), "/proc/pid/stat". */
struct stat_fields {
	unsigned long user, system;
	unsigned long long start;
	unsigned long virtual;
	long resident;
};

static bool
read_stat(int fd, struct stat_fields *f)
{
	char text[TEXT_SIZE];

	return read_text(fd, text) &&
	    sscanf(after_name(text),
		" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d "
		"%*d %*d %*d %*d %llu %lu %ld",
		&f->user, &f->system, &f->start, &f->virtual,
		&f->resident) == 5;
}

/* It counts from when the machine was started. */
static double
start_of(const struct stat_fields *f)
{
	const long ticks = sysconf(_SC_CLK_TCK);
	struct timespec wall, up;

	(void)clock_gettime(CLOCK_REALTIME, &wall);
	(void)clock_gettime(CLOCK_BOOTTIME, &up);
	return (double)(wall.tv_sec - up.tv_sec) +
	    (double)(wall.tv_nsec - up.tv_nsec) / 1e9 +
	    (double)f->start / (double)ticks;
}

struct process_view *
process_view_new(void)
{
	struct process_view *v = calloc(1, sizeof(*v));
	struct stat_fields fields;

	if (v == NULL)
		return NULL;
	v->stat = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	v->status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	if (v->stat < 0 || v->status < 0 || !read_stat(v->stat, &fields))
		process_view_free(&v);
	else
		v->start_s = start_of(&fields);
	return v;
}

void
process_view_free(struct process_view **v)
{
	struct process_view *old = *v;

	*v = NULL;
	if (old == NULL)
		return;
	if (old->stat >= 0)
		(void)close(old->stat);
	if (old->status >= 0)
		(void)close(old->status);
	free(old);
}

static uint64_t
read_locked(int fd)
{
	char text[TEXT_SIZE];
	const char *at;
	uint64_t kb = 0;

	if (!read_text(fd, text))
		return 0;
	at = strstr(text, "\nVmLck:");
	if (at == NULL || sscanf(at, "\nVmLck: %" SCNu64, &kb) != 1)
		return 0;
	return kb * KB;
}

/* Without that which lists them. */
static uint64_t
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	uint64_t n = 0;

	if (dir == NULL)
		return 0;
	while ((e = readdir(dir)) != NULL)
		n += e->d_name[0] != '.';
	(void)closedir(dir);
	return n > 0 ? n - 1 : 0;
}

void
process_view_read(const struct process_view *v, struct process_facts *to)
{
	const long ticks = sysconf(_SC_CLK_TCK);
	struct stat_fields fields;
	struct rlimit limit;

	memset(to, 0, sizeof(*to));
	to->start_s = v->start_s;
	if (read_stat(v->stat, &fields)) {
		to->cpu_s = (double)(fields.user + fields.system) /
		    (double)ticks;
		to->virtual = fields.virtual;
		to->resident = (uint64_t)fields.resident *
		    (uint64_t)sysconf(_SC_PAGESIZE);
	}
	to->locked = read_locked(v->status);
	to->descriptors = count_descriptors();
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		to->descriptors_max = limit.rlim_cur;
}
