package dev.pgevents.postgres.fault;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class FaultyNetworkTests {

	private static final int LIMIT = 20_000;

	/** How long to look for what must not come. */
	private static final int A_WHILE = 200;

	private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final FaultyNetwork network = FaultyNetwork.inFrontOf("localhost", this.server.getLocalPort());

	private Socket client;

	private Socket peer;

	FaultyNetworkTests() throws IOException {
	}

	@BeforeEach
	void connect() throws IOException {
		this.client = dial();
		this.peer = this.server.accept();
		this.client.setSoTimeout(LIMIT);
		this.peer.setSoTimeout(LIMIT);
		exchange();
	}

	@AfterEach
	void close() throws IOException {
		this.client.close();
		this.peer.close();
		this.network.close();
		this.server.close();
	}

	private Socket dial() throws IOException {
		Socket socket = new Socket();
		socket.connect(new InetSocketAddress("localhost", this.network.port()), LIMIT);
		return socket;
	}

	private void exchange() throws IOException {
		this.client.getOutputStream().write(1);
		assertThat(this.peer.getInputStream().read()).isEqualTo(1);
		this.peer.getOutputStream().write(2);
		assertThat(this.client.getInputStream().read()).isEqualTo(2);
	}

	private void assertNothingArrives() throws SocketException {
		this.client.setSoTimeout(A_WHILE);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> this.client.getInputStream().read());
		this.client.setSoTimeout(LIMIT);
	}

	@Test
	void refusesAndAcceptsAgainAndLeavesWhatIsConnected() throws IOException {
		this.network.refuse();
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::dial);
		exchange();
		this.network.heal();
		dial().close();
	}

	@Test
	void leavesDialsUnanswered() throws IOException {
		this.network.ignoreDials();
		try (Socket socket = new Socket()) {
			assertThatExceptionOfType(SocketTimeoutException.class)
				.isThrownBy(() -> socket.connect(new InetSocketAddress("localhost", this.network.port()), A_WHILE));
		}
		exchange();
		this.network.heal();
		dial().close();
	}

	@Test
	void stallsAndLosesNothing() throws IOException {
		this.network.stall();
		this.peer.getOutputStream().write(3);
		assertNothingArrives();
		this.network.heal();
		assertThat(this.client.getInputStream().read()).isEqualTo(3);
		exchange();
	}

	@Test
	void blackHoleTellsNeitherEndAnythingEver() throws IOException {
		this.network.blackHole();
		this.peer.getOutputStream().write(3);
		assertNothingArrives();
		this.network.heal();
		this.peer.close();
		assertNothingArrives();
		assertThat(this.network.connections()).isEqualTo(1);
		dial().close();
	}

	@Test
	void cutsWithAReset() {
		this.network.cut();
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> this.client.getInputStream().read());
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> this.peer.getInputStream().read());
		assertThat(this.network.connections()).isZero();
	}

	@Test
	void resetsInTheMiddle() throws IOException {
		this.network.resetAfter(2);
		this.peer.getOutputStream().write(new byte[] { 3, 4, 5, 6 });
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> this.client.getInputStream().readNBytes(3));
	}

	@Test
	void halfClosesEitherWay() throws IOException {
		this.network.halfCloseTowardsClient();
		assertThat(this.client.getInputStream().read()).isEqualTo(-1);
		this.client.getOutputStream().write(3);
		assertThat(this.peer.getInputStream().read()).isEqualTo(3);
		this.network.halfCloseTowardsServer();
		assertThat(this.peer.getInputStream().read()).isEqualTo(-1);
	}

	@Test
	void delaysAndDribblesAndLosesNothing() throws IOException {
		this.network.delay(Duration.ofMillis(A_WHILE));
		this.network.dribble();
		long start = System.nanoTime();
		exchange();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(2 * A_WHILE));
		byte[] many = new byte[1000];
		this.peer.getOutputStream().write(many);
		assertThat(this.client.getInputStream().readNBytes(1000)).isEqualTo(many);
	}

	@Test
	void passesTheEndOn() throws IOException {
		this.client.close();
		assertThat(this.peer.getInputStream().read()).isEqualTo(-1);
		this.peer.close();
		await().atMost(Duration.ofMillis(LIMIT)).until(() -> this.network.connections() == 0);
	}

	@Test
	void leavesNoThreadBehind() throws IOException {
		this.network.blackHole();
		this.network.close();
		String threads = "network " + this.network.port();
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.noneMatch((name) -> name.equals(threads) || name.startsWith(threads + " "));
	}

}
