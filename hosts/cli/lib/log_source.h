/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The places where the audit log may be: the journal, the files of syslog, and
 * each user's audit.log.  Places that cannot be read are skipped; if none is
 * left, the skipped ones are reported.
 */
#ifndef HOSTS_CLI_LIB_LOG_SOURCE_H
#define HOSTS_CLI_LIB_LOG_SOURCE_H

#include "lib/command.h"
#include "lib/log_record.h"

struct log_to {
	/* Receives each record, and owns it. */
	void (*each)(void *arg, json_t *record);
	void *arg;
	int64_t since, until, now; /* Unix s; the first two bound the journal */
	/* the places that could not be read, separated by commas */
	char tried[512];
	bool refused; /* this user may not read one that is there */
};

/*
 * Read the lines of all places.  If `file` is not NULL it is read instead: "-"
 * is standard input, a name that ends in .journal is a journal's file, anything
 * else is a file in syslog's or in JSON format.  Returns false if it cannot be
 * read.
 */
bool log_sources(struct cli *cli, const char *file, struct log_to *to);

#endif
