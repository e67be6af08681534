// The connection, and the figures of now.

import { announce, byId, count, element, millis, plural, setText, showText, span } from './dom.js';

const NAMES = { LISTENING: 'Listening', CONNECTING: 'Connecting', DEAF: 'Deaf', BACKING_OFF: 'Connection lost', STOPPED: 'Stopped',
	CLOSED: 'Closed', OFF: 'Not listening', IN_MEMORY: 'In memory' };

let shownState;

export function renderConnection({ connection, now }) {
	const name = NAMES[connection.state] ?? connection.state;
	document.body.dataset.tone = connection.tone.toLowerCase();
	setText(byId('connection-state'), name);
	setText(byId('connection-since'),
		connection.since ? `for ${span(Math.max(0, new Date(now) - new Date(connection.since)))}` : '');
	setText(byId('connection-sentence'), connection.sentence);
	showText(byId('connection-problem'), connection.problem);
	const facts = facts_(connection);
	const list = byId('connection-facts');
	if (list.dataset.facts !== facts.join()) {
		list.dataset.facts = facts.join();
		list.replaceChildren(...facts.map((fact) => element('li', {}, fact)));
	}
	if (shownState !== undefined && shownState !== connection.state) {
		announce(`${name}. ${connection.sentence}`);
	}
	shownState = connection.state;
}

function facts_(connection) {
	const facts = [];
	if (connection.channels.length > 0) {
		const shown = connection.channels.slice(0, 4).join(', ');
		facts.push(`${connection.channels.length === 1 ? 'channel' : 'channels'} ${shown}${
			connection.channels.length > 4 ? ` and ${connection.channels.length - 4} more` : ''}`);
	}
	if (connection.signed) {
		facts.push('signed events only');
	}
	if (connection.queued > 0) {
		facts.push(`${connection.queued} waiting to be sent`);
	}
	if (BigInt(connection.unsent) > 0n) {
		facts.push(`${count(connection.unsent)} not sent, or not known to be`);
	}
	if (BigInt(connection.unreadable) > 0n) {
		facts.push(`${plural(connection.unreadable, 'notification', 'notifications')} not readable${
			BigInt(connection.refused) > 0n ? `, ${count(connection.refused)} of them refused` : ''}`);
	}
	return facts;
}

export function renderTiles({ subscriptions, missed }, charts) {
	const recent = charts.recent();
	setText(byId('tile-rate'), recent.rate >= 10 ? Math.round(recent.rate).toLocaleString('en') : recent.rate.toFixed(1));
	setText(byId('tile-rate-note'), recent.peak > 0 ? `at most ${recent.peak.toLocaleString('en')} in ten minutes` : ' ');
	setText(byId('tile-p50'), millis(recent.p50));
	setText(byId('tile-p99'), millis(recent.p99));
	const sum = (name) => subscriptions.filter((each) => each.name !== 'events-console')
		.reduce((total, each) => total + BigInt(each.stats[name]), 0n);
	const dropped = sum('dropped');
	const failed = sum('failed');
	const tile = byId('tile-lost');
	setText(tile, (dropped + failed).toLocaleString('en'));
	tile.classList.toggle('bad', dropped + failed > 0n);
	setText(byId('tile-lost-note'), `${dropped.toLocaleString('en')} dropped, ${failed.toLocaleString('en')} failed`);
}
