/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where nginx and apam's module for it are: for `apam gateway`, and for `apam
 * run` (hosts/run), which is built with this file.
 */
#ifndef HOSTS_CLI_GATEWAY_NGINX_PLACE_H
#define HOSTS_CLI_GATEWAY_NGINX_PLACE_H

#include <stdbool.h>

#define NGINX_PLACE_SIZE 4096

/* The program nginx, along PATH and in the system's directories. */
bool nginx_place_program(char to[NGINX_PLACE_SIZE]);

/*
 * The module: beside this program, where it was built, else as installed, else
 * among the modules that nginx's own package has.
 */
bool nginx_place_module(char to[NGINX_PLACE_SIZE]);

/* The folder of the page for people: beside this program, else as installed. */
bool nginx_place_page(char to[NGINX_PLACE_SIZE]);

#endif
