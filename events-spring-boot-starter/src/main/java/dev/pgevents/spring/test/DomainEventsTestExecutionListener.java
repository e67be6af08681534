package dev.pgevents.spring.test;

import java.util.function.Consumer;

import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;

/**
 * Records during the test methods of annotated classes, and says which contexts are in
 * use.
 */
final class DomainEventsTestExecutionListener implements TestExecutionListener, Ordered {

	/** Before dependencies are injected, and transactions begin. */
	private static final int ORDER = 1950;

	private static final String IN_USE = DomainEventsTestExecutionListener.class.getName() + ".inUse";

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public void prepareTestInstance(TestContext test) {
		ApplicationContext context = test.getApplicationContext();
		if (test.getAttribute(IN_USE) != context) {
			release(test);
			test.setAttribute(IN_USE, context);
			CachedContexts.SHARED.use(context);
		}
	}

	@Override
	public void beforeTestMethod(TestContext test) {
		record(test, DomainEventRecorder::begin);
	}

	@Override
	public void afterTestMethod(TestContext test) {
		record(test, DomainEventRecorder::end);
	}

	@Override
	public void afterTestClass(TestContext test) {
		release(test);
	}

	private static void release(TestContext test) {
		if (test.removeAttribute(IN_USE) instanceof ApplicationContext before) {
			CachedContexts.SHARED.release(before);
		}
	}

	private static void record(TestContext test, Consumer<DomainEventRecorder> change) {
		if (TestContextAnnotationUtils.hasAnnotation(test.getTestClass(), RecordDomainEvents.class)) {
			test.getApplicationContext().getBeanProvider(DomainEventRecorder.class).ifUnique(change);
		}
	}

}
