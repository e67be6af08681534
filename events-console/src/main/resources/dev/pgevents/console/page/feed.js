// The live feed: filtered by the server, paused on demand, at most so many rows.

import { announce, byId, clock, count, element, millis, setText, show, showText } from './dom.js';

const ROWS = 200;
const NAMES = 200;
const TYPES = /^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$/;

export class Feed {

	/** @param reopen called when the filter has changed */
	constructor(reopen) {
		this.list = byId('feed-list');
		this.types = new Set();
		this.apps = new Set();
		this.paused = false;
		this.missed = 0n;
		this.skipped = 0n;
		const query = new URLSearchParams(location.search);
		byId('filter-type').value = query.get('type') ?? '';
		byId('filter-app').value = query.get('app') ?? '';
		byId('pause').addEventListener('click', () => this.pause(!this.paused));
		byId('feed-filter').addEventListener('submit', (event) => {
			event.preventDefault();
			this.changed(reopen);
		});
		let timer;
		byId('feed-filter').addEventListener('input', () => {
			clearTimeout(timer);
			timer = setTimeout(() => this.changed(reopen), 400);
		});
		this.list.addEventListener('focusout', () => this.status());
		this.checked = this.values();
		this.check();
		this.status();
	}

	values() {
		return { type: byId('filter-type').value.trim(), app: byId('filter-app').value.trim() };
	}

	/** What the server is asked for: the last filter that makes sense. */
	query() {
		const query = new URLSearchParams();
		for (const [name, value] of Object.entries(this.checked)) {
			if (value) {
				query.set(name, value);
			}
		}
		return query;
	}

	check() {
		const wrong = this.values().type.split(',').map((each) => each.trim()).find((each) => each && !TYPES.test(each));
		byId('filter-type').setAttribute('aria-invalid', String(Boolean(wrong)));
		showText(byId('filter-error'), wrong ? `“${wrong}” is no type: lower-case words joined by dots, as epoch.closed or epoch.*` : '');
		if (wrong) {
			this.checked = { ...this.checked, type: '' };
		}
		return !wrong;
	}

	changed(reopen) {
		const values = this.values();
		if (!this.check() || (values.type === this.checked.type && values.app === this.checked.app)) {
			return;
		}
		this.checked = values;
		const query = this.query();
		history.replaceState(null, '', `${location.pathname}${query.size > 0 ? `?${query}` : ''}${location.hash}`);
		this.list.replaceChildren();
		this.missed = 0n;
		this.skipped = 0n;
		this.status();
		announce(query.size > 0 ? 'Filtered' : 'All events');
		reopen();
	}

	pause(paused) {
		this.paused = paused;
		const button = byId('pause');
		button.setAttribute('aria-pressed', String(paused));
		setText(button, paused ? 'Resume' : 'Pause');
		this.missed = 0n;
		this.status();
		announce(paused ? 'Feed paused' : 'Feed goes on');
	}

	/** Whoever is on a row is not to have it moved away. */
	held() {
		return this.list.contains(document.activeElement);
	}

	add({ events, skipped }) {
		if (this.paused || this.held()) {
			this.missed += BigInt(events.length) + BigInt(skipped);
			this.status();
			return;
		}
		this.skipped = BigInt(skipped) > 0n ? this.skipped + BigInt(skipped) : this.skipped;
		if (BigInt(skipped) > 0n) {
			this.skippedAt = Date.now();
		}
		this.missed = 0n;
		this.list.prepend(...events.map((event) => this.row(event)).reverse());
		while (this.list.children.length > ROWS) {
			this.list.lastElementChild.remove();
		}
		for (const { type, app } of events) {
			remember(this.types, type, 'known-types');
			remember(this.apps, app, 'known-apps');
		}
		this.status();
	}

	row(event) {
		return element('li', { class: 'event' },
			element('time', { datetime: event.published }, clock(event.published, true)),
			element('span', { class: `type ${event.type.split('.')[0]}` }, event.type),
			element('span', { class: event.app == null ? 'app muted' : 'app' }, event.app == null ? 'no app' : `app ${event.app}`),
			element('span', { class: 'latency' }, millis(event.ms)),
			element('code', { class: 'payload' }, event.payload ?? ''),
			element('button', { type: 'button', class: 'quiet', 'aria-label': `Copy ${event.type} as psql`, title: 'Copy as a psql line',
				onclick: (click) => copy(click.currentTarget, event) }, 'psql'));
	}

	know({ payloads }) {
		this.list.classList.toggle('without-payload', !payloads);
		if (this.skippedAt && Date.now() - this.skippedAt > 5000) {
			this.skipped = 0n;
			this.skippedAt = undefined;
			this.status();
		}
	}

	status() {
		show(byId('feed-empty'), this.list.children.length === 0);
		let text = '';
		if (this.paused) {
			text = `Paused, ${count(this.missed)} since`;
		} else if (this.missed > 0n && this.held()) {
			text = `Held while you are in it, ${count(this.missed)} since`;
		} else if (this.skipped > 0n) {
			text = `A sample, 100 a second; ${count(this.skipped)} not shown`;
		}
		setText(byId('feed-status'), text);
	}

}

function remember(known, name, list) {
	if (name != null && !known.has(name) && known.size < NAMES) {
		known.add(name);
		byId(list).append(element('option', { value: name }));
	}
}

/** What publishes the event again, for a shell. */
export function psql(event) {
	const parts = [`"type":${JSON.stringify(event.type)}`];
	if (event.app != null) {
		parts.push(`"app_id":${JSON.stringify(event.app)}`);
	}
	if (event.headers && Object.keys(event.headers).length > 0) {
		parts.push(`"headers":${JSON.stringify(event.headers)}`);
	}
	parts.push(`"payload":${event.payload ?? 'null'}`);
	const sql = `SELECT pg_notify(${literal(event.channel ?? 'events')}, ${literal(`{${parts.join(',')}}`)})`;
	return `psql -c '${sql.replaceAll("'", "'\\''")}'`;
}

/** Backslashes mean nothing in a plain literal, and only quotes are doubled. */
const literal = (text) => `'${text.replaceAll("'", "''")}'`;

async function copy(button, event) {
	const text = psql(event);
	try {
		await navigator.clipboard.writeText(text);
	} catch (refused) {
		const area = element('textarea', { 'aria-label': 'psql line' }); // no clipboard over plain HTTP
		area.value = text;
		button.after(area);
		area.select();
		document.execCommand('copy');
		area.remove();
		button.focus();
	}
	setText(button, 'copied');
	announce(event.payload === undefined ? 'Copied, without the payload: it is hidden' : 'Copied as a psql line');
	setTimeout(() => setText(button, 'psql'), 1500);
}
