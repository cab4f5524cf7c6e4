// SPDX-License-Identifier: BSD-2-Clause
//
// The page for people: asks the gateway what there is to see, and shows it.
//
// Names of programs, reasons and descriptions are other people's words.  They
// become text here and never HTML; nothing of this file makes HTML of a string,
// and the page's Content-Security-Policy would not let it.
'use strict';

const EVERY_MS = 10000;

// ---- The token -----------------------------------------------------------------

// It comes behind the '#' of the address, which no browser sends anywhere, and
// leaves the address at once.  The entry of the history that this page is keeps
// it, for when the page is loaded again; other pages cannot read that.
const takeToken = () => {
	const given = location.hash.slice(1);
	if (/^[0-9a-f]{16,}$/.test(given))
		history.replaceState({ token: given }, '', location.pathname);
	return history.state?.token ?? '';
};
let token = takeToken();

// No cookie and no other credential of the browser's goes along.
const ask = async (name) => {
	const answer = await fetch(name, {
		cache: 'no-store',
		credentials: 'omit',
		redirect: 'error',
		referrerPolicy: 'no-referrer',
		headers: token === '' ? {} : { Authorization: `Bearer ${token}` },
	});
	const said = await answer.json().catch(() => ({}));
	if (answer.ok) return said;
	throw Object.assign(new Error(said.detail ?? `HTTP ${answer.status}`),
		{ status: answer.status });
};

// ---- Words ---------------------------------------------------------------------

// Characters that would be seen as others, or turn the text around, are shown as
// what they are: not text.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const words = (value) => String(value ?? '').replace(HIDDEN, '\ufffd');

const element = (name, options = {}, ...children) => {
	const to = document.createElement(name);
	for (const [key, value] of Object.entries(options))
		to.setAttribute(key, value);
	to.append(...children.filter((c) => c !== null && c !== ''));
	return to;
};
const quiet = (text) =>
	text === '' ? '' : element('span', { class: 'quiet' }, words(text));
const code = (text) => element('span', { class: 'code' }, words(text));
const badge = (kind, text) => {
	const signs = { good: '✓ ', warn: '! ', bad: '✕ ', plain: '' };
	return element('span', { class: `badge ${kind}` }, signs[kind] + words(text));
};

const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60]];
const spans = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
// `at` in seconds since 1970, or a date as the commands write it.
const secondsOf = (at) =>
	typeof at === 'string' ? Date.parse(at) / 1000 : at;
const distance = (seconds) => {
	const [unit, size] = UNITS.find(([, n]) => Math.abs(seconds) >= n) ??
		['second', 1];
	return spans.format(Math.trunc(seconds / size), unit);
};
const when = (at, now) => {
	const seconds = secondsOf(at);
	if (!seconds) return '–';
	const date = new Date(seconds * 1000);
	return element('time', { datetime: date.toISOString(),
		title: date.toLocaleString() },
		Math.abs(seconds - now) < 5 ? 'just now' : distance(seconds - now));
};

// ---- Tables --------------------------------------------------------------------

// Roles are said, since a table that is laid out as cards is none to some
// browsers.
const cell = (head, content, first) => {
	const parts = (Array.isArray(content) ? content : [content])
		.filter((c) => c !== null && c !== '');
	const of = first ? { scope: 'row', role: 'rowheader' } :
		{ role: 'cell', 'data-head': head.text };
	if (head.number || parts.length === 0)
		of.class = [head.number ? 'number' : '',
			parts.length === 0 ? 'none' : ''].join(' ').trim();
	return element(first ? 'th' : 'td', of, ...(first ? parts :
		[element('div', {}, ...parts)]));
};

const table = (id, heads, rows, empty) => {
	const place = document.getElementById(id);
	if (rows.length === 0) {
		place.replaceChildren(element('p', { class: 'empty' }, empty));
		return;
	}
	const region = element('div', { class: 'card', role: 'region', tabindex: '0',
		'aria-labelledby': `${id}-head` });
	const header = element('tr', { role: 'row' }, ...heads.map((head) =>
		element('th', { scope: 'col', role: 'columnheader',
			...(head.number ? { class: 'number' } : {}) }, head.text)));
	region.append(element('table', { role: 'table',
		'aria-labelledby': `${id}-head` },
		element('thead', { role: 'rowgroup' }, header),
		element('tbody', { role: 'rowgroup' }, ...rows.map((row) =>
			element('tr', { role: 'row' }, ...row.map((content, i) =>
				cell(heads[i], content, i === 0)))))));
	// Who reads in the old one with the keyboard goes on in the new one.
	const focused = place.contains(document.activeElement);
	place.replaceChildren(region);
	if (focused) region.focus({ preventScroll: true });
};
const head = (text, number = false) => ({ text, number });

// ---- Profiles ------------------------------------------------------------------

const GONE = ['archived', 'revoked', 'rejected', 'expired'];

