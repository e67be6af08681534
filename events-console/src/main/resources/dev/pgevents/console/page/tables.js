// Subscriptions, synchronizing methods, and the database.

import { byId, clock, count, element, keyed, millis, plural, setText, show, showText, span } from './dom.js';

const CAUSES = { STARTUP: 'at start', EVENT: 'for an event', GAP: 'after a gap', RETRY: 'again after a failure', INTERVAL: 'at its interval' };

const names = (set, all) => set.length === 0 ? all : set.join(', ');

export function renderSubscriptions({ subscriptions, stopped, operations }, confirmed) {
	const own = (each) => each.name === 'events-console' ? 1 : 0;
	const open = new Set(subscriptions.map((each) => each.name)); // what is being stopped is still among them
	const items = [...[...subscriptions].sort((one, other) => own(one) - own(other)),
		...stopped.filter((name) => !open.has(name)).map((name) => ({ name, stopped: true }))];
	const slow = subscriptions.filter((each) => each.running.length > 0).length;
	setText(byId('subscriptions-summary'), slow > 0 ? `${slow} with a handler at work for long` : `${subscriptions.length} open`);
	keyed(byId('subscriptions'), items, (each) => each.name, () => subscription(confirmed), (row, each) => update(row, each, operations));
}

function subscription(confirmed) {
	const row = element('li', { class: 'row' },
		element('div', { class: 'row-head' }, element('strong', { class: 'name' }), element('span', { class: 'badge' }),
			element('button', { type: 'button', class: 'quiet', hidden: true })),
		element('p', { class: 'muted filter-text' }), element('dl', { class: 'stats' }), element('div', { class: 'running' }));
	row.querySelector('button').addEventListener('click', async () => {
		const id = row.dataset.key;
		if (row.classList.contains('stopped')) {
			await confirmed('Start this method?', `${id} is called again for what happens from now on.`, 'Start', 'console', 'start', { id });
		} else {
			await confirmed('Stop this method?', `${id} is called no more, and misses what happens until it is started again.`, 'Stop', 'console', 'stop', { id });
		}
	});
	return row;
}

function update(row, each, operations) {
	const [name, badge, button] = row.querySelector('.row-head').children;
	row.classList.toggle('stopped', Boolean(each.stopped));
	setText(name, each.name);
	const running = each.running ?? [];
	const state = each.stopped ? ['stopped', 'off'] : running.length > 0 ? ['slow', 'warn']
		: !each.ready ? ['not ready', 'warn'] : BigInt(each.stats.dropped) > 0n ? ['has dropped', 'bad'] : ['', ''];
	setText(badge, state[0]);
	badge.className = `badge ${state[1]}`;
	show(badge, state[0] !== '');
	show(button, operations && (each.stopped || each.method));
	setText(button, each.stopped ? 'Start' : 'Stop');
	button.setAttribute('aria-label', `${each.stopped ? 'Start' : 'Stop'} ${each.name}`);
	if (each.stopped) {
		setText(row.querySelector('.filter-text'), 'A handler method that is not running');
		row.querySelector('.stats').replaceChildren();
		row.querySelector('.running').replaceChildren();
		return;
	}
	setText(row.querySelector('.filter-text'), `${names(each.types, 'all types')}${each.apps.length > 0 ? ` of app ${each.apps.join(', ')}` : ''}`);
	stats(row.querySelector('.stats'), each.stats);
	calls(row.querySelector('.running'), running);
}

function stats(list, values) {
	const shown = [['handled', values.handled], ['queued', values.queued], ['dropped', values.dropped], ['failed', values.failed],
		['replaced', values.coalesced], ['gaps', values.gaps], ['slow', values.slow]]
		.filter(([name, value]) => ['handled', 'queued'].includes(name) || BigInt(value) > 0n);
	keyed(list, shown, ([name]) => name, ([name]) => element('div', { class: `stat-${name}` }, element('dt', {}, name), element('dd', {})),
		(item, [, value]) => setText(item.lastElementChild, count(value)));
}

function calls(box, running) {
	keyed(box, running.slice(0, 5), (call) => call.thread, (call) => element('details', { class: 'call' },
		element('summary', {}), element('pre', { tabindex: '0', 'aria-label': `Stack of ${call.thread}` })), (item, call) => {
		setText(item.firstElementChild, `${call.thread} at work for ${span(call.ms)} with ${call.what}`);
		setText(item.lastElementChild, call.stack.join('\n'));
	});
}

export function renderSyncs({ syncs, now }) {
	show(byId('syncs-section'), syncs.length > 0);
	keyed(byId('syncs'), syncs, (each) => each.id, () => element('li', { class: 'row' },
		element('div', { class: 'row-head' }, element('strong', { class: 'name' }), element('span', { class: 'badge bad' })),
		element('p', { class: 'muted' })), (row, each) => {
		setText(row.querySelector('.name'), each.id);
		showText(row.querySelector('.badge'), each.problem ? `failed: ${each.problem}` : '');
		setText(row.lastElementChild, `${CAUSES[each.cause] ?? each.cause} ${ago(now, each.at)}, ${millis(each.ms)}; ${
			plural(each.runs, 'run', 'runs')}${BigInt(each.failed) > 0n ? `, ${count(each.failed)} failed` : ''}`);
	});
}

