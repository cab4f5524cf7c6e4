/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * They are in the segments of its file that can be written to, which the loader
 * knows (dl_iterate_phdr(3)).
 */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "kit/statics.h"

#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "kit/module_file.h"

#define SEGMENTS_MAX 8

static struct {
	const void *at;
	void *copy;
	size_t size;
} segments[SEGMENTS_MAX];
static size_t segment_count;

static int
keep_segments(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	if (strcmp(info->dlpi_name, module_file.path) != 0)
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum && segment_count < SEGMENTS_MAX;
	     i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_W))
			continue;
		segments[segment_count].at = (const void *)(info->dlpi_addr +
		    p->p_vaddr);
		segments[segment_count].size = p->p_memsz;
		segment_count++;
	}
	return 1;
}

bool
statics_keep(void)
{
	(void)dl_iterate_phdr(keep_segments, NULL);
	for (size_t i = 0; i < segment_count; i++) {
		segments[i].copy = malloc(segments[i].size);
		if (segments[i].copy == NULL)
			return false;
		memcpy(segments[i].copy, segments[i].at, segments[i].size);
	}
	return true;
}

bool
statics_changed(void)
{
	for (size_t i = 0; i < segment_count; i++)
		if (memcmp(segments[i].copy, segments[i].at,
			segments[i].size) != 0)
			return true;
	return false;
}