// What is known of an entry, in a word; what it did last says most.
const stateOf = (profile, entry, last) => {
	if (profile.problem) return badge('bad', 'mistake in its file');
	const key = entry?.key?.state;
	if (GONE.includes(key) || GONE.includes(entry?.state))
		return badge('bad', GONE.includes(entry?.state) ? entry.state : key);
	if (entry?.state === 'login needed') return badge('bad', 'login needed');
	if (entry?.state === 'latched') return badge('bad', 'refused');
	if (last.signed > last.refused) return badge('good', 'works');
	if (last.refused > 0) return badge('warn', 'last call refused');
	if (entry?.state === 'valid') return badge('good', 'ready');
	return badge('plain', 'not used yet');
};

const lastOf = (calls, name) => {
	// Who is not known says nothing of the profile.
	const mine = calls.filter((c) => c.profile === name && c.uid !== null);
	return { signed: Math.max(0, ...mine.map((c) => c.signed_at)),
		refused: Math.max(0, ...mine.map((c) => c.refused_at)) };
};

const remarkOf = (profile, entry, now) => {
	if (profile.problem)
		return [code(`${profile.problem.file}:${profile.problem.line}`),
			quiet(profile.problem.error ?? profile.problem.warning)];
	if (!entry) return '';
	const said = [];
	if (entry.expires_in !== null && entry.expires_in !== undefined)
		said.push(`The credential ends ${distance(entry.expires_in)}.`);
	if (GONE.includes(entry.key?.state) || entry.key?.state === 'good')
		said.push(entry.key.evidence);
	if (entry.stored?.login_needed) said.push(entry.stored.text);
	if (entry.last_error) said.push(entry.last_error.error);
	return said.filter((s) => s).map((s) => element('div', {}, words(s)));
};

const showProfiles = (state, calls, now) => {
	const rows = state.profiles.map((profile) => {
		const status = state.status.find((s) => s.profile === profile.name);
		const entries = profile.problem ? [] : profile.entries;
		const first = status?.entries[0];
		const worst = status?.entries.find((e) =>
			GONE.includes(e.key?.state) || GONE.includes(e.state) ||
			e.state === 'login needed');
		return [
			[words(profile.name), quiet(profile.description ?? '')],
			stateOf(profile, entries.length === 1 ? first : worst && (
				status.entries.every((e) => GONE.includes(e.state) ||
				GONE.includes(e.key?.state)) ? worst : first) || first,
				lastOf(calls, profile.name)),
			(profile.origins ?? []).map((o) => element('div', {}, code(o))),
			entries.map((e) => element('div', {}, words(e.scheme),
				e.key_id ? quiet(`key ${e.key_id}`) : '')),
			remarkOf(profile, worst ?? first, now),
		];
	});
	table('profiles', [head('Profile'), head('State'), head('Signs for'),
		head('By'), head('Remark')], rows,
		'There is no profile that you may see.');
	return state.profiles;
};

// ---- Calls ---------------------------------------------------------------------

const userOf = (state, uid) => {
	if (uid === null || uid === undefined) return 'not known';
	return words(state.users?.[uid] ?? `user ${uid}`);
};

const showCalls = (state, said, now) => {
	const rows = said.calls.filter((c) => c.profile !== '' || c.signed > 0)
		.sort((a, b) => Math.max(b.signed_at, b.refused_at) -
			Math.max(a.signed_at, a.refused_at))
		.map((c) => [
			c.profile === '' ? 'others' : words(c.profile),
			userOf(state, c.uid),
			c.signed.toLocaleString('en'),
			c.refused === 0 ? '0' : badge('warn', c.refused.toLocaleString('en')),
			when(Math.max(c.signed_at, c.refused_at), now),
		]);
	table('calls', [head('Profile'), head('User'), head('Signed', true),
		head('Refused', true), head('Last')], rows,
		'Nobody has called yet.');
	document.getElementById('since').replaceChildren(
		' since ', when(said.since, now));
};

const showRefusals = (state, said, now) => table('refusals',
	[head('When'), head('Profile'), head('User'), head('Answer'), head('Why')],
	said.refusals.map((r) => [
		when(r.at, now),
		r.profile === '' ? '–' : words(r.profile),
		userOf(state, r.uid),
		[code(r.status), quiet((r.apam ?? '').replace(/^APAM_E_/, '')
			.replaceAll('_', ' ').toLowerCase())],
		words(r.why),
	]), 'Nothing was refused.');

// ---- Keys ----------------------------------------------------------------------

const keyBadge = (key) => {
	if (key.archived || GONE.includes(key.state))
		return badge('bad', key.archived ? 'archived' : key.state);
	return badge(key.state === 'unknown' ? 'plain' : 'good', key.state);
};

const usesOf = (key, now) => {
	const used = key.used;
	const uses = (key.uses ?? []).map((u) => element('div', {}, quiet(u.signer ?
		`${u.signer} of ${u.signer_user} for ${u.unit ?? u.user}` :
		`${u.requests.toLocaleString('en')} for ${u.program || 'a program'}` +
			` of ${u.unit ?? u.user}`)));
	if (!used && uses.length > 0) return uses;
	if (!used) return key.use_missed ? 'not known' : 'never';
	return [when(used.at, now),
		quiet(`${used.program || 'a program'} of ${used.user}`), ...uses];
};

