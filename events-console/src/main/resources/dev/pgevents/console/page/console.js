// The page: takes what the application sends and hands it to the parts.

import { announce, byId, clock, confirm, element, setText, show, showText } from './dom.js';
import { renderConnection, renderTiles } from './connection.js';
import { Charts } from './charts.js';
import { Gaps } from './gaps.js';
import { Feed } from './feed.js';
import { renderDatabase, renderGroups, renderSubscriptions, renderSyncs } from './tables.js';

const SILENCE = 4000;
const RETRY = 2000;

const charts = new Charts();
const gaps = new Gaps();
const feed = new Feed(open);
const panels = new Map();

let source;
let heardAt = 0;
let operations = false;

/** Asks the application to do something; the answer is a sentence. */
async function operate(panel, operation, parameters = {}) {
	const query = new URLSearchParams(parameters);
	try {
		const response = await fetch(`api/operations/${panel}/${operation}?${query}`,
			{ method: 'POST', headers: { 'X-Events-Console': '1' } });
		const answer = await response.json();
		say(answer.message, response.ok);
		return response.ok;
	} catch (failure) {
		say('The application does not answer.', false);
		return false;
	}
}

let sayTimer;

function say(message, good) {
	announce(message);
	let toast = byId('toast');
	if (!toast) {
		toast = element('p', { id: 'toast', class: 'toast' });
		document.body.append(toast);
	}
	setText(toast, message);
	toast.classList.toggle('bad', !good);
	show(toast, true);
	clearTimeout(sayTimer);
	sayTimer = setTimeout(() => show(toast, false), 6000);
}

async function confirmed(title, text, yes, panel, operation, parameters) {
	return await confirm(title, text, yes) && operate(panel, operation, parameters);
}

function render(state) {
	operations = state.operations;
	document.title = `${state.connection.tone === 'GOOD' ? '' : '⚠ '}${state.application ?? 'Events'} · events`;
	setText(byId('application'), state.application ? `of ${state.application}` : '');
	renderConnection(state);
	charts.add(state.seconds);
	renderTiles(state, charts);
	gaps.render(state);
	renderSubscriptions(state, confirmed);
	renderSyncs(state);
	renderGroups(state, confirmed);
	renderDatabase(state);
	feed.know(state);
	for (const [id, panel] of panels) {
		const data = state.panels[id];
		if (data !== undefined) {
			panel.module.render(panel.body, data, panel.console);
		}
	}
	setText(byId('footnote'), footnote(state));
}

function footnote(state) {
	const parts = [`${state.operations ? 'This page can change things' : 'This page only shows'}; payloads are ${
		state.payloads ? 'shown' : 'hidden'}.`];
	if (BigInt(state.missed) > 0n) {
		parts.push(`The console itself could not keep up with ${BigInt(state.missed).toLocaleString('en')} events.`);
	}
	if (BigInt(state.ahead) > 0n) {
		parts.push('Some publishers’ clocks are ahead of this one: their latency shows as nothing.');
	}
	return parts.join(' ');
}

/** Opens the stream, with the feed's filter. */
function open() {
	source?.close();
	source = new EventSource(`api/stream?${feed.query()}`);
	source.addEventListener('state', (event) => {
		heardAt = Date.now();
		link();
		render(JSON.parse(event.data));
	});
	source.addEventListener('events', (event) => feed.add(JSON.parse(event.data)));
	const mine = source;
	source.addEventListener('error', () => {
		link();
		if (mine === source && mine.readyState === EventSource.CLOSED) {
			setTimeout(() => mine === source && open(), RETRY); // refused: the browser gives up, we do not
		}
	});
}

/** Says so where the application is silent: what is shown is old then. */
function link() {
	const silent = Date.now() - heardAt > SILENCE;
	document.body.classList.toggle('stale', silent && heardAt > 0);
	showText(byId('link'), silent && heardAt > 0
		? `No word from the application since ${clock(heardAt)}; trying again` : '');
}

async function addPanels() {
	const known = await (await fetch('api/panels')).json();
	for (const { id, title, styles } of known) {
		if (styles) {
			document.head.append(element('link', { rel: 'stylesheet', href: `assets/panel-${id}.css` }));
		}
		const module = await import(`./panel-${id}.js`);
		const body = element('div', { class: 'panel-body' });
		byId('panels').append(element('section', { class: 'card panel', 'aria-labelledby': `panel-${id}` },
			element('div', { class: 'bar' }, element('h2', { id: `panel-${id}` }, title)), body));
		panels.set(id, { module, body, console: {
			get operations() {
				return operations;
			},
			operate: (operation, parameters) => operate(id, operation, parameters),
			confirmed: (heading, text, yes, operation, parameters) =>
				confirmed(heading, text, yes, id, operation, parameters),
		} });
	}
}

setInterval(link, 1000);
open();
addPanels();
