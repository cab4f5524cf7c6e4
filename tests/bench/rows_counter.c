/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What it costs a signature to look at the key registry's counter: a page of a
 * file that this process has mapped, as key_counter.c does.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "raw.h"
#include "signer.h"

#define ROUNDS 301
#define PAGE 4096

/* The mapped page of a file with something in it. */
static void *
map_page(void)
{
	static const char text[PAGE] = "counter";
	int fd = open(site_path("counter"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	void *page;

	need(fd >= 0 && write(fd, text, sizeof(text)) == PAGE,
	    "cannot write a file");
	page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	need(page != MAP_FAILED, "cannot map a file");
	(void)close(fd);
	return page;
}

void
run_counter(struct result *result)
{
	void *page = map_page();
	struct signer signer;
	struct loop with = { raw_load_clock_count_copy, page, 0 };
	struct loop without = { raw_load_clock_copy, NULL, 0 };
	struct work a, b;

	/* Sets the bytes that the raw rows copy. */
	signer_init(&signer, "bearer");
	a = loop_work(&with);
	b = loop_work(&without);
	measure(&a, &b, ROUNDS, result);
	result->ratio = result->ns - result->raw_ns;
	(void)munmap(page, PAGE);
}
