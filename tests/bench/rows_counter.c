/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a look at the key registry's counter costs a signature: a page of a
 * System V segment, attached for reading over an existing page, as
 * keys/counter.c does it.
 */
#define _GNU_SOURCE /* SHM_REMAP */
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "bench.h"
#include "raw.h"
#include "signer.h"

#define ROUNDS 301
#define PAGE 4096

/* The segment is removed at once, and lives as long as it is attached. */
static void *
attach_page(void)
{
	void *page = mmap(
	    NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const int number = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0644);
	void *placed;

	need(page != MAP_FAILED && number >= 0, "cannot make a segment");
	placed = shmat(number, page, SHM_RDONLY | SHM_REMAP);
	(void)shmctl(number, IPC_RMID, NULL);
	need(placed == page, "cannot attach a segment over a page");
	return page;
}

void
run_counter(struct result *result)
{
	void *page = attach_page();
	struct signer signer;
	struct loop with = { raw_load_clock_count_copy, page, 0 };
	struct loop without = { raw_load_clock_copy, NULL, 0 };
	struct work a, b;

	/* This sets the bytes that the raw rows copy. */
	signer_init(&signer, "bearer");
	a = loop_work(&with);
	b = loop_work(&without);
	measure(&a, &b, ROUNDS, result);
	result->ratio = result->ns - result->raw_ns;
	(void)shmdt(page);
}
