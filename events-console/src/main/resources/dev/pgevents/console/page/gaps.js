// Gaps on a time axis, and what healed them.

import { announce, byId, clock, element, keyed, millis, plural, setText, span, svg } from './dom.js';

const HEIGHT = 46;
const SHOWN = 12;

const REASONS = {
	RECONNECTED: ['Connection lost and back', 'What was published meanwhile did not arrive'],
	OVERFLOW: ['Buffer full', 'The handler was slower than the events'],
	UNREADABLE: ['Unreadable notification', 'Somebody sent what is no event'],
	STOPPED: ['Stopped and started again', 'What was published meanwhile was missed'],
	EXPIRED: ['Past the retention', 'The log no longer has what was missed'],
};

const reason = (gap) => REASONS[gap.reason] ?? [gap.reason.toLowerCase(), ''];

const key = (gap) => `${gap.since} ${gap.reason} ${gap.subscription ?? ''}`;

export class Gaps {

	constructor() {
		this.range = byId('gaps-range');
		this.range.addEventListener('change', () => this.latest && this.render(this.latest));
		this.started = undefined;
	}

	render(state) {
		this.latest = state;
		this.started ??= state.now;
		const newest = [...state.gaps].reverse();
		this.tell(newest);
		setText(byId('gaps-summary'), newest.length === 0
			? 'None since this console began to watch' : `${plural(newest.length, 'gap', 'gaps')}, the last ${
				span(Math.max(0, new Date(state.now) - new Date(newest[0].until)))} ago`);
		this.axis(state);
		keyed(byId('gaps-list'), newest.slice(0, SHOWN), key, () => element('li', {}), (item, gap) => this.item(item, gap));
	}

	/** A new gap is told to those who do not see it; those of before the page are not. */
	tell(newest) {
		const latest = newest[0] && key(newest[0]);
		if (this.told !== undefined && latest !== this.told && latest) {
			announce(`Gap: ${reason(newest[0])[0]}`);
		}
		this.told = latest ?? '';
	}

	item(item, gap) {
		const length = new Date(gap.until) - new Date(gap.since);
		const lost = BigInt(gap.dropped) > 0n ? `${plural(gap.dropped, 'event', 'events')} dropped` : 'how many is not known';
		const healing = this.healing(gap);
		const text = `${reason(gap).join()} ${gap.dropped} ${gap.until} ${healing}`;
		if (item.dataset.text === text) {
			return;
		}
		item.dataset.text = text;
		item.className = `gap ${gap.reason.toLowerCase()}`;
		item.replaceChildren(
			element('span', { class: 'gap-reason' }, reason(gap)[0]),
			element('time', { datetime: gap.since }, clock(gap.since)),
			element('span', { class: 'gap-length' }, length < 1000 ? millis(length) : span(length)),
			element('span', { class: 'gap-what muted' }, gap.subscription ? `${gap.subscription}: ${lost}` : `${reason(gap)[1]}; ${lost}`),
			element('span', { class: `gap-healed ${gap.healed.length > 0 ? 'good' : 'muted'}` }, healing));
	}

	healing(gap) {
		if (gap.subscription) {
			return 'told to its handler';
		}
		if (gap.healed.length === 0) {
			return 'no synchronizing method has run since';
		}
		const first = gap.healed.slice(0, 3).map((run) => `${shorter(run.sync)} after ${millis(Math.max(0, run.after))}`).join(', ');
		return `healed by ${first}${gap.healed.length > 3 ? ` and ${gap.healed.length - 3} more` : ''}`;
	}

	axis({ gaps, now }) {
		const width = byId('gaps-axis').clientWidth || 1000;
		const seconds = Number(this.range.value);
		const end = new Date(now).getTime();
		const begin = end - seconds * 1000;
		const x = (time) => Math.round((new Date(time).getTime() - begin) / (seconds * 1000) * width * 10) / 10;
		const marks = [svg('line', { x1: 0, y1: 30, x2: width, y2: 30, class: 'axis-line' })];
		const unwatched = x(this.started);
		const shown = gaps.filter((gap) => new Date(gap.until).getTime() > begin);
		for (const gap of shown) {
			const from = Math.max(0, x(gap.since));
			const healed = gap.healed.length > 0 ? Math.max(...gap.healed.map((run) => run.after)) : 0;
			if (healed > 0) {
				const until = x(new Date(gap.until).getTime() + healed);
				marks.push(svg('rect', { x: x(gap.until), y: 22, width: Math.max(3, until - x(gap.until)), height: 16, rx: 1, class: 'axis-healed' }));
			}
			marks.push(svg('rect', { x: from, y: 12, width: Math.max(3, x(gap.until) - from), height: 26, rx: 1.5,
				class: `axis-gap ${gap.reason.toLowerCase()}` }, svg('title', {}, `${reason(gap)[0]} at ${clock(gap.since)}`)));
		}
		const picture = svg('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img',
			'aria-label': `${plural(shown.length, 'gap', 'gaps')} in the last ${span(seconds * 1000)}${unwatched > 0 ? ', as far as this page knows' : ''}` }, ...marks);
		const labels = [0, 0.25, 0.5, 0.75, 1].map((part) => element('span', {}, part === 1 ? 'now' : clock(begin + part * seconds * 1000).slice(0, 5)));
		byId('gaps-axis').replaceChildren(picture, element('div', { class: 'axis-labels', 'aria-hidden': 'true' }, ...labels));
	}

}

/** The class and the method, without the packages. */
function shorter(id) {
	return id.split('.').slice(-2).join('.');
}
