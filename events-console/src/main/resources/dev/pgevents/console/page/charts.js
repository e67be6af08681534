// Latency and rate of the last ten minutes, drawn by uPlot.

import { byId, millis } from './dom.js';

const KEPT = 600;

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class Charts {

	constructor() {
		this.seconds = [];
		this.dark = matchMedia('(prefers-color-scheme: dark)');
		this.dark.addEventListener('change', () => this.draw());
		new ResizeObserver(() => this.resize()).observe(byId('chart-rate'));
		this.draw();
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
		this.latency?.setData(this.latencyData());
		this.rate?.setData(this.rateData());
	}

	/** What the tiles show: the newest seconds that had events. */
	recent() {
		const newest = this.seconds.slice(-5);
		const timed = this.seconds.slice(-60).filter((second) => second.count > 0).at(-1);
		return { rate: newest.reduce((sum, second) => sum + second.count, 0) / Math.max(1, newest.length),
			peak: this.seconds.reduce((peak, second) => Math.max(peak, second.count), 0),
			p50: timed?.p50, p99: timed?.p99 };
	}

	latencyData() {
		return [this.seconds.map((second) => second.at), this.seconds.map((second) => second.p50 || second.p50 === 0
			? Math.max(second.p50, 0.01) : null), this.seconds.map((second) => second.p99 || second.p99 === 0
			? Math.max(second.p99, 0.01) : null)];
	}

	rateData() {
		return [this.seconds.map((second) => second.at), this.seconds.map((second) => second.count)];
	}

	draw() {
		if (!window.uPlot) {
			return;
		}
		this.latency?.destroy();
		this.rate?.destroy();
		const line = (label, color, fill) => ({ label, stroke: css(color), fill: fill && css(fill), width: 1.5,
			points: { show: false }, spanGaps: true });
		const axis = (values, size) => ({ stroke: css('--muted'), font: '11px system-ui, sans-serif', size, gap: 4, values,
			grid: { stroke: css('--line'), width: 1 }, ticks: { show: false } });
		const time = { ...axis(undefined, 26), space: 70, values: (plot, splits) => splits.map((at) => {
			const date = new Date(at * 1000);
			return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
		}), incrs: [60, 120, 300] };
		const base = (id) => ({ width: byId(id).clientWidth || 300, height: byId(id).clientHeight || 160,
			legend: { show: false }, cursor: { show: true, y: false, points: { size: 6 }, drag: { x: false, y: false } },
			padding: [8, 8, 0, 0] });
		const powers = (plot, splits) => splits.map((ms) =>
			ms != null && Math.abs(Math.log10(ms) - Math.round(Math.log10(ms))) < 1e-6 ? ms : null);
		const decades = { ...axis((plot, splits) => splits.map((ms) => ms == null ? '' : ms >= 1000 ? `${ms / 1000} s` : `${+ms.toFixed(2)} ms`), 56),
			filter: powers };
		decades.grid = { ...decades.grid, filter: powers };
		const x = { range: () => {
			const now = this.seconds.at(-1)?.at ?? Date.now() / 1000;
			return [now - KEPT, now];
		} };
		this.latency = new window.uPlot({ ...base('chart-latency'),
			scales: { x, y: { distr: 3, range: (plot, low, high) => [Math.min(0.1, low || 0.1), Math.max(10, (high || 1) * 1.5)] } },
			axes: [time, decades],
			series: [{}, line('median', '--p50'), line('99 %', '--p99')],
		}, this.latencyData(), byId('chart-latency'));
		this.rate = new window.uPlot({ ...base('chart-rate'),
			scales: { x, y: { range: (plot, low, high) => [0, Math.max(5, (high || 0) * 1.15)] } },
			axes: [time, axis((plot, splits) => splits.map((each) => Number.isInteger(each) ? each.toLocaleString('en') : ''), 46)],
			series: [{}, { ...line('events', '--accent', '--accent-soft'), paths: window.uPlot.paths.stepped({ align: 1 }) }],
		}, this.rateData(), byId('chart-rate'));
		this.describe();
	}

	resize() {
		for (const [plot, id] of [[this.latency, 'chart-latency'], [this.rate, 'chart-rate']]) {
			const box = byId(id);
			if (plot && box.clientWidth > 0 && (plot.width !== box.clientWidth || plot.height !== box.clientHeight)) {
				plot.setSize({ width: box.clientWidth, height: box.clientHeight });
			}
		}
		this.describe();
	}

	/** For those who do not see it. */
	describe() {
		const { rate, peak, p50, p99 } = this.recent();
		byId('chart-latency').setAttribute('aria-label',
			`Latency over the last ten minutes; lately median ${millis(p50)}, 99 % within ${millis(p99)}`);
		byId('chart-rate').setAttribute('aria-label',
			`Events a second over the last ten minutes; lately ${rate.toFixed(1)}, at most ${peak}`);
	}

}
