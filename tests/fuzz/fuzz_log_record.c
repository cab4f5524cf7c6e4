/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines that `apam log` reads, of the journal, of syslog and of apam's files:
 * what is taken has a time and an event, and all its fields are texts.  And the
 * times that it is asked for.
 */
/* It chooses what of the C library there is, so it comes first. */
#include "lib/since.c"

#include "fuzz.h"
#include "lib/log_record.c"

#define NOW 1800000000

static void
check(json_t *record)
{
	const char *name;
	json_t *value;

	if (record == NULL)
		return;
	HOLDS(log_record_time(record) > 0);
	HOLDS(log_record_text(record, "APAM_EVENT")[0] != '\0');
	json_object_foreach(record, name, value)
	    HOLDS(json_is_string(value) || strcmp(name, "TIME") == 0);
	json_decref(record);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_copy(data, size);
	int64_t at;

	/* Where it has none the program ends: hosts/cli/lib/json_memory.c. */
	json_set_alloc_funcs(fuzz_alloc, free);
	check(log_record_file(line, 7));
	check(log_record_journal(line));
	check(log_record_syslog(line, NOW));
	check(log_record_any(line, NOW));
	if (since_read(line, NOW, &at))
		HOLDS(at >= 0 || line[0] != '@');
	free(line);
	return 0;
}
