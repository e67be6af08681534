// The node: its services, its epochs on their way through the states, and what one may do to it.

const STATES = [['OPEN', 'Open'], ['CLOSED', 'Closed'], ['INPUTS_PROCESSED', 'Inputs processed'],
	['CLAIM_CALCULATED', 'Claim calculated'], ['CLAIM_SUBMITTED', 'Claim submitted'], ['SETTLED', 'Settled']];

const SERVICES = { evmreader: ['EvmReader', 'reads the chain'], advancer: ['Advancer', 'processes inputs'],
	validator: ['Validator', 'calculates claims'], claimer: ['Claimer', 'takes them to the authority'],
	prt: ['PRT', 'takes them through disputes'] };

const NEWEST_SETTLED = 4;

const settled = (status) => status === 'CLAIM_ACCEPTED' || status === 'CLAIM_REJECTED';

function make(name, attributes = {}, ...children) {
	const made = document.createElement(name);
	Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
	made.append(...children);
	return made;
}

const text = (node, value) => node.textContent !== value && (node.textContent = value);

export function render(element, data, console) {
	if (!element.firstChild) {
		element.append(services(), controls(console), board(), pattern());
	}
	renderServices(element, data);
	renderControls(element, data, console);
	renderBoard(element, data);
}

function services() {
	return make('ol', { class: 'node-services' }, ...Object.entries(SERVICES).map(([id, [name, task]]) =>
		make('li', { 'data-service': id }, make('strong', {}, name), make('span', { class: 'muted' }, task),
			make('span', { class: 'node-act' }, '–'), make('span', { class: 'muted node-when' }))));
}

function pattern() {
	return make('details', { class: 'node-pattern' }, make('summary', {}, 'Why no epoch is lost: the hybrid pattern'),
		make('p', {}, 'Events make the services fast. PostgreSQL keeps none for those who are not there, so each service has a second way to its work: '
			+ 'it looks at its table, at the start, after every gap, every 30 seconds, and every 5 while events do not arrive at all.'),
		make('p', {}, 'The table says what is to do: an epoch in a state. One UPDATE … RETURNING moves it on, whether an event asked for it or a look, '
			+ 'and the event for the next service leaves in the same transaction.'),
		make('p', {}, 'Cut the connection and see below: the gap on its axis, and the runs of the synchronizing methods that healed it.'));
}

function renderServices(element, data) {
	for (const { name, here, last } of data.services) {
		const item = element.querySelector(`[data-service="${name}"]`);
		item.classList.toggle('elsewhere', !here);
		item.classList.toggle('stalled', name === 'validator' && data.stalled);
		text(item.querySelector('.node-act'), last ? last.type : 'nothing yet');
		const what = last && [last.app && `app ${last.app}`, last.epoch && `epoch ${last.epoch}`].filter(Boolean).join(', ');
		const place = here ? '' : 'in another process';
		text(item.querySelector('.node-when'), [what, last && when(last.at), place].filter(Boolean).join(', '));
	}
}

function when(at) {
	const seconds = Math.max(0, (Date.now() - new Date(at)) / 1000);
	return seconds < 2 ? 'just now' : `${Math.round(seconds)} s ago`;
}

function button(name, label) {
	return make('button', { type: 'button', 'data-operation': name }, label);
}

function controls(console) {
	const app = make('select', { 'aria-label': 'Application' });
	const bar = make('div', { class: 'node-controls' },
		make('span', { class: 'node-group' }, app, button('submit', 'Submit an input'), button('burst', 'Burst of 10,000')),
		button('cut', 'Cut the connection'), button('stall', 'Stall the validator'),
		button('lock', 'Hold the commit lock'), button('events', 'Switch events off'));
	const on = {
		submit: () => console.operate('submit', { app: app.value }),
		burst: () => console.confirmed('Send a burst?', `10,000 inputs for application ${app.value}, with an event each, in one transaction. Buffers overflow, and the tables are read.`,
			'Send', 'burst', { app: app.value }),
		cut: () => console.confirmed('Cut the listening connection?', 'The server ends it, as a failover does. It comes back by itself; what was missed is told as a gap, and the services look at the tables.',
			'Cut', 'cut'),
		stall: () => bar.dataset.stalled === 'true' ? console.operate('go-on')
			: console.confirmed('Stall the validator?', 'Its handler and its sync method stand still for up to 30 seconds. Nobody else is held up; epochs gather where it would go on.',
				'Stall', 'stall'),
		lock: () => console.confirmed('Hold the commit lock?', 'For 8 seconds no transaction with an event commits on this server, as when a synchronous standby does not answer.',
			'Hold', 'hold-lock'),
		events: () => bar.dataset.events === 'false' ? console.operate('events-on')
			: console.confirmed('Switch events off?', 'The services of this process hear of nothing and poll, every five seconds. See how long an epoch takes then.',
				'Switch off', 'events-off'),
	};
	bar.addEventListener('click', (event) => on[event.target.dataset.operation]?.());
	return bar;
}

