/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the audit log may be: the journal, the files of syslog, audit.log of
 * each user.  What cannot be read is left out, and said where nothing is left.
 */
#ifndef CLI_LOG_SOURCE_H
#define CLI_LOG_SOURCE_H

#include "lib/command.h"
#include "lib/log_record.h"

struct log_to {
	/* Takes over the record. */
	void (*each)(void *arg, json_t *record);
	void *arg;
	int64_t since, until, now; /* Unix s; the first two bound the journal */
	char tried[512];	/* what was looked at in vain, with commas */
};

/*
 * The lines of all places.  `file`, where it is not NULL, is looked at in their
 * place: "-" is standard input, a name that ends in .journal a journal's, else
 * a file of syslog or of JSON.  False where that cannot be read.
 */
bool log_sources(struct cli *cli, const char *file, struct log_to *to);

#endif
