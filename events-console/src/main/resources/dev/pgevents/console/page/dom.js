// Small helpers: elements, keyed lists, numbers and times as text.

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; text is never read as markup. */
export function element(name, attributes = {}, ...children) {
	const made = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (key.startsWith('on')) {
			made.addEventListener(key.slice(2), value);
		} else if (value === true) {
			made.setAttribute(key, '');
		} else if (value !== false && value != null) {
			made.setAttribute(key, value);
		}
	}
	made.append(...children.filter((child) => child != null));
	return made;
}

/** A part of a drawing. */
export function svg(name, attributes, ...children) {
	const made = document.createElementNS('http://www.w3.org/2000/svg', name);
	Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
	made.append(...children);
	return made;
}

export function setText(node, text) {
	if (node.textContent !== text) {
		node.textContent = text;
	}
}

export function show(node, visible) {
	node.hidden = !visible;
}

/** Shows text, or hides the element where there is none. */
export function showText(node, text) {
	show(node, Boolean(text));
	setText(node, text ?? '');
}

/**
 * Makes the children of a list those of the items, in their order. What is there already stays,
 * and with it the focus: create makes an element, update fills it each time.
 */
export function keyed(list, items, key, create, update) {
	const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
	let place = list.firstElementChild;
	for (const item of items) {
		const name = String(key(item));
		let child = known.get(name);
		known.delete(name);
		if (!child) {
			child = create(item);
			child.dataset.key = name;
		}
		update(child, item);
		if (child === place) {
			place = place.nextElementSibling;
		} else {
			list.insertBefore(child, place);
		}
	}
	known.forEach((child) => child.remove());
}

/** A count of any size, exact. */
export const count = (text) => BigInt(text ?? 0).toLocaleString('en');

export const plural = (text, one, many) => `${count(text)} ${BigInt(text ?? 0) === 1n ? one : many}`;

export function millis(ms) {
	if (ms == null) {
		return '–';
	}
	if (ms < 10) {
		return `${ms.toFixed(2)} ms`;
	}
	if (ms < 1000) {
		return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
	}
	return span(ms);
}

/** A length of time in its largest units. */
export function span(ms) {
	const seconds = ms / 1000;
	if (seconds < 60) {
		return `${seconds < 10 ? seconds.toFixed(1) : Math.floor(seconds)} s`;
	}
	const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
	const first = units.findIndex(([size]) => seconds >= size);
	const [size, name] = units[first];
	const rest = Math.floor((seconds % size) / (units[first + 1]?.[0] ?? 1));
	return `${Math.floor(seconds / size)} ${name}${rest > 0 && units[first + 1] ? ` ${rest} ${units[first + 1][1]}` : ''}`;
}

const pad = (number, digits = 2) => String(number).padStart(digits, '0');

export function clock(time, withMillis = false) {
	const at = new Date(time);
	const text = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
	return withMillis ? `${text}.${pad(at.getMilliseconds(), 3)}` : text;
}

/** Says something to those who do not see the page. */
export function announce(text) {
	setText(byId('announcer'), text);
}

/** Asks before something is changed. */
export function confirm(title, text, yes) {
	const dialog = byId('confirm');
	setText(byId('confirm-title'), title);
	setText(byId('confirm-text'), text);
	setText(byId('confirm-yes'), yes);
	dialog.returnValue = 'no';
	dialog.showModal();
	return new Promise((resolve) => {
		dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
	});
}
