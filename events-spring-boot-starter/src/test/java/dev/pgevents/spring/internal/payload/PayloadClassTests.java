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

}
