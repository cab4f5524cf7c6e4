/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server of TLS that asks for client certificates, keeps connections, offers
 * sessions, and notes by which connection a request came and who sent it.
 */
#ifndef TESTS_TLS_NOTES_H
#define TESTS_TLS_NOTES_H

#include "support/certificate.h"
#include "support/raw_server.h"

#define REQUESTS_MAX 16
#define CONNECTIONS_MAX 16
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* What the server noted of a request. */
struct seen {
	int connection;
	bool resumed; /* its TLS session */
	char name[32]; /* in the client's certificate; "": none */
};

static SSL_CTX *tls;
static int listener, ends[CONNECTIONS_MAX], connections;
static uint16_t port;
static pthread_t acceptor, servers[CONNECTIONS_MAX];
static struct seen seen[REQUESTS_MAX];
static atomic_int requests;

static inline void
note(const SSL *ssl, int connection)
{
	const int i = atomic_load(&requests);
	X509 *cert = SSL_get1_peer_certificate(ssl);

	ck_assert_int_lt(i, REQUESTS_MAX);
	seen[i] = (struct seen){ .connection = connection,
		.resumed = SSL_session_reused(ssl) == 1 };
	if (cert != NULL)
		(void)X509_NAME_get_text_by_NID(X509_get_subject_name(cert),
		    NID_commonName, seen[i].name, sizeof(seen[i].name));
	X509_free(cert);
	atomic_store(&requests, i + 1);
}

static inline void *
serve(void *arg)
{
	const int connection = (int)(intptr_t)arg;
	SSL *ssl = SSL_new(tls);
	char head[4096];

	(void)SSL_set_fd(ssl, ends[connection]);
	if (SSL_accept(ssl) == 1)
		while (SSL_read(ssl, head, sizeof(head)) > 0) {
			note(ssl, connection);
			(void)SSL_write(ssl, ANSWER, sizeof(ANSWER) - 1);
		}
	SSL_free(ssl);
	return NULL;
}

static inline void *
accept_all(void *unused)
{
	int fd;

	(void)unused;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		ck_assert_int_lt(connections, CONNECTIONS_MAX);
		ends[connections] = fd;
		ck_assert_int_eq(pthread_create(&servers[connections], NULL,
				     serve, (void *)(intptr_t)connections),
		    0);
		connections++;
	}
	return NULL;
}

/* Whoever shows a certificate may come in. */
static inline int
believe(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

/* Start it; what it shows is written to `ca_file` as a CA. */
static inline void
notes_start(const char *ca_file, int version)
{
	connections = 0;
	atomic_store(&requests, 0);
	memset(seen, 0, sizeof(seen));
	tls = certificate_serve_own(ca_file);
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, believe);
	(void)SSL_CTX_set_session_id_context(
	    tls, (const unsigned char *)"apam", 4);
	(void)SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_SERVER);
	(void)SSL_CTX_set_max_proto_version(tls, version);
	listener = raw_bind(&port);
	ck_assert_int_eq(listen(listener, 16), 0);
	ck_assert_int_eq(pthread_create(&acceptor, NULL, accept_all, NULL), 0);
}

static inline void
notes_stop(void)
{
	(void)shutdown(listener, SHUT_RDWR);
	ck_assert_int_eq(pthread_join(acceptor, NULL), 0);
	for (int i = 0; i < connections; i++) {
		(void)shutdown(ends[i], SHUT_RDWR);
		ck_assert_int_eq(pthread_join(servers[i], NULL), 0);
		(void)close(ends[i]);
	}
	(void)close(listener);
	SSL_CTX_free(tls);
}

#endif
