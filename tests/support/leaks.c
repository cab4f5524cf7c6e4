/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linked to Check's programs under AddressSanitizer.  LeakSanitizer's search
 * takes ten times as long as most tests, and Check has a process for each.  A
 * process is searched only if something that its test allocated is still there.
 *
 * Three things do not count, so that what is lost of them is not found: what was
 * there before the process was forked, what is allocated while a library is
 * loaded (by the loader, and by the library's own constructors), and the buffer by
 * which Check tells its parent how the test went.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACES_BITS 14
#define PLACES (1 << PLACES_BITS)
#define CHECKS_BUFFER 4096

#define VISIBLE __attribute__((visibility("default")))

/* Of sanitizer/allocator_interface.h and sanitizer/lsan_interface.h. */
int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *p, size_t n),
    void (*on_free)(const volatile void *p));
VISIBLE int __lsan_is_turned_off(void);
VISIBLE void *__wrap_dlopen(const char *path, int flags);
void *__real_dlopen(const char *path, int flags);

static struct {
	atomic_flag lock;
	bool counts; /* this is the process of a test */
	bool full; /* there was no place: it is not known */
	size_t taken; /* how often memory was taken, in all */
	size_t count;
	uintptr_t all[PLACES]; /* `disguised`, 0: free; open addressing */
} alive = { .lock = ATOMIC_FLAG_INIT };

static _Thread_local bool loading;

static void
lock(void)
{
	while (atomic_flag_test_and_set_explicit(
	    &alive.lock, memory_order_acquire))
		;
}

static void
unlock(void)
{
	atomic_flag_clear_explicit(&alive.lock, memory_order_release);
}

/*
 * Stored inverted: otherwise the search would find a pointer to every block here,
 * and no leak.
 */
static uintptr_t
disguised(const volatile void *p)
{
	return ~(uintptr_t)p;
}

static size_t
home_of(uintptr_t one)
{
	return (one >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> (64 - PLACES_BITS);
}

static size_t
after(size_t i)
{
	return (i + 1) % PLACES;
}

/* Where it is, or the free place where it would be. */
static size_t
place_of(uintptr_t one)
{
	size_t i = home_of(one);

	while (alive.all[i] != 0 && alive.all[i] != one)
		i = after(i);
	return i;
}

/* Those behind it are put where they are found without it. */
static void
take_out(size_t i)
{
	alive.all[i] = 0;
	alive.count--;
	for (i = after(i); alive.all[i] != 0; i = after(i)) {
		const uintptr_t one = alive.all[i];

		alive.all[i] = 0;
		alive.all[place_of(one)] = one;
	}
}

static void
on_malloc(const volatile void *p, size_t n)
{
	if (!alive.counts || loading || p == NULL)
		return;
	lock();
	/* Check makes its first message, and then the buffer to write it by. */
	if (++alive.taken == 2 && n == CHECKS_BUFFER) {
		unlock();
		return;
	}
	if (alive.count < PLACES / 2) {
		alive.all[place_of(disguised(p))] = disguised(p);
		alive.count++;
	} else {
		alive.full = true;
	}
	unlock();
}

static void
on_free(const volatile void *p)
{
	size_t i;

	if (!alive.counts || p == NULL)
		return;
	lock();
	i = place_of(disguised(p));
	if (alive.all[i] != 0)
		take_out(i);
	unlock();
}

void *
__wrap_dlopen(const char *path, int flags)
{
	const bool outer = loading;
	void *handle;

	loading = true;
	handle = __real_dlopen(path, flags);
	loading = outer;
	return handle;
}

/* Forks of a test's own go on with its count. */
static void
in_child(void)
{
	unlock();
	alive.counts = true;
}

/* Its search asks this at the end of a process. */
int
__lsan_is_turned_off(void)
{
	return alive.counts && !alive.full && alive.count == 0;
}

/* Before all other constructors, so that no fork handler runs under its lock. */
__attribute__((constructor(101))) static void
begin(void)
{
	if (__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0)
		(void)pthread_atfork(lock, unlock, in_child);
}
