package dev.pgevents.spring.internal.listener;

import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.spring.internal.transaction.GroupTransactions;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * What is different about a handler method of a group.
 */
final class GroupMethod {

	private static final String JAKARTA = "jakarta.transaction.Transactional";

	private GroupMethod() {
	}

	static SubscriptionOptions options(BeanMethod method, SubscriptionOptions.Builder options, String group,
			String from) {
		if (!group.isEmpty()) {
			checked(method, () -> options.group(group),
					"Name the group with letters, digits, '_', '.' and '-', such as group = \"billing\".");
		}
		if (!from.isEmpty()) {
			checked(method, () -> options.from(StartPosition.parse(from)),
					"Write from = \"latest\", \"earliest\" or a time that is past, such as \"2026-01-19T10:00:00Z\", or "
							+ "leave it out: a new group then begins with what is published next.");
		}
		return checked(method, options::build,
				group.isEmpty() ? "Name a group, such as group = \"billing\", or leave from out."
						: "Leave out what does not go with a group, or the attribute group.");
	}

	private static <T> T checked(BeanMethod method, Supplier<T> value, String action) {
		try {
			return value.get();
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			throw method.refuse("OnDomainEvent", String.valueOf(ex.getMessage()), action, ex);
		}
	}

	/** Lets the group's position commit with the method's transaction, if it has one. */
	static EventHandler handler(BeanMethod method, EventHandler handler) {
		return beginsTransaction(method) ? new TransactionalHandler(handler) : handler;
	}

	private static boolean beginsTransaction(BeanMethod method) {
		Transactional transactional = AnnotatedElementUtils.findMergedAnnotation(method.method(), Transactional.class);
		if (transactional == null) {
			transactional = AnnotatedElementUtils.findMergedAnnotation(method.type(), Transactional.class);
		}
		if (transactional == null) {
			return isJakarta(method);
		}
		if (transactional.readOnly()) {
			throw method.refuse("OnDomainEvent",
					"it belongs to a group, whose position is to commit with its transaction, and that is read-only",
					"Leave readOnly out.");
		}
		Propagation propagation = transactional.propagation();
		return propagation == Propagation.REQUIRED || propagation == Propagation.REQUIRES_NEW
				|| propagation == Propagation.NESTED;
	}

	private static boolean isJakarta(BeanMethod method) {
		return MergedAnnotations.from(method.method(), SearchStrategy.TYPE_HIERARCHY).isPresent(JAKARTA)
				|| MergedAnnotations.from(method.type(), SearchStrategy.TYPE_HIERARCHY).isPresent(JAKARTA);
	}

	/** The first transaction that begins in the call is the method's own. */
	private record TransactionalHandler(EventHandler handler) implements EventHandler {

		@Override
		public void onEvent(Event event) throws Exception {
			GroupTransactions.expect();
			try {
				this.handler.onEvent(event);
			}
			finally {
				GroupTransactions.expectNoMore();
			}
		}

		@Override
		public void onGap(Gap gap) throws Exception {
			this.handler.onGap(gap);
		}

	}

}