export function renderGroups({ groups, operations }, confirmed) {
	show(byId('groups-section'), Boolean(groups) && (groups.groups.length > 0 || Boolean(groups.problem)));
	if (!groups) {
		return;
	}
	showText(byId('groups-problem'), groups.problem);
	setText(byId('groups-summary'), `asked at ${clock(groups.asked)}`);
	keyed(byId('groups'), groups.groups, (each) => each.name, () => group(confirmed), (row, each) => {
		const [name, badge, button] = row.querySelector('.row-head').children;
		const parked = BigInt(each.parked);
		setText(name, each.name);
		const owned = Object.values(each.owners).reduce((sum, parts) => sum + parts, 0);
		const state = parked > 0n ? ['has parked events', 'bad'] : owned < each.partitions ? ['not all handled', 'warn'] : ['', ''];
		setText(badge, state[0]);
		badge.className = `badge ${state[1]}`;
		show(badge, state[0] !== '');
		show(button, operations && parked > 1n);
		button.setAttribute('aria-label', `Try all parked events of ${each.name} again`);
		setText(row.querySelector('.filter-text'), `${names(each.types, 'all types')}; ${
			Object.entries(each.owners).map(([owner, parts]) => `${owner} has ${parts} of ${each.partitions} partitions`).join(', ') || 'no instance runs'}`);
		keyed(row.querySelector('.stats'), [['lag', each.lag], ['held', each.held], ['parked', each.parked]], ([what]) => what,
			([what]) => element('div', { class: `stat-${what}` }, element('dt', {}, what), element('dd', {})),
			(item, [, value]) => setText(item.lastElementChild, count(value)));
		keyed(row.querySelector('.parked'), each.events, (event) => event.id, () => parkedEvent(each.name, confirmed),
			(item, event) => updateParked(item, event, operations));
		const more = parked - BigInt(each.events.length);
		showText(row.lastElementChild, more > 0n ? `and ${count(more)} more` : '');
	});
}

function group(confirmed) {
	const row = element('li', { class: 'row' },
		element('div', { class: 'row-head' }, element('strong', { class: 'name' }), element('span', { class: 'badge' }),
			element('button', { type: 'button', class: 'quiet', hidden: true }, 'Try all again')),
		element('p', { class: 'muted filter-text' }), element('dl', { class: 'stats' }), element('ul', { class: 'parked small' }), element('p', { class: 'muted' }));
	row.querySelector('button').addEventListener('click', () => confirmed('Try the parked events again?',
		`All parked events of ${row.dataset.key} are handled again, as often as new ones.`, 'Try again', 'console', 'redrive', { group: row.dataset.key }));
	return row;
}

function parkedEvent(group, confirmed) {
	const item = element('li', {}, element('span', {}), element('button', { type: 'button', class: 'quiet' }, 'Try again'),
		element('button', { type: 'button', class: 'quiet' }, 'Give up'));
	const [text, again, up] = item.children;
	const id = () => item.dataset.key;
	again.addEventListener('click', () => confirmed('Try this event again?',
		`${text.dataset.what} is handled again, as often as a new one.`, 'Try again', 'console', 'redrive', { group, id: id() }));
	up.addEventListener('click', () => confirmed('Give this event up?',
		`${group} never handles ${text.dataset.what}. Events of its app that wait behind it are handled.`, 'Give up', 'console', 'skip', { group, id: id() }));
	return item;
}

function updateParked(item, event, operations) {
	const [text, again, up] = item.children;
	const what = `${event.type}${event.app == null ? '' : ` of app ${event.app}`}`;
	text.dataset.what = what;
	setText(text, `${what}, tried ${plural(event.attempts, 'time', 'times')} since ${clock(event.since)}${event.error ? `: ${event.error}` : ''}`);
	again.setAttribute('aria-label', `Try ${what} again`);
	up.setAttribute('aria-label', `Give up ${what}`);
	show(again, operations);
	show(up, operations);
}

const ago = (now, at) => {
	const ms = Math.max(0, new Date(now) - new Date(at));
	return ms < 2000 ? 'just now' : `${span(ms)} ago`;
};

export function renderDatabase({ database }) {
	show(byId('database-section'), Boolean(database));
	if (!database) {
		return;
	}
	showText(byId('database-problem'), database.problem);
	if (!database.status) {
		return;
	}
	setText(byId('database-version'), `PostgreSQL ${database.status.version.split(' ')[0]}, asked at ${clock(database.asked)}`);
	const usage = database.status.queueUsage;
	byId('queue-usage').value = usage;
	setText(byId('queue-usage-text'), `${(usage * 100).toFixed(usage > 0 && usage < 0.1 ? 2 : 0)} % full`);
	const waiters = BigInt(database.status.commitLockWaiters);
	setText(byId('lock-waiters'), waiters === 0n ? 'nobody' : plural(waiters, 'session', 'sessions'));
	byId('lock-waiters').classList.toggle('bad', waiters > 0n);
	keyed(byId('sessions'), grouped(database.sessions), (each) => each.name, () => element('li', { class: 'row session' },
		element('strong', { class: 'name' }), element('span', { class: 'badge' }), element('span', { class: 'muted' })), (row, each) => {
		const [name, badge, rest] = row.children;
		setText(name, each.name || 'without a name');
		setText(badge, each.listening ? 'listens' : 'publishes');
		badge.className = `badge ${each.listening ? 'good' : ''}`;
		setText(rest, [each.count > 1 ? `${each.count} sessions` : `process ${each.pid}`, each.address, each.since && `since ${clock(each.since)}`]
			.filter(Boolean).join(', '));
	});
}

/** Sessions of one name are one line. */
function grouped(sessions) {
	const groups = new Map();
	for (const session of sessions) {
		const name = session.applicationName.replace(/^pgevents /, '');
		const known = groups.get(name);
		if (known) {
			known.count++;
		} else {
			groups.set(name, { ...session, name, count: 1 });
		}
	}
	return [...groups.values()];
}
