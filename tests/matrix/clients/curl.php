<?php
// SPDX-License-Identifier: BSD-2-Clause
// The curl extension of PHP.
$token = getenv("TOKEN");

function call(string $path, ?string $body, string $want): void
{
	global $token;
	$curl = curl_init(getenv("URL") . $path);
	curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
	curl_setopt($curl, CURLOPT_HTTPHEADER, $token ? ["Authorization: Bearer $token"] : []);
	if ($body !== null)
		curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
	$got = curl_exec($curl);
	if ($got === false || !str_contains($got, $want)) {
		fwrite(STDERR, curl_error($curl) . " $got\n");
		exit(1);
	}
}

call("/echo?a=1", null, '"method": "GET"');
call("/echo", str_repeat("x", 2000), '"n": 2000');
