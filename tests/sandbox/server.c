/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libmicrohttpd's side of the sandbox. A visit is one request from its first
 * line to its end. All state of the sandbox is behind the one lock here, which
 * is held while a provider answers and never while anything waits.
 */
#include "server.h"
#include "faults.h"
#include "log.h"
#include "parking.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BODY_MAX ((size_t)64 << 10)
#define CONNECTIONS_MAX 4000u
#define THREADS 2u

struct visit {
	const struct listener *listener;
	char *uri; /* as sent, with the query */
	char *body;
	size_t body_len;
	bool begun, too_large, answered, logged;
	struct answer answer;
};

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;

/* The first sight of a request, and the only one of its raw query. */
static void *
visit_open(void *listener, const char *uri, struct MHD_Connection *connection)
{
	struct visit *visit = calloc(1, sizeof(*visit));

	(void)connection;
	if (!visit)
		return NULL;
	visit->listener = listener;
	visit->uri = strdup(uri);
	return visit;
}

static void
visit_close(void *unused, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct visit *visit = *state;

	(void)unused;
	(void)connection;
	(void)code;
	if (!visit)
		return;
	if (visit->logged) {
		pthread_mutex_lock(&state_lock);
		log_finished(visit->listener->provider);
		pthread_mutex_unlock(&state_lock);
	}
	answer_clear(&visit->answer);
	free(visit->body);
	free(visit->uri);
	free(visit);
	*state = NULL;
}

/* Appends a piece of the body; one too large is read but not kept. */
static void
visit_collect(struct visit *visit, const char *piece, size_t length)
{
	char *body;

	if (visit->body_len + length > BODY_MAX)
		visit->too_large = true;
	if (visit->too_large)
		return;
	body = realloc(visit->body, visit->body_len + length + 1);
	if (!body) {
		visit->too_large = true;
		return;
	}
	memcpy(body + visit->body_len, piece, length);
	visit->body = body;
	visit->body_len += length;
	body[visit->body_len] = '\0';
}

static struct strike
visit_answer(struct visit *visit, struct request *request)
{
	struct strike strike = { "", 0 };

	pthread_mutex_lock(&state_lock);
	if (visit->too_large)
		answer_text(&visit->answer, 413, "text/plain", "too large\n");
	else
		visit->listener->answer(request, &visit->answer);
	visit->answered = true;
	if (request->provider != CONTROL) {
		strike = faults_strike(request, &visit->answer);
		log_request(request, &visit->answer, strike.name);
		visit->logged = true;
	}
	pthread_mutex_unlock(&state_lock);
	return strike;
}

/* Gives out the first half, then fails, so that the connection is cut. */
static ssize_t
half_body(void *state, uint64_t position, char *out, size_t max)
{
	const struct visit *visit = state;
	size_t half = visit->answer.body_len / 2, left = 0;

	if (position < half)
		left = half - (size_t)position;
	if (!left)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	left = left < max ? left : max;
	memcpy(out, visit->answer.body + position, left);
	return (ssize_t)left;
}

static struct MHD_Response *
make_response(struct visit *visit)
{
	struct answer *answer = &visit->answer;
	struct MHD_Response *response;

	if (answer->cut == CUT_HALF)
		return MHD_create_response_from_callback(
		    answer->body_len, 4096, half_body, visit, NULL);
	response = MHD_create_response_from_buffer(answer->body_len,
	    answer->body_len ? answer->body : NULL, MHD_RESPMEM_MUST_FREE);
	if (response && answer->body_len)
		answer->body = NULL; /* the response's now */
	return response;
}

static enum MHD_Result
send_answer(struct MHD_Connection *connection, struct visit *visit)
{
	struct answer *answer = &visit->answer;
	struct MHD_Response *response = make_response(visit);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	if (answer->type)
		MHD_add_response_header(response, "Content-Type", answer->type);
	for (size_t i = 0; i < answer->header_count; i++)
		MHD_add_response_header(response, answer->headers[i].name,
		    answer->headers[i].value);
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Closing with a zero linger sends RST; libmicrohttpd closes on MHD_NO. */
static enum MHD_Result
cut_connection(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const struct linger at_once = { 1, 0 };

	if (info)
		setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once,
		    sizeof(at_once));
	return MHD_NO;
}

static enum MHD_Result
visit_finish(struct MHD_Connection *connection, struct visit *visit)
{
	if (visit->answer.cut == CUT_RESET)
		return cut_connection(connection);
	return send_answer(connection, visit);
}

static struct request
make_request(struct MHD_Connection *connection, const struct visit *visit)
{
	const char *query = visit->uri ? strchr(visit->uri, '?') : NULL;

	return (struct request){
		.provider = visit->listener->provider,
		.query = query ? query + 1 : "",
		.body = visit->body ? visit->body : "",
		.body_len = visit->body_len,
		.connection = connection,
	};
}

/* Called for the head, for each piece of the body, at the end of the body,
 * and once more when a parked connection goes on. */
static enum MHD_Result
on_request(void *unused, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *piece, size_t *length,
    void **state)
{
	struct visit *visit = *state;
	struct request request;
	struct strike strike;

	(void)unused;
	(void)version;
	if (!visit)
		return MHD_NO;
	if (!visit->begun) {
		visit->begun = true;
		return MHD_YES;
	}
	if (*length) {
		visit_collect(visit, piece, *length);
		*length = 0;
		return MHD_YES;
	}
	if (visit->answered)
		return visit_finish(connection, visit);
	request = make_request(connection, visit);
	request.method = method;
	request.path = path;
	strike = visit_answer(visit, &request);
	if (strike.delay_ms && parking_park(connection, strike.delay_ms))
		return MHD_YES;
	return visit_finish(connection, visit);
}

static struct MHD_Daemon *
start(struct listener *listener, const struct certs *certs)
{
	const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_ALLOW_SUSPEND_RESUME;
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, certs->server },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, certs->server_key },
		{ MHD_OPTION_END, 0, NULL },
	};
	const struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
	bool https = listener->provider != CONTROL;

	return MHD_start_daemon(flags | (https ? (unsigned)MHD_USE_TLS : 0), 0,
	    NULL, NULL, on_request, listener, MHD_OPTION_SOCK_ADDR, &address,
	    MHD_OPTION_URI_LOG_CALLBACK, visit_open, listener,
	    MHD_OPTION_NOTIFY_COMPLETED, visit_close, NULL,
	    MHD_OPTION_THREAD_POOL_SIZE, THREADS, MHD_OPTION_CONNECTION_LIMIT,
	    CONNECTIONS_MAX, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u,
	    MHD_OPTION_CONNECTION_TIMEOUT, 120u, MHD_OPTION_ARRAY,
	    https ? tls : plain, MHD_OPTION_END);
}

bool
listener_open(struct listener *listener, const struct certs *certs)
{
	const union MHD_DaemonInfo *info;

	listener->daemon = start(listener, certs);
	if (!listener->daemon)
		return false;
	info = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_BIND_PORT);
	listener->port = info ? info->port : 0;
	return listener->port != 0;
}

void
listener_close(struct listener *listener)
{
	if (listener->daemon)
		MHD_stop_daemon(listener->daemon);
	listener->daemon = NULL;
}
