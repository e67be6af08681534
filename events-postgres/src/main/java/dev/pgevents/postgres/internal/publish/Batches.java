package dev.pgevents.postgres.internal.publish;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Cuts what is to be sent into what one statement takes, and one transaction. The server
 * takes statements of up to a gigabyte; the driver, which writes an array as one text,
 * takes less, and is the slower the larger they are.
 */
final class Batches {

	/** How many characters one statement carries, unless one notification has more. */
	static final int MAX_LENGTH = 1 << 20;

	/** How many notifications one statement carries. */
	static final int MAX_COUNT = 10_000;

	private Batches() {
	}

	/**
	 * Cuts notifications into parts that are small enough for a statement each.
	 * @param notifications at least one, in their order
	 * @return the parts, in their order
	 */
	static List<List<Notification>> statements(List<Notification> notifications) {
		List<List<Notification>> parts = new ArrayList<>(1);
		int begin = 0;
		int length = 0;
		for (int i = 0; i < notifications.size(); i++) {
			int next = notifications.get(i).length();
			if (i > begin && (length + next > MAX_LENGTH || i - begin == MAX_COUNT)) {
				parts.add(notifications.subList(begin, i));
				begin = i;
				length = 0;
			}
			length += next;
		}
		parts.add(notifications.subList(begin, notifications.size()));
		return parts;
	}

	/**
	 * Cuts requests into parts for a transaction each: small enough for one statement,
	 * unless one request is larger, and without an event that comes twice, of which the
	 * server would deliver one.
	 * @param requests at least one, in their order
	 * @return the parts, in their order
	 */
	static List<List<Request>> transactions(List<Request> requests) {
		if (requests.size() == 1) {
			return List.of(requests);
		}
		List<List<Request>> parts = new ArrayList<>(1);
		Set<UUID> events = new HashSet<>(requests.size() * 2);
		int begin = 0;
		long length = 0;
		for (int i = 0; i < requests.size(); i++) {
			Request request = requests.get(i);
			long next = request.length();
			if (i > begin && (length + next > MAX_LENGTH || request.hasOneOf(events))) {
				parts.add(requests.subList(begin, i));
				begin = i;
				length = 0;
				events.clear();
			}
			length += next;
			request.addTo(events);
		}
		parts.add(requests.subList(begin, requests.size()));
		return parts;
	}

}