const showKeys = (state, now) => table('keys',
	[head('Key'), head('State'), head('Scheme'), head('Last used'),
		head('Profiles'), head('Remark')],
	state.keys.map((key) => [
		[code(key.id), quiet(key.description ?? '')],
		keyBadge(key),
		words(key.scheme),
		usesOf(key, now),
		words(key.profiles.join(', ')),
		key.archived ? [words(`by ${key.archived.by}`),
			quiet(key.archived.why ?? ''),
			element('div', { class: 'quiet' }, when(key.archived.at, now))] :
			words(key.checked?.evidence ?? ''),
	]), 'No key is registered, and no profile names one.');

// ---- The rest ------------------------------------------------------------------

const logRow = (line, now) => [
	when(line.time ?? line.at, now),
	words(line.event),
	words(line.profile ?? ''),
	line.key ? code(line.key) : '',
	[words(line.state ?? line.status ?? ''), quiet(line.evidence ?? '')],
	[words(line.for_program ?? line.program ?? ''), quiet(line.user ?? '')],
];

const showLog = (state, now) => {
	document.getElementById('log-section').hidden = state.log === null;
	if (state.log !== null)
		table('log', [head('When'), head('Event'), head('Profile'), head('Key'),
			head('What'), head('Program')],
			state.log.slice().reverse().map((line) => logRow(line, now)),
			'Nothing was logged.');
};

// "apam_signatures_total{profile="x",result="signed"}" as people read it.
const sampleText = (name) => {
	const [, what, labels] = /^apam_([^{]*)(?:\{(.*)\})?$/.exec(name) ?? [];
	if (!what) return null;
	return [words(what.replace(/_total$/, '').replaceAll('_', ' ')),
		quiet((labels ?? '').replaceAll('"', '').replaceAll(',', ', ')
			.replaceAll('=', ' '))];
};

const showAgent = (state) => {
	const { agent } = state;
	document.getElementById('agent-section').hidden = agent === null;
	if (agent === null) return;
	document.getElementById('agent-text').textContent = agent.problem ?
		words(agent.problem) : 'What it has counted since it started.';
	const rows = agent.samples.filter(([name]) =>
		/^apam_(signatures_total|agent_(connections|requests|users|refusals))/
			.test(name) && sampleText(name))
		.map(([name, value]) => [sampleText(name), words(value)]);
	if (agent.problem)
		document.getElementById('agent').replaceChildren();
	else
		table('agent', [head('What'), head('Count', true)], rows,
			'It has counted nothing yet.');
};

// ---- All of it -----------------------------------------------------------------

const problem = (text) => {
	const to = document.getElementById('problem');
	if (to.textContent !== text) to.textContent = text;
	to.hidden = text === '';
};

const summary = (text) => {
	const to = document.getElementById('summary');
	if (to.textContent !== text) to.textContent = text;
};

const summaryOf = (profiles) => {
	const bad = document.querySelectorAll('#profiles .badge.bad').length;
	const all = profiles.length === 1 ? '1 profile' :
		`${profiles.length} profiles`;
	if (profiles.length === 0) return 'No profile is shown to you.';
	if (bad === 0) return `${all}, nothing needs you.`;
	return `${all}, ${bad === 1 ? '1 needs' : `${bad} need`} you.`;
};

const show = (state, said) => {
	const now = said.now;
	const profiles = showProfiles(state, said.calls, now);
	showCalls(state, said, now);
	showRefusals(state, said, now);
	showKeys(state, now);
	showLog(state, now);
	showAgent(state);
	document.getElementById('version').textContent = words(state.version);
	document.getElementById('updated').textContent =
		`As of ${new Date(now * 1000).toLocaleTimeString()}`;
	summary(summaryOf(profiles));
};

const explain = (error) => {
	if (error.status === 401)
		return 'The gateway does not know you: open the address that ' +
			'`apam gateway` printed when it started, or the file page.html ' +
			'in its directory.';
	if (error.status) return `The gateway says: ${words(error.message)}`;
	return 'The gateway does not answer. It is asked again in a moment.';
};

let before = '';
let timer;
const look = async () => {
	clearTimeout(timer);
	try {
		const [state, said] = await Promise.all(
			[ask('state.json'), ask('calls.json')]);
		const text = JSON.stringify([state, said]);
		if (text !== before) show(state, said);
		before = text;
		problem('');
	} catch (error) {
		problem(explain(error));
		summary('');
	}
	document.documentElement.dataset.looked =
		Number(document.documentElement.dataset.looked ?? 0) + 1;
	if (!paused() && !document.hidden) timer = setTimeout(look, EVERY_MS);
};

const pause = document.getElementById('pause');
const paused = () => pause.getAttribute('aria-pressed') === 'true';
pause.addEventListener('click', () => {
	pause.setAttribute('aria-pressed', String(!paused()));
	if (paused()) clearTimeout(timer);
	else look();
});
document.addEventListener('visibilitychange', () => {
	if (!document.hidden && !paused()) look();
});
addEventListener('hashchange', () => {
	token = takeToken();
	look();
});
look();
