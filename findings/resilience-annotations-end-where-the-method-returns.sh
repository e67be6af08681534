#!/usr/bin/env bash
# Spring 7: @ConcurrencyLimit(1) lets any number of Mono or CompletableFuture methods run; @Retryable retries half of it.
#
# Versions: Spring Framework 7.0.10 (spring-context), Reactor 3.8.8, JDK 17.
# Guess:    Both know asynchronous methods, since @Retryable is documented for reactive types: the limit holds until the
#           future or Mono ends, and whatever fails, before the method returns or after, is retried.
# Seen:     The limit is given back as the method returns: three at once where one was allowed. @Retryable calls a
#           method that returns a CompletableFuture again if it throws, but not if its future fails. For a Mono it is
#           the other way round: a failed subscription is repeated, and an exception thrown while the Mono was put
#           together (a check of the arguments, a first blocking call) goes to the caller at the first try, although
#           the same line in a method that returns a future or a value is retried. A Mono that is an error already is
#           subscribed to again and again without calling the method.
# Needs a JDK 17 and Maven; runs nothing of pgevents. Fails where this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.springframework</groupId><artifactId>spring-context</artifactId><version>7.0.10</version></dependency>
    <dependency><groupId>io.projectreactor</groupId><artifactId>reactor-core</artifactId><version>3.8.8</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars >/dev/null
cat >Finding.java <<'JAVA'
package finding;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import reactor.core.publisher.Mono;

public class Finding {

	private static final AtomicInteger calls = new AtomicInteger();

	private static final AtomicInteger running = new AtomicInteger();

	private static final AtomicInteger most = new AtomicInteger();

	private static String thirdTime() {
		int call = calls.incrementAndGet();
		if (call < 3) {
			throw new IllegalStateException("not yet");
		}
		return "done";
	}

	private static void begin() {
		most.accumulateAndGet(running.incrementAndGet(), Math::max);
	}

	public static class Service {

		@Retryable(maxRetries = 3, delay = 10)
		public String value() {
			return thirdTime();
		}

		@Retryable(maxRetries = 3, delay = 10)
		public CompletableFuture<String> futureThrows() {
			return CompletableFuture.completedFuture(thirdTime());
		}

		@Retryable(maxRetries = 3, delay = 10)
		public CompletableFuture<String> futureFails() {
			return CompletableFuture.supplyAsync(Finding::thirdTime);
		}

		@Retryable(maxRetries = 3, delay = 10)
		public Mono<String> monoThrows() {
			return Mono.just(thirdTime());
		}

		@Retryable(maxRetries = 3, delay = 10)
		public Mono<String> monoFails() {
			return Mono.fromCallable(Finding::thirdTime);
		}

		@Retryable(maxRetries = 3, delay = 10)
		public Mono<String> monoOfAnError() {
			try {
				return Mono.just(thirdTime());
			}
			catch (IllegalStateException ex) {
				return Mono.error(ex);
			}
		}

		@ConcurrencyLimit(1)
		public void limited() throws InterruptedException {
			begin();
			Thread.sleep(100);
			running.decrementAndGet();
		}

		@ConcurrencyLimit(1)
		public CompletableFuture<String> limitedFuture() {
			begin();
			return new CompletableFuture<>();
		}

		@ConcurrencyLimit(1)
		public Mono<String> limitedMono() {
			return Mono.<String>never().doOnSubscribe((subscription) -> begin());
		}

	}

	@EnableResilientMethods
	public static class Configuration {

	}

	public static void main(String[] args) throws Exception {
		Service service;
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Configuration.class, Service.class)) {
			service = context.getBean(Service.class);
			retry("value, throws", service::value);
			retry("future, method throws", () -> service.futureThrows().join());
			retry("future fails", () -> service.futureFails().join());
			retry("Mono, method throws", () -> service.monoThrows().block());
			retry("Mono fails", () -> service.monoFails().block());
			retry("Mono of an error", () -> service.monoOfAnError().block());

			Thread[] threads = new Thread[3];
			for (int i = 0; i < 3; i++) {
				threads[i] = new Thread(() -> {
					try {
						service.limited();
					}
					catch (InterruptedException ex) {
						throw new IllegalStateException(ex);
					}
				});
				threads[i].start();
			}
			for (Thread thread : threads) {
				thread.join();
			}
			System.out.println("limit 1, void: " + most.getAndSet(0) + " at once");
			running.set(0);
			for (int i = 0; i < 3; i++) {
				service.limitedFuture();
			}
			System.out.println("limit 1, future: " + most.getAndSet(0) + " at once");
			running.set(0);
			for (int i = 0; i < 3; i++) {
				service.limitedMono().subscribe();
			}
			System.out.println("limit 1, Mono: " + most.getAndSet(0) + " at once");
		}
		System.exit(0);
	}

	private static void retry(String what, Callable<String> call) throws Exception {
		calls.set(0);
		String result;
		try {
			result = call.call();
		}
		catch (CompletionException ex) {
			result = ex.getCause().getClass().getSimpleName();
		}
		catch (RuntimeException ex) {
			result = ex.getClass().getSimpleName();
		}
		System.out.println(what + ": " + result + ", calls " + calls);
	}

}
JAVA
javac -parameters -d classes -cp 'jars/*' Finding.java
seen=$(timeout 100 java -cp 'jars/*:classes' finding.Finding 2>/dev/null)
echo "$seen"
expected='value, throws: done, calls 3
future, method throws: done, calls 3
future fails: IllegalStateException, calls 1
Mono, method throws: IllegalStateException, calls 1
Mono fails: done, calls 3
Mono of an error: RetryExhaustedException, calls 1
limit 1, void: 1 at once
limit 1, future: 3 at once
limit 1, Mono: 3 at once'
[ "$seen" = "$expected" ] || { echo "It has changed." >&2; exit 1; }
