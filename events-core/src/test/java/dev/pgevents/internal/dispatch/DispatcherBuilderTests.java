package dev.pgevents.internal.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionListener;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class DispatcherBuilderTests {

	@Test
	void copyHasAllThatWasSetAndNothingThatIsSetLater() {
		DispatcherBuilder builder = new DispatcherBuilder("orders").executor(Runnable::run)
			.inlineHandlers(false)
			.slowHandlerThreshold(Duration.ofSeconds(1))
			.slowHandlerListener((subscription, delivery, runningFor) -> {
			})
			.subscriptionListener(new SubscriptionListener() {

				@Override
				public void onOpened(Subscription subscription) {
				}
			})
			.shutdownTimeout(Duration.ofSeconds(2))
			.clock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC))
			.instanceId("one");
		DispatcherBuilder copy = builder.copy();
		assertThat(copy).usingRecursiveComparison().isEqualTo(builder);
		builder.busName("later").shutdownTimeout(Duration.ofSeconds(3));
		assertThat(copy.busName()).isEqualTo("orders");
		assertThat(copy.shutdownTimeout()).isEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void refusesTimesThatAreNotPositive() {
		DispatcherBuilder builder = new DispatcherBuilder("orders");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.shutdownTimeout(Duration.ZERO))
			.withMessageContaining("shutdownTimeout");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.slowHandlerThreshold(Duration.ofMillis(-1)))
			.withMessageContaining("slowHandlerThreshold");
	}

}
