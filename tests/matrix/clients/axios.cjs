// SPDX-License-Identifier: BSD-2-Clause
const axios = require("axios");
const { URL: url, TOKEN: token } = process.env;
const headers = token ? { Authorization: `Bearer ${token}` } : {};
(async () => {
	const got = await axios.get(`${url}/echo?a=1`, { headers });
	const sent = await axios.post(`${url}/echo`, "x".repeat(2000), { headers });
	if (got.data.method !== "GET" || sent.data.n !== 2000)
		throw new Error(JSON.stringify([got.data, sent.data]));
})().catch((e) => {
	console.error(e.message, e.response && e.response.data);
	process.exit(1);
});
