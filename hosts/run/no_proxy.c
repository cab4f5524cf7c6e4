/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/no_proxy.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SEPARATORS ", \t"
#define ENTRY_MAX 255

/* "10.0.0.0/8", and an address in it. */
static bool
is_in_network(const char *network, const char *host)
{
	char address[ENTRY_MAX + 1];
	const char *slash = strchr(network, '/');
	struct in_addr of, in;
	char *end;
	long bits;

	if (slash == NULL || inet_pton(AF_INET, host, &in) != 1)
		return false;
	memcpy(address, network, (size_t)(slash - network));
	address[slash - network] = '\0';
	bits = strtol(slash + 1, &end, 10);
	if (inet_pton(AF_INET, address, &of) != 1 || end == slash + 1 ||
	    *end != '\0' || bits < 0 || bits > 32)
		return false;
	return bits == 0 ||
	    ((ntohl(of.s_addr) ^ ntohl(in.s_addr)) >> (32 - bits)) == 0;
}

/* Without a port, and without brackets. */
static void
cut_port(char *entry)
{
	char *colon = strrchr(entry, ':');

	if (entry[0] == '[') {
		entry[strcspn(entry, "]")] = '\0';
		memmove(entry, entry + 1, strlen(entry));
	} else if (colon != NULL && strchr(entry, ':') == colon) {
		*colon = '\0';
	}
}

static bool
is_in_domain(const char *domain, const char *host)
{
	const size_t n = strlen(host), m = strlen(domain);

	if (m == 0 || m > n || strcasecmp(host + n - m, domain) != 0)
		return false;
	return m == n || host[n - m - 1] == '.';
}

bool
no_proxy_covers(const char *entry, size_t n, const char *host)
{
	char text[ENTRY_MAX + 1], *domain = text;

	if (n == 0 || n > ENTRY_MAX)
		return false;
	memcpy(text, entry, n);
	text[n] = '\0';
	if (strcmp(text, "*") == 0 || is_in_network(text, host))
		return true;
	cut_port(text);
	if (domain[0] == '*')
		domain++;
	if (domain[0] == '.')
		domain++;
	return is_in_domain(domain, host);
}

bool
no_proxy_has(const char *list, const char *host)
{
	for (size_t n; *list != '\0'; list += n) {
		list += strspn(list, SEPARATORS);
		n = strcspn(list, SEPARATORS);
		if (no_proxy_covers(list, n, host))
			return true;
	}
	return false;
}

static bool
covers_any(const char *entry, size_t n, const char *const *hosts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (no_proxy_covers(entry, n, hosts[i]))
			return true;
	return false;
}

char *
no_proxy_without(const char *list, const char *const *hosts, size_t count)
{
	char *made = malloc(strlen(list) + 1), *to = made;

	if (made == NULL)
		return NULL;
	for (size_t n; *list != '\0'; list += n) {
		list += strspn(list, SEPARATORS);
		n = strcspn(list, SEPARATORS);
		if (n == 0 || covers_any(list, n, hosts, count))
			continue;
		if (to > made)
			*to++ = ',';
		memcpy(to, list, n);
		to += n;
	}
	*to = '\0';
	return made;
}
