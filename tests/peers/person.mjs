// SPDX-License-Identifier: BSD-2-Clause
//
// A person with a browser that has no scripts: opens a page, follows where it
// leads, and sends each form as it is, with a name and a password in it.
// Ends where there is no other form, or at another host.  With `deny` the person
// refuses where the first form asks for a name.

const PAGES_MAX = 20;

// Cookies go where their path says: the provider has several of one name.
class Jar {
	cookies = new Map();

	keep(response) {
		for (const line of response.headers.getSetCookie()) {
			const [pair, ...attributes] = line.split('; ');
			const path = attributes.find((a) => /^path=/i.test(a));
			const at = path ? path.slice(5) : '/';
			const [name] = pair.split('=', 1);
			this.cookies.set(`${name} ${at}`, { pair, at });
		}
	}

	send({ pathname }) {
		return [...this.cookies.values()]
			.filter(({ at }) => pathname.startsWith(at))
			.map(({ pair }) => pair)
			.join('; ');
	}
}

const unescape = (text) => text.replace(/&amp;/g, '&').replace(/&quot;/g, '"');

const attribute = (tag, name) => {
	const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag);
	return found ? unescape(found[1]) : undefined;
};

// The first form of a page, filled in; nothing where there is none.
const fill = (page) => {
	const form = /<form[^>]*>/.exec(page)?.[0];
	if (!form) return undefined;
	const body = new URLSearchParams();
	for (const [tag] of page.matchAll(/<input[^>]*>/g)) {
		const name = attribute(tag, 'name');
		if (name) body.append(name, attribute(tag, 'value') ?? 'fake');
	}
	return { action: attribute(form, 'action'), body };
};

export const visit = async (start, { deny = false } = {}) => {
	const jar = new Jar();
	let url = new URL(start);
	let body, refused = false;

	for (let i = 0; i < PAGES_MAX; i += 1) {
		const response = await fetch(url, {
			method: body ? 'POST' : 'GET',
			body,
			headers: { cookie: jar.send(url) },
			redirect: 'manual',
		});
		const page = await response.text();
		body = undefined;
		jar.keep(response);
		if (response.headers.has('location')) {
			url = new URL(response.headers.get('location'), url);
			// To the program that waits for the browser.
			if (url.host !== new URL(start).host) return { status: 200, url };
			continue;
		}
		const form = fill(page);
		const cancel = /<a href="([^"]*\/abort)"/.exec(page);
		if (deny && cancel) {
			refused = true;
			url = new URL(unescape(cancel[1]), url);
			continue;
		}
		if (!form || refused) return { status: response.status, page, url };
		url = new URL(form.action, url);
		({ body } = form);
	}
	throw new Error(`more than ${PAGES_MAX} pages`);
};
