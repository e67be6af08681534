package dev.pgevents.internal.util;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RetryWaitTests {

	private static final int LIMIT = 20;

	private final ManualTicker ticker = new ManualTicker();

	private final RetryWait wait = new RetryWait(this.ticker);

	@Test
	void lastsAsLongAsItIsTold() throws Exception {
		CompletableFuture<Void> waiting = await(Duration.ofSeconds(30));
		assertThat(this.ticker.awaitWait()).isEqualTo(Duration.ofSeconds(30));
		this.ticker.pass(Duration.ofSeconds(29));
		assertThat(this.ticker.awaitWait()).isEqualTo(Duration.ofSeconds(1));
		assertThat(waiting).isNotDone();
		this.ticker.pass(Duration.ofSeconds(1));
		waiting.get(LIMIT, TimeUnit.SECONDS);
	}

	@Test
	void endsWhereAnAttemptIsWorthMaking() throws Exception {
		CompletableFuture<Void> waiting = await(Duration.ofSeconds(30));
		this.ticker.awaitWait();
		this.wait.retryNow();
		waiting.get(LIMIT, TimeUnit.SECONDS);
	}

	@Test
	void isNoneWhereThatWasSaidDuringTheAttempt() throws Exception {
		this.wait.beginAttempt();
		this.wait.retryNow();
		await(Duration.ofSeconds(30)).get(LIMIT, TimeUnit.SECONDS);
	}

	@Test
	void isOneWhereThatWasSaidBeforeTheAttempt() throws Exception {
		this.wait.retryNow();
		this.wait.beginAttempt();
		CompletableFuture<Void> waiting = await(Duration.ofSeconds(30));
		assertThat(this.ticker.passWait()).isEqualTo(Duration.ofSeconds(30));
		waiting.get(LIMIT, TimeUnit.SECONDS);
	}

	@Test
	void isNoneWhereNoAttemptIsToFollowUntilOneIs() throws Exception {
		CompletableFuture<Void> waiting = await(Duration.ofSeconds(30));
		this.ticker.awaitWait();
		this.wait.stop();
		waiting.get(LIMIT, TimeUnit.SECONDS);
		await(Duration.ofSeconds(30)).get(LIMIT, TimeUnit.SECONDS);
		this.wait.start();
		CompletableFuture<Void> again = await(Duration.ofSeconds(30));
		assertThat(this.ticker.passWait()).isEqualTo(Duration.ofSeconds(30));
		again.get(LIMIT, TimeUnit.SECONDS);
	}

	@Test
	void endsWithAnInterrupt() throws Exception {
		CompletableFuture<Void> waiting = new CompletableFuture<>();
		Thread thread = new Thread(() -> await(waiting, Duration.ofSeconds(30)));
		thread.start();
		this.ticker.awaitWait();
		thread.interrupt();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> waiting.get(LIMIT, TimeUnit.SECONDS))
			.withCauseInstanceOf(InterruptedException.class);
		thread.join();
	}

	private CompletableFuture<Void> await(Duration delay) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		Thread thread = new Thread(() -> await(done, delay));
		thread.setDaemon(true);
		thread.start();
		return done;
	}

	private void await(CompletableFuture<Void> done, Duration delay) {
		try {
			this.wait.await(delay);
			done.complete(null);
		}
		catch (InterruptedException ex) {
			done.completeExceptionally(ex);
		}
	}

}
