package dev.pgevents.spring.internal.payload;

import dev.pgevents.EventType;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PayloadClassTests {

	@Test
	void findsTheAppIdOnARecordComponent() {
		assertThat(PayloadClass.of(Component.class).type()).isEqualTo(EventType.of("epoch.closed"));
		assertThat(PayloadClass.of(Component.class).appIdOf(new Component("7", 42))).isEqualTo("7");
	}

	@Test
	void findsTheAppIdOnAFieldEvenAnInheritedOne() {
		assertThat(PayloadClass.of(InheritedField.class).appIdOf(new InheritedField())).isEqualTo("7");
	}

	@Test
	void findsTheAppIdOnAGetter() {
		assertThat(PayloadClass.of(Getter.class).appIdOf(new Getter())).isEqualTo("7");
	}

	@Test
	void writesTheAppIdAsText() {
		assertThat(PayloadClass.of(Number.class).appIdOf(new Number(7))).isEqualTo("7");
	}

	@Test
	void knowsPayloadsWithoutAppId() {
		assertThat(PayloadClass.of(NoApp.class).appIdOf(new NoApp())).isNull();
		assertThat(PayloadClass.of(Component.class).appIdOf(new Component(null, 42))).isNull();
	}

	@Test
	void findsTheAppIdOnAParameterOfTheConstructor() {
		assertThat(PayloadClass.of(ConstructorParameter.class).appIdOf(new ConstructorParameter("7", 1)))
			.isEqualTo("7");
		assertThat(PayloadClass.of(OfSuperclass.class).appIdOf(new OfSuperclass())).isEqualTo("8");
		assertThat(PayloadClass.of(Factory.class).appIdOf(Factory.of("9"))).isEqualTo("9");
	}

	@Test
	void findsTheAppIdOnAnAccessorOfAnInterface() {
		assertThat(PayloadClass.of(Implementing.class).appIdOf(new Implementing("7"))).isEqualTo("7");
		assertThat(PayloadClass.of(ByDefault.class).appIdOf(new ByDefault())).isEqualTo("default");
	}

	@Test
	void takesAPropertyThatIsMarkedInSeveralPlacesForOne() {
		assertThat(PayloadClass.of(MarkedTwice.class).appIdOf(new MarkedTwice("7"))).isEqualTo("7");
	}

	@Test
	void refusesAnAppIdThatCannotBeRead() {
		assertThatIllegalArgumentException().isThrownBy(() -> PayloadClass.of(Lost.class))
			.withMessageContainingAll("Lost", "\"app\"", "neither a getter nor a field");
	}

	@Test
	void refusesAClassThatSaysNoType() {
		assertThatIllegalArgumentException().isThrownBy(() -> PayloadClass.of(String.class))
			.withMessageContainingAll("java.lang.String", "@DomainEvent", "Publisher");
	}

	@Test
	void refusesATypeThatIsNone() {
		assertThatIllegalArgumentException().isThrownBy(() -> PayloadClass.of(BadType.class))
			.withMessageContaining("Epoch Closed");
	}

	@Test
	void refusesTwoAppIds() {
		assertThatIllegalArgumentException().isThrownBy(() -> PayloadClass.of(TwoApps.class))
			.withMessageContainingAll("TwoApps", "2 members with @AppId");
	}

	@DomainEvent("epoch.closed")
	record Component(@AppId String app, long index) {

	}

	@DomainEvent("epoch.closed")
	record Number(@AppId long app) {

	}

	@DomainEvent("epoch.closed")
	record NoApp() {

	}

	@DomainEvent("Epoch Closed")
	record BadType() {

	}

	@DomainEvent("epoch.closed")
	record TwoApps(@AppId String one, @AppId String two) {

	}

	static class WithField {

		@AppId
		private final String app = "7";

	}

	@DomainEvent("epoch.closed")
	static class InheritedField extends WithField {

	}

	@DomainEvent("epoch.closed")
	static class Getter {

		@AppId
		String getApp() {
			return "7";
		}

	}

	@DomainEvent("epoch.closed")
	static class ConstructorParameter {

		private final String app;

		private final int index;

		ConstructorParameter(@AppId String app, int index) {
			this.app = app;
			this.index = index;
		}

		String getApp() {
			return this.app;
		}

		int getIndex() {
			return this.index;
		}

	}

	static class Superclass {

		private final String tenant;

		Superclass(@AppId String tenant) {
			this.tenant = tenant;
		}

		String tenant() {
			return this.tenant;
		}

	}

	@DomainEvent("epoch.closed")
	static class OfSuperclass extends Superclass {

		OfSuperclass() {
			super("8");
		}

	}

	@DomainEvent("epoch.closed")
	static final class Factory {

		private final String app;

		private Factory(String app) {
			this.app = app;
		}

		static Factory of(@AppId String app) {
			return new Factory(app);
		}

	}

	interface HasApp {

		@AppId
		String app();

	}

	@DomainEvent("epoch.closed")
	record Implementing(String app) implements HasApp {

	}

	interface HasAppByDefault {

		@AppId
		default String app() {
			return "default";
		}

	}

	@DomainEvent("epoch.closed")
	record ByDefault() implements HasAppByDefault {

	}

	@DomainEvent("epoch.closed")
	static class MarkedTwice {

		@AppId
		private final String app;

		MarkedTwice(@AppId String app) {
			this.app = app;
		}

		@AppId
		String getApp() {
			return this.app;
		}

	}

	@DomainEvent("epoch.closed")
	static class Lost {

		private final String kept;

		Lost(@AppId String app) {
			this.kept = app;
		}

		String kept() {
			return this.kept;
		}

	}

}