function renderControls(element, data, console) {
	const bar = element.querySelector('.node-controls');
	bar.hidden = !console.operations;
	bar.dataset.stalled = data.stalled;
	bar.dataset.events = data.events;
	const apps = data.apps.filter((app) => app.status === 'active').map((app) => app.id);
	const select = bar.querySelector('select');
	const known = [...select.options].map((option) => option.value);
	if (known.join() !== apps.join() && document.activeElement !== select) {
		const chosen = select.value;
		select.replaceChildren(...apps.map((id) => make('option', { value: id }, `app ${id}`)));
		select.value = apps.includes(chosen) ? chosen : apps[0];
	}
	const [stall, lock, events] = ['stall', 'lock', 'events'].map((name) => bar.querySelector(`[data-operation=${name}]`));
	text(stall, data.stalled ? 'Let the validator go on' : 'Stall the validator');
	stall.disabled = !data.validatorHere;
	text(lock, data.lockHeld ? 'Commit lock is held' : 'Hold the commit lock');
	lock.disabled = data.lockHeld || !data.lockPossible;
	lock.title = data.lockPossible ? '' : 'Only on a server that the node has started itself';
	text(events, data.events ? 'Switch events off' : 'Switch events on');
	events.classList.toggle('primary', !data.events);
}

function board() {
	return make('div', { class: 'node-board', role: 'region', tabindex: '0', 'aria-label': 'Epochs by state' },
		make('table', {}, make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'Application'),
			...STATES.map(([state, name]) => make('th', { scope: 'col', 'data-state': state }, name)))), make('tbody')));
}

function renderBoard(element, data) {
	for (const [state, name] of STATES) {
		const waiting = data.waiting[state];
		text(element.querySelector(`th[data-state=${state}]`), waiting && BigInt(waiting) > 0n ? `${name} ${waiting}` : name);
	}
	const body = element.querySelector('.node-board tbody');
	data.apps.forEach((app, place) => {
		const row = body.rows[place] ?? body.appendChild(newRow());
		row.className = app.status;
		text(row.querySelector('.node-app'), `app ${app.id}`);
		text(row.querySelector('.node-kind'), `${app.consensus === 'PRT' ? 'disputes' : 'authority'}${
			app.status === 'active' ? '' : `, ${app.status}`}`);
		STATES.forEach(([state], column) => cell(row.cells[column + 1], app.epochs.filter((epoch) =>
			state === 'SETTLED' ? settled(epoch.status) : epoch.status === state), state));
	});
	while (body.rows.length > data.apps.length) {
		body.lastElementChild.remove();
	}
}

function newRow() {
	return make('tr', {}, make('th', { scope: 'row' }, make('span', { class: 'node-app' }), make('span', { class: 'node-kind muted' })),
		...STATES.map(() => make('td')));
}

function cell(place, epochs, state) {
	const shown = epochs.slice(0, state === 'SETTLED' ? NEWEST_SETTLED : epochs.length).reverse();
	const signature = shown.map((epoch) => `${epoch.index} ${epoch.status} ${epoch.inputs}`).join();
	if (place.dataset.shown === signature) {
		return;
	}
	place.dataset.shown = signature;
	place.replaceChildren(...shown.map((epoch) => make('span', {
		class: `node-epoch ${epoch.status.toLowerCase().replaceAll('_', '-')}`,
		title: `epoch ${epoch.index}: ${epoch.status.toLowerCase().replaceAll('_', ' ')}, ${epoch.inputs} inputs`,
	}, epoch.index, state === 'OPEN' ? make('small', {}, ` ${BigInt(epoch.inputs).toLocaleString('en')} in`) : '',
		epoch.status === 'CLAIM_REJECTED' ? make('span', { class: 'unseen' }, ' rejected') : '')));
}
