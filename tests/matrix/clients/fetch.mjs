// SPDX-License-Identifier: BSD-2-Clause
// fetch of Node.js.
const { URL: url, TOKEN: token } = process.env;
const headers = token ? { Authorization: `Bearer ${token}` } : {};
const expect = async (response, text) => {
	const body = await response.text();
	if (!response.ok || !body.includes(text))
		throw new Error(`${response.status} ${body}`);
};
await expect(await fetch(`${url}/echo?a=1`, { headers }), '"method": "GET"');
await expect(await fetch(`${url}/echo`, { method: "POST", headers, body: "x".repeat(2000) }),
	'"n": 2000');
