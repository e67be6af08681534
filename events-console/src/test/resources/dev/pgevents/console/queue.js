export function render(element, data, console) {
	element.textContent = `${data.waiting} waiting`;
}
