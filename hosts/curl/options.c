/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every option that libcurl has, as far as it is known here, and what becomes
 * of it before a request is sent: a handle may have been used before, and
 * options cannot be read back.  The table has names and not numbers, so that
 * an option which this build's header does not know is dealt with where the
 * libcurl that runs has it.
 *
 * Two things outlast their options in a handle and cannot be undone: what
 * RESOLVE put into its DNS cache, which TLS makes harmless, and connections,
 * which libcurl uses again only for the same host with the same TLS settings.
 */
#include "curl/options.h"

#include <pthread.h>
#include <string.h>

enum how {
	CLEARED, /* set to a null pointer */
	NUMBER, /* set to `value` */
	MUST, /* the same, and nothing is sent where that does not work */
	SIZE, /* set to 0, of curl_off_t */
	CA_FILE, /* set to what libcurl has by default */
	CA_DIRECTORY,
	OURS, /* set for each request by handle.c */
	IDLE, /* without effect */
	KEPT /* as the host has set it */
};

static const struct rule {
	const char *name;
	enum how how;
	long value;
} rules[] = {
	/* Without these nothing is sent. */
	{ "SSL_VERIFYPEER", MUST, 1 },
	{ "SSL_VERIFYHOST", MUST, 2 },
	{ "SSLVERSION", MUST, CURL_SSLVERSION_TLSv1_2 },
	{ "FOLLOWLOCATION", MUST, 0 },
	{ "NETRC", MUST, CURL_NETRC_IGNORED },
	{ "NOSIGNAL", MUST, 1 },
	/* Send the path that was signed, not what libcurl would tidy up. */
	{ "PATH_AS_IS", MUST, 1 },
	/* A proxy may not see what is for the API. */
	{ "HEADEROPT", MUST, CURLHEADER_SEPARATE },

	/* Else a deadline waits for a name server that does not answer.
	   libcurl before 7.87 does not have it, and has no other way. */
	{ "QUICK_EXIT", NUMBER, 1 },

	/* Where a request goes. */
	{ "CURLU", CLEARED, 0 },
	{ "REQUEST_TARGET", CLEARED, 0 },
	{ "CONNECT_TO", CLEARED, 0 },
	{ "RESOLVE", CLEARED, 0 },
	{ "UNIX_SOCKET_PATH", CLEARED, 0 },
	{ "ABSTRACT_UNIX_SOCKET", CLEARED, 0 },
	{ "DEFAULT_PROTOCOL", CLEARED, 0 },
	{ "PRE_PROXY", CLEARED, 0 },
	{ "DOH_URL", CLEARED, 0 },
	{ "DNS_SERVERS", CLEARED, 0 },
	{ "ALTSVC", CLEARED, 0 },
	{ "HAPROXY_CLIENT_IP", CLEARED, 0 },
	{ "PORT", NUMBER, 0 },
	{ "PROXYPORT", NUMBER, 0 },
	{ "PROXYTYPE", NUMBER, CURLPROXY_HTTP },
	{ "HTTPPROXYTUNNEL", NUMBER, 0 },
	{ "HAPROXYPROTOCOL", NUMBER, 0 },
	{ "ALTSVC_CTRL", NUMBER, CURLALTSVC_READONLYFILE },
	{ "UNRESTRICTED_AUTH", NUMBER, 0 },

	/* What it and its answer are made of, and where they end. */
	{ "COOKIE", CLEARED, 0 },
	{ "RANGE", CLEARED, 0 },
	{ "REFERER", CLEARED, 0 },
	{ "PROXYHEADER", CLEARED, 0 },
	{ "HTTP200ALIASES", CLEARED, 0 },
	{ "TRAILERFUNCTION", CLEARED, 0 },
	{ "TRAILERDATA", CLEARED, 0 },
	{ "HTTPPOST", CLEARED, 0 },
	{ "MIMEPOST", CLEARED, 0 },
	{ "POSTFIELDS", CLEARED, 0 },
	{ "READFUNCTION", CLEARED, 0 },
	{ "READDATA", CLEARED, 0 },
	{ "SEEKFUNCTION", CLEARED, 0 },
	{ "SEEKDATA", CLEARED, 0 },
	{ "IOCTLFUNCTION", CLEARED, 0 },
	{ "IOCTLDATA", CLEARED, 0 },
	{ "CONNECT_ONLY", NUMBER, 0 },
	{ "CRLF", NUMBER, 0 },
	{ "FAILONERROR", NUMBER, 0 },
	{ "HEADER", NUMBER, 0 },
	{ "HTTP09_ALLOWED", NUMBER, 0 },
	{ "HTTP_TRANSFER_DECODING", NUMBER, 1 },
	{ "IGNORE_CONTENT_LENGTH", NUMBER, 0 },
	{ "TIMECONDITION", NUMBER, CURL_TIMECOND_NONE },
	{ "TRANSFER_ENCODING", NUMBER, 0 },
	{ "RESUME_FROM_LARGE", SIZE, 0 },

	/* Credentials beside ours. */
	{ "USERPWD", CLEARED, 0 },
	{ "USERNAME", CLEARED, 0 },
	{ "PASSWORD", CLEARED, 0 },
	{ "XOAUTH2_BEARER", CLEARED, 0 },
	{ "AWS_SIGV4", CLEARED, 0 },
	{ "TLSAUTH_USERNAME", CLEARED, 0 },
	{ "TLSAUTH_PASSWORD", CLEARED, 0 },
	{ "PROXYUSERPWD", CLEARED, 0 },
	{ "PROXYUSERNAME", CLEARED, 0 },
	{ "PROXYPASSWORD", CLEARED, 0 },
	{ "PROXY_TLSAUTH_USERNAME", CLEARED, 0 },
	{ "PROXY_TLSAUTH_PASSWORD", CLEARED, 0 },
	{ "HTTPAUTH", NUMBER, CURLAUTH_BASIC },
	{ "PROXYAUTH", NUMBER, CURLAUTH_BASIC },

	/* Whom TLS trusts. */
	{ "CAINFO_BLOB", CLEARED, 0 },
	{ "PROXY_CAINFO_BLOB", CLEARED, 0 },
	{ "SSL_CTX_FUNCTION", CLEARED, 0 },
	{ "SSL_CTX_DATA", CLEARED, 0 },
	{ "SSL_CIPHER_LIST", CLEARED, 0 },
	{ "TLS13_CIPHERS", CLEARED, 0 },
	{ "SSL_EC_CURVES", CLEARED, 0 },
	{ "SSL_SIGNATURE_ALGORITHMS", CLEARED, 0 },
	{ "PROXY_SSL_CIPHER_LIST", CLEARED, 0 },
	{ "PROXY_TLS13_CIPHERS", CLEARED, 0 },
	{ "SSL_OPTIONS", NUMBER, 0 },
	{ "PROXY_SSL_OPTIONS", NUMBER, 0 },
	{ "PROXY_SSL_VERIFYHOST", NUMBER, 2 },
	{ "PROXY_SSL_VERIFYPEER", NUMBER, 1 },
	{ "PROXY_SSLVERSION", NUMBER, CURL_SSLVERSION_TLSv1_2 },
	{ "CAINFO", CA_FILE, 0 },
	{ "PROXY_CAINFO", CA_FILE, 0 },
	{ "CAPATH", CA_DIRECTORY, 0 },
	{ "PROXY_CAPATH", CA_DIRECTORY, 0 },

	/* What each request is given, after those above. */
	{ "URL", OURS, 0 },
	{ "HTTPHEADER", OURS, 0 },
	{ "HEADERFUNCTION", OURS, 0 },
	{ "HEADERDATA", OURS, 0 },
	{ "WRITEFUNCTION", OURS, 0 },
	{ "WRITEDATA", OURS, 0 },
	{ "CUSTOMREQUEST", OURS, 0 },
	{ "HTTPGET", OURS, 0 },
	{ "NOBODY", OURS, 0 },
	{ "POST", OURS, 0 },
	{ "PUT", OURS, 0 },
	{ "UPLOAD", OURS, 0 },
	{ "COPYPOSTFIELDS", OURS, 0 },
	{ "POSTFIELDSIZE", OURS, 0 },
	{ "POSTFIELDSIZE_LARGE", OURS, 0 },
	{ "INFILESIZE", OURS, 0 },
	{ "INFILESIZE_LARGE", OURS, 0 },
	{ "RESUME_FROM", OURS, 0 },
	{ "TIMEOUT", OURS, 0 },
	{ "TIMEOUT_MS", OURS, 0 },
	{ "NOPROXY", OURS, 0 },
	{ "PROTOCOLS", OURS, 0 },
	{ "PROTOCOLS_STR", OURS, 0 },
	{ "PROXY", OURS, 0 },
	{ "HTTP_VERSION", KEPT, 0 },

	/* Of other protocols, which are shut out; or of what is off. */
	{ "ACCEPTTIMEOUT_MS", IDLE, 0 },
	{ "APPEND", IDLE, 0 },
	{ "AUTOREFERER", IDLE, 0 },
	{ "CHUNK_BGN_FUNCTION", IDLE, 0 },
	{ "CHUNK_DATA", IDLE, 0 },
	{ "CHUNK_END_FUNCTION", IDLE, 0 },
	{ "CONV_FROM_NETWORK_FUNCTION", IDLE, 0 },
	{ "CONV_FROM_UTF8_FUNCTION", IDLE, 0 },
	{ "CONV_TO_NETWORK_FUNCTION", IDLE, 0 },
	{ "DIRLISTONLY", IDLE, 0 },
	{ "DNS_USE_GLOBAL_CACHE", IDLE, 0 },
	{ "DOH_SSL_VERIFYHOST", IDLE, 0 },
	{ "DOH_SSL_VERIFYPEER", IDLE, 0 },
	{ "DOH_SSL_VERIFYSTATUS", IDLE, 0 },
	{ "EGDSOCKET", IDLE, 0 },
	{ "FNMATCH_DATA", IDLE, 0 },
	{ "FNMATCH_FUNCTION", IDLE, 0 },
	{ "FTPPORT", IDLE, 0 },
	{ "FTPSSLAUTH", IDLE, 0 },
	{ "FTP_ACCOUNT", IDLE, 0 },
	{ "FTP_ALTERNATIVE_TO_USER", IDLE, 0 },
	{ "FTP_CREATE_MISSING_DIRS", IDLE, 0 },
	{ "FTP_FILEMETHOD", IDLE, 0 },
	{ "FTP_SKIP_PASV_IP", IDLE, 0 },
	{ "FTP_SSL_CCC", IDLE, 0 },
	{ "FTP_USE_EPRT", IDLE, 0 },
	{ "FTP_USE_EPSV", IDLE, 0 },
	{ "FTP_USE_PRET", IDLE, 0 },
	{ "GSSAPI_DELEGATION", IDLE, 0 },
	{ "INTERLEAVEDATA", IDLE, 0 },
	{ "INTERLEAVEFUNCTION", IDLE, 0 },
	{ "KRBLEVEL", IDLE, 0 },
	{ "LOGIN_OPTIONS", IDLE, 0 },
	{ "MAIL_AUTH", IDLE, 0 },
	{ "MAIL_FROM", IDLE, 0 },
	{ "MAIL_RCPT", IDLE, 0 },
	{ "MAIL_RCPT_ALLLOWFAILS", IDLE, 0 },
	{ "MAXREDIRS", IDLE, 0 },
	{ "MIME_OPTIONS", IDLE, 0 },
	{ "NETRC_FILE", IDLE, 0 },
	{ "NEW_DIRECTORY_PERMS", IDLE, 0 },
	{ "NEW_FILE_PERMS", IDLE, 0 },
	{ "POSTQUOTE", IDLE, 0 },
	{ "POSTREDIR", IDLE, 0 },
	{ "PREQUOTE", IDLE, 0 },
	{ "PROXY_SERVICE_NAME", IDLE, 0 },
	{ "PROXY_TLSAUTH_TYPE", IDLE, 0 },
	{ "PROXY_TRANSFER_MODE", IDLE, 0 },
	{ "QUOTE", IDLE, 0 },
	{ "RANDOM_FILE", IDLE, 0 },
	{ "REDIR_PROTOCOLS", IDLE, 0 },
	{ "REDIR_PROTOCOLS_STR", IDLE, 0 },
	{ "RTSP_CLIENT_CSEQ", IDLE, 0 },
	{ "RTSP_REQUEST", IDLE, 0 },
	{ "RTSP_SERVER_CSEQ", IDLE, 0 },
	{ "RTSP_SESSION_ID", IDLE, 0 },
	{ "RTSP_STREAM_URI", IDLE, 0 },
	{ "RTSP_TRANSPORT", IDLE, 0 },
	{ "SASL_AUTHZID", IDLE, 0 },
	{ "SASL_IR", IDLE, 0 },
	{ "SERVICE_NAME", IDLE, 0 },
	{ "SSH_AUTH_TYPES", IDLE, 0 },
	{ "SSH_COMPRESSION", IDLE, 0 },
	{ "SSH_HOSTKEYDATA", IDLE, 0 },
	{ "SSH_HOSTKEYFUNCTION", IDLE, 0 },
	{ "SSH_HOST_PUBLIC_KEY_MD5", IDLE, 0 },
	{ "SSH_HOST_PUBLIC_KEY_SHA256", IDLE, 0 },
	{ "SSH_KEYDATA", IDLE, 0 },
	{ "SSH_KEYFUNCTION", IDLE, 0 },
	{ "SSH_KNOWNHOSTS", IDLE, 0 },
	{ "SSH_PRIVATE_KEYFILE", IDLE, 0 },
	{ "SSH_PUBLIC_KEYFILE", IDLE, 0 },
	{ "SSL_ENABLE_NPN", IDLE, 0 },
	{ "TELNETOPTIONS", IDLE, 0 },
	{ "TFTP_BLKSIZE", IDLE, 0 },
	{ "TFTP_NO_OPTIONS", IDLE, 0 },
	{ "TIMEVALUE", IDLE, 0 },
	{ "TIMEVALUE_LARGE", IDLE, 0 },
	{ "TLSAUTH_TYPE", IDLE, 0 },
	{ "TRANSFERTEXT", IDLE, 0 },
	{ "UPLOAD_FLAGS", IDLE, 0 },
	{ "USE_SSL", IDLE, 0 },
	{ "WILDCARDMATCH", IDLE, 0 },
	{ "WS_OPTIONS", IDLE, 0 },

	/* The host's own: how it waits, connects, caches, tells and listens. */
	{ "ACCEPT_ENCODING", KEPT, 0 },
	{ "ADDRESS_SCOPE", KEPT, 0 },
	{ "BUFFERSIZE", KEPT, 0 },
	{ "CA_CACHE_TIMEOUT", KEPT, 0 },
	{ "CERTINFO", KEPT, 0 },
	{ "CLOSESOCKETDATA", KEPT, 0 },
	{ "CLOSESOCKETFUNCTION", KEPT, 0 },
	{ "CONNECTTIMEOUT", KEPT, 0 },
	{ "CONNECTTIMEOUT_MS", KEPT, 0 },
	{ "COOKIEFILE", KEPT, 0 },
	{ "COOKIEJAR", KEPT, 0 },
	{ "COOKIELIST", KEPT, 0 },
	{ "COOKIESESSION", KEPT, 0 },
	{ "CRLFILE", KEPT, 0 },
	{ "DEBUGDATA", KEPT, 0 },
	{ "DEBUGFUNCTION", KEPT, 0 },
	{ "DISALLOW_USERNAME_IN_URL", KEPT, 0 },
	{ "DNS_CACHE_TIMEOUT", KEPT, 0 },
	{ "DNS_INTERFACE", KEPT, 0 },
	{ "DNS_LOCAL_IP4", KEPT, 0 },
	{ "DNS_LOCAL_IP6", KEPT, 0 },
	{ "DNS_SHUFFLE_ADDRESSES", KEPT, 0 },
	{ "ECH", KEPT, 0 },
	{ "ERRORBUFFER", KEPT, 0 },
	{ "EXPECT_100_TIMEOUT_MS", KEPT, 0 },
	{ "FILETIME", KEPT, 0 },
	{ "FORBID_REUSE", KEPT, 0 },
	{ "FRESH_CONNECT", KEPT, 0 },
	{ "HAPPY_EYEBALLS_TIMEOUT_MS", KEPT, 0 },
	{ "HSTS", KEPT, 0 },
	{ "HSTSREADDATA", KEPT, 0 },
	{ "HSTSREADFUNCTION", KEPT, 0 },
	{ "HSTSWRITEDATA", KEPT, 0 },
	{ "HSTSWRITEFUNCTION", KEPT, 0 },
	{ "HSTS_CTRL", KEPT, 0 },
	{ "HTTP_CONTENT_DECODING", KEPT, 0 },
	{ "INTERFACE", KEPT, 0 },
	{ "IPRESOLVE", KEPT, 0 },
	{ "ISSUERCERT", KEPT, 0 },
	{ "ISSUERCERT_BLOB", KEPT, 0 },
	{ "KEEP_SENDING_ON_ERROR", KEPT, 0 },
	{ "KEYPASSWD", KEPT, 0 },
	{ "LOCALPORT", KEPT, 0 },
	{ "LOCALPORTRANGE", KEPT, 0 },
	{ "LOW_SPEED_LIMIT", KEPT, 0 },
	{ "LOW_SPEED_TIME", KEPT, 0 },
	{ "MAXAGE_CONN", KEPT, 0 },
	{ "MAXCONNECTS", KEPT, 0 },
	{ "MAXFILESIZE", KEPT, 0 },
	{ "MAXFILESIZE_LARGE", KEPT, 0 },
	{ "MAXLIFETIME_CONN", KEPT, 0 },
	{ "MAX_RECV_SPEED_LARGE", KEPT, 0 },
	{ "MAX_SEND_SPEED_LARGE", KEPT, 0 },
	{ "NOPROGRESS", KEPT, 0 },
	{ "OPENSOCKETDATA", KEPT, 0 },
	{ "OPENSOCKETFUNCTION", KEPT, 0 },
	{ "PINNEDPUBLICKEY", KEPT, 0 },
	{ "PIPEWAIT", KEPT, 0 },
	{ "PREREQDATA", KEPT, 0 },
	{ "PREREQFUNCTION", KEPT, 0 },
	{ "PRIVATE", KEPT, 0 },
	{ "PROGRESSFUNCTION", KEPT, 0 },
	{ "PROXY_CRLFILE", KEPT, 0 },
	{ "PROXY_ISSUERCERT", KEPT, 0 },
	{ "PROXY_ISSUERCERT_BLOB", KEPT, 0 },
	{ "PROXY_KEYPASSWD", KEPT, 0 },
	{ "PROXY_PINNEDPUBLICKEY", KEPT, 0 },
	{ "PROXY_SSLCERT", KEPT, 0 },
	{ "PROXY_SSLCERTTYPE", KEPT, 0 },
	{ "PROXY_SSLCERT_BLOB", KEPT, 0 },
	{ "PROXY_SSLKEY", KEPT, 0 },
	{ "PROXY_SSLKEYTYPE", KEPT, 0 },
	{ "PROXY_SSLKEY_BLOB", KEPT, 0 },
	{ "RESOLVER_START_DATA", KEPT, 0 },
	{ "RESOLVER_START_FUNCTION", KEPT, 0 },
	{ "SERVER_RESPONSE_TIMEOUT", KEPT, 0 },
	{ "SERVER_RESPONSE_TIMEOUT_MS", KEPT, 0 },
	{ "SHARE", KEPT, 0 },
	{ "SOCKOPTDATA", KEPT, 0 },
	{ "SOCKOPTFUNCTION", KEPT, 0 },
	{ "SOCKS5_AUTH", KEPT, 0 },
	{ "SOCKS5_GSSAPI_NEC", KEPT, 0 },
	{ "SOCKS5_GSSAPI_SERVICE", KEPT, 0 },
	{ "SSLCERT", KEPT, 0 },
	{ "SSLCERTTYPE", KEPT, 0 },
	{ "SSLCERT_BLOB", KEPT, 0 },
	{ "SSLENGINE", KEPT, 0 },
	{ "SSLENGINE_DEFAULT", KEPT, 0 },
	{ "SSLKEY", KEPT, 0 },
	{ "SSLKEYTYPE", KEPT, 0 },
	{ "SSLKEY_BLOB", KEPT, 0 },
	{ "SSL_ENABLE_ALPN", KEPT, 0 },
	{ "SSL_FALSESTART", KEPT, 0 },
	{ "SSL_SESSIONID_CACHE", KEPT, 0 },
	{ "SSL_VERIFYSTATUS", KEPT, 0 },
	{ "STDERR", KEPT, 0 },
	{ "STREAM_DEPENDS", KEPT, 0 },
	{ "STREAM_DEPENDS_E", KEPT, 0 },
	{ "STREAM_WEIGHT", KEPT, 0 },
	{ "SUPPRESS_CONNECT_HEADERS", KEPT, 0 },
	{ "TCP_FASTOPEN", KEPT, 0 },
	{ "TCP_KEEPALIVE", KEPT, 0 },
	{ "TCP_KEEPCNT", KEPT, 0 },
	{ "TCP_KEEPIDLE", KEPT, 0 },
	{ "TCP_KEEPINTVL", KEPT, 0 },
	{ "TCP_NODELAY", KEPT, 0 },
	{ "UPKEEP_INTERVAL_MS", KEPT, 0 },
	{ "UPLOAD_BUFFERSIZE", KEPT, 0 },
	{ "USERAGENT", KEPT, 0 },
	{ "VERBOSE", KEPT, 0 },
	{ "XFERINFODATA", KEPT, 0 },
	{ "XFERINFOFUNCTION", KEPT, 0 },
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

/* In the libcurl that runs; 0 where it has no such option. */
static CURLoption ids[RULES];

static void
find_ids(void)
{
	const struct curl_easyoption *found;

	for (size_t i = 0; i < RULES; i++) {
		found = curl_easy_option_by_name(rules[i].name);
		ids[i] = found == NULL ? (CURLoption)0 : found->id;
	}
}

/* What libcurl trusts by default; NULL: nothing. */
static const char *
default_of(CURL *easy, CURLINFO what)
{
	char *path = NULL;

	(void)curl_easy_getinfo(easy, what, &path);
	return path;
}

static CURLcode
set(CURL *easy, size_t i)
{
	switch (rules[i].how) {
	case CLEARED:
		return curl_easy_setopt(easy, ids[i], NULL);
	case NUMBER:
	case MUST:
		return curl_easy_setopt(easy, ids[i], rules[i].value);
	case SIZE:
		return curl_easy_setopt(easy, ids[i], (curl_off_t)0);
	case CA_FILE:
		return curl_easy_setopt(
		    easy, ids[i], default_of(easy, CURLINFO_CAINFO));
	case CA_DIRECTORY:
		return curl_easy_setopt(
		    easy, ids[i], default_of(easy, CURLINFO_CAPATH));
	case OURS:
	case IDLE:
	case KEPT:
		break;
	}
	return CURLE_OK;
}

/* What a build of libcurl cannot do does no harm. */
static bool
is_absent(CURLcode c)
{
	return c == CURLE_UNKNOWN_OPTION || c == CURLE_NOT_BUILT_IN;
}

bool
curl_options_reset(CURL *easy)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (pthread_once(&once, find_ids) != 0)
		return false;
	for (size_t i = 0; i < RULES; i++) {
		CURLcode c = ids[i] == 0 ? CURLE_UNKNOWN_OPTION : set(easy, i);

		if (c != CURLE_OK && (rules[i].how == MUST || !is_absent(c)))
			return false;
	}
	return true;
}
