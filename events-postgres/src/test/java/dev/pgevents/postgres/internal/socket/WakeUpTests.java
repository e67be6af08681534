package dev.pgevents.postgres.internal.socket;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever changes something and wakes the reading thread is heard, whatever that thread
 * is doing then: about to wait, waiting, reading, or done with a wait.
 */
class WakeUpTests {

	private static final int ROUNDS = 20_000;

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final AtomicInteger news = new AtomicInteger();

	private final BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();

	private final AtomicBoolean done = new AtomicBoolean();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void noWakeUpIsLost(boolean traffic) throws Exception {
		InetAddress here = InetAddress.getLoopbackAddress();
		try (ServerSocket server = new ServerSocket(0, 1, here);
				SocketHandle handle = SocketHandle.open("events", LIMIT);
				WakeableSocket socket = handle.createSocket()) {
			socket.connect(server.getLocalSocketAddress());
			try (Socket peer = server.accept()) {
				Thread reader = new Thread(() -> read(socket));
				Thread sender = new Thread(() -> send(peer));
				reader.start();
				if (traffic) {
					sender.start();
				}
				for (int i = 1; i <= ROUNDS; i++) {
					this.news.set(i);
					socket.wakeUp();
					assertThat(this.heard.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("wake-up %d", i).isEqualTo(i);
				}
				this.done.set(true);
				socket.wakeUp();
				reader.join(LIMIT.toMillis());
				assertThat(reader.isAlive()).isFalse();
			}
			finally {
				this.done.set(true);
			}
		}
	}

	/** As a listening session does it: looks for news, then waits for bytes. */
	private void read(WakeableSocket socket) {
		int last = 0;
		try {
			InputStream in = socket.getInputStream();
			while (!this.done.get()) {
				int now = this.news.get();
				if (now != last) {
					last = now;
					this.heard.add(now);
				}
				awaitByte(socket, in);
			}
		}
		catch (IOException ex) {
			this.heard.add(-1);
		}
	}

	private static void awaitByte(WakeableSocket socket, InputStream in) throws IOException {
		socket.beginWait();
		try {
			socket.setSoTimeout((int) TimeUnit.HOURS.toMillis(1));
			in.read();
		}
		catch (SocketTimeoutException ex) {
			// Woken.
		}
		finally {
			socket.endWait();
		}
	}

	private void send(Socket peer) {
		try {
			while (!this.done.get()) {
				peer.getOutputStream().write(1);
				Thread.yield();
			}
		}
		catch (IOException ex) {
			// The test has ended.
		}
	}

}
