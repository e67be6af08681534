// Latency and rate of the last ten minutes, drawn as SVG: the styles give the colours.

import { byId, clock, millis, setText, svg } from './dom.js';

const KEPT = 600;
const LEFT = 52;
const RIGHT = 4;
const TOP = 8;
const BOTTOM = 22;

const round = (value) => Math.round(value * 10) / 10;

/** Ten times as much is always as far up: latencies range over five powers of ten. */
const decades = {
	range: (values) => [Math.min(0.1, ...values), Math.max(10, ...values) * 1.5],
	place: ([low, high], value) => Math.log(value / low) / Math.log(high / low),
	ticks: ([low, high]) => {
		const first = Math.ceil(Math.log10(low) - 1e-9);
		return Array.from({ length: Math.floor(Math.log10(high)) - first + 1 }, (none, each) => +(10 ** (first + each)).toPrecision(1));
	},
	text: (ms) => ms >= 1000 ? `${(ms / 1000).toLocaleString('en')} s` : `${ms} ms`,
};

const linear = {
	range: (values) => [0, Math.max(5, ...values) * 1.15],
	place: ([, high], value) => value / high,
	ticks: ([, high]) => {
		const power = 10 ** Math.floor(Math.log10(high / 4));
		const step = Math.max(1, [1, 2, 5, 10].map((each) => each * power).find((each) => high / each <= 5));
		return Array.from({ length: Math.floor(high / step) + 1 }, (none, each) => each * step);
	},
	text: (value) => value.toLocaleString('en'),
};

/** Lines over time in a box, and what they say under the pointer. */
class Plot {

	/**
	 * @param id of the box; a caption beside it has the same id with -at
	 * @param scale the vertical one
	 * @param lines their styles and the values that they show
	 * @param text says what a second has
	 */
	constructor(id, scale, lines, text) {
		Object.assign(this, { id, scale, lines, text, seconds: [] });
		this.box = byId(id);
		this.box.addEventListener('pointermove', (event) => this.point(event.offsetX));
		this.box.addEventListener('pointerleave', () => this.point(undefined));
		new ResizeObserver(() => this.draw(this.seconds)).observe(this.box);
	}

	draw(seconds) {
		this.seconds = seconds;
		const width = this.box.clientWidth;
		const height = this.box.clientHeight;
		if (width === 0) {
			return;
		}
		const end = seconds.at(-1)?.at ?? Math.floor(Date.now() / 1000);
		const values = this.lines.flatMap(({ value }) => seconds.map(value)).filter((value) => value != null);
		const range = this.scale.range(values);
		this.x = (at) => round(LEFT + (at - end + KEPT) / KEPT * (width - LEFT - RIGHT));
		this.y = (value) => round(height - BOTTOM - this.scale.place(range, value) * (height - TOP - BOTTOM));
		this.pointer = svg('line', { class: 'pointer', y1: TOP, y2: height - BOTTOM, visibility: 'hidden' });
		this.box.replaceChildren(svg('svg', { width, height, 'aria-hidden': 'true' }, ...this.grid(range, width, height, end),
			...this.lines.flatMap((line) => this.line(line, height - BOTTOM)), this.pointer));
		this.point(this.pointed);
	}

	grid(range, width, height, end) {
		const marks = this.scale.ticks(range).flatMap((tick) => [
			svg('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: this.y(tick), y2: this.y(tick) }),
			svg('text', { x: LEFT - 6, y: this.y(tick) + 4, 'text-anchor': 'end' }, this.scale.text(tick))]);
		const step = width < 500 ? 180 : 120;
		for (let at = Math.ceil((end - KEPT) / step) * step; at < end; at += step) {
			if (this.x(at) > LEFT + 16 && this.x(at) < width - 18) {
				marks.push(svg('text', { x: this.x(at), y: height - 5, 'text-anchor': 'middle' }, clock(at * 1000).slice(0, 5)));
			}
		}
		return marks;
	}

	/** Seconds without a value have no point, and the line goes on at the next. */
	line({ style, value, steps }, bottom) {
		const points = this.seconds.filter((second) => value(second) != null).map((second) => [this.x(second.at), this.y(value(second))]);
		if (points.length === 0) {
			return [];
		}
		const path = `M${points.map(([x, y], each) => each > 0 && steps ? `H${x}V${y}` : `${each > 0 ? 'L' : ''}${x},${y}`).join('')}`;
		const area = steps ? [svg('path', { class: `area ${style}`, d: `${path}V${bottom}H${points[0][0]}Z` })] : [];
		return [...area, svg('path', { class: `line ${style}`, d: path })];
	}

	point(x) {
		this.pointed = x;
		const nearest = x === undefined ? undefined : this.seconds.reduce((best, second) =>
			Math.abs(this.x(second.at) - x) < Math.abs(this.x(best?.at ?? -Infinity) - x) ? second : best, undefined);
		this.pointer.setAttribute('visibility', nearest ? 'visible' : 'hidden');
		if (nearest) {
			this.pointer.setAttribute('x1', this.x(nearest.at));
			this.pointer.setAttribute('x2', this.x(nearest.at));
		}
		setText(byId(`${this.id}-at`), nearest ? `${clock(nearest.at * 1000)}: ${this.text(nearest)}` : '');
	}

}

const shown = (ms) => ms == null ? null : Math.max(ms, 0.01);

export class Charts {

	constructor() {
		this.seconds = [];
		this.latency = new Plot('chart-latency', decades,
			[{ style: 'p99', value: ({ p99 }) => shown(p99) }, { style: 'p50', value: ({ p50 }) => shown(p50) }],
			({ p50, p99 }) => p50 == null ? 'no events' : `${millis(p50)}, 99 % ${millis(p99)}`);
		this.rate = new Plot('chart-rate', linear, [{ style: 'count', value: ({ count }) => count, steps: true }],
			({ count }) => count.toLocaleString('en'));
	}

	/** Adds the seconds that are over; those of a page that was away come all at once. */
	add(seconds) {
		const last = this.seconds.at(-1)?.at ?? 0;
		for (const second of seconds) {
			const at = Number(second.at);
			if (at > last) {
				this.seconds.push({ ...second, at });
			}
		}
		this.seconds.splice(0, this.seconds.length - KEPT);
		this.latency.draw(this.seconds);
		this.rate.draw(this.seconds);
		this.describe();
	}

	/** What the tiles show: the newest seconds that had events. */
	recent() {
		const newest = this.seconds.slice(-5);
		const timed = this.seconds.slice(-60).filter((second) => second.count > 0).at(-1);
		return { rate: newest.reduce((sum, second) => sum + second.count, 0) / Math.max(1, newest.length),
			peak: this.seconds.reduce((peak, second) => Math.max(peak, second.count), 0),
			p50: timed?.p50, p99: timed?.p99 };
	}

	/** For those who do not see it. */
	describe() {
		const { rate, peak, p50, p99 } = this.recent();
		this.latency.box.setAttribute('aria-label',
			`Latency over the last ten minutes; lately median ${millis(p50)}, 99 % within ${millis(p99)}`);
		this.rate.box.setAttribute('aria-label',
			`Events a second over the last ten minutes; lately ${rate.toFixed(1)}, at most ${peak}`);
	}

}
