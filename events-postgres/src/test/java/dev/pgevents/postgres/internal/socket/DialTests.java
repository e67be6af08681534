package dev.pgevents.postgres.internal.socket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.postgres.test.OwnThread;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class DialTests {

	private static final Duration LIMIT = Duration.ofSeconds(90);

	/**
	 * The driver (42.7.14) has one time-out for dialling all hosts of a URL: where the
	 * first does not answer, it leaves the second a millisecond, at every attempt.
	 */
	@Test
	void everyHostOfAListHasTheWholeTimeToAnswer() throws Exception {
		InetAddress loopback = InetAddress.getLoopbackAddress();
		try (ServerSocket server = new ServerSocket(0, 50, loopback);
				FaultyNetwork network = FaultyNetwork.inFrontOf(loopback.getHostAddress(), server.getLocalPort());
				SocketHandle handle = SocketHandle.open("events", LIMIT)) {
			network.ignoreDials();
			WakeableSocket socket = handle.createSocket();
			CompletableFuture<Void> dialling = CompletableFuture
				.runAsync(() -> dial(socket, new InetSocketAddress(loopback, network.port())), OwnThread.EACH);
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> dialling.get(200, TimeUnit.MILLISECONDS));
			network.heal();
			dialling.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(socket.isConnected()).isTrue();
		}
	}

	private static void dial(WakeableSocket socket, InetSocketAddress address) {
		try {
			socket.connect(address, 1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
