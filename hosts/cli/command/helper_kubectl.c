/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam helper kubectl: a credential plugin of Kubernetes' clients, by
 * client.authentication.k8s.io (kubernetes.io/docs/reference/access-authn-authz/
 * authentication, "client-go credential plugins").
 */
#include <stdlib.h>

#include "helper/door.h"
#include "helper/input.h"
#include "lib/report.h"
#include "lib/when.h"

#define GROUP "client.authentication.k8s.io/"

/* What the client says in the environment; NULL, with a complaint: nothing. */
static json_t *
read_info(void)
{
	const char *text = getenv("KUBERNETES_EXEC_INFO");
	json_t *info = text == NULL ?
	    NULL :
	    json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *version = json_string_value(
	    json_object_get(info, "apiVersion"));

	if (version != NULL &&
	    (strcmp(version, GROUP "v1") == 0 ||
		strcmp(version, GROUP "v1beta1") == 0))
		return info;
	json_decref(info);
	complain("KUBERNETES_EXEC_INFO is not an ExecCredential of version v1 "
		 "or v1beta1: kubectl sets it for a plugin that the kubeconfig "
		 "names under `exec`");
	return NULL;
}

/* The server, if the kubeconfig has provideClusterInfo. */
static const char *
server_of(json_t *info)
{
	return json_string_value(json_object_get(
	    json_object_get(json_object_get(info, "spec"), "cluster"),
	    "server"));
}

static int
give(json_t *info, const struct door *door)
{
	struct apam_str value, token;
	char ends[WHEN_SIZE];
	json_t *status;

	if (!door_authorization(door, &value))
		return STATUS_REFUSED;
	token = door_token(value, "Bearer");
	if (token.p == NULL) {
		complain("%s: its credential is not a Bearer token, which is "
			 "all that kubectl takes",
		    apam_profile_name(door->profile));
		return STATUS_REFUSED;
	}
	status = json_pack("{s:o}", "token", output_text(token));
	if (door->ends != 0) {
		when_text(ends, door->ends);
		json_object_set_new(
		    status, "expirationTimestamp", json_string(ends));
	}
	return output_json(json_pack("{s:O, s:s, s:o}", "apiVersion",
	    json_object_get(info, "apiVersion"), "kind", "ExecCredential",
	    "status", status));
}

static int
answer(struct cli *cli, json_t *info, const char *url)
{
	struct door door;
	int code = door_open(cli, url, &door);

	if (code == STATUS_DONE && door.profile == NULL) {
		complain("no profile is for %s, or for the whole of it", url);
		code = STATUS_CONFIG;
	}
	if (code == STATUS_DONE)
		code = give(info, &door);
	door_close(&door);
	return code;
}

static int
helper_kubectl(struct cli *cli, const struct args *args)
{
	json_t *info = read_info();
	const char *url = args->word_count > 0 ? args->words[0] :
						 server_of(info);
	int code = STATUS_USAGE;

	if (info == NULL)
		return code;
	if (url == NULL)
		complain("which server? give its URL, or set "
			 "provideClusterInfo in the kubeconfig");
	else
		code = answer(cli, info, url);
	json_decref(info);
	return code;
}

const struct command command_helper_kubectl = {
	.name = "helper kubectl",
	.synopsis = "[URL]",
	.summary = "Be a credential plugin of kubectl",
	.notes =
	    "Without URL: the server that kubectl names, if the kubeconfig "
	    "has\nprovideClusterInfo: true.",
	.text_only = true,
	.least = 0,
	.most = 1,
	.run = helper_kubectl,
};
