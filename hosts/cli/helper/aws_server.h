/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A container endpoint, as AWS's SDKs know it ("Container credential provider" of
 * docs.aws.amazon.com/sdkref), for one program: it is asked on 127.0.0.1, by who
 * has the token of this run, and ends with the program.
 */
#ifndef HOSTS_CLI_HELPER_AWS_SERVER_H
#define HOSTS_CLI_HELPER_AWS_SERVER_H

#include "helper/aws_keys.h"

/*
 * Become the program argv[0], found along PATH, with an environment that says where
 * keys are; a process that is nobody's child answers there.  Returns where that
 * cannot be, with a complaint, and the exit status: 127 and 126 as a shell has them
 * for a program that is not there, or cannot be run.
 */
int aws_server_become(const struct aws_source *source, char *const argv[]);

#endif
