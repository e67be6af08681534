package dev.pgevents;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.pgevents.memory.InMemoryEventBus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What users of the library have written down in their code: it may grow, and nothing of
 * it may go or change its name.
 */
class PublicApiTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = {
					"Event | UUID id, EventType type, String appId, "
							+ "Payload payload, Instant timestamp, Map<String, String> headers, Position position, "
							+ "String publishedBy",
					"Position | int partition, long number", "EventType | String value",
					"SubscriptionFilter | Set<String> types, Set<String> appIds",
					"Gap | Reason reason, Instant since, Instant until, long dropped" })
	void recordsHaveTheirComponents(String name, String components) throws Exception {
		RecordComponent[] present = type(name).getRecordComponents();
		assertThat(Arrays.stream(present)
			.map((component) -> simple(component.getGenericType().getTypeName()) + " " + component.getName())
			.collect(Collectors.joining(", "))).isEqualTo(components);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "EventType | static EventType of(String)",
			"EventType | int compareTo(EventType)", "EventTypes | static Set all()",
			"Event | static Event of(EventType, String, Object)", "Event | static Builder builder(EventType)",
			"Event | Object payloadAs(Class)", "Payload | static Payload of(Object)",
			"Payload | static Payload ofJson(String, PayloadCodec)", "Payload | Object as(Class)",
			"Payload | Object as(Type)", "Payload | boolean isEmpty()", "PayloadCodec | String toJson(Object)",
			"PayloadCodec | Object fromJson(String, Type)", "Publisher | void publish(Event)",
			"Publisher | void publishAll(Collection)", "Publisher | CompletableFuture publishAsync(Event)",
			"Subscriber | Subscription subscribe(SubscriptionFilter, EventHandler)",
			"Subscriber | Subscription subscribe(SubscriptionFilter, SubscriptionOptions, EventHandler)",
			"Subscriber | EventStream open(SubscriptionFilter)", "EventStream | Delivery take()",
			"EventStream | Delivery poll(Duration)", "EventStream | Iterator iterator()", "EventStream | void close()",
			"EventBus | void publish(Event)", "EventBus | EventStream open(SubscriptionFilter)",
			"EventBus | void close()", "SubscriptionFilter | static SubscriptionFilter all()",
			"SubscriptionFilter | static SubscriptionFilter types(String[])",
			"SubscriptionFilter | static SubscriptionFilter types(EventType[])",
			"SubscriptionFilter | static SubscriptionFilter apps(String[])",
			"SubscriptionFilter | SubscriptionFilter andApps(String[])",
			"SubscriptionFilter | SubscriptionFilter andTypes(String[])", "SubscriptionFilter | boolean matches(Event)",
			"EventHandler | void onEvent(Event)", "EventHandler | void onGap(Gap)", "Subscription | String name()",
			"Subscription | SubscriptionFilter filter()", "Subscription | CompletableFuture ready()",
			"Subscription | SubscriptionStats stats()", "Subscription | void close()",
			"SubscriptionStats | long received()", "SubscriptionStats | long handled()",
			"SubscriptionStats | long failed()", "SubscriptionStats | long dropped()",
			"SubscriptionStats | long coalesced()", "SubscriptionStats | long gaps()",
			"SubscriptionStats | int queued()", "SubscriptionOptions | static Builder builder()",
			"SubscriptionOptions$Builder | Builder name(String)",
			"SubscriptionOptions$Builder | Builder bufferSize(int)",
			"SubscriptionOptions$Builder | Builder overflow(OverflowPolicy)",
			"SubscriptionOptions$Builder | Builder concurrency(int)",
			"SubscriptionOptions$Builder | Builder errorHandler(EventErrorHandler)",
			"SubscriptionOptions$Builder | SubscriptionOptions build()",
			"SyncLoop | static Builder builder(Subscriber, SubscriptionFilter)",
			"SyncLoop$Builder | Builder every(Duration)", "SyncLoop$Builder | Builder everyWhenDeaf(Duration)",
			"SyncLoop$Builder | Builder task(SyncTask)", "SyncLoop$Builder | SyncLoop start()",
			"SyncLoop | void close()", "SyncTask | void sync(SyncTrigger)", "SyncTrigger | Cause cause()",
			"SyncTrigger | long events()", "SyncTrigger | Set appIds()", "PayloadTooLargeException | int actualBytes()",
			"PayloadTooLargeException | int allowedBytes()", "PublishException | Outcome outcome()",
			"memory.InMemoryEventBus | static InMemoryEventBus create()" })
	void methodsAreThere(String name, String signature) throws Exception {
		Stream<Method> methods = Arrays.stream(type(name).getMethods())
			.filter((method) -> Modifier.isPublic(method.getModifiers()));
		assertThat(methods.map(PublicApiTests::signature)).contains(signature);
	}

	@Test
	void constantsAndKindsAreThere() {
		assertThat(OverflowPolicy.values()).extracting(Enum::name)
			.contains("DROP_OLDEST", "DROP_NEWEST", "LATEST_PER_APP");
		assertThat(Gap.Reason.values()).extracting(Enum::name)
			.contains("RECONNECTED", "STOPPED", "OVERFLOW", "UNREADABLE");
		assertThat(SyncTrigger.Cause.values()).extracting(Enum::name)
			.contains("STARTUP", "EVENT", "GAP", "INTERVAL", "RETRY");
		assertThat(PublishException.Outcome.values()).extracting(Enum::name).contains("NOT_PUBLISHED", "UNKNOWN");
		assertThat(Delivery.class.getPermittedSubclasses()).containsExactlyInAnyOrder(Event.class, Gap.class);
		assertThat(EventBus.class).isAssignableFrom(InMemoryEventBus.class);
		assertThat(List.of(PublishException.class, PayloadConversionException.class))
			.allMatch(EventsException.class::isAssignableFrom);
		assertThat(PublishException.class).isAssignableFrom(PayloadTooLargeException.class);
		assertThat(RuntimeException.class).isAssignableFrom(EventsException.class);
	}

	private static Class<?> type(String name) throws ClassNotFoundException {
		return Class.forName("dev.pgevents." + name);
	}

	private static String signature(Method method) {
		return (Modifier.isStatic(method.getModifiers()) ? "static " : "") + method.getReturnType().getSimpleName()
				+ " " + method.getName()
				+ Arrays.stream(method.getParameterTypes())
					.map(Class::getSimpleName)
					.collect(Collectors.joining(", ", "(", ")"));
	}

	private static String simple(String typeName) {
		return typeName.replaceAll("[\\w.]+[.$](\\w+)", "$1");
	}

}
